import { Client, Connection, WithStartWorkflowOperation, WorkflowUpdateFailedError } from '@temporalio/client';
import type { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FlowLogs } from '../../client/index.js';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import { workflowIdOf } from '../../cloud/target.js';
import {
  type Operation,
  type OperationInput,
  type OperationReport,
  foundWorkflowTypes,
} from '../../workflows/contract/operation.js';
import { type Applied, type RequestAnswer, type RunningOperation, callMemo } from '../../workflows/contract/request.js';
import { expectExactlyOne, flowLogsOn, ledgerProblems } from './fixtures/judge.js';
import { settling } from './fixtures/scenario.js';
import { type Service, historyOf, startService, uid } from './fixtures/service.js';
import { destination, ecr, productsUnderTest, vpc } from './fixtures/targets.js';

/** One call from any language: an update with start, as a caller without our client makes it. */

const types = { enable: 'enableFlowLog', disable: 'disableFlowLog', modify: 'modifyFlowLog', delete: 'deleteFlowLog' };

let service: Service;
let audit: Client;
let connection: Connection;

beforeAll(async () => {
  service = await startService({
    workers: 0,
    simulator: { profile: 'friendly', config: { limits: {}, quotas: {}, progression: { mode: 'explicit' } } },
  });
  connection = await Connection.connect({ address: service.env['TEMPORAL_ADDRESS']! });
  audit = new Client({ connection, namespace: service.namespace, identity: 'auditor@elsewhere' });
}, 120_000);
afterAll(async () => {
  await connection?.close();
  await service?.stop();
});

const inputOf = (name: string, more: Partial<OperationInput> = {}, product = vpc): OperationInput =>
  ({ target: product.target(name), spec: { destination }, requestedBy: 'first', ...more }) as never;

const without = ({ target, requestedBy }: OperationInput): OperationInput => ({ target, requestedBy });

interface Call {
  readonly client?: Client;
  readonly operation?: Operation;
  readonly workflowId?: string;
  /** Argument of the start, where it is another one. */
  readonly start?: unknown;
  readonly memo?: Readonly<Record<string, unknown>>;
}

const ask = (input: unknown, { client = service.client, operation = 'enable', start = input, ...more }: Call = {}) =>
  client.workflow.executeUpdateWithStart<(input: unknown) => Promise<unknown>, RequestAnswer, [unknown]>('request', {
    args: [{ operation, input }],
    startWorkflowOperation: new WithStartWorkflowOperation(types[operation], {
      workflowId: more.workflowId ?? workflowIdOf((input as OperationInput).target),
      taskQueue: 'flow-log',
      args: [start],
      workflowIdConflictPolicy: 'USE_EXISTING',
      ...omitUndefined({ memo: more.memo }),
    }),
  });

/** Failure with which a request was refused, as a caller in any language has it. */
async function refusal(call: Promise<unknown>) {
  const error = await call.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(WorkflowUpdateFailedError);
  const failure = (error as WorkflowUpdateFailedError).cause as ApplicationFailure;
  return { type: failure.type, details: failure.details?.[0] as { running?: RunningOperation; problems?: unknown[] } };
}

const reportOf = ({ workflowId, runId }: { workflowId: string; runId: string }) =>
  service.client.workflow.getHandle(workflowId, runId).result() as Promise<OperationReport>;

/** Lets the cloud finish what it was asked until the run has ended. */
const finished = (run: { workflowId: string; runId: string }): Promise<OperationReport> =>
  settling(service, reportOf(run));

const eventsOf = (runId: string, kind: string) =>
  service.query<{ body: Record<string, string> }>(
    'select body::json as body from ledger.entries where run_id = $1 and kind = $2 order by seq',
    [runId, kind],
  );

