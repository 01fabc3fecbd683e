/** The ledger's database did not answer, or nothing names its address. */
export class LedgerOutOfReachError extends Error {
  override readonly name = 'LedgerOutOfReachError';
  constructor(
    /** Address of the database, `host:port/database`; absent where nothing names it. */
    readonly place: string | undefined,
    reason: string,
    options: { readonly cause?: unknown; readonly advice?: string } = {},
  ) {
    super(place === undefined ? reason : `the ledger at ${place} is out of reach: ${reason}`, options);
    this.advice = options.advice;
  }
  /** Advice what to do, where the database said why. */
  readonly advice: string | undefined;
}

/** The database answered, and its role for us may not do this. */
export class LedgerRefusedError extends Error {
  override readonly name = 'LedgerRefusedError';
  constructor(message: string, options: { readonly cause?: unknown; readonly advice?: string } = {}) {
    super(message, options);
    this.advice = options.advice;
  }
  /** Advice what to do, where it is not to name a login of another role. */
  readonly advice: string | undefined;
}
