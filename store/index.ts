/** Data that the service keeps in PostgreSQL beside its ledger: stored manifests, bulks and their targets, answers too long for one payload. */
export { migrateStore, openStore, type Store } from './open-store.js';
export type { RowsPage, StoredRows } from './rows.js';
export type { KeptManifest, Manifests } from './manifests.js';
export type { BulkStore, RemovedReportRows } from './bulks.js';
export type { BulkOpening, BulkTarget, ToldByGathering, Gatherer } from './gathering.js';
