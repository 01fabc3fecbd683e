import { NOT_PERMITTED, ledgerStanding, migrate } from '../audit/index.js';
import { shownAddress } from '../cloud/text.js';
import { migrateStore } from '../store/index.js';
import { ConfigError } from './config.js';
import type { WorkerLog } from './log.js';
import { NotThereYet } from './wait.js';

/**
 * Brings the database to this build's schema where the login may, and otherwise waits until somebody else has (`flowlog migrate`).
 * @throws DatabaseUnavailable where the database is out of reach
 * @throws NotThereYet while the schema is older than this build and the login may not change it
 * @throws ConfigError where this build cannot work on the schema, or the login not in the ledger
 */
export async function requireSchema(databaseUrl: string, log: WorkerLog): Promise<void> {
  const place = shownAddress(databaseUrl);
  const standing = await permitted(
    () => ledgerStanding(databaseUrl),
    () => new ConfigError(notTheService(place)),
  );
  const { missing, unknown, oldest, own } = standing;
  if (oldest > own)
    throw new ConfigError(
      `DATABASE_URL=${place}: the schema there is for builds from ${oldest} on, and this worker's is ${own}. Start the worker of the release that migrated it.`,
    );
  if (!standing.mayAppend) throw new ConfigError(notTheService(place));
  if (unknown.length > 0)
    log.warn(
      { unknown },
      `the schema is newer than this worker, which can work on it; it is time to start the newer release here too`,
    );
  await permitted(
    async () => {
      await migrate(databaseUrl);
      await migrateStore(databaseUrl);
    },
    () =>
      new NotThereYet(
        `the schema of ${place} is older than this worker${missing.length > 0 ? ` (it lacks ${missing.join(', ')})` : ''}, and its login may not change it. Run \`flowlog migrate\` with a DATABASE_URL of the schema's owner.`,
      ),
  );
}

const notTheService = (place: string): string =>
  `DATABASE_URL=${place}: this login may not append to the ledger. Name one that has the role flowlog_service (docs/ledger.md).`;

async function permitted<Result>(does: () => Promise<Result>, refused: () => Error): Promise<Result> {
  try {
    return await does();
  } catch (error) {
    throw error instanceof Error && 'code' in error && error.code === NOT_PERMITTED ? refused() : error;
  }
}