test('without a worker the call ends in time: accepted by Temporal, taken up by nobody; asking again joins', async () => {
  const impatient = new FlowLogs(audit, { accounts: { default: { uid } }, answerMs: 1_000 });
  const request = { target: vpc.target('w'), spec: { destination }, requestedBy: 'first' };
  const first = await impatient.enable(request);
  expect(first).toMatchObject({ joined: false, isWaiting: true });
  expect(await impatient.enable({ ...request, requestedBy: 'second' })).toMatchObject({
    runId: first.runId,
    joined: true,
    isWaiting: true,
  });
  const other = impatient.disable({ target: vpc.target('w'), requestedBy: 'third' });
  await expect(other).rejects.toMatchObject({ name: 'OperationInProgressError', run: { requestedBy: 'first' } });
  const waiting = ask(inputOf('w', { requestedBy: 'fourth' }));
  const outOfOrder = await askedOutOfOrder('v');
  const besidePlain = await askedBesidePlainStart('u');
  await service.startWorker();
  expect(await waiting).toMatchObject({ runId: first.runId, joined: true, operation: 'enable', requestedBy: 'first' });
  expect(await finished(first)).toMatchObject({ outcome: 'created' });
  const joined = await eventsOf(first.runId, 'joined');
  expect(joined.map(({ body }) => body['requestedBy']).sort()).toEqual(['fourth', 'second']);
  await outOfOrder();
  await besidePlain();
}, 120_000);

/**
 * Another wish of the client that sent the start, before the start's own: so they come where the server loses the first update under load
 * and the caller's SDK sends it again.
 */
async function askedOutOfOrder(name: string): Promise<() => Promise<void>> {
  const input = inputOf(name);
  const workflowId = workflowIdOf(input.target);
  await service.client.workflow.start('enableFlowLog', { workflowId, taskQueue: 'flow-log', args: [input] });
  const other = refusal(ask(inputOf(name, { spec: { destination: { ...destination, logStore: 'other' } } })));
  // Time for the server to take the other one first; the outcome is the same in either order.
  await new Promise((done) => setTimeout(done, 500));
  const own = ask(input);
  return async () => {
    const run = await own;
    expect(run).toMatchObject({ joined: false, requestedBy: 'first' });
    expect(await other).toMatchObject({ type: 'OperationInProgress', details: { running: { runId: run.runId } } });
    expect(await finished(run)).toMatchObject({ outcome: 'created' });
    expectExactlyOne(service, vpc, name);
  };
}

/** Another wish of the client that sent a plain start, before the run's first task: the memo of the start says that it is not the start's own. */
async function askedBesidePlainStart(name: string): Promise<() => Promise<void>> {
  const input = inputOf(name);
  const workflowId = workflowIdOf(input.target);
  const memo = { [callMemo]: 'a plain start' };
  const start = { workflowId, taskQueue: 'flow-log', args: [input], memo };
  const { firstExecutionRunId: runId } = await service.client.workflow.start('enableFlowLog', start);
  const other = refusal(ask(inputOf(name, { options: { adopt: true } })));
  return async () => {
    expect(await other).toMatchObject({ type: 'OperationInProgress', details: { running: { runId } } });
    expect(await finished({ workflowId, runId })).toMatchObject({ outcome: 'created' });
    expectExactlyOne(service, vpc, name);
  };
}

test('the same wish joins and is on the record, another one hears what runs, since when and for whom', async () => {
  const input = inputOf('a', { reason: 'CIS 3.3' });
  const first = await ask(input);
  expect(first).toMatchObject({ joined: false, operation: 'enable', requestedBy: 'first' });
  // Defaults that are spelled out, and a deadline of its own, make no other wish.
  const same = inputOf('a', { requestedBy: 'second', reason: 'audit', options: { adopt: false, deadlineMs: 60_000 } });
  const second = await ask(same, { client: audit });
  expect(second).toEqual({ ...first, joined: true });
  const running = { workflowId: first.workflowId, runId: first.runId, since: first.since, requestedBy: 'first' };
  for (const call of [
    () => ask(inputOf('a', { spec: { destination: { ...destination, logStore: 'other' } } })),
    () => ask(inputOf('a', { options: { adopt: true } })),
    () => ask(without(input), { operation: 'disable' }),
    () => ask(without(input), { operation: 'delete', client: audit }),
  ])
    expect(await refusal(call())).toMatchObject({
      type: 'OperationInProgress',
      details: { running: { ...running, operation: 'enable', reason: 'CIS 3.3' } },
    });
  expect(await finished(first)).toMatchObject({ outcome: 'created' });
  const joined = await eventsOf(first.runId, 'joined');
  expect(joined).toMatchObject([
    { body: { requestedBy: 'second', reason: 'audit', clientIdentity: 'auditor@elsewhere' } },
  ]);
}, 120_000);

