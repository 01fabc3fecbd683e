import { setTimeout as sleep } from 'node:timers/promises';
import type { CloudClient } from '../cloud.js';
import { CloudError } from '../cloud-error.js';
import { kindRules } from '../kind-rules.js';

/** Calls that failed for no reason of ours are sent so often in all; a refusal for haste is obeyed for as long as there is time. */
const TRIES = 3;

/**
 * A client of reads that does not take one bad moment for an answer. Refusals that a person must mend are passed on at once.
 * @param signal ends waits and calls; what was last refused is thrown then
 * @param onCall told before each call that leaves
 */
export function patient(cloud: CloudClient, signal: AbortSignal, onCall: () => void): CloudClient {
  return {
    async call(request) {
      for (let tries = 1; ; tries++) {
        try {
          onCall();
          return await cloud.call(request, { signal });
        } catch (error) {
          if (!(error instanceof CloudError) || signal.aborted || !isWorthAnother(error, tries)) throw error;
          await pause(error, tries, signal);
        }
      }
    },
  };
}

function isWorthAnother({ kind, details }: CloudError, tries: number): boolean {
  if (kind === 'throttled') return true;
  return tries < TRIES && (!kindRules[kind].permanent || Boolean(details.untilDeadline)) && kind !== 'not-found';
}

async function pause(error: CloudError, tries: number, signal: AbortSignal): Promise<void> {
  const { initialIntervalMs, backoffCoefficient, maximumIntervalMs } = kindRules[error.kind];
  const grownMs = Math.min(initialIntervalMs * backoffCoefficient ** (tries - 1), maximumIntervalMs);
  await sleep(error.details.retryAfterMs ?? grownMs, undefined, { signal }).catch(() => {
    throw error;
  });
}
