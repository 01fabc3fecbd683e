import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import type { Answer } from '../answer.js';
import { durationFlag } from '../flags.js';
import type { Session } from '../session.js';
import { writeLine } from '../terminal.js';
import type { ConnectOptions } from '../../connection.js';
import { LedgerOutOfReachError } from './errors.js';
import type { Migrated } from './ledger-door.js';

/** Between two tries while the database is away. */
const DATABASE_TRY_MS = 1_000;

/** Tries until the database answers or the time is up; of the wait it says one line. */
async function reachedDatabase(waitMs: number, command: Command, session: Session): Promise<Migrated> {
  const endMs = performance.now() + waitMs;
  let hasSaid = false;
  for (;;) {
    try {
      return await session.surroundings.migrate(command.optsWithGlobals<Pick<ConnectOptions, 'address'>>());
    } catch (error) {
      const isLate = performance.now() >= endMs || session.signal.aborted;
      if (!(error instanceof LedgerOutOfReachError) || error.place === undefined || isLate) throw error;
      if (!hasSaid) writeLine(session.screen.stderr, `waiting ${Math.round(waitMs / 1000)} s for the database: ${error.message}`); // prettier-ignore
      hasSaid = true;
    }
    await sleep(DATABASE_TRY_MS, undefined, { signal: session.signal }).catch(() => undefined);
  }
}

async function migrateWithWait(
  { wait }: { readonly wait: number },
  command: Command,
  session: Session,
): Promise<Answer> {
  const { place, ran } = await reachedDatabase(wait, command, session);
  return {
    document: { ledger: place, ran },
    text: [
      [{ text: ran.length > 0 ? 'migrated:' : 'up to date:', tone: 'good' }, place],
      ...ran.map((name) => ['', name]),
    ],
  };
}

/** `migrate`: the schema of the ledger and of the service, brought to this release by a login that may change it; workers need none. */
export function addMigrateCommand(program: Command, session: Session): void {
  program
    .command('migrate')
    .description("bring the database's schema to this release (as the schema's owner: DATABASE_URL)")
    .option('--wait <duration>', 'how long to wait for a database that does not answer', durationFlag('--wait'), 30_000)
    .action(async (flags: { readonly wait: number }, command: Command) =>
      session.answer(await migrateWithWait(flags, command, session)),
    );
}
