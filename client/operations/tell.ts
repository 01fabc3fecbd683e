import { type Client, WorkflowUpdateRPCTimeoutOrCancelledError } from '@temporalio/client';
import type { Applied } from '../../workflows/contract/request.js';
import { ANSWER_MS, isUnheard } from './start.js';

const unanswered: Applied = {
  applied: false,
  why: 'no worker has answered yet: Temporal keeps it for the first that does',
};

/**
 * Tells a run something by an update, which answers whether it was applied and puts on the record who said it and why.
 * @param keep says it in the way that waits for a worker: where none answers in time, and where one of an older release does
 */
export async function tellRun(
  client: Client,
  update: () => Promise<Applied>,
  keep: () => Promise<unknown>,
): Promise<Applied> {
  try {
    return await client.withDeadline(Date.now() + ANSWER_MS, update);
  } catch (error) {
    if (!isUnheard(error)) throw error;
    await keep();
    return error instanceof WorkflowUpdateRPCTimeoutOrCancelledError ? unanswered : { applied: true };
  }
}
