import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { Context } from '@temporalio/activity';
import type { AttemptRef } from '../../audit/index.js';
import { MOST_AWAY_MS } from '../../cloud/call/budget.js';
import { CLOCKS_DIFFER_MS, type Clock } from '../../cloud/clock.js';
import { SEND_WINDOW_MS } from '../dependencies.js';
import { failure, temporalUnavailable } from '../failures.js';
import { stopwatch } from './stopwatch.js';

/**
 * A worker that was suspended may begin, or go on with, an attempt that Temporal has given up: others have done the work since, and whatever
 * was asked for after it. Such an attempt takes the newest fence, and sees a target that is not as its operation wished. Only Temporal knows
 * that nobody waits for it any more.
 */

/** Time in ms in which an attempt waits for its slot, looks at the ledger, and sends. */
const RECENT_MS = MOST_AWAY_MS + 3_000;

/**
 * Begins to measure how long ago Temporal scheduled this attempt. The function it returns tells whether that is so short a time, by whichever
 * clock says most, that no other attempt can have come in its place. False where wall clocks differ.
 */
export function scheduledLately(clock: Clock): () => boolean {
  const elapsedMs = stopwatch(clock);
  const waitedMs = clock.now() - Context.current().info.currentAttemptScheduledTimestampMs;
  return () => waitedMs > -CLOCKS_DIFFER_MS && waitedMs + elapsedMs() < RECENT_MS;
}

/**
 * Asks Temporal whether this attempt is still the one at work. Whoever comes after it comes after the answer.
 * @throws a failure that is tried again: where a later attempt is at work or the run has ended, and where Temporal does not answer
 */
export async function requireAwaited(temporal: Client, by: AttemptRef): Promise<void> {
  if (await isAwaited(temporal, by)) return;
  throw failure(
    {
      kind: 'busy',
      code: 'AttemptGivenUp',
      message: `attempt ${by.attempt} of activity ${by.activityId} of ${by.operation.workflowId} (run ${by.operation.runId}) is not waited for any more; nothing was sent`,
      advice: 'Nothing to do: another attempt is at work, or the operation has ended.',
    },
    { benign: true },
  );
}

/** Tells whether Temporal waits for this attempt. @throws a failure that is tried again where it does not answer */
export async function isAwaited(temporal: Client, { operation, activityId, attempt }: AttemptRef): Promise<boolean> {
  const handle = temporal.workflow.getHandle(operation.workflowId, operation.runId);
  try {
    const { raw, status } = await temporal.withDeadline(Date.now() + SEND_WINDOW_MS, () => handle.describe());
    const pending = raw.pendingActivities?.find((each) => each.activityId === activityId);
    return status.name === 'RUNNING' && pending?.attempt === attempt;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    const silence = 'Temporal did not say whether this attempt is still waited for; nothing was sent';
    throw temporalUnavailable(error, silence) ?? error;
  }
}
