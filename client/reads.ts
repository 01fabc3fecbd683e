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

/** Longest look over many places. Each place is bounded by itself; this is for hundreds of them. */
const longReadTimeout = '30 minutes';

/**
 * Runs a read-only workflow that may take minutes.
 * @param signal stops it
 */
export async function readLong<Report>(
  client: Client,
  workflowType: string,
  input: unknown,
  signal?: AbortSignal,
): Promise<Report> {
  const handle = await client.workflow.start(workflowType, {
    workflowId: `${workflowType}/${crypto.randomUUID()}`,
    taskQueue: taskQueues.workflows,
    args: [input],
    workflowExecutionTimeout: longReadTimeout,
  });
  const stop = () => void handle.cancel().catch(() => undefined);
  signal?.addEventListener('abort', stop, { once: true });
  try {
    return (await handle.result()) as Report;
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}
