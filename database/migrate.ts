import { readdir } from 'node:fs/promises';
import { runner } from 'node-pg-migrate';
import pg from 'pg';
import { passing } from './database.js';

/** A schema of the database, and the folder of its migrations. */
export interface SchemaMigrations {
  readonly databaseUrl: string;
  readonly schema: string;
  readonly folder: string;
}

/** A lock of our own, so that an unrelated program's migrations in the same database do not wait for ours. */
const MIGRATION_LOCK = 7_041_130_802;

const CONNECT_TIMEOUT_MS = 5000;

/**
 * Brings one schema of the database to this build's state. Any number of workers may call it at once: one does it, the others wait.
 * A database that is up to date is only read, so a restricted role may call it too.
 * @throws {DatabaseUnavailable} when the database is out of reach
 * @throws {Error} when something is to be done and the role of `databaseUrl` may not do it
 */
export async function migrateSchema({ databaseUrl, schema, folder }: SchemaMigrations): Promise<void> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: 'flowlog-migrate',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });
  // A connection that breaks rejects the query under way; without a listener the event would end the process.
  client.on('error', () => undefined);
  try {
    await passing(client.connect());
    if (await passing(isUpToDate(client, schema, folder))) return;
    const migrations = runner({
      dbClient: client,
      dir: folder,
      direction: 'up',
      migrationsTable: 'migrations',
      migrationsSchema: schema,
      createMigrationsSchema: true,
      lockValue: MIGRATION_LOCK,
      advisoryLockMode: 'wait',
      log: () => undefined,
    });
    await passing(migrations);
  } finally {
    await client.end();
  }
}

async function isUpToDate(client: pg.Client, schema: string, folder: string): Promise<boolean> {
  const { rows } = await client.query<{ there: boolean }>(`select to_regclass($1) is not null as there`, [
    `${schema}.migrations`,
  ]);
  if (!rows[0]?.there) return false;
  const done = await client.query<{ name: string }>(`select name from ${pg.escapeIdentifier(schema)}.migrations`);
  const names = new Set(done.rows.map(({ name }) => name));
  return (await readdir(folder)).every((file) => names.has(file.replace(/\.sql$/, '')));
}
