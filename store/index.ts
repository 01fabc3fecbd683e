/** What the service keeps in PostgreSQL beside its ledger: answers too long for one payload. */
export { migrateStore, openStore, type Store } from './open-store.js';
export type { RowsPage, StoredRows } from './rows.js';
