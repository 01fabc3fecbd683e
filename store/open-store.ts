import { fileURLToPath } from 'node:url';
import type { Slots } from '../cloud/call/slots.js';
import { Database } from '../database/database.js';
import type { DatabaseOptions } from '../database/database.js';
import { migrateSchema } from '../database/migrate.js';
import { type BulkStore, bulksOn } from './bulks.js';
import { type Manifests, manifestsOn } from './manifests.js';
import { budgetsOn } from './budgets.js';
import { type StoredRows, storedRowsOn } from './rows.js';

/** The service's data in PostgreSQL beside its ledger. Every method fails with `DatabaseUnavailable` while the database is out of reach. */
export interface Store {
  readonly rows: StoredRows;
  /** Turns of calls to the cloud, shared by all workers. */
  readonly budgets: Slots;
  readonly manifests: Manifests;
  readonly bulks: BulkStore;
  close(): Promise<void>;
}

/** Brings the store's schema to this build's state, as the ledger's `migrate`; run it after that, which makes the roles. */
export const migrateStore = (databaseUrl: string): Promise<readonly string[]> =>
  migrateSchema({
    databaseUrl,
    schema: 'flowlog',
    folder: fileURLToPath(new URL('../store/migrations', import.meta.url)),
  });

/** Opens the store on a migrated database. */
export function openStore(options: DatabaseOptions): Store {
  const database = new Database(options);
  return {
    rows: storedRowsOn(database),
    budgets: budgetsOn(database),
    manifests: manifestsOn(database),
    bulks: bulksOn(database),
    close: () => database.close(),
  };
}
