import { fileURLToPath } from 'node:url';
import { migrateSchema } from '../database/migrate.js';

/** Brings the ledger to this build's schema, as {@link migrateSchema}. */
export const migrate = (databaseUrl: string): Promise<void> =>
  migrateSchema({
    databaseUrl,
    schema: 'ledger',
    folder: fileURLToPath(new URL('./migrations', import.meta.url)),
  });
