import { readdir } from 'node:fs/promises';
import pg from 'pg';
import { passing } from './database.js';

/** A schema of the database, and the folder of its migrations. */
export interface SchemaMigrations {
  readonly databaseUrl: string;
  readonly schema: string;
  readonly folder: string;
}

/** A schema of the database beside the migrations of this build. */
export interface SchemaStanding {
  /** Migrations of this build that the database does not have. */
  readonly missing: readonly string[];
  /** Migrations that the database has and this build does not know: a newer build made them. */
  readonly unknown: readonly string[];
}

/** Connection on which schemas are looked at. */
export type SchemaClient = pg.Client;

const CONNECT_TIMEOUT_MS = 5000;

/** Runs `use` over a connection of its own. @throws {DatabaseUnavailable} */
export async function connected<Result>(
  databaseUrl: string,
  use: (client: SchemaClient) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: 'flowlog-migrate',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });
  // A connection that breaks rejects the query under way; without a listener the event would end the process.
  client.on('error', () => undefined);
  try {
    await passing(client.connect());
    return await passing(use(client));
  } finally {
    await client.end();
  }
}

/** Compares one schema of the database with this build. */
export async function schemaStanding(
  client: SchemaClient,
  { schema, folder }: SchemaMigrations,
): Promise<SchemaStanding> {
  const known = (await readdir(folder)).filter((file) => file.endsWith('.sql')).map((file) => file.slice(0, -4)); // prettier-ignore
  const { rows } = await client.query<{ there: boolean }>(`select to_regclass($1) is not null as there`, [
    `${schema}.migrations`,
  ]);
  if (!rows[0]?.there) return { missing: known.sort(), unknown: [] };
  const done = await client.query<{ name: string }>(`select name from ${pg.escapeIdentifier(schema)}.migrations`);
  const names = new Set(done.rows.map(({ name }) => name));
  return {
    missing: known.filter((name) => !names.has(name)).sort(),
    unknown: [...names].filter((name) => !known.includes(name)).sort(),
  };
}
