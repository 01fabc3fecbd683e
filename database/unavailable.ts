/** The database cannot be reached, is shutting down, or did not answer in time. Wait and ask again. */
export class DatabaseUnavailable extends Error {
  override readonly name = 'DatabaseUnavailable';
  /** Of a commitIntent: the intent that may or may not stand in the ledger. */
  intentId?: string;
  constructor(cause: Error) {
    super(`the ledger's database is not available: ${cause.message}`, { cause });
  }
}
