import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import type { Operation, OperationRequest } from '../../client/index.js';
import { resourceKey } from '../../cloud/target.js';
import type { PlanRow } from '../../workflows/contract/plan.js';
import { changesOn, flowLogsOn, seedOwn } from './fixtures/judge.js';
import { byHand, rowsOf } from './fixtures/scenario.js';
import { type Service, startService } from './fixtures/service.js';
import { destination, productsUnderTest, requestedBy } from './fixtures/targets.js';

/** A second flow log of ours on a target is told by whatever reads the target. */

let service: Service;
/** Done before the next attempt at the target of this key. */
const beforeAttempt = new Map<string, () => Promise<void>>();
beforeAll(async () => {
  const config = { progression: { mode: 'immediate' }, listLagMs: 0, cooldownMs: 0 } as const;
  service = await startService({
    simulator: { profile: 'hostile', config },
    env: { FLOWLOG_LIST_LAG_MS: '100', FLOWLOG_GRACE_MS: '4700' },
    workers: 0,
  });
  await service.startWorker({
    wrap: ({ ledger, ...others }) => ({
      ...others,
      ledger: {
        ...ledger,
        async takeFence(target, by) {
          const act = beforeAttempt.get(target.key);
          beforeAttempt.delete(target.key);
          await act?.();
          return ledger.takeFence(target, by);
        },
      },
    }),
  });
}, 120_000);
afterAll(() => service.stop());

/** Two flow logs of ours on one target, as a mishap left them. */
const doubled = async (product: (typeof productsUnderTest)[number], name: string): Promise<readonly string[]> => [
  await seedOwn(service, product, name, 'Active'),
  await seedOwn(service, product, name, 'Active'),
];

const ask = async (operation: Operation, request: object) =>
  (await service.flowLogs.operate(operation, { requestedBy, ...request } as OperationRequest)).result();

describe.each(productsUnderTest)('two of ours on a target of $product', (product) => {
  test.each([
    { operation: 'enable', spec: { destination }, outcome: 'unchanged' },
    { operation: 'modify', spec: { description: 'new' }, outcome: 'modified' },
    { operation: 'disable', outcome: 'deactivated' },
  ] as const)('$operation names the second one, and leaves it', async ({ operation, outcome, ...rest }) => {
    const name = `two-${operation}`;
    const ids = await doubled(product, name);
    const report = await ask(operation, { target: product.target(name), ...rest });
    expect(report).toMatchObject({ outcome });
    expect([report.flowLogId, ...(report.surplus ?? [])].toSorted()).toEqual([...ids].toSorted());
    expect(flowLogsOn(service, product, name)).toHaveLength(2);
  });

  test('an operation that fails tells it too', async () => {
    const ids = await doubled(product, 'two-failing');
    const spec = { destination: { ...destination, project: 'elsewhere' } };
    const failed = ask('enable', { target: product.target('two-failing'), spec });
    await expect(failed).rejects.toMatchObject({
      details: { code: 'Conflict(drift)', surplus: [expect.stringMatching(new RegExp(ids.join('|')))] as string[] },
    });
  });

  test('who deletes the second one by its id is done with it', async () => {
    const [kept = '', second = ''] = await doubled(product, 'two-mended');
    const { resource, ...place } = product.target('two-mended');
    const named = { ...place, ...omitUndefined({ ecrId: resource['ecrId'] || undefined }), flowLogId: second };
    const deleted = await ask('delete', { target: named });
    expect(deleted).toMatchObject({ outcome: 'deleted' });
    expect(deleted.surplus).toBeUndefined();
    const after = await ask('enable', { target: product.target('two-mended'), spec: { destination } });
    expect(after).toMatchObject({ outcome: 'unchanged', flowLogId: kept });
    expect(after.surplus).toBeUndefined();
    expect(changesOn(service, product, 'two-mended').map(({ action }) => action)).toEqual([product.delete]);
  });
});

test('a surplus is not removed when somebody has stopped the other one since it was seen: the target is never without an Active one', async () => {
  const all = productsUnderTest.map((product) => ({ product, name: 'stopped' }));
  await Promise.all(
    all.map(async ({ product, name }) => {
      const target = product.target(name);
      const made = await ask('enable', { target, spec: { destination } });
      // What is seeded is older, so it is the one that stays.
      const older = await seedOwn(service, product, name, 'Active');
      const stop = () => byHand(service, { product, name }, older, { status: 'Inactive' });
      beforeAttempt.set(resourceKey(product.product, target.resource) ?? '', stop);
      const report = await ask('enable', { target, spec: { destination }, options: { surplus: 'remove' } });
      expect(report).toMatchObject({ outcome: 'unchanged', flowLogId: made.flowLogId, surplus: [older] });
      expect(changesOn(service, product, name).map(({ action }) => action)).toEqual([product.create]);
      expect(
        flowLogsOn(service, product, name)
          .map(({ status }) => status)
          .sort(),
      ).toEqual(['Active', 'Inactive']);
    }),
  );
  expect(beforeAttempt.size).toBe(0);
});

describe('many targets, some of them doubled', () => {
  test('a plan and a bulk name the second one in its row, and count such targets', { timeout: 60_000 }, async () => {
    const ids = await Promise.all(productsUnderTest.map((product) => doubled(product, 'many')));
    const alone = await Promise.all(productsUnderTest.map((product) => seedOwn(service, product, 'alone', 'Active')));
    const items = ['many', 'alone'].flatMap((name) =>
      productsUnderTest.map((product) => ({ target: product.target(name), spec: { destination } })),
    );
    const request = { operation: 'enable', items, requestedBy } as const;
    const plan = await service.flowLogs.bulks.plan(request);
    const planned: PlanRow[] = [];
    for await (const row of plan) planned.push(row);
    const bulk = await service.flowLogs.bulks.start(request);
    const report = await bulk.result();
    const ended = await rowsOf(service, bulk);

    expect([plan.report.surplus, report.surplus]).toEqual([3, 3]);
    expect(report.tally).toMatchObject({ total: 6, unchanged: 6 });
    for (const [index, pair] of ids.entries()) {
      for (const row of [planned[index], ended[index]])
        expect([row?.flowLogId, ...(row?.surplus ?? [])].toSorted()).toEqual([...pair].toSorted());
    }
    for (const row of [...planned.slice(3), ...ended.slice(3)]) expect(row.surplus).toBeUndefined();
    expect(ended.slice(3).map(({ flowLogId }) => flowLogId)).toEqual(alone);
  });

  test('discover says doubled, with the ids', { timeout: 60_000 }, async () => {
    const [vpc] = productsUnderTest;
    if (!vpc) throw new Error('no product');
    const ids = await doubled(vpc, 'found');
    await service.simulator.seed({ region: 'cn-hangzhou', vpcs: [{ id: 'vpc-found' }] });
    const selectors = [
      { product: 'vpc', accounts: 'all', regions: ['cn-hangzhou'], resourceType: 'VPC', coverage: 'all' } as const,
    ];
    const found = await service.flowLogs.discover({ selectors });
    expect(found.report.byCoverage).toEqual({ doubled: 1 });
    for await (const { coverage, flowLogIds, surplus } of found) {
      expect(coverage).toBe('doubled');
      expect([...flowLogIds].toSorted()).toEqual([...ids].toSorted());
      expect(surplus).toHaveLength(1);
    }
  });
});
