import { proxyActivities } from '@temporalio/workflow';
import type { bareActivities } from './bare-activities.js';

const { first, second, third } = proxyActivities<typeof bareActivities>({
  taskQueue: 'bare-activities',
  startToCloseTimeout: '30 seconds',
});

/** Three activities, one after the other. */
export async function bareWorkflow(): Promise<void> {
  await first();
  await second();
  await third();
}
