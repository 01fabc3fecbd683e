import type { Client, WorkflowHandle } from '@temporalio/client';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import { type Applied, type CallerWord, cancelUpdateName } from '../../workflows/contract/request.js';
import type { OperationReport } from '../../workflows/contract/operation.js';
import { translated, type FailureContext } from '../failure.js';
import { progressOf, type OperationProgress } from './progress.js';
import { ANSWER_MS, isUnheard } from './start.js';

/** A hold on one operation: to wait for it, look at it, or cancel it. Cheap; losing it loses nothing. */
export interface OperationHandle {
  readonly workflowId: string;
  /** The run held; absent where the handle means the newest run of a target. */
  readonly runId?: string;
  /**
   * Waits for the end.
   * @throws OperationFailedError when it ended badly, UnreachableError when Temporal went away (the operation goes on).
   */
  result(): Promise<OperationReport>;
  /** Reads its progress: the workflow's phase, and what happens inside its attempts. */
  progress(): Promise<OperationProgress>;
  /**
   * Asks it to stop before its next change. It then *completes* with outcome `cancelled` and what stands in the cloud;
   * a change already on its way is finished and recorded.
   * @param by name and reason, for the record
   */
  cancel(by?: CallerWord): Promise<void>;
}

/** An operation just asked for. */
export interface StartedOperation extends OperationHandle {
  readonly runId: string;
  /** True where the same request was running already, so that this one joined it. */
  readonly joined: boolean;
  /** True where Temporal has accepted it, and no worker has taken it up yet: the first one that is there does. */
  readonly isWaiting?: boolean;
}

/** Makes the handle of a run, or without `runId` of the newest run under the id. */
export function operationHandle(client: Client, address: string, workflowId: string, runId?: string): OperationHandle {
  const context: FailureContext = { address, workflowId, ...omitUndefined({ runId: runId || undefined }) };
  const run = () => client.workflow.getHandle(workflowId, runId);
  return {
    workflowId,
    ...omitUndefined({ runId: runId || undefined }),
    result: () => translated(context, async () => (await run().result()) as OperationReport),
    progress: () => translated(context, () => progressOf(client, workflowId, runId)),
    cancel: (by) =>
      translated(context, () =>
        by
          ? cancelBy(client, run(), by)
          : run()
              .cancel()
              .then(() => undefined),
      ),
  };
}

/** Cancels by the update that puts who and why on the record; as Temporal does where no worker answers in time, or one of an older release. */
async function cancelBy(client: Client, run: WorkflowHandle, by: CallerWord): Promise<void> {
  try {
    const update = () => run.executeUpdate<Applied, [CallerWord]>(cancelUpdateName, { args: [by] });
    await client.withDeadline(Date.now() + ANSWER_MS, update);
  } catch (error) {
    if (!isUnheard(error)) throw error;
    await run.cancel();
  }
}
