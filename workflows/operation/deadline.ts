import { patched, sleep } from '@temporalio/workflow';
import type { FailureDetails } from '../contract/operation.js';
import { detailsOfFailure } from './failure.js';
import type { OperationState } from './operation-state.js';
import { isOutOfTime } from '../decide/when-ended.js';

/**
 * Waits for the deadline, where an operation is about to end by it. Temporal ends an activity as soon as its next attempt would come too late, and a
 * wait ends itself a little early, to tell what it saw: up to the longest pause before the deadline that the caller was promised.
 */
export async function awaitDeadline(error: unknown, state: OperationState): Promise<void> {
  if (state.leftMs <= 0 || !isOutOfTime(detailsOfFailure(error, state.seen))) return;
  if (patched('deadline-awaited')) await sleep(state.leftMs);
}

/** The same failure, with what the operation was waiting for when its time ran out. */
export const naming = (details: FailureDetails, { awaited }: OperationState): FailureDetails =>
  isOutOfTime(details) && !details.message.includes(awaited)
    ? { ...details, message: `${details.message}; waited for ${awaited}` }
    : details;
