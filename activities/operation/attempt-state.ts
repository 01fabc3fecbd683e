import { KEPT_REQUEST_IDS } from '../../workflows/contract/operation.js';
import { Context } from '@temporalio/activity';
import { BudgetWait, type Waiting } from '../../cloud/call/budget.js';
import type { CloudClient } from '../../cloud/call/port.js';
import { CloudError } from '../../cloud/errors/cloud-error.js';
import type { FailureDetails } from '../../workflows/contract/operation.js';
import type { BootMoment } from '../../workflows/contract/activities.js';
import { beating } from './attempt.js';
import type { UnwrittenOutcome } from './send.js';
import type { Missed } from './pending.js';

/** Facts that an attempt leaves to the next one, in its heartbeat. */
export interface AttemptState {
  apiCalls: number;
  requestIds: string[];
  /** An outcome the database would not take. */
  carried?: UnwrittenOutcome;
  /** Effects looked for and missed once after the grace. */
  missed?: readonly Missed[];
  /** It was told to come back for a slot of a budget, and has not had one since. */
  waited?: boolean;
  /** Attempts that ended before they meant to send anything: not their turn yet. */
  idleAttempts?: number;
  /** Moment when the flow log that was named was missed first, while a create of its place was in doubt. */
  missedAt?: BootMoment;
  /** Failure of the last send of this change; absent where none failed. */
  lastEnd?: FailureDetails;
}

/** Reads what the attempts before this one left. */
export function loadAttemptState(): AttemptState {
  const left = (Context.current().info.heartbeatDetails ?? {}) as Partial<AttemptState>;
  return { ...left, apiCalls: left.apiCalls ?? 0, requestIds: [...(left.requestIds ?? [])] };
}

/**
 * Leaves it to the next attempt, where this one failed: one that went well has none. Heartbeat details outlive a failed attempt; its
 * failure is shown only to the workflow.
 */
export const saveAttemptState = (attemptState: AttemptState): void => Context.current().heartbeat(attemptState);

/** Time between two heartbeats of a look, in ms: well below `LOOK_HEARTBEAT_MS`, after which another worker looks in its place. */
const LOOK_BEAT_MS = 3_000;

/** A look at the cloud: alive as long as it takes, its calls counted, and what it spent left to the next attempt where it fails. */
export async function looking<Result>(
  { cloud }: { readonly cloud: CloudClient },
  look: (cloud: CloudClient, attemptState: AttemptState) => Promise<Result>,
): Promise<Result> {
  const attemptState = loadAttemptState();
  const stop = beating(LOOK_BEAT_MS, () => attemptState);
  try {
    return await look(countingCalls(cloud, attemptState), attemptState);
  } catch (error) {
    saveAttemptState(attemptState);
    throw error;
  } finally {
    stop();
  }
}

/** Tells whether the next attempt may go before those that were never told to wait. */
export const waitingOf = ({ waited }: AttemptState): Waiting => (waited ? { waited } : {});

/** This attempt ended before it meant to send anything: for the next one it was none. */
export const countIdleAttempt = (attemptState: AttemptState): void => {
  attemptState.idleAttempts = (attemptState.idleAttempts ?? 0) + 1;
};

/** Rethrows an error, and remembers where it tells the attempt to come back for a slot. */
export const rememberWait =
  (attemptState: AttemptState) =>
  (error: unknown): never => {
    if (error instanceof BudgetWait) attemptState.waited = true;
    throw error;
  };

/** The cloud, with every call of this operation counted and its request id kept, whether it went well or not. */
export function countingCalls(cloud: CloudClient, attemptState: AttemptState): CloudClient {
  const keep = (requestId: string | undefined) => {
    attemptState.apiCalls += 1;
    if (requestId && attemptState.requestIds.length < KEPT_REQUEST_IDS) attemptState.requestIds.push(requestId);
  };
  return {
    async call(request, options) {
      try {
        const answer = await cloud.call(request, { ...options, ...waitingOf(attemptState) });
        delete attemptState.waited;
        keep(answer.requestId);
        return answer;
      } catch (error) {
        if (error instanceof CloudError) keep(error.details.requestId);
        return rememberWait(attemptState)(error);
      }
    },
  };
}