test('a delete that is asked for while a disable runs is never joined to it', async () => {
  const input = inputOf('b');
  await finished(await ask(input));
  const disable = await ask(without(input), { operation: 'disable' });
  expect(await refusal(ask(without(input), { operation: 'delete' }))).toMatchObject({
    type: 'OperationInProgress',
    details: { running: { operation: 'disable' } },
  });
  expect(await finished(disable)).toMatchObject({ outcome: 'deactivated' });
  expect(flowLogsOn(service, vpc, 'b')).toHaveLength(1);
}, 120_000);

test('one enable asked for in this way has at most 30 events in its history', async () => {
  const run = await ask(inputOf('p5'));
  await finished(run);
  expect((await historyOf(service.client, run.workflowId, run.runId)).length).toBeLessThanOrEqual(30);
}, 60_000);

test('what is wrong is refused, and nothing is started by it', async () => {
  const wrong = { ...inputOf('c'), spec: { destination, samplingRate: '1:1024' } };
  expect(await refusal(ask(wrong))).toMatchObject({ type: 'InvalidInput', details: { problems: [{}] } });
  const id = workflowIdOf(inputOf('c').target);
  expect((await service.client.workflow.getHandle(id).describe()).status.name).toBe('FAILED');
  // Of another target: neither the start nor the update is at the right id.
  expect(await refusal(ask(inputOf('c'), { workflowId: workflowIdOf(inputOf('d').target) }))).toMatchObject({
    type: 'InvalidWorkflowId',
  });
  const first = await ask(inputOf('c'));
  for (const value of [wrong, 7, null, { ...inputOf('c'), unknown: 1 }])
    expect(await refusal(ask(value, { workflowId: first.workflowId }))).toMatchObject({ type: 'InvalidInput' });
  expect(await refusal(ask(inputOf('d'), { workflowId: first.workflowId }))).toMatchObject({
    type: 'InvalidWorkflowId',
  });
  expect(await finished(first)).toMatchObject({ outcome: 'created' });
}, 60_000);

test.each([
  ['another wish', () => inputOf('e', { options: { adopt: true } })],
  ['another name', () => inputOf('e', { requestedBy: 'somebody else' })],
  ['what is wrong', () => ({ ...inputOf('e'), requestedBy: '' })],
])('a start and an update that differ, by %s, are both refused', async (_, update) => {
  const call = ask(update(), { start: inputOf('e'), workflowId: workflowIdOf(inputOf('e').target) });
  expect(await refusal(call)).toMatchObject({ type: 'InvalidInput' });
  const { runId, status } = await service.client.workflow.getHandle(workflowIdOf(inputOf('e').target)).describe();
  expect(status.name).toBe('FAILED');
  await expect(reportOf({ workflowId: workflowIdOf(inputOf('e').target), runId })).rejects.toThrow();
  expect(flowLogsOn(service, vpc, 'e')).toEqual([]);
});

test('the first update of a run is not taken for that of its start where the start names another, though one client sent both', async () => {
  const other = ask(inputOf('m', { options: { adopt: true } }), {
    start: inputOf('m'),
    memo: { [callMemo]: 'another' },
  });
  expect(await refusal(other)).toMatchObject({
    type: 'OperationInProgress',
    details: { running: { operation: 'enable', requestedBy: 'first' } },
  });
  const joined = await ask(inputOf('m', { requestedBy: 'second' }), { client: audit });
  expect(await finished(joined)).toMatchObject({ outcome: 'created' });
}, 60_000);

test('a plain start is joined as any other', async () => {
  const input = inputOf('f');
  const workflowId = workflowIdOf(input.target);
  await service.client.workflow.start('enableFlowLog', { workflowId, taskQueue: 'flow-log', args: [input] });
  const joined = await ask(inputOf('f', { requestedBy: 'second' }), { client: audit });
  expect(joined).toMatchObject({ joined: true, requestedBy: 'first' });
  expect(await finished(joined)).toMatchObject({ outcome: 'created' });
}, 60_000);

