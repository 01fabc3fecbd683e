import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import { connect, type ConnectOptions } from '../connection.js';
import { FlowLogs } from '../flow-logs.js';
import { knownAccounts } from '../known-accounts.js';
import { SILENCE_MS } from '../reads.js';
import { findDatabase } from './audit/find-database.js';
import { defaultsFile } from './defaults.js';
import type { LedgerConnection, Migrated } from './audit/ledger-door.js';
import { run } from './program.js';
import type { ServiceConnection } from './surroundings.js';
import { writeLine } from './terminal.js';

async function connectService(options: ConnectOptions): Promise<ServiceConnection> {
  const { client, location } = await connect(options);
  const { address, namespace, uiUrl } = location;
  return {
    flowLogs: new FlowLogs(client, {
      accounts: await knownAccounts(),
      address,
      silenceMs: SILENCE_MS,
      onNotice: (message) => writeLine(process.stderr, message),
    }),
    address,
    namespace,
    ...omitUndefined({ uiUrl: uiUrl || undefined }),
  };
}

/** Loads the database driver, which no other command needs. */
async function loadLedger({ address }: Pick<ConnectOptions, 'address'>): Promise<LedgerConnection> {
  const { env } = process;
  const databaseUrl = await findDatabase({
    env,
    directory: process.cwd(),
    ...omitUndefined({ address: address || undefined }),
  });
  const { connectLedger: openDoor } = await import('./audit/open-door.js');
  return openDoor(
    databaseUrl,
    secretVariables.flatMap((name) => env[name] ?? []),
  );
}

async function loadMigration({ address }: Pick<ConnectOptions, 'address'>): Promise<Migrated> {
  const databaseUrl = await findDatabase({
    env: process.env,
    directory: process.cwd(),
    ...omitUndefined({ address: address || undefined }),
  });
  const { migrateDatabase } = await import('./audit/open-door.js');
  return migrateDatabase(databaseUrl);
}

/** Variables whose values must not get into a record, even where a person writes them into a reason. */
const secretVariables = [
  'ALIBABA_CLOUD_ACCESS_KEY_SECRET',
  'ALIBABA_CLOUD_SECURITY_TOKEN',
  'DATABASE_URL',
  'PGPASSWORD',
];

const userName = (): string => {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a uid without a name.
    return process.env['USER'] ?? `uid ${process.getuid?.() ?? 'unknown'}`;
  }
};

// A reader that has seen enough closes the pipe: no reason to die loudly.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

const exitCode = await run(process.argv.slice(2), {
  env: process.env,
  stdout: process.stdout,
  stderr: process.stderr,
  userName: userName(),
  accounts: () => knownAccounts(),
  defaults: defaultsFile(process.env),
  readFile: (path) => readFile(path === '-' ? '/dev/stdin' : path),
  connect: connectService,
  openLedger: loadLedger,
  migrate: loadMigration,
  openOutput: async (path) => {
    if (path === undefined) return process.stdout;
    const file = createWriteStream(path, { mode: 0o600 });
    await once(file, 'open');
    return file;
  },
  onInterrupt: (listener) => {
    process.once('SIGINT', listener);
    process.once('SIGTERM', listener);
    return () => {
      process.off('SIGINT', listener);
      process.off('SIGTERM', listener);
    };
  },
});

/** Everything written has left this process. */
const flushed = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise((resolve) => stream.write('', () => resolve()));

// The connection is left to the end of the process: closed under a call that is being repeated, it would end in an uncaught error.
await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
process.exit(exitCode);
