import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client as PgClient } from 'pg';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import { findTemporal } from '../../local/find-temporal.js';
import { type Postgres, startPostgres } from '../../local/postgres.js';
import { type Temporal, startTemporal } from '../../local/temporal.js';
import type { Stack } from '../../local/stack.js';
import { type Line, startLine } from '../service/fixtures/detour.js';

/** A server that can be taken away and brought back, on its data and its port. */
export interface Mortal {
  /** Process number of the one that runs now. */
  pid(): number;
  /** Ends it: Temporal as a crash does, the database as an operator does. */
  takeAway(): Promise<void>;
  bringBack(): Promise<void>;
}

/** Duration of a server's outage, in ms. */
const OUTAGE_MS = 3_000;

/** Takes a server away for a while; it comes back whatever goes wrong. @param gone is done as soon as it is away */
export async function outage<Result>(server: Mortal, gone: () => Result): Promise<Result> {
  try {
    await server.takeAway();
    const result = gone();
    await sleep(OUTAGE_MS);
    return result;
  } finally {
    await server.bringBack();
  }
}

/** The servers of a campaign, beside the simulator. */
export interface Servers {
  readonly temporal: Mortal & { readonly address: string };
  readonly database: Mortal & {
    readonly url: string;
    /** The way by which the workers reach it. */
    readonly line: Line;
    /** The same database through the line. */
    readonly urlOfWorkers: string;
  };
  /** Asks the database as its owner. */
  owner<Result>(use: (owner: PgClient) => Promise<Result>): Promise<Result>;
  /** Rows of the ledger's database. */
  query<Row extends object>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
}

/** Writes what a process prints to a file of its own in `folder`. */
export function logTo(folder: string, name: string): (line: string) => void {
  const stream = createWriteStream(join(folder, `${name}.log`), { flags: 'a' });
  return (line) => void stream.write(`${line}\n`);
}

/** Starts Temporal on a file and PostgreSQL on a folder, both below `folder`. The stack ends the servers that still run at the end. */
export async function startServers(folder: string, stack: Stack): Promise<Servers> {
  const executable = await findTemporal((line) => console.error(line));
  const [temporal, database] = await Promise.all([
    mortalTemporal(executable, folder, stack),
    mortalDatabase(folder, stack),
  ]);
  const owner: Servers['owner'] = async (use) => {
    const client = new PgClient({ connectionString: database.url });
    await client.connect();
    try {
      return await use(client);
    } finally {
      await client.end();
    }
  };
  return {
    temporal,
    database,
    owner,
    query: <Row extends object>(sql: string, values: readonly unknown[] = []) =>
      owner(async (client) => (await client.query<Row>(sql, [...values])).rows),
  };
}

async function mortalTemporal(executable: string, folder: string, stack: Stack): Promise<Servers['temporal']> {
  const log = logTo(folder, 'temporal');
  const start = (port?: number) =>
    startTemporal({
      executable,
      dbFile: join(folder, 'temporal.db'),
      uiPort: false,
      log,
      ...omitUndefined({ port: port || undefined }),
    });
  let running: Temporal = await start();
  const { address } = running;
  await stack.add(Promise.resolve({ id: 'temporal', name: 'Temporal', stop: () => running.stop() }));
  return {
    address,
    pid: () => running.pid,
    async takeAway() {
      process.kill(running.pid, 'SIGKILL');
      await running.ended;
    },
    async bringBack() {
      running = await start(Number(address.split(':')[1]));
    },
  };
}

async function mortalDatabase(folder: string, stack: Stack): Promise<Servers['database']> {
  const log = logTo(folder, 'postgres');
  const start = (port?: number) =>
    startPostgres({
      dataDir: join(folder, 'postgres'),
      log,
      // Time of a row's commit, by a clock that no campaign moves.
      settings: ['track_commit_timestamp=on'],
      ...omitUndefined({ port: port || undefined }),
    });
  let running: Postgres = await start();
  const { url } = running;
  await stack.add(Promise.resolve({ id: 'postgres', name: 'PostgreSQL', stop: () => running.stop() }));
  const line = await startLine(new URL(url).host);
  await stack.add(Promise.resolve({ id: 'line', name: 'the line to PostgreSQL', stop: () => line.close() }));
  const urlOfWorkers = new URL(url);
  urlOfWorkers.host = line.address;
  return {
    url,
    line,
    urlOfWorkers: urlOfWorkers.href,
    pid: () => running.pid,
    takeAway: () => running.stop(),
    async bringBack() {
      running = await start(Number(new URL(url).port));
    },
  };
}
