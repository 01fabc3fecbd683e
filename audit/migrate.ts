import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { migrateSchema } from '../database/migrate.js';
import {
  connected,
  type SchemaClient,
  type SchemaMigrations,
  type SchemaStanding,
  schemaStanding,
} from '../database/schema.js';

// By the name of this folder, so that it is found from a bundle too, beside which it is copied.
const folder = fileURLToPath(new URL('../audit/migrations', import.meta.url));
const ledgerSchema = (databaseUrl: string): SchemaMigrations => ({ databaseUrl, schema: 'ledger', folder });

/** Brings the ledger to this build's schema, as {@link migrateSchema}. */
export const migrate = (databaseUrl: string): Promise<readonly string[]> => migrateSchema(ledgerSchema(databaseUrl));

/** The ledger's schema beside this build. */
export interface LedgerStanding extends SchemaStanding {
  /** Number of the oldest build that may work on it. */
  readonly oldest: number;
  /** Number of this build. */
  readonly own: number;
  /** True where the login may append to it. */
  readonly mayAppend: boolean;
}

/** Compares the ledger's schema with this build. @throws {DatabaseUnavailable} */
export const ledgerStanding = (databaseUrl: string): Promise<LedgerStanding> =>
  connected(databaseUrl, async (client) => ({
    ...(await schemaStanding(client, ledgerSchema(databaseUrl))),
    oldest: await oldestBuild(client),
    own: await ownNumber(),
    mayAppend: await mayAppend(client),
  }));

/** Number of the last migration of this build. */
async function ownNumber(): Promise<number> {
  const numbers = (await readdir(folder)).map((file) => Number.parseInt(file, 10));
  return Math.max(...numbers.filter(Number.isInteger));
}

/**
 * Finds the number of the oldest build that may work on this schema, as its latest migration says (`migrations/0096_oldest_build.sql`).
 * A build knows it as the number of its own last migration.
 */
async function oldestBuild(client: SchemaClient): Promise<number> {
  const { rows } = await client.query<{ there: boolean }>(
    `select to_regprocedure('ledger.oldest_build()') is not null as there`,
  );
  if (!rows[0]?.there) return 0;
  const answer = await client.query<{ oldest: number }>('select ledger.oldest_build() as oldest');
  return answer.rows[0]?.oldest ?? 0;
}

/** Tells whether the login may append to the ledger; true where there is none yet. */
async function mayAppend(client: SchemaClient): Promise<boolean> {
  const { rows } = await client.query<{ may: boolean }>(
    `select coalesce(has_table_privilege(to_regclass('ledger.entries'), 'insert'), true) as may`,
  );
  return rows[0]?.may ?? true;
}
