import { afterAll, beforeAll, expect, test } from 'vitest';
import { FlowLogs } from '../../client/index.js';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import { workflowIdOf } from '../../cloud/target.js';
import type { OperationOptions } from '../../workflows/contract/operation.js';
import { flowlog } from './fixtures/console.js';
import { rowsOf, settling } from './fixtures/scenario.js';
import { changesOn, expectExactlyOne, flowLogsOn, ledgerProblems } from './fixtures/judge.js';
import { type Service, type WorkerProcess, startService, uid } from './fixtures/service.js';
import { committed, destination, vpc } from './fixtures/targets.js';

/** A bulk and single callers on the same targets, in either order, while workers are killed, and whatever becomes of who holds a target. */

let service: Service;
let worker: WorkerProcess;
/** Waits for the worker that follows a killed one: Temporal gives a run's task to the lost one first. */
let flowLogs: FlowLogs;
beforeAll(async () => {
  service = await startService({
    workers: 0,
    simulator: { profile: 'friendly', config: { limits: {}, quotas: {}, progression: { mode: 'explicit' } } },
  });
  worker = await service.spawnWorker();
  flowLogs = new FlowLogs(service.client, { accounts: { default: { uid } }, answerMs: 60_000 });
}, 120_000);
afterAll(() => service.stop());

const before = ['s0', 's1', 's2'];
const bulkOnly = ['b0', 'b1', 'b2', 'b3', 'b4', 'b5'];
const all = [...before, 'other', ...bulkOnly];

const enable = (name: string, requestedBy: string, options?: OperationOptions) =>
  flowLogs.enable({
    target: vpc.target(name),
    spec: { destination },
    requestedBy,
    ...omitUndefined({ options }),
  });

const itemsOf = (names: readonly string[]) =>
  names.map((name) => ({ target: vpc.target(name), spec: { destination } }));

/** Starts a bulk that enables these, so many at once. */
const bulkOf = (name: string, names: readonly string[], window: number) =>
  flowLogs.bulks.start({ operation: 'enable', name, items: itemsOf(names), requestedBy: name, options: { window } });

/** Until the creates of these targets have been accepted. */
const createdOn = (...names: readonly string[]) =>
  expect
    .poll(() => names.filter((name) => changesOn(service, vpc, name).some(({ committed: isDone }) => isDone)), {
      timeout: 120_000,
    })
    .toEqual(names);

/** Until so many joins by this caller are on the record. */
const joinedBy = (requestedBy: string, count: number) =>
  expect
    .poll(
      async () => {
        const [row] = await service.query<{ count: number }>(
          `select count(*)::int as count from ledger.entries where kind = 'joined' and body::json ->> 'requestedBy' = $1`,
          [requestedBy],
        );
        return row?.count;
      },
      { timeout: 120_000 },
    )
    .toBe(count);

const created = (count: number) =>
  expect
    .poll(() => committed(service.simulator.journal(), vpc.product, vpc.create).length, { timeout: 120_000 })
    .toBe(count);

/** Ends the worker at once, and has another in its place. */
async function replaced(): Promise<void> {
  await worker.kill();
  worker = await service.spawnWorker();
}

test('every caller is answered, every row has its end, and there is one flow log each, though workers are killed', async () => {
  // Single operations first: three of the bulk's wish, one of another.
  const singles = await Promise.all([
    ...before.map((name) => enable(name, `single ${name}`)),
    enable('other', 'single other', { adopt: true }),
  ]);
  await created(singles.length);
  const items = itemsOf(all);
  const bulk = await flowLogs.bulks.start({ operation: 'enable', name: 'beside', items, requestedBy: 'bulk' });
  await created(all.length);
  await replaced();

  // Callers while the bulk works on their targets.
  const joiners = await Promise.all(['b0', 'b1', 's0'].map((name) => enable(name, `late ${name}`)));
  expect(joiners).toMatchObject([{ joined: true }, { joined: true }, { joined: true }]);
  const inTheWay = {
    name: 'OperationInProgressError',
    run: { operation: 'enable', requestedBy: 'bulk', bulk: bulk.workflowId },
  };
  await expect(enable('b2', 'somebody else', { adopt: true })).rejects.toMatchObject(inTheWay);
  await expect(flowLogs.delete({ target: vpc.target('b3'), requestedBy: 'somebody else' })).rejects.toMatchObject(
    inTheWay,
  );
  await replaced();

  const ends = Promise.all([...singles, ...joiners].map((run) => run.result()));
  const [reports, report] = await settling(service, Promise.all([ends, bulk.result()]));
  for (const each of reports) expect(each).toMatchObject({ status: 'active' });
  expect(report).toMatchObject({ end: 'completed', tally: { total: all.length } });
  const rows = await rowsOf(service, bulk);
  const statesOf = (names: readonly string[]) => names.map((name) => rows[all.indexOf(name)]?.state);
  expect(new Set(statesOf(bulkOnly))).toEqual(new Set(['succeeded']));
  // A page whose worker is killed before it has joined may find the single operation done.
  for (const state of statesOf(before)) expect(['joined', 'unchanged']).toContain(state);
  expect(statesOf(['other'])).toEqual(['failed']);
  expect(rows[all.indexOf('other')]).toMatchObject({ code: 'OperationInProgress' });
  for (const name of all) expectExactlyOne(service, vpc, name);
  expect(await ledgerProblems(service)).toEqual([]);
}, 300_000);

