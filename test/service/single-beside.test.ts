import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ResourceTarget } from '../../cloud/flow-log.js';
import { expectExactlyOne } from './fixtures/judge.js';
import { type Service, startService, uid } from './fixtures/service.js';
import { committed, destination, productsUnderTest, requestedBy } from './fixtures/targets.js';

/** A single operation beside a bulk that has queued for the budgets of the same APIs in the same place. */

const TARGETS = 50;
const PER_SECOND = 2;

let service: Service;
beforeAll(async () => {
  service = await startService({
    workers: 0,
    simulator: {
      profile: 'friendly',
      config: { limits: {}, quotas: {}, progression: { mode: 'immediate' } },
    },
  });
  const budgets = productsUnderTest.map(({ product, create }) => `${product}:${create}=${PER_SECOND}`);
  await service.startWorker({ env: { FLOWLOG_BUDGETS: budgets.join(','), FLOWLOG_BUDGET_SHARE: '1' } });
}, 120_000);
afterAll(() => service.stop());

const patience = { timeout: 120_000 };

test.for(productsUnderTest.map((product) => ({ name: product.product, product })))(
  'stands behind the bulk neither with its create nor with its reads, and the status of a target does not: $name',
  patience,
  async ({ name, product }) => {
    const spec = { destination };
    const creates = () => committed(service.simulator.journal(), name, product.create).length;
    // It is still at work when the service is stopped.
    await service.flowLogs.bulks.start({
      operation: 'enable',
      name: `beside-${name}`,
      items: Array.from({ length: TARGETS }, (_, index) => ({ target: product.target(`bulk-${index}`), spec })),
      requestedBy,
      options: { window: TARGETS },
    });
    await expect.poll(creates, { timeout: 60_000 }).toBeGreaterThan(2);
    const lists = () =>
      service.simulator.journal().filter((call) => call.product === name && call.action === product.list);
    const read = lists().length;
    const asked = product.target('single') as unknown as ResourceTarget;
    const status = await service.flowLogs.inspect({ accountId: uid, target: asked });
    expect(status.problems).toEqual([]);
    expect(lists().length - read).toBeLessThan(TARGETS / 2);

    const before = creates();
    const single = await service.flowLogs.enable({ target: product.target('single'), spec, requestedBy });
    expect(await single.result()).toMatchObject({ outcome: 'created' });
    expect(creates() - before).toBeLessThan(TARGETS / 2);
    expectExactlyOne(service, product, 'single');
  },
);
