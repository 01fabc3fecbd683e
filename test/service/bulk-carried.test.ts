import { afterAll, beforeAll, expect, test } from 'vitest';
import { changesOn } from './fixtures/judge.js';
import { hostile, rowsOf, until } from './fixtures/scenario.js';
import { type Service, startService } from './fixtures/service.js';
import { destination, requestedBy, vpc } from './fixtures/targets.js';

/** A bulk that goes on in a new history goes on as what it was. */

let service: Service;
beforeAll(async () => {
  const env = { FLOWLOG_LONG_HISTORY_EVENTS: '10' };
  service = await startService(hostile({ cooldownMs: 0 }, { env }));
}, 120_000);
afterAll(() => service.stop());

const itemsIn = (region: string, names: readonly string[]) =>
  names.map((name) => ({ target: { ...vpc.target(name), region }, spec: { destination } }));

const creationOf = (name: string) => ({
  product: 'vpc' as const,
  action: 'CreateFlowLog',
  resource: vpc.resource(name),
});

test('a failure budget spent while it waits to go on in a new history stays spent', { timeout: 90_000 }, async () => {
  const refused = { when: 'before', effect: 'code', code: 'InvalidParameter', status: 400, probability: 1 } as const;
  service.simulator.faults([
    { ...creationOf('held'), barrier: 'held', count: 1 },
    { ...creationOf('bad0'), ...refused },
    { ...creationOf('bad1'), ...refused },
  ]);
  const items = [
    ...itemsIn('cn-beijing', ['quick']),
    ...itemsIn('cn-hangzhou', ['held', 'bad0', 'bad1']),
    ...itemsIn('cn-shanghai', ['next0', 'next1']),
  ];
  const options = { window: 2, failureBudget: 1 };
  const bulk = await service.flowLogs.bulks.start({ operation: 'enable', items, requestedBy, options });
  await service.simulator.barriers.waiting('held');
  // There is room for the third page now, and the history is long: the bulk waits for the page that is held.
  await until(async () => (await bulk.progress()).ended.succeeded === 1);
  service.simulator.barriers.release('held');
  expect(await bulk.result()).toMatchObject({
    end: 'stopped',
    why: expect.stringContaining('failure budget') as string,
    tally: { total: 6, succeeded: 2, failed: 2, skipped: 2 },
  });
  const { runId } = await service.client.workflow.getHandle(bulk.workflowId).describe();
  expect(runId).not.toBe(bulk.runId);
  for (const name of ['next0', 'next1']) expect(changesOn(service, vpc, name)).toEqual([]);
  expect(await rowsOf(service, bulk)).toHaveLength(6);
});
