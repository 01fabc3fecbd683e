import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { BulkSummary } from '../../workflows/contract/bulk.js';
import { type ScheduleRequest, readManifest } from '../../client/index.js';
import { effectiveSelectors } from '../../client/manifest/selectors.js';
import type { RunningWorker } from '../../worker/index.js';
import { flowLogsOn } from './fixtures/judge.js';
import { byHand, hostile, until } from './fixtures/scenario.js';
import { type Service, startService, uid } from './fixtures/service.js';
import { destination, requestedBy, vpc } from './fixtures/targets.js';

/** Schedules on real servers: Temporal fires, the simulator tells what became of it. */

let service: Service;
let worker: RunningWorker;

beforeAll(async () => {
  service = await startService(hostile({ cooldownMs: 0, listLagMs: 0, resources: 'open' }, { workers: 0 }));
  worker = await service.startWorker();
}, 120_000);

afterEach(async () => {
  for (const { name } of await schedules().list()) await schedules().delete(name);
  await service.simulator.settle();
});

afterAll(() => service.stop());

const schedules = () => service.flowLogs.schedules;

const enableOne = (name: string, timing: Partial<ScheduleRequest>): ScheduleRequest => ({
  name,
  operation: 'enable',
  items: [{ target: vpc.target(name), spec: { destination } }],
  requestedBy,
  ...timing,
});

/** All bulks that a schedule started, oldest first, as the database knows them. */
async function bulksOf(name: string): Promise<readonly BulkSummary[]> {
  const all = await service.flowLogs.bulks.list({ limit: 100 });
  return all.filter(({ bulk }) => bulk.startsWith(`flow-log-bulk/schedule-${name}-`)).reverse();
}

const runningOf = async (name: string): Promise<number> =>
  (await schedules().describe(name)).runs.filter(({ running }) => running).length;

/** Never two at once: each begins after the end of the one before. */
function expectOneAtATime(bulks: readonly BulkSummary[]): void {
  for (const [index, { startedAt, bulk }] of bulks.entries()) {
    const before = bulks[index - 1];
    if (before) expect(Date.parse(before.endedAt ?? ''), bulk).toBeLessThanOrEqual(Date.parse(startedAt));
  }
}

describe('a schedule that fires every three seconds', () => {
  test('skips firings while its bulk runs, and never runs two at once', { timeout: 120_000 }, async () => {
    const name = 'often';
    service.simulator.config({ progression: { mode: 'explicit' } });
    await schedules().create(enableOne(name, { everyMs: 3_000 }));
    // The flow log stays Activating until it is settled, and the bulk waits for it over at least two firings.
    await until(async () => (await schedules().describe(name)).firings.skipped >= 2);
    expect(await runningOf(name)).toBe(1);
    expect((await schedules().describe(name)).runs).toHaveLength(1);
    service.simulator.config({ progression: { mode: 'immediate' } });
    await service.simulator.settle();
    await until(async () => (await bulksOf(name)).filter(({ report }) => report).length >= 3);
    await schedules().pause(name, { requestedBy });
    await until(async () => (await runningOf(name)) === 0);
    const bulks = await bulksOf(name);
    expectOneAtATime(bulks);
    expect(bulks.map(({ report }) => report?.tally)).toEqual([
      { total: 1, succeeded: 1 },
      ...bulks.slice(1).map(() => ({ total: 1, unchanged: 1 })),
    ]);
    expect(flowLogsOn(service, vpc, name)).toMatchObject([{ status: 'Active' }]);
    expect(service.simulator.summary().madeMoreThanOnce).toEqual([]);
  });

  test(
    'starts one bulk after an outage of the workers, however many firings passed',
    { timeout: 180_000 },
    async () => {
      const name = 'outage';
      await worker.stop();
      await schedules().create(enableOne(name, { everyMs: 3_000, catchUpWindowMs: 10_000 }));
      // One firing waits for a worker; those of more than the catch-up window after it are skipped.
      await until(async () => raw(name).then(({ skipped }) => skipped >= 5));
      const outage = await raw(name);
      expect(outage).toMatchObject({ started: 1, running: 1 });
      await schedules().pause(name, { requestedBy, note: 'the outage is over' });
      worker = await service.startWorker();
      await until(async () => (await bulksOf(name)).some(({ report }) => report));
      await until(async () => (await runningOf(name)) === 0);
      expect(await bulksOf(name)).toHaveLength(1);
      // And it fires as before.
      await schedules().resume(name, { requestedBy });
      await until(async () => (await bulksOf(name)).filter(({ report }) => report).length >= 2);
      expectOneAtATime(await bulksOf(name));
      expect(service.simulator.summary().madeMoreThanOnce).toEqual([]);
    },
  );
});