test('two bulks that each hold the target that the other one wants, and callers of both targets, wait for each other’s ends and not for each other', async () => {
  const [one, other] = await Promise.all([bulkOf('one', ['d0', 'd1'], 1), bulkOf('other', ['d1', 'd0'], 1)]);
  await createdOn('d0', 'd1');
  const by = { requestedBy: 'mika' };
  expect(await Promise.all([one, other].map((bulk) => bulk.change({ ...by, window: 2 })))).toEqual([
    { applied: true },
    { applied: true },
  ]);
  await Promise.all([joinedBy('one', 1), joinedBy('other', 1)]);
  const singles = await Promise.all(['d0', 'd1'].map((name) => enable(name, 'single of both')));
  expect(singles).toMatchObject([{ joined: true }, { joined: true }]);
  const ends = Promise.all([one, other, ...singles].map((each) => each.result()));
  const [, , ...reports] = await settling(service, ends);
  expect(reports).toMatchObject([{ outcome: 'created' }, { outcome: 'created' }]);
  for (const bulk of [one, other])
    expect((await rowsOf(service, bulk)).map(({ state }) => state)).toEqual(['succeeded', 'joined']);
  for (const name of ['d0', 'd1']) expectExactlyOne(service, vpc, name);
}, 300_000);

test('a bulk goes on beside targets that others hold, and tells of each how its holder ended: failed, cancelled, or terminated, which it then does itself', async () => {
  const held = ['fails', 'cancelled', 'terminated'];
  const listing = { product: vpc.product, action: vpc.list, resource: vpc.resource('fails'), effect: 'reset' } as const;
  service.simulator.faults([listing]);
  const [fails, cancelled, terminated] = await Promise.all(held.map((name) => enable(name, `single ${name}`)));
  await createdOn('cancelled', 'terminated');
  const bulk = await bulkOf('held', [...held, 'own'], 4);
  await Promise.all([joinedBy('held', held.length), createdOn('own')]);
  const place = '--region cn-hangzhou';
  const screen = async (line: string) => (await flowlog(service, line)).screen;
  expect(await screen(`status vpc-cancelled ${place}`)).toContain(', asked for by single cancelled: ');
  expect(await screen(`status vpc-own ${place}`)).toContain(`, asked for by held, part of ${bulk.workflowId}: `);
  expect(await screen(`operation show ${workflowIdOf(vpc.target('own') as never)}`)).toMatch(
    new RegExp(`asked by +held\nbulk +${bulk.workflowId}\n`),
  );
  await service.simulator.settle(flowLogsOn(service, vpc, 'own')[0]?.flowLogId);
  await expect.poll(async () => (await bulk.progress()).ended, { timeout: 120_000 }).toMatchObject({ succeeded: 1 });

  await cancelled?.cancel({ requestedBy: 'mika' });
  await service.client.workflow.getHandle(terminated?.workflowId ?? '', terminated?.runId).terminate('lost patience');
  const refusing = {
    action: vpc.create,
    when: 'before',
    effect: 'code',
    code: 'InvalidParameter',
    status: 400,
  } as const;
  service.simulator.faults([{ product: vpc.product, resource: vpc.resource('fails'), ...refusing, count: 1 }]);
  await expect(fails?.result()).rejects.toMatchObject({ kind: 'invalid', code: 'InvalidParameter' });
  const report = await settling(service, bulk.result());
  expect(await cancelled?.result()).toMatchObject({ outcome: 'cancelled' });
  expect(report).toMatchObject({ end: 'completed', tally: { total: 4, failed: 1, cancelled: 1 } });
  const rows = await rowsOf(service, bulk);
  expect(rows).toMatchObject([
    {
      state: 'failed',
      code: 'InvalidParameter',
      reason: expect.stringContaining(`the end of run ${fails?.runId}`) as string,
    },
    { state: 'cancelled', outcome: 'cancelled', reason: 'it joined an operation that was cancelled' },
    { state: expect.stringMatching(/^(succeeded|unchanged)$/) as string },
    { state: 'succeeded' },
  ]);
  // Whoever comes after the end has a run of its own.
  const again = await settling(
    service,
    Promise.all(
      ['fails', 'cancelled'].map(async (name) => {
        const run = await enable(name, 'later');
        return { joined: run.joined, ...(await run.result()) };
      }),
    ),
  );
  expect(again).toMatchObject([
    { joined: false, outcome: 'created' },
    { joined: false, status: 'active' },
  ]);
  for (const name of [...held, 'own']) expectExactlyOne(service, vpc, name);
}, 300_000);

test('a paused bulk holds what it works on and nothing else: a caller of a later target of it has a run of its own', async () => {
  const bulk = await bulkOf('paused', ['q0', 'q1'], 1);
  await createdOn('q0');
  await bulk.pause({ requestedBy: 'mika' });
  await expect.poll(async () => (await bulk.progress()).phase, { timeout: 60_000 }).toBe('paused');
  const [first, second] = await Promise.all(['q0', 'q1'].map((name) => enable(name, 'single of a paused bulk')));
  expect([first?.joined, second?.joined]).toEqual([true, false]);
  const reports = await settling(service, Promise.all([first?.result(), second?.result()]));
  expect(reports).toMatchObject([{ outcome: 'created' }, { outcome: 'created' }]);
  await bulk.resume({ requestedBy: 'mika' });
  expect(await settling(service, bulk.result())).toMatchObject({ end: 'completed', tally: { total: 2 } });
  expect((await rowsOf(service, bulk)).map(({ state }) => state)).toEqual(['succeeded', 'unchanged']);
  for (const name of ['q0', 'q1']) expectExactlyOne(service, vpc, name);
  expect(await ledgerProblems(service)).toEqual([]);
}, 120_000);
