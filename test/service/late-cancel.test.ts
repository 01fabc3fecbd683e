import { afterAll, beforeAll, expect, test } from 'vitest';
import { workflowIdOf } from '../../cloud/target.js';
import { taskQueues } from '../../workflows/contract/operation.js';
import type { Applied, CallerWord } from '../../workflows/contract/request.js';
import { whileChainIsHeld } from './fixtures/held-chain.js';
import { flowLogsOn } from './fixtures/judge.js';
import { hostile, settling, until } from './fixtures/scenario.js';
import { type Service, startService } from './fixtures/service.js';
import { destination, requestedBy, vpc } from './fixtures/targets.js';

/** A cancellation that comes while the end of a run is recorded stops nothing, and whoever asks for it is told so. */

let service: Service;
beforeAll(async () => {
  service = await startService(hostile({ cooldownMs: 0, progression: { mode: 'explicit' } }));
}, 120_000);
afterAll(() => service.stop());

const by = { requestedBy: 'mika', reason: 'incident 7' };
const past = (why = 'its end is being recorded') => ({ applied: false, why: `it is past stopping: ${why}` });

async function kindsOf({ firstExecutionRunId }: { readonly firstExecutionRunId: string }): Promise<readonly string[]> {
  const query = 'select kind from ledger.entries where run_id = $1 order by seq';
  return (await service.query<{ kind: string }>(query, [firstExecutionRunId])).map(({ kind }) => kind);
}

const ask = (type: string, workflowId: string, input: object) =>
  service.client.workflow.start(type, {
    workflowId,
    taskQueue: taskQueues.workflows,
    args: [input],
    // Temporal hands over what has come in between as often as this, however long the record is waited for.
    workflowTaskTimeout: 1_000,
  });
type Run = Awaited<ReturnType<typeof ask>>;

const cancel = (run: Run) => run.executeUpdate<Applied, [CallerWord]>('cancel', { args: [by] });

/** Asks for a cancellation while a run waits to write its last row. */
const cancelledAtItsEnd = (run: Run): Promise<Applied> =>
  whileChainIsHeld(service, run.workflowId, async () => {
    const waiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    await settling(
      service,
      until(async () => (await service.query(waiting)).length > 0),
    );
    return cancel(run);
  });

const enabling = (name: string, more: object = {}) => {
  const target = vpc.target(name);
  const input = { target, spec: { destination }, requestedBy, ...more };
  return ask('enableFlowLog', workflowIdOf(target as Parameters<typeof workflowIdOf>[0]), input);
};

test('an operation whose end is being recorded says that it is past stopping, and ends as it would have', async () => {
  const run = await enabling('late');
  await until(async () => (await kindsOf(run)).includes('outcome'));
  expect(await cancelledAtItsEnd(run)).toEqual(past());
  expect(await run.result()).toMatchObject({ outcome: 'created', status: 'active' });
  expect(await kindsOf(run)).not.toContain('cancel-asked');
});

test('a bulk that is finishing says that it is past stopping, and completes', async () => {
  const items = ['a', 'b'].map((name) => ({ target: vpc.target(`bulk-${name}`), spec: { destination } }));
  const bulk = await ask('bulkFlowLogs', 'flow-log-bulk/late', { operation: 'enable', items, requestedBy });
  await until(async () => (await service.flowLogs.bulks.getHandle(bulk.workflowId).progress()).running === 2);
  expect(await cancelledAtItsEnd(bulk)).toEqual(past());
  expect(await bulk.result()).toMatchObject({ end: 'completed', tally: { total: 2, succeeded: 2 } });
  expect(await kindsOf(bulk)).not.toContain('cancel-asked');
});

test('who asks for a bulk is told whether it began by that or was joined', async () => {
  const items = [{ target: vpc.target('joined'), spec: { destination } }];
  const asked = { operation: 'enable', name: 'joined', items } as const;
  const first = await service.flowLogs.bulks.start({ ...asked, requestedBy });
  const second = await service.flowLogs.bulks.start({ ...asked, requestedBy: 'another' });
  expect([first, second]).toMatchObject([{ joined: false }, { joined: true, runId: first.runId }]);
  expect(await settling(service, first.result())).toMatchObject({ tally: { succeeded: 1 } });
});

test('an operation that failed and takes back what it made is past stopping', async () => {
  const deadlineMs = 5_000;
  service.simulator.config({ progression: { mode: 'time', activationMs: 2 * deadlineMs, settleMs: 100 } });
  service.simulator.faults([{ product: 'vpc', action: vpc.delete, barrier: 'undo' }]);
  const run = await enabling('undone', { options: { rollback: true, deadlineMs } });
  const ended = run.result().catch((error: unknown) => error);
  await service.simulator.barriers.waiting('undo');
  expect(await cancel(run)).toEqual(past('it has failed, and takes back what it made'));
  service.simulator.barriers.release('undo');
  expect(await ended).toMatchObject({ name: 'WorkflowFailedError' });
  expect(flowLogsOn(service, vpc, 'undone')).toEqual([]);
});
