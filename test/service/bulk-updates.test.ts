import { WithStartWorkflowOperation, WorkflowUpdateFailedError } from '@temporalio/client';
import type { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BulkInput, BulkReport } from '../../workflows/contract/bulk.js';
import type { Operation } from '../../workflows/contract/operation.js';
import type { Applied, RequestAnswer } from '../../workflows/contract/request.js';
import { hostile, settling, until } from './fixtures/scenario.js';
import { type Service, startService } from './fixtures/service.js';
import { destination, vpc } from './fixtures/targets.js';

/** A bulk as a caller without our client asks for it and steers it: by updates, each of which is answered. */

let service: Service;
beforeAll(async () => {
  service = await startService(hostile({ cooldownMs: 0, progression: { mode: 'explicit' } }));
}, 120_000);
afterAll(() => service.stop());

const inputOf = (word: string, count: number, more: Partial<BulkInput> = {}): BulkInput =>
  ({
    operation: 'enable',
    items: Array.from({ length: count }, (_, index) => ({
      target: vpc.target(`${word}${index}`),
      spec: { destination },
    })),
    requestedBy: 'first',
    ...more,
  }) as BulkInput;

const ask = (name: string, input: unknown, operation: Operation = 'enable') =>
  service.client.workflow.executeUpdateWithStart<(input: unknown) => Promise<unknown>, RequestAnswer, [unknown]>(
    'request',
    {
      args: [{ operation, input }],
      startWorkflowOperation: new WithStartWorkflowOperation('bulkFlowLogs', {
        workflowId: `flow-log-bulk/${name}`,
        taskQueue: 'flow-log',
        args: [input],
        workflowIdConflictPolicy: 'USE_EXISTING',
      }),
    },
  );

async function refusal(call: Promise<unknown>) {
  const error = await call.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(WorkflowUpdateFailedError);
  const { type, details } = (error as WorkflowUpdateFailedError).cause as ApplicationFailure;
  return { type, details: details?.[0] };
}

const handleOf = (name: string) => service.client.workflow.getHandle(`flow-log-bulk/${name}`);
const tell = (name: string, verb: string, by: unknown) =>
  handleOf(name).executeUpdate<Applied, [unknown]>(verb, { args: [by] });
const runningIn = async (name: string) =>
  (await service.flowLogs.bulks.getHandle(`flow-log-bulk/${name}`).progress()).running;
const recordOf = (run: string) =>
  service.query<{ kind: string; body: Record<string, unknown> }>(
    `select kind, body::json as body from ledger.entries where run_id = $1 and kind not in ('opened', 'closed') order by seq`,
    [run],
  );

test('the same wish joins a bulk, another one hears what runs, and what is wrong starts nothing', async () => {
  const input = inputOf('j', 2);
  const first = await ask('j', input);
  expect(first).toMatchObject({ joined: false, operation: 'enable', requestedBy: 'first' });
  const second = await ask('j', { ...input, requestedBy: 'second', reason: 'me too' });
  expect(second).toEqual({ ...first, joined: true });
  expect(await refusal(ask('j', inputOf('j', 1)))).toMatchObject({
    type: 'OperationInProgress',
    details: { running: { runId: first.runId, operation: 'enable', requestedBy: 'first', since: first.since } },
  });
  expect(await refusal(ask('j', input, 'modify'))).toMatchObject({ type: 'InvalidInput' });
  expect(await refusal(ask('wrong', inputOf('w', 1, { operation: 'delete' }), 'delete'))).toMatchObject({
    type: 'InvalidInput',
    details: { problems: [{ path: 'items[0].spec' }, { path: 'options.expect' }] },
  });
  expect((await handleOf('wrong').describe()).status.name).toBe('FAILED');
  const report = (await settling(service, handleOf('j').result())) as BulkReport;
  expect(report).toMatchObject({ end: 'completed', tally: { total: 2, succeeded: 2 }, rows: `bulk:${first.runId}` });
  expect(await recordOf(first.runId)).toMatchObject([
    { kind: 'joined', body: { requestedBy: 'second', reason: 'me too' } },
  ]);
}, 120_000);

