import { setTimeout as sleep } from 'node:timers/promises';

/** Activities that do nothing, to measure Temporal alone. The third takes as long as it is told. */
export const bareActivities = {
  first: (): Promise<void> => Promise.resolve(),
  second: (): Promise<void> => Promise.resolve(),
  third: (waitMs: number): Promise<void> => sleep(waitMs),
};
