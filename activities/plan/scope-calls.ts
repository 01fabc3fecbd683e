import { patient } from '../../cloud/call/patience.js';
import type { CloudClient } from '../../cloud/call/port.js';

/** Scopes (account × region, or router) read at once. */
export const SCOPES_AT_ONCE = 8;

/** Longest time for one scope, in ms: a dead one is known long before, a slow one has many pages. */
const SCOPE_TIMEOUT_MS = 300_000;

/** A client for the reads of one scope. */
interface ScopeCalls {
  /** Retries passing failures, until the time of the scope is over or the signal ends it. */
  readonly cloud: CloudClient;
  /** Calls that were sent so far. */
  count(): number;
}

export function scopeCalls(cloud: CloudClient, signal?: AbortSignal): ScopeCalls {
  const time = AbortSignal.timeout(SCOPE_TIMEOUT_MS);
  let calls = 0;
  return {
    cloud: patient(cloud, signal ? AbortSignal.any([signal, time]) : time, () => void calls++),
    count: () => calls,
  };
}