test('each update is answered with whether it was applied, and is on the record with who and why', async () => {
  const { runId } = await ask('u', inputOf('u', 8, { options: { window: 1 } }));
  await until(async () => (await runningIn('u')) === 1);
  const by = { requestedBy: 'mika', reason: 'incident 7' };
  for (const verb of ['pause', 'resume', 'approve', 'reject', 'cancel', 'change'])
    expect(await refusal(tell('u', verb, { requestedBy: '', window: 2 }))).toMatchObject({ type: 'InvalidInput' });
  expect(await refusal(tell('u', 'change', by))).toMatchObject({ type: 'InvalidInput' });
  expect(await tell('u', 'resume', by)).toEqual({ applied: false, why: 'it is not paused' });
  expect(await tell('u', 'pause', by)).toEqual({ applied: true });
  expect(await tell('u', 'pause', by)).toEqual({ applied: false, why: 'it is paused already' });
  // Signals are heard as before.
  await handleOf('u').signal('resumeBulk', by);
  expect(await tell('u', 'resume', by)).toEqual({ applied: false, why: 'it is not paused' });
  expect(await tell('u', 'approve', by)).toEqual({ applied: false, why: 'it asks for no approval' });
  expect(await tell('u', 'change', { ...by, window: 4, failureBudget: 1 })).toEqual({ applied: true });
  await until(async () => (await runningIn('u')) === 4);
  expect(await tell('u', 'change', { ...by, window: 2 })).toEqual({ applied: true });
  expect(await tell('u', 'cancel', by)).toEqual({ applied: true });
  expect(await handleOf('u').result()).toMatchObject({ end: 'cancelled', tally: { total: 8, cancelled: 8 } });
  const kinds = (await recordOf(runId)).map(({ kind }) => kind).sort();
  expect(kinds).toEqual(['bulk-changed', 'bulk-changed', 'bulk-paused', 'bulk-resumed', 'cancel-asked']);
}, 120_000);

test('a smaller window holds for the pages at work too: so many operations run at once, and all are done', async () => {
  const regions = ['cn-hangzhou', 'cn-beijing', 'cn-shanghai', 'cn-shenzhen'];
  const items = Array.from({ length: 12 }, (_, index) => ({
    target: { ...vpc.target(`w${index}`), region: regions[index % 4] },
    spec: { destination },
  }));
  await ask('w', inputOf('w', 0, { items, options: { window: 4 } } as never));
  await until(async () => (await runningIn('w')) === 4);
  expect(await tell('w', 'change', { requestedBy: 'mika', window: 1 })).toEqual({ applied: true });
  const bulk = service.flowLogs.bulks.getHandle('flow-log-bulk/w');
  const ended = settling(service, bulk.result(), 500);
  await until(async () => (await runningIn('w')) === 1);
  const seen = new Set<number>();
  await until(async () => {
    const { running, ended: rows } = await bulk.progress();
    seen.add(running);
    return (rows.succeeded ?? 0) >= 10;
  });
  expect(Math.max(...seen)).toBe(1);
  expect(await ended).toMatchObject({ end: 'completed', tally: { total: 12, succeeded: 12 } });
}, 120_000);

test('a smaller failure budget stops a bulk that had none', async () => {
  service.simulator.faults([
    {
      product: 'vpc',
      action: 'CreateFlowLog',
      when: 'before',
      effect: 'code',
      code: 'InvalidParameter',
      status: 400,
      count: 1,
    },
  ]);
  await ask('b', inputOf('b', 6, { options: { window: 2 } }));
  await until(async () => (await service.flowLogs.bulks.getHandle('flow-log-bulk/b').progress()).ended.failed === 1);
  expect(await tell('b', 'change', { requestedBy: 'mika', failureBudget: 0 })).toEqual({ applied: true });
  const report = (await settling(service, handleOf('b').result())) as BulkReport;
  expect(report).toMatchObject({ end: 'stopped', why: 'the failure budget of 0 is spent: 1 failed' });
  expect(report.tally.skipped).toBeGreaterThan(0);
}, 120_000);
