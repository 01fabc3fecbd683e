import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Dependencies } from '../../activities/dependencies.js';
import { BudgetWait } from '../../cloud/call/budget.js';
import { type Service, startService } from './fixtures/service.js';
import { committed, destination, productsUnderTest, requestedBy } from './fixtures/targets.js';

/**
 * An attempt that may come back at once. Temporal takes a delay of zero, or less, for the end of all retries: the operation had its answer at its
 * deadline, and nothing was ever sent.
 */

/** Pauses in ms that a budget tells, one after the other; the last one has room for a call. */
const pausesMs = [0, 0.3, -5];

let service: Service;
beforeAll(async () => {
  service = await startService({
    simulator: { profile: 'friendly', config: { limits: {}, quotas: {}, progression: { mode: 'immediate' } } },
    workers: 0,
  });
});
afterAll(() => service.stop());

test('a change whose budget has room again at once is tried again at once', { timeout: 60_000 }, async () => {
  const told = new Map<string, number>();
  const wrap = (dependencies: Dependencies): Dependencies => ({
    ...dependencies,
    budget: {
      ...dependencies.budget,
      probe: (request, waiting) => {
        const times = told.get(request.service) ?? 0;
        told.set(request.service, times + 1);
        const pauseMs = pausesMs[times];
        return pauseMs === undefined
          ? dependencies.budget.probe(request, waiting)
          : Promise.reject(new BudgetWait(request, pauseMs));
      },
    },
  });
  await service.startWorker({ wrap });
  const asked = productsUnderTest.map(async (product) => {
    const options = { deadlineMs: 30_000 };
    const request = { target: product.target('at-once'), spec: { destination }, requestedBy, options };
    return (await service.flowLogs.enable(request)).result();
  });
  expect(await Promise.all(asked)).toMatchObject(productsUnderTest.map(() => ({ outcome: 'created' })));
  expect([...told.values()].every((times) => times > pausesMs.length)).toBe(true);
  for (const { product, create } of productsUnderTest)
    expect(committed(service.simulator.journal(), product, create)).toHaveLength(1);
});