/** Facts that Temporal alone knows: without workers no result is reported. */
async function raw(name: string) {
  const { info } = await service.client.schedule.getHandle(`flow-log-schedule/${name}`).describe();
  return {
    started: info.numActionsTaken,
    skipped: info.numActionsSkippedOverlap,
    running: info.runningActions.length,
  };
}

/** Request that `flowlog schedule create -f examples/standing-order.yaml --max-changes 7` makes. */
async function standingOrder(): Promise<Pick<ScheduleRequest, 'operation' | 'selectors' | 'requestedBy' | 'options'>> {
  const file = new URL('../../examples/standing-order.yaml', import.meta.url);
  const located = readManifest('standing-order.yaml', await readFile(file, 'utf8'));
  const asked = { accounts: { default: { uid } }, requestedBy };
  const selectors = effectiveSelectors(located, 'enable', asked).map(({ selector }) => selector);
  return { operation: 'enable', selectors, requestedBy, options: { maxChanges: 7 } };
}

describe('the standing order in examples/', () => {
  test(
    'repairs what changed between two firings, and leaves alone what is excluded',
    { timeout: 180_000 },
    async () => {
      const name = 'standing';
      const prod = (id: string, more = {}) => ({ id: `vpc-${id}`, tags: { env: 'prod', ...more } });
      const kept = ['steady', 'disabled', 'deleted', 'altered'];
      await service.simulator.seed({
        region: 'cn-hangzhou',
        vpcs: [...kept.map((id) => prod(id)), prod('left'), { id: 'vpc-test', tags: { env: 'test' } }],
      });
      await service.simulator.seed({
        region: 'cn-hangzhou',
        cens: [{ id: 'cen-steady' }],
        transitRouters: [{ id: 'tr-steady', cenId: 'cen-steady', type: 'Enterprise', tags: { env: 'prod' } }],
        ecrs: [{ id: 'ecr-steady' }],
        vbrs: [{ id: 'vbr-steady', ecrId: 'ecr-steady', tags: { env: 'prod' } }],
      });
      await schedules().create({ ...(await standingOrder()), name, cron: '0 3 1 1 *' });
      const first = await schedules().trigger(name);
      expect(await first?.result()).toMatchObject({ end: 'completed', tally: { total: 7, succeeded: 7 } });
      const idOf = (id: string) => flowLogsOn(service, vpc, id)[0]?.flowLogId ?? '';
      const [disabled, deleted, altered, left] = ['disabled', 'deleted', 'altered', 'left'].map(idOf);
      for (const [id, flowLogId] of [
        ['disabled', disabled],
        ['left', left],
      ] as const)
        await byHand(service, { product: vpc, name: id }, flowLogId ?? '', { status: 'Inactive' });
      await byHand(service, { product: vpc, name: 'deleted' }, deleted ?? '', { deleted: true });
      await service.simulator.seed({
        region: 'cn-hangzhou',
        vpcs: [prod('new'), prod('left', { 'flowlog:exclude': 'they asked' })],
        flowLogs: [
          {
            product: 'vpc',
            flowLogId: altered ?? '',
            resource: { type: 'VPC', id: 'vpc-altered' },
            aggregationIntervalSeconds: 60,
          },
        ],
      });
      const second = await schedules().trigger(name);
      expect(await second?.result()).toMatchObject({
        end: 'completed',
        tally: { total: 7, succeeded: 4, unchanged: 3 },
      });
      const outcomes: Record<string, unknown> = {};
      for await (const { workflowId, outcome } of service.flowLogs.bulks.rows(second?.runId ?? ''))
        outcomes[workflowId.split('/').at(-1) ?? ''] = outcome;
      expect(outcomes).toEqual({
        'vpc-steady': 'unchanged',
        'vpc-disabled': 'activated',
        'vpc-deleted': 'created',
        'vpc-altered': 'modified',
        'vpc-new': 'created',
        'tr-steady': 'unchanged',
        'vbr-steady': 'unchanged',
      });
      for (const id of [...kept, 'new']) expect(flowLogsOn(service, vpc, id), id).toMatchObject([{ status: 'Active' }]);
      expect(flowLogsOn(service, vpc, 'altered')).toMatchObject([{ flowLogId: altered }]);
      expect(flowLogsOn(service, vpc, 'left')).toMatchObject([{ flowLogId: left, status: 'Inactive' }]);
      expect(flowLogsOn(service, vpc, 'test')).toEqual([]);
      // Law 12: a firing that needs more changes than allowed is refused before anything starts, and the schedule tells.
      await schedules().update(name, { options: { maxChanges: 1 } });
      await service.simulator.seed({ region: 'cn-hangzhou', vpcs: [prod('late'), prod('later')] });
      const third = await schedules().trigger(name);
      await expect(third?.result()).rejects.toMatchObject({ kind: 'TooManyChanges' });
      expect([...flowLogsOn(service, vpc, 'late'), ...flowLogsOn(service, vpc, 'later')]).toEqual([]);
      const { runs } = await schedules().describe(name);
      expect(runs).toMatchObject([
        { bulk: third?.workflowId, end: 'refused', why: expect.stringContaining('more than maxChanges 1') as string },
        { bulk: second?.workflowId, end: 'completed', tally: { succeeded: 4, unchanged: 3 } },
        { bulk: first?.workflowId, end: 'completed', tally: { succeeded: 7 } },
      ]);
    },
  );
});

