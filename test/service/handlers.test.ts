import { setTimeout as sleep } from 'node:timers/promises';
import { WithStartWorkflowOperation } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BulkRequest } from '../../client/index.js';
import { whileChainIsHeld } from './fixtures/held-chain.js';
import { hostile, settling, until } from './fixtures/scenario.js';
import { type Service, historyOf, startService } from './fixtures/service.js';
import { destination, requestedBy, vpc } from './fixtures/targets.js';
import { taskQueues } from '../../workflows/contract/operation.js';
import { workflowIdOf } from '../../cloud/target.js';
import { wrongSignals } from '../chaos/callers/cases.js';

/** Signals and updates to a run at work: right ones are on the record, all of them and once; wrong ones are counted and change nothing. */

let service: Service;

beforeAll(async () => {
  const env = { FLOWLOG_LONG_HISTORY_EVENTS: '10' };
  service = await startService(hostile({ cooldownMs: 0, progression: { mode: 'explicit' } }, { env }));
}, 120_000);

afterAll(() => service.stop());

const TASK_FAILED = 9;
/** The task was about to end the run when another signal came: Temporal gives it a new one. */
const UNHANDLED_COMMAND = 1;

const rowsOf = (workflowId: string, kind: string) =>
  service.query<{ body: string }>('select body from ledger.entries where workflow_id = $1 and kind = $2 order by seq', [
    workflowId,
    kind,
  ]);

const failedTasks = async (workflowId: string) =>
  (await historyOf(service.client, workflowId)).filter(
    ({ eventType, workflowTaskFailedEventAttributes: failed }) =>
      eventType === TASK_FAILED && failed?.cause !== UNHANDLED_COMMAND,
  ).length;

const enable = (name: string) =>
  service.flowLogs.enable({ target: vpc.target(name), spec: { destination }, requestedBy });

test('signals that are wrong are ignored, and counted in one row for each name', { timeout: 120_000 }, async () => {
  const operation = await enable('signalled');
  const handle = service.client.workflow.getHandle(operation.workflowId);
  for (const { signal, args } of [...wrongSignals, ...wrongSignals]) await handle.signal(signal, ...args);
  await expect(handle.query('noSuchQuery')).rejects.toThrow('there is no query noSuchQuery here');
  await expect(handle.query('__temporal_query')).rejects.toThrow('there is no query reserved: __temporal_query here');
  await expect(handle.executeUpdate('noSuchUpdate')).rejects.toThrow();
  await expect(handle.executeUpdate('__temporal_update')).rejects.toThrow();
  const report = await settling(service, operation.result());
  expect(report.outcome).toBe('created');
  const rows = await rowsOf(operation.workflowId, 'signal-ignored');
  const counts = Object.fromEntries(
    rows.map(({ body }) => {
      const { signal, count } = JSON.parse(body) as { signal: string; count: number };
      return [signal, count];
    }),
  );
  expect(counts).toMatchObject({ join: 4, pauseBulk: 2, noSuchSignal: 2, bulkPageFailures: 2 });
  expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(2 * wrongSignals.length);
  expect(await failedTasks(operation.workflowId)).toBe(0);
});

test('signals that come while the end of a run is recorded are counted too', { timeout: 120_000 }, async () => {
  const target = vpc.target('late');
  const workflowId = workflowIdOf(target as Parameters<typeof workflowIdOf>[0]);
  const handle = await service.client.workflow.start('enableFlowLog', {
    workflowId,
    taskQueue: taskQueues.workflows,
    args: [{ target, spec: { destination }, requestedBy }],
    // Temporal hands over what has come in between as often as this, however long the record is waited for.
    workflowTaskTimeout: 1_000,
  });
  await until(async () => (await rowsOf(workflowId, 'outcome')).length === 1);
  await handle.signal('noSuchSignal', 1);
  const ended = handle.result();
  let sent = 1;
  await whileChainIsHeld(service, workflowId, async () => {
    await service.simulator.settle();
    for (let time = 0; time < 6; time++) {
      await sleep(500);
      await handle.signal('noSuchSignal', time);
      sent += 1;
    }
    // The last one is handed over while the record is still waited for.
    await sleep(1_500);
  });
  await settling(service, ended);
  const counts = (await rowsOf(workflowId, 'signal-ignored')).map(
    ({ body }) => (JSON.parse(body) as { count: number }).count,
  );
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(sent);
  expect(await failedTasks(workflowId)).toBe(0);
});

test('who joins is on the record once, however often it says so', { timeout: 120_000 }, async () => {
  const operation = await enable('joined');
  const handle = service.client.workflow.getHandle(operation.workflowId);
  for (let time = 0; time < 5; time++) {
    await enable('joined');
    await handle.signal('join', { requestedBy: 'mika', reason: `time ${time}` });
    await handle.signal('join', { requestedBy: 'mika', workflowId: 'flow-log-bulk/nightly' });
  }
  await settling(service, operation.result());
  const rows = await rowsOf(operation.workflowId, 'joined');
  expect(rows.map(({ body }) => (JSON.parse(body) as { requestedBy: string }).requestedBy).sort()).toEqual(
    ['mika', 'mika', requestedBy].sort(),
  );
});

