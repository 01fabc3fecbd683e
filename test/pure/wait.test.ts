import { setFlagsFromString } from 'node:v8';
import { setTimeout as sleep } from 'node:timers/promises';
import { runInNewContext } from 'node:vm';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { expect, test } from 'vitest';
import type { Dependencies } from '../../activities/dependencies.js';
import { waitUntilSettled } from '../../activities/operation/wait.js';
import type { Watcher } from '../../cloud/lists/watcher.js';

const target = {
  product: 'vpc',
  accountId: '1000000000000001',
  region: 'cn-hangzhou',
  resource: { type: 'VPC', id: 'vpc-1' },
} as const;

/** Never answers: only the end of the asker's patience ends the look. */
const silent: Pick<Watcher, 'look'> = {
  look: ({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
};

const dependencies = {
  owner: 'test',
  watcher: silent,
  ledger: { readTarget: () => Promise.resolve({ fence: 1, version: 0, pending: [] }) },
  clock: { now: () => Date.now(), monotonicMs: () => performance.now(), bootMs: () => performance.now() },
  timing: { heartbeatMs: 30_000 },
} as unknown as Dependencies;

/** Collects objects without references. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

test('a wait ends itself in time to tell what it saw, whatever garbage is collected meanwhile', async () => {
  const scheduleToCloseTimeoutMs = 2_000;
  const environment = new MockActivityEnvironment(
    { scheduledTimestampMs: Date.now(), scheduleToCloseTimeoutMs },
    { logger: new DefaultLogger('ERROR') },
  );
  const wait = environment.run(() => waitUntilSettled(dependencies, { target, until: { status: 'active' } }));
  const tooLate = sleep(scheduleToCloseTimeoutMs, 'Temporal had to end it');
  setTimeout(collectGarbage, 300);
  setTimeout(collectGarbage, 600);
  const end = await Promise.race([wait.catch((error: unknown) => error), tooLate]);
  expect(end).toMatchObject({
    type: 'DeadlineExceeded',
    message: 'no flow log of ours was seen before the deadline',
    nonRetryable: true,
  });
});
