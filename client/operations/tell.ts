import { type Client, type WorkflowHandle, WorkflowUpdateRPCTimeoutOrCancelledError } from '@temporalio/client';
import { type Applied, type CallerWord, cancelUpdateName } from '../../workflows/contract/request.js';
import { ANSWER_MS, isUnheard } from './start.js';

const unanswered: Applied = {
  applied: false,
  why: 'no worker has answered yet: Temporal keeps it for the first that does',
};

/**
 * Tells a run something by an update, which answers whether it was applied and puts on the record who said it and why.
 * @param keep says it in the way that waits for a worker: where none answers in time, and where one of an older release does; without it
 * such an update fails
 */
export async function tellRun<Word extends CallerWord>(
  client: Client,
  run: WorkflowHandle,
  update: string,
  word: Word,
  keep?: () => Promise<unknown>,
): Promise<Applied> {
  try {
    return await client.withDeadline(Date.now() + ANSWER_MS, () =>
      run.executeUpdate<Applied, [Word]>(update, { args: [word] }),
    );
  } catch (error) {
    if (!keep || !isUnheard(error)) throw error;
    await keep();
    return error instanceof WorkflowUpdateRPCTimeoutOrCancelledError ? unanswered : { applied: true };
  }
}

/** Cancels a run. @param by for the record; without it Temporal cancels, and nobody tells whether it came in time */
export async function cancelRun(client: Client, run: WorkflowHandle, by?: CallerWord): Promise<Applied> {
  const cancel = () => run.cancel();
  if (by) return tellRun(client, run, cancelUpdateName, by, cancel);
  await cancel();
  return { applied: true };
}