describe('a schedule', () => {
  test('takes every form of a cron expression, and remembers it as it was written', async () => {
    const cron = ['0 3 * * *', '*/15 8-18 * * MON-FRI', '5/10 0 1,15 jan,July *', '0 0 3 * * 7 2099', '@weekly'];
    const { times, nextRuns } = await schedules().create(enableOne('forms', { cron, timeZone: 'US/Pacific' }));
    expect(times).toMatchObject({ cron, timeZone: 'US/Pacific' });
    expect(nextRuns.length).toBeGreaterThan(3);
  });

  test('tells when it fires next, how it went, and that it is paused', { timeout: 120_000 }, async () => {
    const name = 'nightly';
    const created = await schedules().create(
      enableOne(name, { cron: '0 3 * * *', timeZone: 'Asia/Shanghai', jitterMs: 60_000, reason: 'CIS 3.3' }),
    );
    expect(created).toMatchObject({
      name,
      operation: 'enable',
      requestedBy,
      reason: 'CIS 3.3',
      targets: { items: 1, selectors: [] },
      options: { maxChanges: 100 },
      overlap: 'skip',
      catchUpWindowMs: 600_000,
      paused: false,
      times: { words: 'at 03:00 every day, Asia/Shanghai, up to 1 min later', cron: ['0 3 * * *'] },
      runs: [],
    });
    expect(created.nextRuns.length).toBeGreaterThan(3);
    // 03:00 in Shanghai, and up to a minute after.
    for (const next of created.nextRuns) expect(next).toMatch(/T19:0[01]:/);
    await schedules().pause(name, { requestedBy: 'mika', note: 'cutover' });
    expect(await schedules().describe(name)).toMatchObject({
      paused: true,
      note: 'paused by mika: cutover',
      nextRuns: [],
    });
    const bulk = await schedules().trigger(name);
    expect(await bulk?.result()).toMatchObject({ tally: { total: 1, succeeded: 1 } });
    await schedules().resume(name, { requestedBy: 'mika' });
    expect(await schedules().describe(name)).toMatchObject({
      paused: false,
      note: 'resumed by mika',
      runs: [{ bulk: bulk?.workflowId, run: bulk?.runId, running: false, end: 'completed', tally: { succeeded: 1 } }],
    });
    const [summary] = await bulksOf(name);
    expect(summary).toMatchObject({ requestedBy, reason: 'CIS 3.3' });
  });

  test('is changed in place: what is not given stays', { timeout: 60_000 }, async () => {
    const name = 'changed';
    await schedules().create(
      enableOne(name, { cron: ['0 3 * * *', '@weekly'], timeZone: 'Europe/Berlin', options: { window: 5 } }),
    );
    const relaxed = await schedules().update(name, { options: { maxChanges: 7 }, overlap: 'buffer-one' });
    expect(relaxed).toMatchObject({
      options: { window: 5, maxChanges: 7 },
      overlap: 'buffer-one',
      targets: { items: 1 },
      times: { cron: ['0 3 * * *', '@weekly'], timeZone: 'Europe/Berlin' },
    });
    const zoned = await schedules().update(name, { timeZone: 'America/Lima' });
    expect(zoned.times).toMatchObject({ cron: ['0 3 * * *', '@weekly'], timeZone: 'America/Lima' });
    const timed = await schedules().update(name, { everyMs: 5_400_000, reason: 'often' });
    expect(timed).toMatchObject({ reason: 'often', times: { words: 'every 1 h 30 min', everyMs: 5_400_000 } });
    expect(timed.times).not.toHaveProperty('cron');
    expect(timed.times).not.toHaveProperty('timeZone');
    await expect(schedules().update(name, { items: [] })).rejects.toThrow('names no target');
  });

  test(
    'makes up for the past one firing after the other, and only for what would have fired',
    { timeout: 120_000 },
    async () => {
      const name = 'past';
      await schedules().create(enableOne(name, { cron: '0 * * * *', paused: 'by hand only' }));
      const from = new Date('2026-01-01T00:00:00Z');
      const times = await schedules().backfill(name, { from, to: new Date('2026-01-01T02:59:59Z') });
      expect(times).toEqual(['2026-01-01T00:00:00.000Z', '2026-01-01T01:00:00.000Z', '2026-01-01T02:00:00.000Z']);
      await until(async () => (await bulksOf(name)).filter(({ report }) => report).length === 3);
      const bulks = await bulksOf(name);
      expect(bulks.map(({ bulk }) => bulk)).toEqual(
        times.map((time) => `flow-log-bulk/schedule-past-${time.replace('.000', '')}`),
      );
      expectOneAtATime(bulks);
      const span = (to: string) => schedules().backfill(name, { from, to: new Date(to) });
      await expect(span('2026-01-20T00:00:00Z')).rejects.toThrow(/firings or more fall into this time, and 100 may/);
      await expect(
        schedules().backfill(name, { from: new Date('2026-01-01T00:01:00Z'), to: new Date('2026-01-01T00:02:00Z') }),
      ).rejects.toThrow('no firing falls into this time');
    },
  );

  test('is refused twice under one name, and unknown once deleted', { timeout: 60_000 }, async () => {
    const name = 'gone';
    await schedules().create(enableOne(name, { everyMs: 3_600_000 }));
    await expect(schedules().create(enableOne(name, { everyMs: 60_000 }))).rejects.toMatchObject({
      name: 'ScheduleExistsError',
    });
    const replaced = await schedules().create(enableOne(name, { everyMs: 60_000 }), { replace: true });
    expect(replaced.times.words).toContain('1 min');
    await until(async () => (await schedules().list()).some((one) => one.name === name));
    expect(await schedules().delete(name)).toEqual([]);
    for (const ask of [
      () => schedules().describe(name),
      () => schedules().update(name, { everyMs: 60_000 }),
      () => schedules().pause(name, { requestedBy }),
      () => schedules().resume(name, { requestedBy }),
      () => schedules().trigger(name),
      () => schedules().backfill(name, { from: new Date(0), to: new Date(1) }),
      () => schedules().delete(name),
    ])
      await expect(ask()).rejects.toMatchObject({ name: 'NoSuchScheduleError' });
    expect((await schedules().list()).map((one) => one.name)).not.toContain(name);
  });

  test('whose bulk runs is not triggered beside it', { timeout: 60_000 }, async () => {
    const name = 'busy';
    service.simulator.config({ progression: { mode: 'explicit' } });
    await schedules().create(enableOne(name, { everyMs: 3_600_000 }));
    const bulk = await schedules().trigger(name);
    await until(async () => flowLogsOn(service, vpc, name).length === 1);
    await expect(schedules().trigger(name)).rejects.toMatchObject({
      name: 'ScheduleBusyError',
      bulk: bulk?.workflowId,
    });
    await service.simulator.settle();
    expect(await bulk?.result()).toMatchObject({ tally: { succeeded: 1 } });
    service.simulator.config({ progression: { mode: 'immediate' } });
  });
});
