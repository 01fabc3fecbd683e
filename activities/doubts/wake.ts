import type { Client } from '@temporalio/client';

/** Temporal's number for an attempt that waits for its time. */
const WAITING = 1;

/** Tells whether an operation runs under this id; false where Temporal does not answer, so that the rest is still told. */
export async function isAtWork(temporal: Client, workflowId: string): Promise<boolean> {
  try {
    return (await temporal.workflow.getHandle(workflowId).describe()).status.name === 'RUNNING';
  } catch {
    return false;
  }
}

/**
 * Has an operation that waits for its next attempt make it now. Asked of Temporal's server; one that cannot do it (it knows
 * `ResetActivity` since 1.28) leaves the attempt for its own time. An attempt under way is left alone.
 * @returns true where an operation was told
 */
export async function wake(temporal: Client, workflowId: string): Promise<boolean> {
  const { namespace } = temporal.options;
  try {
    const { raw, runId } = await temporal.workflow.getHandle(workflowId).describe();
    const waiting = (raw.pendingActivities ?? []).filter(
      ({ state, attempt }) => state === WAITING && (attempt ?? 1) > 1,
    );
    const execution = { workflowId, runId };
    for (const { activityId } of waiting)
      await temporal.workflowService.resetActivity({ namespace, execution, id: activityId ?? '' });
    return waiting.length > 0;
  } catch {
    return false;
  }
}
