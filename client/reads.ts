import type { Client } from '@temporalio/client';
import { taskQueues } from '../workflows/contract.js';

/** Names of the read-only workflows. They look with the worker's credentials: a caller needs none of the cloud's. */
export const readWorkflowTypes = { inspect: 'inspectFlowLogs', diagnose: 'diagnose' } as const;

/** A read that takes longer than this is not worth waiting for at a keyboard. */
const readTimeoutMs = 60_000;

/** Runs a read-only workflow to its end. Its id is its own: reads do not exclude each other. */
export async function read<Report>(
  client: Client,
  workflowType: string,
  input: unknown,
  timeoutMs = readTimeoutMs,
): Promise<Report> {
  return client.workflow.execute(workflowType, {
    workflowId: `${workflowType}/${crypto.randomUUID()}`,
    taskQueue: taskQueues.workflows,
    args: [input],
    workflowExecutionTimeout: timeoutMs,
  }) as Promise<Report>;
}