test('what comes with the start of an operation is heard: who joins is on the record, a cancellation stops it', async () => {
  const wish = { spec: { destination }, requestedBy };
  const startOf = (name: string) => {
    const target = vpc.target(name);
    const workflowId = workflowIdOf(target as Parameters<typeof workflowIdOf>[0]);
    return { workflowId, taskQueue: taskQueues.workflows, args: [{ target, ...wish }] };
  };
  const joined = startOf('joined-at-once');
  const handle = await service.client.workflow.signalWithStart('enableFlowLog', {
    ...joined,
    signal: 'join',
    signalArgs: [{ requestedBy: 'mika' }],
  });
  const cancelled = startOf('cancelled-at-once');
  const startWorkflowOperation = new WithStartWorkflowOperation('enableFlowLog', {
    ...cancelled,
    workflowIdConflictPolicy: 'FAIL',
  });
  const said = await service.client.workflow.executeUpdateWithStart('cancel', {
    args: [{ requestedBy: 'mika' }],
    startWorkflowOperation,
  });
  expect(said).toEqual({ applied: true });
  const results = [handle.result(), service.client.workflow.getHandle(cancelled.workflowId).result()];
  expect(await settling(service, Promise.all(results))).toMatchObject([
    { outcome: 'created' },
    { outcome: 'cancelled' },
  ]);
  const rows = await rowsOf(joined.workflowId, 'joined');
  expect(rows.map(({ body }) => (JSON.parse(body) as { requestedBy: string }).requestedBy)).toEqual(['mika']);
  expect(await rowsOf(joined.workflowId, 'signal-ignored')).toEqual([]);
}, 120_000);

/** Targets in four regions, so that a bulk has as many pages. */
const spread = (word: string, count: number) =>
  Array.from({ length: count }, (_, index) => ({
    target: {
      ...vpc.target(`${word}${index}`),
      region: ['cn-hangzhou', 'cn-beijing', 'cn-shanghai', 'cn-shenzhen'][index % 4] as string,
    },
    spec: { destination },
  }));

/** Event types of all runs of a bulk, the first run's first. */
async function runsOf(workflowId: string, firstRun: string): Promise<{ readonly types: readonly number[] }[]> {
  const runs: { types: readonly number[] }[] = [];
  for (let runId: string | null | undefined = firstRun; runId;) {
    const events = await historyOf(service.client, workflowId, runId);
    runs.push({ types: events.map(({ eventType }) => Number(eventType)) });
    runId = events.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
  }
  return runs;
}

const SIGNALLED = 26;
const CONTINUED = 28;
const CHILD_INITIATED = 29;

describe('an approval', () => {
  const asked = (word: string) => ({
    operation: 'enable',
    requestedBy,
    items: spread(word, 5),
    options: { canary: 1, canaryApproval: 'manual' },
  });
  beforeAll(() => service.simulator.config({ progression: { mode: 'time', activationMs: 300, settleMs: 100 } }));

  test('that comes before the bulk goes on in a new history is not lost', { timeout: 120_000 }, async () => {
    const workflowId = 'flow-log-bulk/approved-early';
    const handle = await service.client.workflow.signalWithStart('bulkFlowLogs', {
      workflowId,
      taskQueue: taskQueues.workflows,
      args: [asked('early')],
      signal: 'approveBulk',
      signalArgs: [{ requestedBy: 'mika' }],
    });
    expect(await handle.result()).toMatchObject({ end: 'completed', tally: { succeeded: 5 } });
    const [first] = await runsOf(workflowId, handle.signaledRunId);
    // It was said in a history in which not even the canary began.
    expect(first?.types).toContain(SIGNALLED);
    expect(first?.types).not.toContain(CHILD_INITIATED);
    expect(first?.types.at(-1)).toBe(CONTINUED);
    expect(await rowsOf(workflowId, 'bulk-approved')).toHaveLength(1);
  });

  test('is not asked for again in the histories after it', { timeout: 120_000 }, async () => {
    const bulk = await service.flowLogs.bulks.start({ ...asked('once'), name: 'approved-once' } as BulkRequest);
    await until(async () => (await bulk.progress()).phase === 'awaiting-approval');
    await bulk.approve({ requestedBy: 'mika' });
    expect(await bulk.result()).toMatchObject({ end: 'completed', tally: { succeeded: 5 } });
    const runs = await runsOf(bulk.workflowId, bulk.runId ?? '');
    const approvedIn = runs.findIndex(({ types }) => types.includes(SIGNALLED));
    expect(runs.slice(approvedIn + 1).some(({ types }) => types.includes(CHILD_INITIATED))).toBe(true);
    expect(await rowsOf(bulk.workflowId, 'bulk-approved')).toHaveLength(1);
  });
});

test(
  '400 signals in a burst are 400 rows, though the bulk goes on in new histories',
  { timeout: 180_000 },
  async () => {
    service.simulator.config({ progression: { mode: 'time', activationMs: 300, settleMs: 100 } });
    const bulk = await service.flowLogs.bulks.start({
      operation: 'enable',
      items: spread('burst', 8),
      requestedBy,
      options: { window: 1 },
    });
    const handle = service.client.workflow.getHandle(bulk.workflowId);
    let accepted = 0;
    for (let time = 0; time < 400; time++) {
      await handle.signal('resumeBulk', { requestedBy: 'mika' }).then(
        () => (accepted += 1),
        () => undefined,
      );
      await sleep(7);
    }
    const report = await bulk.result();
    expect(report.end).toBe('completed');
    expect(accepted).toBeGreaterThan(12);
    await until(async () => (await rowsOf(bulk.workflowId, 'bulk-resumed')).length >= accepted, 10_000).catch(
      () => undefined,
    );
    expect(await rowsOf(bulk.workflowId, 'bulk-resumed')).toHaveLength(accepted);
  },
);
