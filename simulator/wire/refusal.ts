import { codes } from './codes.js';

/** Optional parts of a refusal beside its code. */
export interface RefusalOptions {
  /** Default: the documented message of the code. */
  readonly message?: string | undefined;
  /** Default: the documented status of the code, else 400, as nearly every failure of this cloud. */
  readonly httpStatus?: number | undefined;
  /** Sent as the header `x-acs-retry-after`, in ms. */
  readonly retryAfterMs?: number | undefined;
  /** Chooses the wording where two services differ. */
  readonly service?: string | undefined;
}

/** A call answered with an error code; nothing was changed. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly httpStatus: number;
  readonly retryAfterMs: number | undefined;
  constructor(
    readonly code: string,
    options: RefusalOptions = {},
  ) {
    const [httpStatus, message] = codes[`${options.service}:${code}`] ??
      codes[code] ?? [400, 'The request is refused.'];
    super(options.message ?? message);
    this.httpStatus = options.httpStatus ?? httpStatus;
    this.retryAfterMs = options.retryAfterMs;
  }
}
