import { afterAll, beforeAll, expect, test } from 'vitest';
import { hostile, until } from './fixtures/scenario.js';
import { type Service, startService } from './fixtures/service.js';
import { destination, requestedBy, vpc } from './fixtures/targets.js';

/** What a run is told while no worker is there is not called applied; Temporal keeps it, and the first worker that comes does it. */

let service: Service;
beforeAll(async () => {
  service = await startService(hostile({ progression: { mode: 'explicit' } }, { workers: 0 }));
}, 120_000);
afterAll(() => service.stop());

test('a pause and a cancellation without a worker are told to be waiting, and take effect when one comes', async () => {
  const by = { requestedBy: 'mika', reason: 'incident 7' };
  const spec = { destination };
  const [bulk, operation] = await Promise.all([
    service.flowLogs.bulks.start({ operation: 'enable', items: [{ target: vpc.target('1'), spec }], requestedBy }),
    service.flowLogs.enable({ target: vpc.target('2'), spec, requestedBy }),
  ]);
  expect([bulk, operation]).toMatchObject([{ isWaiting: true }, { isWaiting: true }]);
  const waiting = { applied: false, why: expect.stringMatching(/^no worker has answered yet/) as string };
  expect(await Promise.all([bulk.pause(by), operation.cancel(by)])).toEqual([waiting, waiting]);
  await service.startWorker();
  expect(await operation.result()).toMatchObject({ outcome: 'cancelled', steps: [] });
  await until(async () => (await bulk.progress()).phase === 'paused');
  expect(service.simulator.journal().filter(({ kind }) => kind === 'change')).toEqual([]);
  expect(await bulk.cancel(by)).toEqual({ applied: true });
  expect(await bulk.result()).toMatchObject({ end: 'cancelled' });
});
