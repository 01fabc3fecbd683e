import type { Client } from '@temporalio/client';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import type { Applied, CallerWord } from '../../workflows/contract/request.js';
import type { OperationReport } from '../../workflows/contract/operation.js';
import { translated, type FailureContext } from '../failure.js';
import { progressOf, type OperationProgress } from './progress.js';
import type { Started } from './start.js';
import { cancelRun } from './tell.js';

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
   * @param by name and reason, for the record; without it Temporal cancels, and nobody tells whether it came in time
   * @returns `applied: false` with `why`, where it changes nothing or no worker has answered yet
   */
  cancel(by?: CallerWord): Promise<Applied>;
}

/** An operation just asked for. */
export type StartedOperation = OperationHandle & Started;

/** Makes the handle of a run, or without `runId` of the newest run under the id. */
export function operationHandle(client: Client, address: string, workflowId: string, runId?: string): OperationHandle {
  const context: FailureContext = { address, workflowId, ...omitUndefined({ runId: runId || undefined }) };
  const run = () => client.workflow.getHandle(workflowId, runId);
  return {
    workflowId,
    ...omitUndefined({ runId: runId || undefined }),
    result: () => translated(context, async () => (await run().result()) as OperationReport),
    progress: () => translated(context, () => progressOf(client, workflowId, runId)),
    cancel: (by) => translated(context, () => cancelRun(client, run(), by)),
  };
}
