/** The ledger's database did not answer, or nobody says where it is. */
export class LedgerOutOfReachError extends Error {
  override readonly name = 'LedgerOutOfReachError';
  constructor(
    /** Where it was looked for, `host:port/database`; absent where nothing names it. */
    readonly place: string | undefined,
    reason: string,
    options?: { cause?: unknown },
  ) {
    super(place === undefined ? reason : `the ledger at ${place} is out of reach: ${reason}`, options);
  }
}

/** The database answered, and its role for us may not do this. */
export class LedgerRefusedError extends Error {
  override readonly name = 'LedgerRefusedError';
}
