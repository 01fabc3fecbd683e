import { startAnchoring, type AnchoringOptions } from './anchor.js';
import type { RedactText } from '../database/canonical-json.js';
import { beginningOn } from './beginning.js';
import { changesOn } from './changes.js';
import { Database, type DatabaseOptions } from '../database/database.js';
import { doubtsOn } from './doubts.js';
import { durabilityOf } from './durability.js';
import type { Ledger } from './ledger.js';
import { memoryOn } from './memory.js';
import { operationsOn } from './operations.js';

/** Options to open the ledger. */
export interface LedgerOptions extends DatabaseOptions, AnchoringOptions {
  /** Applied to every text of every body before it is stored. Default: none; the worker always gives one. */
  readonly redact?: RedactText;
}

/**
 * Opens the ledger on a migrated database and starts anchoring it.
 * @throws {DatabaseUnavailable} when the database is out of reach
 * @throws {Error} when its schema is missing: run `migrate` first
 */
export async function openLedger(options: LedgerOptions): Promise<Ledger> {
  const database = await openDatabase(options);
  const anchoring = await startAnchoring(database, options);
  return {
    ...changesOn(database, options.redact),
    ...operationsOn(database, anchoring.closed, options.redact),
    ...memoryOn(database),
    ...beginningOn(database),
    ...doubtsOn(database, options.redact),
    durability: () => durabilityOf(database),
    async close() {
      await anchoring.stop();
      await database.close();
    },
  };
}

/** Connects, and makes sure that there is a ledger. Throws as {@link openLedger}. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const database = new Database(options);
  try {
    const [row] = await database.query<{ there: boolean }>(`select to_regclass('ledger.entries') is not null as there`);
    if (!row?.there) throw new Error('the database has no ledger: run the migrations first');
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}
