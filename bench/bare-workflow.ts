import { executeChild, proxyActivities } from '@temporalio/workflow';
import type { bareActivities } from './bare-activities.js';

const { first, second, third } = proxyActivities<typeof bareActivities>({
  taskQueue: 'bare-activities',
  startToCloseTimeout: '30 seconds',
});

/** Three activities, one after the other. */
export async function bareWorkflow(waitMs = 0): Promise<void> {
  await first();
  await second();
  await third(waitMs);
}

/** So many of them as children, `window` at once. */
export async function bareBulk(count: number, window: number, waitMs: number): Promise<void> {
  let left = count;
  const lane = async () => {
    while (left-- > 0) await executeChild(bareWorkflow, { args: [waitMs] });
  };
  await Promise.all(Array.from({ length: window }, lane));
}
