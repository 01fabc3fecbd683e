import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BulkItemRequest } from '../../client/index.js';
import type { BulkOptions, BulkRow } from '../../workflows/contract/bulk.js';
import { profiles } from '../../simulator/index.js';
import { changesOn } from './fixtures/judge.js';
import { hostile, rowsOf, settling, until } from './fixtures/scenario.js';
import { type Service, startService } from './fixtures/service.js';
import { destination, requestedBy, vpc } from './fixtures/targets.js';

/** Control of a bulk under way by a person, and the bulk's own reaction to its failures. */

let service: Service;

beforeAll(async () => {
  service = await startService(hostile({ cooldownMs: 0 }));
}, 120_000);

afterAll(() => service.stop());

const names = (word: string, count: number) => Array.from({ length: count }, (_, index) => `${word}${index}`);
const itemsOf = (all: readonly string[]): BulkItemRequest[] =>
  all.map((name) => ({ target: vpc.target(name), spec: { destination } }));
const start = (all: readonly string[], options: BulkOptions = {}) =>
  service.flowLogs.bulks.start({ operation: 'enable', items: itemsOf(all), requestedBy, options });

const statesOf = (rows: readonly BulkRow[]) => rows.map(({ state }) => state);
const created = (all: readonly string[]) => all.filter((name) => changesOn(service, vpc, name).length > 0);

/** Every create of these targets is refused for good. */
const poison = (all: readonly string[]) =>
  service.simulator.faults(
    all.map((name) => ({
      product: 'vpc' as const,
      action: 'CreateFlowLog',
      resource: vpc.resource(name),
      when: 'before' as const,
      effect: 'code' as const,
      code: 'InvalidParameter',
      status: 400,
      probability: 1,
    })),
  );

describe('a bulk under way', () => {
  test('that is paused starts nothing more until it is resumed, on the record', { timeout: 120_000 }, async () => {
    const all = names('paused', 12);
    service.simulator.faults([
      { product: 'vpc', action: 'CreateFlowLog', resource: vpc.resource('paused0'), barrier: 'first', count: 1 },
    ]);
    const bulk = await start(all, { window: 1 });
    await service.simulator.barriers.waiting('first');
    await bulk.pause({ requestedBy: 'mika', reason: 'incident 7' });
    await until(async () => (await bulk.progress()).phase === 'paused');
    service.simulator.barriers.release('first');
    await until(async () => (await bulk.progress()).ended.succeeded === 1);
    // Long enough that a bulk which does not heed would have gone on: one target takes about a second.
    await sleep(3_000);
    expect(created(all)).toEqual(['paused0']);
    await bulk.resume({ requestedBy: 'mika' });
    expect(await bulk.result()).toMatchObject({ end: 'completed', tally: { total: 12, succeeded: 12 } });
    const events = await service.query<{ kind: string; body: string }>(
      `select kind, body from ledger.entries where kind like 'bulk-%' order by seq`,
    );
    expect(events.map(({ kind }) => kind)).toEqual(['bulk-paused', 'bulk-resumed']);
    expect(JSON.stringify(events[0]?.body)).toContain('incident 7');
  });

  test('that is cancelled cancels what it started and nothing that it joined', { timeout: 120_000 }, async () => {
    service.simulator.config({ progression: { mode: 'explicit' } });
    const joined = await service.flowLogs.enable({ target: vpc.target('kept0'), spec: { destination }, requestedBy });
    const bulk = await start(names('kept', 6), { window: 3 });
    await until(async () => (await bulk.progress()).running === 3);
    await until(() => created(names('kept', 6)).length === 3);
    await bulk.cancel();
    const report = await bulk.result();
    expect(report).toMatchObject({ end: 'cancelled', tally: { total: 6, cancelled: 6 } });
    expect(created(names('kept', 6))).toHaveLength(3);
    expect((await service.client.workflow.getHandle(joined.workflowId).describe()).status.name).toBe('RUNNING');
    service.simulator.config({ progression: { mode: 'time', activationMs: 500, settleMs: 300 } });
    await service.simulator.settle();
    expect(await joined.result()).toMatchObject({ outcome: 'created' });
  });

  test(
    'joins what is asked for elsewhere, and fails what is held for something else',
    { timeout: 120_000 },
    async () => {
      service.simulator.config({ progression: { mode: 'explicit' } });
      const same = await service.flowLogs.enable({ target: vpc.target('same'), spec: { destination }, requestedBy });
      const other = await service.flowLogs.delete({ target: vpc.target('other'), requestedBy });
      await other.result();
      const bulk = await start(['same', 'alone']);
      await until(async () => (await bulk.progress()).running === 2);
      await until(() => created(['same', 'alone']).length === 2);
      const report = await settling(service, bulk.result());
      await same.result();
      service.simulator.config({ progression: { mode: 'time', activationMs: 500, settleMs: 300 } });
      expect(report.tally).toMatchObject({ total: 2, joined: 1, succeeded: 1 });
      expect(changesOn(service, vpc, 'same')).toHaveLength(1);
    },
  );
});