test('a flow log named by its id is asked for in the same way, and its resource is held meanwhile', async () => {
  const made = await finished(await ask(inputOf('g', {}, ecr)));
  const { accountId, resource } = ecr.target('g') as unknown as { accountId: string; resource: { ecrId: string } };
  const target = { product: 'ecr', accountId, ecrId: resource.ecrId, flowLogId: made.flowLogId! } as const;
  const byId = { target, requestedBy: 'by id' } as OperationInput;
  const first = await ask(byId, { operation: 'disable' });
  expect(await ask({ ...byId, requestedBy: 'second' }, { operation: 'disable' })).toMatchObject({ joined: true });
  expect(await refusal(ask(byId, { operation: 'delete' }))).toMatchObject({
    details: { running: { operation: 'disable', requestedBy: 'by id' } },
  });
  // A delete that came before the resource is held would be the one that runs.
  const held = service.client.workflow.getHandle(workflowIdOf(inputOf('g', {}, ecr).target));
  await expect.poll(async () => (await held.describe()).type, { timeout: 60_000 }).toBe(foundWorkflowTypes.disable);
  expect(await refusal(ask(without(inputOf('g', {}, ecr)), { operation: 'delete' }))).toMatchObject({
    type: 'OperationInProgress',
    details: { running: { operation: 'disable' } },
  });
  expect(await finished(first)).toMatchObject({ outcome: 'deactivated' });
}, 120_000);

test('an operation is stopped by the update cancel, with who and why on the record', async () => {
  const run = await ask(inputOf('h'));
  const handle = service.client.workflow.getHandle(run.workflowId, run.runId);
  const cancel = (by: unknown) => handle.executeUpdate<Applied, [unknown]>('cancel', { args: [by] });
  expect(await refusal(cancel({ requestedBy: '' }))).toMatchObject({ type: 'InvalidInput' });
  expect(await cancel({ requestedBy: 'second', reason: 'too early' })).toEqual({ applied: true });
  expect(await finished(run)).toMatchObject({ outcome: 'cancelled' });
  expect(await eventsOf(run.runId, 'cancel-asked')).toMatchObject([
    { body: { requestedBy: 'second', reason: 'too early' } },
  ]);
}, 60_000);

test('50 callers at once on one target, half of which wish something else: each is answered in time, and there is one flow log', async () => {
  const flowLogs = new FlowLogs(audit, { accounts: { default: { uid } } });
  const request = (index: number) => ({
    target: vpc.target('i'),
    spec: { destination: index % 2 === 0 ? destination : { ...destination, logStore: 'other' } },
    requestedBy: `caller ${index}`,
  });
  const asked = Array.from({ length: 50 }, (_, index) => flowLogs.enable(request(index)));
  const answers = await Promise.allSettled(asked);
  const runs = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
  const refusals = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason as Error] : []));
  expect([runs.length, refusals.length]).toEqual([25, 25]);
  expect(new Set(refusals.map(({ name }) => name))).toEqual(new Set(['OperationInProgressError']));
  expect(runs.filter(({ joined }) => !joined)).toHaveLength(1);
  const [run] = runs as [(typeof runs)[number]];
  expect(await finished(run)).toMatchObject({ outcome: 'created' });
  expect(await eventsOf(run.runId, 'joined')).toHaveLength(24);
  expectExactlyOne(service, vpc, 'i');
}, 120_000);

test('60 callers at once on six targets, in runs that close under them: each is answered, and there is one flow log each', async () => {
  const names = ['x', 'y'];
  service.simulator.config({ progression: { mode: 'immediate' } });
  const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
  console.info(`SEED=${seed}`);
  const flowLogs = new FlowLogs(audit, { accounts: { default: { uid } } });
  const answers = await Promise.all(
    productsUnderTest.flatMap((product) =>
      names.flatMap((name) =>
        Array.from({ length: 10 }, async (_, index) => {
          await new Promise((done) => setTimeout(done, ((seed + 37 * index) % 11) * 100));
          const target = product.target(name);
          const request = { target, spec: { destination }, requestedBy: `caller ${index}` };
          return (await flowLogs.enable(request)).result();
        }),
      ),
    ),
  );
  expect(answers.every(({ status }) => status === 'active')).toBe(true);
  for (const product of productsUnderTest) for (const name of names) expectExactlyOne(service, product, name);
  expect(await ledgerProblems(service)).toEqual([]);
}, 240_000);
