import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Program } from '../../local/program.js';
import type { BulkProgress, BulkReport } from '../../workflows/contract/bulk.js';
import type { Applied } from '../../workflows/contract/request.js';
import { startReleasedWorker } from '../release/worker.js';
import { expectExactlyOne, ledgerProblems } from './fixtures/judge.js';
import { settling } from './fixtures/scenario.js';
import { type Service, historyOf, startService } from './fixtures/service.js';
import { committed, destination, vpc } from './fixtures/targets.js';

/** A bulk that the worker of the last release has begun goes on under the current one, which replays what that one did. */

const release = '0.1.0-rc.1';
const names = Array.from({ length: 6 }, (_, index) => `rb${index}`);

let service: Service;
let released: Program;
beforeAll(async () => {
  service = await startService({
    workers: 0,
    simulator: { profile: 'friendly', config: { limits: {}, quotas: {}, progression: { mode: 'explicit' } } },
  });
  released = await startReleasedWorker(release, service.env);
}, 300_000);
afterAll(async () => {
  await released?.kill();
  await service?.stop();
});

const creates = () => committed(service.simulator.journal(), vpc.product, vpc.create).length;

test(`a bulk begun by the worker of ${release} goes on under the current one, and is paused by signal and by update`, async () => {
  const items = names.map((name) => ({ target: vpc.target(name), spec: { destination } }));
  const bulk = await service.client.workflow.start('bulkFlowLogs', {
    taskQueue: 'flow-log',
    workflowId: 'flow-log-bulk/taken-over',
    args: [{ operation: 'enable', items, requestedBy: 'first', options: { window: 1 } }],
  });
  const { firstExecutionRunId: run } = bulk;
  const progress = () => bulk.query<BulkProgress>('bulkProgress');
  const tell = (verb: string) =>
    bulk.executeUpdate<Applied, [unknown]>(verb, { args: [{ requestedBy: 'mika', reason: 'incident 7' }] });
  const isOnRecord = (kind: string, requestedBy: string) =>
    expect
      .poll(
        () =>
          service.query(
            `select 1 from ledger.entries where run_id = $1 and kind = $2 and body::json ->> 'requestedBy' = $3`,
            [run, kind, requestedBy],
          ),
        { timeout: 60_000 },
      )
      .toHaveLength(1);

  await expect.poll(creates, { timeout: 60_000 }).toBe(1);
  await released.kill();
  // As a process, which waits for a database that is slow to answer.
  await service.spawnWorker();

  // By signal, as callers of the last release do it.
  await bulk.signal('pauseBulk', { requestedBy: 'of the last release' });
  await expect.poll(async () => (await progress()).phase, { timeout: 60_000 }).toBe('paused');
  await isOnRecord('bulk-paused', 'of the last release');
  expect(await tell('pause')).toEqual({ applied: false, why: 'it is paused already' });
  await bulk.signal('resumeBulk', { requestedBy: 'of the last release' });
  await expect.poll(async () => (await progress()).phase, { timeout: 60_000 }).toBe('running');

  // By update: what is under way ends, and nothing new begins.
  expect(await tell('pause')).toEqual({ applied: true });
  await isOnRecord('bulk-paused', 'mika');
  expect((await progress()).phase).toBe('paused');
  const ended = async () => {
    void service.simulator.settle();
    return (await service.flowLogs.bulks.getHandle(bulk.workflowId).progress()).ended;
  };
  await expect.poll(ended, { timeout: 60_000 }).toEqual({ succeeded: 1 });
  expect(creates()).toBe(1);
  expect(await tell('resume')).toEqual({ applied: true });

  const report = (await settling(service, bulk.result())) as BulkReport;
  expect(report).toMatchObject({ end: 'completed', tally: { total: names.length, succeeded: names.length } });
  for (const name of names) expectExactlyOne(service, vpc, name);
  const events = await historyOf(service.client, bulk.workflowId, run);
  expect(events.some((event) => event.workflowTaskFailedEventAttributes)).toBe(false);
  expect(await ledgerProblems(service)).toEqual([]);
}, 240_000);
