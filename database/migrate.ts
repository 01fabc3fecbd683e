import { runner } from 'node-pg-migrate';
import { connected, type SchemaMigrations, schemaStanding } from './schema.js';

/** A lock of our own, so that an unrelated program's migrations in the same database do not wait for ours. */
const MIGRATION_LOCK = 7_041_130_802;

/**
 * Brings one schema of the database to this build's state. Any number of workers may call it at once: one does it, the others wait.
 * A database that is up to date is only read, so a restricted role may call it too.
 * @returns the migrations that it ran
 * @throws {DatabaseUnavailable} when the database is out of reach
 * @throws {Error} when something is to be done and the role of `databaseUrl` may not do it
 */
export const migrateSchema = (asked: SchemaMigrations): Promise<readonly string[]> =>
  connected(asked.databaseUrl, async (client) => {
    if ((await schemaStanding(client, asked)).missing.length === 0) return [];
    const done = await runner({
      dbClient: client,
      dir: asked.folder,
      direction: 'up',
      migrationsTable: 'migrations',
      migrationsSchema: asked.schema,
      createMigrationsSchema: true,
      lockValue: MIGRATION_LOCK,
      advisoryLockMode: 'wait',
      log: () => undefined,
    });
    return done.map(({ name }) => name);
  });
