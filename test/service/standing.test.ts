import { afterAll, beforeAll, expect, test } from 'vitest';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import { bulkIdPrefix } from '../../workflows/contract/bulk.js';
import type { Operation } from '../../workflows/contract/operation.js';
import { callAsForeigner } from './fixtures/foreign.js';
import { callsOn, expectExactlyOne, flowLogsOn } from './fixtures/judge.js';
import { type Named, byHand, enableAll, hostile, numbered, onEveryProduct, rowsOf } from './fixtures/scenario.js';
import { type Service, startService } from './fixtures/service.js';
import { destination, productsUnderTest, requestedBy, vpc } from './fixtures/targets.js';

/** A bulk over targets that stand as wished reads their lists, and starts an operation only where there is something to do. */

const listLagMs = 1_000;
let service: Service;
beforeAll(async () => {
  service = await startService(hostile({ cooldownMs: 0, listLagMs }));
}, 120_000);
afterAll(() => service.stop());

async function bulk(operation: Operation, all: readonly Named[], more: object = {}) {
  const spec = operation === 'enable' ? { destination } : undefined;
  const items = all.map(({ product, name }) => ({ target: product.target(name), ...omitUndefined({ spec }) }));
  const { options, ...rest } = more as { options?: object };
  const request = {
    operation,
    items,
    requestedBy,
    options: { expect: items.length, ...options },
    ...rest,
  } as Parameters<typeof service.flowLogs.bulks.start>[0];
  const handle = await service.flowLogs.bulks.start(request);
  const report = await handle.result();
  return { report, rows: await rowsOf(service, handle), run: handle.runId! };
}

/** Workflows whose chains in the ledger were opened by operations of this bulk. */
const operationsOf = async (run: string) =>
  (
    await service.query<{ id: string }>(
      `select workflow_id as id from ledger.entries where kind = 'opened' and body::jsonb->>'bulk' = $1 and workflow_id not like '${bulkIdPrefix}%'`,
      [run],
    )
  ).map(({ id }) => id);

const reads = () => service.simulator.journal().filter(({ kind }) => kind === 'read').length;

test('what stands as wished has its row, and no operation, no chain and no call of its own', async () => {
  const all = onEveryProduct(...numbered('still', 12));
  await bulk('enable', all);
  const before = reads();
  const { report, rows, run } = await bulk('enable', all);
  expect(report).toMatchObject({ end: 'completed', tally: { total: 36, unchanged: 36 } });
  expect(rows.every(({ flowLogId, outcome, startedAt, endedAt }) => flowLogId && outcome && startedAt && endedAt)).toBe(
    true,
  );
  const made = flowLogsOf(all);
  expect(rows.map(({ flowLogId }) => flowLogId).toSorted()).toEqual(made.toSorted());
  expect(await operationsOf(run)).toEqual([]);
  // Lists of VPC and CEN have one page each; ECR's are read router by router.
  expect(reads() - before).toBeLessThanOrEqual(2 + 12);
  expect(rows.reduce((sum, { apiCalls = 0 }) => sum + apiCalls, 0)).toBe(reads() - before);
});

const flowLogsOf = (all: readonly Named[]): string[] =>
  all.flatMap(({ product, name }) => flowLogsOn(service, product, name).map(({ flowLogId }) => flowLogId));

test('what another party has stopped, deleted or changed is put right, each by an operation; the rest is left alone', async () => {
  const all = onEveryProduct(...numbered('hand', 5));
  await bulk('enable', all);
  service.simulator.config({ listLagMs: 0 });
  for (const product of productsUnderTest) {
    const [stopped = '', deleted = ''] = ['hand1', 'hand2'].map(
      (name) => flowLogsOn(service, product, name)[0]?.flowLogId,
    );
    await byHand(service, { product, name: 'hand1' }, stopped, { status: 'Inactive' });
    await byHand(service, { product, name: 'hand2' }, deleted, { deleted: true });
  }
  const { report, rows, run } = await bulk('enable', all);
  expect(report.tally).toEqual({ total: 15, unchanged: 9, succeeded: 6 });
  const changed = rows.filter(({ state }) => state === 'succeeded');
  expect(changed.map(({ outcome }) => outcome).toSorted()).toEqual([
    ...productsUnderTest.map(() => 'activated'),
    ...productsUnderTest.map(() => 'created'),
  ]);
  expect((await operationsOf(run)).toSorted()).toEqual(changed.map(({ workflowId }) => workflowId).toSorted());
  for (const { product, name } of all) expect(flowLogsOn(service, product, name)).toMatchObject([{ status: 'Active' }]);
  service.simulator.config({ listLagMs });
});

test('a list that does not show the last change yet is not believed', async () => {
  const all = onEveryProduct(...numbered('late', 2));
  await enableAll(service, all);
  const stopped = await bulk('disable', all);
  expect(stopped.report.tally).toEqual({ total: 6, succeeded: 6 });
  // Lists lag: they may still show each as active.
  const { report } = await bulk('enable', all);
  expect(report.tally).toEqual({ total: 6, succeeded: 6 });
  for (const { product, name } of all) expectExactlyOne(service, product, name);
});

test('where the list is refused nothing is taken to stand: each row has the reason', async () => {
  const all = numbered('dark', 3).map((name) => ({ product: vpc, name }));
  await enableAll(service, all);
  service.simulator.faults([{ action: `^${vpc.list}$`, effect: 'code', code: 'Forbidden.RAM', status: 403 }]);
  try {
    const { rows } = await bulk('enable', all, { options: { deadlineMs: 20_000 } });
    expect(rows.map(({ state }) => state)).not.toContain('unchanged');
    expect(rows.map(({ code }) => code)).toContain('Forbidden.RAM');
  } finally {
    service.simulator.clearFaults();
  }
});

test('a flow log that another user replaced by one of his own is not taken for ours', async () => {
  service.simulator.config({ listLagMs: 0 });
  const all = numbered('other', 3).map((name) => ({ product: vpc, name }));
  await bulk('enable', all);
  const [{ flowLogId } = { flowLogId: '' }] = flowLogsOn(service, vpc, 'other1');
  await byHand(service, { product: vpc, name: 'other1' }, flowLogId, { deleted: true });
  const params = { RegionId: 'cn-hangzhou', ResourceType: 'VPC', ResourceId: 'vpc-other1', TrafficType: 'All' };
  await callAsForeigner(service.simulator.url, vpc, vpc.create, {
    ...params,
    ProjectName: 'his',
    LogStoreName: 'own',
  });
  const { rows } = await bulk('enable', all);
  expect(rows.map(({ state }) => state)).toEqual(['unchanged', 'failed', 'unchanged']);
  expect(callsOn(service, vpc, 'other1').filter(({ action }) => action === vpc.create)).toHaveLength(2);
});
