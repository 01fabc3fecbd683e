import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { migrate } from '../../audit/index.js';
import { type Postgres, startPostgres } from '../../local/postgres.js';
import { migrateStore } from '../../store/index.js';

/** A second real PostgreSQL, in the place of a first one. */

const run = promisify(execFile);

/** Two servers of which one runs at a time, on one port: the second has what a replica had at some moment, and goes on in a timeline of its own. */
export interface Pair {
  readonly url: string;
  /** Takes down what the second one will have. */
  copy(): Promise<void>;
  /** The first one is gone; resolves when it is, and `second` when the other has taken its place. */
  fail(): Promise<{ readonly second: Promise<void> }>;
  stop(): Promise<void>;
}

export async function startPair(): Promise<Pair> {
  const folder = await mkdtemp(join(tmpdir(), 'flowlog-fail-over-'));
  const at = (name: string) => join(folder, name);
  let server: Postgres = await startPostgres({ dataDir: at('first'), durable: false });
  const port = Number(new URL(server.url).port);
  const { url } = server;
  const start = async (name: string): Promise<void> => {
    server = await startPostgres({ dataDir: at(name), durable: false, port });
  };
  return {
    url,
    async copy() {
      await server.stop();
      for (const name of ['', '.password']) await run('cp', ['-a', at(`first${name}`), at(`second${name}`)]);
      // As a replica that is promoted: recovery to the end of what it has, then a new timeline.
      await run('cp', ['-a', at('second/PG_VERSION'), at('second/recovery.signal')]);
      await writeFile(at('second/postgresql.auto.conf'), "restore_command = '/bin/false'\n");
      await start('first');
    },
    async fail() {
      await server.stop();
      return { second: start('second') };
    },
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** One server of its own, empty. */
export async function startEmpty(): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'flowlog-restored-'));
  const server = await startPostgres({ dataDir: join(folder, 'data'), durable: false });
  return {
    url: server.url,
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The rows of every table of both schemas, as one snapshot has them. */
export type Dump = readonly { readonly table: string; readonly rows: string }[];

/**
 * Dumps the same data as `pg_dump --data-only`, by the same means: all tables in one REPEATABLE READ transaction, while others write. The program itself is
 * not in the packages that bring the server.
 */
export async function dump(databaseUrl: string): Promise<Dump> {
  return withClient(databaseUrl, async (client) => {
    await client.query('begin isolation level repeatable read read only');
    const { rows: tables } = await client.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('ledger', 'flowlog') and tablename <> 'migrations'`,
    );
    const dumped = [];
    for (const { name } of tables) {
      const { rows } = await client.query<{ rows: string }>(
        `select coalesce(json_agg(t), '[]')::text as rows from ${name} t`,
      );
      dumped.push({ table: name, rows: rows[0]?.rows ?? '[]' });
    }
    return dumped;
  });
}

/** Restores a dump into an empty server: the schema by its migrations, then the rows without triggers, as `pg_restore --disable-triggers`. */
export async function restore(databaseUrl: string, dumped: Dump): Promise<void> {
  await migrate(databaseUrl);
  await migrateStore(databaseUrl);
  await withClient(databaseUrl, async (client) => {
    await client.query('begin; set local session_replication_role = replica');
    for (const { table, rows } of dumped)
      await client.query(`insert into ${table} select * from json_populate_recordset(null::${table}, $1)`, [rows]);
    await client.query('commit');
  });
}

async function withClient<Result>(databaseUrl: string, use: (client: Client) => Promise<Result>): Promise<Result> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
