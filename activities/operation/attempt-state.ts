import { Context } from '@temporalio/activity';
import type { FailureDetails } from '../../workflows/contract/operation.js';
import type { BootMoment } from '../../workflows/contract/activities.js';
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
  /** APIs whose budget told an attempt to come back, and that have accepted no call since. */
  waitsFor?: readonly string[];
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

/** This attempt ended before it meant to send anything: for the next one it was none. */
export const countIdleAttempt = (attemptState: AttemptState): void => {
  attemptState.idleAttempts = (attemptState.idleAttempts ?? 0) + 1;
};
