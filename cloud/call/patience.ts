import { setTimeout as sleep } from 'node:timers/promises';
import { omitUndefined } from '../omit-undefined.js';
import { BudgetWait } from './budget.js';
import type { CloudClient } from './port.js';
import { CloudError } from '../errors/cloud-error.js';
import { backoffMs, mayPass } from '../errors/kind-rules.js';

/** Number of times in all that a call with passing failures is sent; a throttled one is retried for as long as the signal gives time. */
const TRIES = 3;

/**
 * A client of reads that retries passing failures. Refusals that a person must mend are passed on at once.
 * @param signal ends waits and calls; the last failure is thrown then, and that of a call which the signal ended only where there was no other
 * @param onCall told of each call that left
 */
export function patient(cloud: CloudClient, signal?: AbortSignal, onCall: () => void = () => undefined): CloudClient {
  return {
    async call(request) {
      let last: unknown;
      for (let tries = 1; ; tries++) {
        try {
          const answer = await cloud.call(request, { patient: true, ...omitUndefined({ signal }) });
          onCall();
          return answer;
        } catch (error) {
          // Nothing was sent; the call only has to wait longer for its turn.
          if (!(error instanceof BudgetWait)) onCall();
          const pauseMs = pauseAfter(error, tries, signal !== undefined);
          if (signal?.aborted) throw last ?? error;
          if (pauseMs === undefined) throw error;
          last = error;
          await sleep(pauseMs, undefined, signal ? { signal } : {}).catch(() => {
            throw error;
          });
        }
      }
    },
  };
}

/** Pause before another try, in ms; undefined where another would not help. */
function pauseAfter(error: unknown, tries: number, isTimed: boolean): number | undefined {
  if (error instanceof BudgetWait) return error.forMs;
  if (!(error instanceof CloudError)) return undefined;
  const { kind, details } = error;
  const passes = kind !== 'not-found' && mayPass(error);
  const isObeyed = kind === 'throttled' && isTimed;
  if (!isObeyed && (tries >= TRIES || !passes)) return undefined;
  return details.retryAfterMs ?? backoffMs(kind, tries - 1);
}
