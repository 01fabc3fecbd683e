import type { Client } from '@temporalio/client';
import { taskQueues } from '../workflows/contract/operation.js';
import { SILENCE_MS } from './reads.js';

/** Workers that poll a task queue. */
export interface QueueWorkers {
  readonly taskQueue: string;
  readonly kind: 'workflow' | 'activity';
  /** Processes that polled within the last minutes. */
  readonly workers: readonly { readonly identity: string; readonly lastSeenAt: string }[];
}

/** Temporal's numbers for the two kinds of task queue (`temporal.api.enums.v1.TaskQueueType`). */
const kindNumbers = { workflow: 1, activity: 2 } as const;

/** Task queues of the service and what is done on each. */
const queues: readonly { taskQueue: string; kind: QueueWorkers['kind'] }[] = [
  { taskQueue: taskQueues.workflows, kind: 'workflow' },
  { taskQueue: taskQueues.cloud, kind: 'activity' },
  { taskQueue: taskQueues.wait, kind: 'activity' },
  { taskQueue: taskQueues.join, kind: 'activity' },
];

/** Lists the workers that poll the service's task queues; the server remembers a poller for about five minutes. */
export async function workersOf(client: Client): Promise<QueueWorkers[]> {
  const { workflowService } = client.connection;
  const { namespace } = client.options;
  return Promise.all(
    queues.map(async ({ taskQueue, kind }) => {
      const { pollers } = await client.withDeadline(Date.now() + SILENCE_MS, () =>
        workflowService.describeTaskQueue({
          namespace,
          taskQueue: { name: taskQueue },
          taskQueueType: kindNumbers[kind],
        }),
      );
      const workers = (pollers ?? []).map(({ identity, lastAccessTime }) => ({
        identity: identity ?? 'unknown',
        lastSeenAt: new Date(Number(lastAccessTime?.seconds ?? 0) * 1000).toISOString(),
      }));
      return { taskQueue, kind, workers };
    }),
  );
}