describe('a bulk with failures', () => {
  test(
    'stops beyond its budget, drains, and a retry after the cure finishes only the rest',
    { timeout: 180_000 },
    async () => {
      const all = names('poison', 40);
      poison(all.filter((_, index) => index % 3 === 0));
      const bulk = await start(all, { window: 4, failureBudget: '5%' });
      const report = await bulk.result();
      expect(report).toMatchObject({ end: 'stopped', why: expect.stringContaining('failure budget') as string });
      const rows = await rowsOf(service, bulk);
      expect(rows).toHaveLength(40);
      const { failed = 0, skipped = 0, succeeded = 0 } = report.tally;
      // Two may fail; the third stops it, and at most the rest of the window fails beside it.
      expect(failed).toBeGreaterThanOrEqual(3);
      expect(failed).toBeLessThanOrEqual(2 + 4);
      expect(failed + skipped + succeeded).toBe(40);
      expect(rows.filter(({ state }) => state === 'failed').every(({ code }) => code === 'InvalidParameter')).toBe(
        true,
      );
      service.simulator.clearFaults();
      const before = service.simulator.journal().length;
      const retry = await service.flowLogs.bulks.start({ operation: 'enable', retryOf: bulk.workflowId, requestedBy });
      expect(await retry.result()).toMatchObject({
        end: 'completed',
        tally: { total: failed + skipped, succeeded: failed + skipped },
      });
      const done = rows.flatMap(({ state, target }) =>
        state === 'succeeded' && 'resource' in target ? [target.resource['id']] : [],
      );
      const touched = service.simulator
        .journal()
        .slice(before)
        .filter(({ action }) => action === 'CreateFlowLog')
        .map(({ params }) => params['ResourceId']);
      expect(touched).toHaveLength(failed + skipped);
      expect(touched.filter((id) => done.includes(id))).toEqual([]);
    },
  );

  test.each([
    { regions: 3, each: 20, window: 6, reason: 'failures come faster than they are told' },
    { regions: 20, each: 3, window: 20, reason: 'it is spent while pages are still being started' },
  ])(
    'in $regions places at once stops as soon: no more fail than the budget and what is under way; $reason',
    { timeout: 120_000 },
    async ({ regions, each, window }) => {
      const all = names(`everywhere${regions}-`, regions * each);
      poison(all);
      const places = profiles.hostile.regions.slice(0, regions);
      const items = itemsOf(all).map((item, index) => ({
        ...item,
        target: { ...item.target, region: places[index % regions] as string },
      }));
      const options = { window, failureBudget: 4 };
      const bulk = await service.flowLogs.bulks.start({ operation: 'enable', items, requestedBy, options });
      const { end, tally } = await bulk.result();
      service.simulator.clearFaults();
      expect({ end, total: tally.total }).toEqual({ end: 'stopped', total: all.length });
      expect(tally.failed).toBeGreaterThan(4);
      expect(tally.failed).toBeLessThanOrEqual(4 + window);
    },
  );

  test('whose canary does not end well goes no further', { timeout: 120_000 }, async () => {
    const all = names('canary', 10);
    poison(['canary1']);
    const bulk = await start(all, { canary: 3 });
    expect(await bulk.result()).toMatchObject({ end: 'stopped', tally: { failed: 1, succeeded: 2, skipped: 7 } });
    expect(created(all.slice(3))).toEqual([]);
    service.simulator.clearFaults();
  });

  test.each([
    { decision: 'approve', end: 'completed', tally: { succeeded: 5 } },
    { decision: 'reject', end: 'stopped', tally: { succeeded: 2, skipped: 3 } },
  ] as const)(
    'whose good canary waits for a person: $decision',
    { timeout: 120_000 },
    async ({ decision, end, tally }) => {
      const bulk = await start(names(decision, 5), { canary: 2, canaryApproval: 'manual' });
      await until(async () => (await bulk.progress()).phase === 'awaiting-approval');
      await bulk[decision]({ requestedBy: 'mika' });
      expect(await bulk.result()).toMatchObject({ end, tally });
    },
  );
});

describe('a bulk that nobody meant', () => {
  test.each([
    { reason: 'more than maxTargets', options: { maxTargets: 2 }, kind: 'TooManyTargets' },
    { reason: 'another number than expected', options: { expect: 4 }, kind: 'UnexpectedCount' },
  ])('starts nothing: $reason', async ({ options, kind }) => {
    const bulk = await start(names('nobody', 3), options);
    await expect(bulk.result()).rejects.toMatchObject({ name: 'OperationFailedError', kind });
    expect(created(names('nobody', 3))).toEqual([]);
    const [listed] = await service.flowLogs.bulks.list({ bulk: bulk.workflowId });
    expect(listed?.report).toMatchObject({ end: 'refused' });
  });

  test('because a delete in bulk names no number', async () => {
    const bulk = service.flowLogs.bulks.start({
      operation: 'delete',
      items: [{ target: vpc.target('nobody') }],
      requestedBy,
    });
    await expect(bulk.then((handle) => handle.result())).rejects.toMatchObject({
      message: expect.stringContaining('options.expect') as string,
    });
  });

  test('keeps one row for each target, whatever happened', async () => {
    const bulk = await start(names('rows', 3));
    await bulk.result();
    expect(statesOf(await rowsOf(service, bulk))).toEqual(['succeeded', 'succeeded', 'succeeded']);
  });
});
