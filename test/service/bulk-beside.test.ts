import { afterAll, beforeAll, expect, test } from 'vitest';
import { FlowLogs } from '../../client/index.js';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import type { OperationOptions } from '../../workflows/contract/operation.js';
import { rowsOf } from './fixtures/scenario.js';
import { expectExactlyOne, ledgerProblems } from './fixtures/judge.js';
import { type Service, type WorkerProcess, startService, uid } from './fixtures/service.js';
import { committed, destination, vpc } from './fixtures/targets.js';

/** A bulk and single callers on the same targets, in either order, while workers are killed. */

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
  const items = all.map((name) => ({ target: vpc.target(name), spec: { destination } }));
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

  const timer = setInterval(() => void service.simulator.settle(), 200);
  const ends = Promise.all([...singles, ...joiners].map((run) => run.result()));
  const [reports, report] = await Promise.all([ends, bulk.result()]).finally(() => clearInterval(timer));
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
