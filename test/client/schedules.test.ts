import { describe, expect, it } from 'vitest';
import { FlowLogs, InvalidInputError, type ScheduleRequest } from '../../client/index.js';
import { FakeSchedules } from './fixtures/fake-schedules.js';
import { grpcError } from './fixtures/fake-temporal.js';

const accounts = { default: { uid: '1000000000000001' } };
const destination = { project: 'netlogs', logStore: 'flow' };
const target = (id: string) => ({
  product: 'vpc',
  region: 'cn-hangzhou',
  resource: { type: 'VPC', id: `vpc-${id}` },
});
const right: ScheduleRequest = {
  name: 'prod',
  operation: 'enable',
  items: [{ target: target('1'), spec: { destination } }],
  everyMs: 60_000,
  requestedBy: 'network-team',
  reason: 'CIS 3.3',
};

const withoutInterval: ScheduleRequest = Object.fromEntries(
  Object.entries(right).filter(([name]) => name !== 'everyMs'),
) as unknown as ScheduleRequest;

const withFake = (fake = new FakeSchedules()) => ({
  fake,
  schedules: new FlowLogs(fake.client, { accounts, address: 'temporal:7233' }).schedules,
});

/** Problems of a request; nothing may have been created. */
async function problemsOf(request: unknown): Promise<string[]> {
  const { fake, schedules } = withFake();
  const error: unknown = await schedules.create(request as ScheduleRequest).catch((refused: unknown) => refused);
  if (!(error instanceof InvalidInputError)) throw new Error(`not refused: ${String(error)}`);
  expect(fake.kept.size).toBe(0);
  expect(fake.reads).toEqual([]);
  return error.problems.map(({ path, message }) => `${path}: ${message}`);
}

describe('a schedule that is wrong', () => {
  it.each([
    { change: { name: 'two words' }, says: 'name: "two words": must be 1 to 64', reason: 'a space' },
    { change: { name: 'a:b' }, says: 'name: "a:b": must be 1 to 64', reason: 'the time has the colons' },
    { change: { name: undefined }, says: 'name: is missing', reason: 'no name' },
    { change: { everyMs: undefined }, says: 'cron: is missing: say when', reason: 'no time' },
    {
      change: { cron: '@daily' },
      says: 'everyMs: give a cron expression or an interval, not both',
      reason: 'two times',
    },
    { change: { everyMs: 999 }, says: 'everyMs: 999: must be whole seconds', reason: 'below a second' },
    { change: { everyMs: 1_500 }, says: 'everyMs: 1500: must be whole seconds', reason: 'not a whole second' },
    { change: { jitterMs: 61_000 }, says: 'jitterMs: 61000: must not be longer than the interval', reason: 'jitter' },
    {
      change: { catchUpWindowMs: 9_000 },
      says: 'catchUpWindowMs: 9000: must be whole seconds, in ms: 10 s',
      reason: 'Temporal would take 10 s',
    },
    {
      change: { overlap: 'terminate-other' },
      says: 'overlap: "terminate-other": must be one of skip',
      reason: 'a bulk that is killed reports nothing',
    },
    {
      change: { timeZone: 'Asia/Shanghai' },
      says: 'timeZone: has no meaning for an interval',
      reason: 'zone of an interval',
    },
    {
      change: { everyMs: undefined, cron: '0 3 * * *', timeZone: 'Mars/Olympus' },
      says: 'timeZone: "Mars/Olympus": is no time zone',
      reason: 'no such zone',
    },
    {
      change: { everyMs: undefined, cron: '0 3 * * *', timeZone: '+08:00' },
      says: 'timeZone: "+08:00": is no time zone',
      reason: 'an offset',
    },
    {
      change: { everyMs: undefined, cron: ['0 3 * * *', '0 25 * * *'] },
      says: 'cron[1]: "0 25 * * *": hour "25"',
      reason: 'the second of two',
    },
    { change: { paused: '' }, says: 'paused: "": must be 1 to 500', reason: 'a pause without a note' },
    { change: { operation: 'purge' }, says: 'operation: "purge": must be one of enable', reason: 'no such operation' },
    { change: { requestedBy: '' }, says: 'requestedBy: "": must be 1 to 256', reason: 'nobody asks' },
    { change: { items: [] }, says: 'items: names no target', reason: 'no target' },
    { change: { items: [{ target: target('1') }] }, says: 'items[0].spec', reason: 'an item without its destination' },
    {
      change: { items: [right.items?.[0], right.items?.[0]] },
      says: 'items[1].target: the same as items[0]',
      reason: 'one target twice',
    },
    {
      change: { operation: 'disable', items: [{ target: target('1') }] },
      says: 'options.expect: is missing',
      reason: 'law 12',
    },
    {
      change: { options: { maxChanges: -1 } },
      says: 'options.maxChanges: -1: must be at least',
      reason: 'a limit below nothing',
    },
    {
      change: {
        selectors: [
          {
            product: 'vpc',
            accounts: 'all',
            regions: 'all',
            resourceType: 'EcrVbr',
            coverage: 'all',
            spec: { destination },
          },
        ],
      },
      says: 'selectors[0].resourceType',
      reason: 'a type of another product',
    },
  ])('is refused, and nothing is created: $reason', async ({ change, says }) => {
    const problems = await problemsOf({ ...right, ...change });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(says);
  });

  it('is told everything at once', async () => {
    const problems = await problemsOf({
      name: '-',
      operation: 'enable',
      items: [{ target: { ...target('1'), region: 'no such' }, spec: { destination } }],
      cron: '0 99 * * *',
      timeZone: 'Nowhere',
      catchUpWindowMs: 1,
      requestedBy: '',
      options: { window: 0 },
    });
    expect(problems.map((problem) => problem.split(':')[0])).toEqual([
      'name',
      'catchUpWindowMs',
      'cron',
      'timeZone',
      'requestedBy',
      'options.window',
      'items[0].target.region',
    ]);
  });
});

describe('a schedule that is created', () => {
  it('starts bulks under its name, with a limit on changes, and skips what would overlap', async () => {
    const { fake, schedules } = withFake();
    await schedules.create(right);
    const { options } = fake.kept.get('flow-log-schedule/prod') ?? {};
    expect(options).toMatchObject({
      spec: { intervals: [{ every: 60_000 }] },
      policies: { overlap: 'SKIP', catchupWindow: 600_000 },
      action: {
        type: 'startWorkflow',
        workflowType: 'bulkFlowLogs',
        workflowId: 'flow-log-bulk/schedule-prod',
        taskQueue: 'flow-log',
        staticSummary: 'enable in bulk, for network-team, by schedule prod',
        args: [
          {
            operation: 'enable',
            items: [{ target: { ...target('1'), accountId: '1000000000000001' }, spec: { destination } }],
            requestedBy: 'network-team',
            reason: 'CIS 3.3',
            options: { maxChanges: 100 },
          },
        ],
      },
      memo: { operation: 'enable', createdFor: 'network-team', createdBecause: 'CIS 3.3' },
    });
    expect(options?.action.staticDetails).toContain('- 1 targets by name');
  });

  it('keeps how its cron expressions were written, and its zone as the server spells it', async () => {
    const { fake, schedules } = withFake();
    await schedules.create({
      ...withoutInterval,
      cron: ['0 3 * * *', '@weekly'],
      timeZone: 'asia/shanghai',
      jitterMs: 5_000,
    });
    expect(fake.kept.get('flow-log-schedule/prod')?.options.spec).toEqual({
      cronExpressions: ['0 3 * * * # 0 3 * * *', '@weekly # @weekly'],
      timezone: 'Asia/Shanghai',
      jitter: 5_000,
    });
  });

  it('gives its selectors to each firing as they are, beside options of the bulk and of its operations', async () => {
    const { fake, schedules } = withFake();
    const selector = {
      product: 'vpc',
      accounts: 'all',
      regions: 'all',
      resourceType: 'VPC',
      tags: { env: 'prod' },
      coverage: 'all',
      spec: { destination },
    } as const;
    const options = { window: 5, failureBudget: '5%', canary: 3, maxTargets: 9, maxChanges: 8, adopt: true };
    await schedules.create({ ...right, items: [], selectors: [selector], options });
    const { action } = fake.kept.get('flow-log-schedule/prod')?.options ?? {};
    expect(action?.args).toEqual([
      { operation: 'enable', selectors: [selector], requestedBy: 'network-team', reason: 'CIS 3.3', options },
    ]);
    expect(action?.staticDetails).toContain('- vpc VPC in all accounts, all regions, tagged env=prod, coverage all');
  });

  it('stores items that are too many for it, and names them by their digest', async () => {
    const { fake, schedules } = withFake();
    fake.answers = { storeManifest: () => undefined };
    const items = Array.from({ length: 1_200 }, (_, index) => ({
      target: target(String(index)),
      spec: { destination },
    }));
    const created = await schedules.create({ ...right, items, options: { maxChanges: 5 } });
    expect(created.targets).toMatchObject({ items: 1_200, manifest: { items: 1_200 }, selectors: [] });
    const [input] = fake.kept.get('flow-log-schedule/prod')?.options.action.args ?? [];
    expect(input).not.toHaveProperty('items');
    expect(input).toMatchObject({ manifest: { sha256: created.targets.manifest?.sha256 }, options: { maxChanges: 5 } });
    expect(fake.reads.map(({ type }) => type)).toEqual(['storeManifest', 'storeManifest', 'storeManifest']);
    // A change of other settings leaves the targets as they are.
    const changed = await schedules.update('prod', { options: { window: 9 } });
    expect(changed).toMatchObject({ targets: created.targets, options: { maxChanges: 5, window: 9 } });
    expect(fake.reads).toHaveLength(3);
  });

  it('may begin paused, with the note of who made it', async () => {
    const { schedules } = withFake();
    expect(await schedules.create({ ...right, paused: 'after the cutover' })).toMatchObject({
      paused: true,
      note: 'paused by network-team: after the cutover',
      nextRuns: [],
    });
  });
});

describe('a schedule that is there', () => {
  it('is not made twice, and not changed into another operation', async () => {
    const { fake, schedules } = withFake();
    await schedules.create(right);
    await expect(schedules.create(right)).rejects.toMatchObject({ name: 'ScheduleExistsError', schedule: 'prod' });
    expect(fake.kept.size).toBe(1);
    const purge = { operation: 'delete' } as object;
    await expect(schedules.update('prod', purge)).rejects.toThrow('operation: "delete": stays enable');
  });

  it('is replaced where that is asked for, and only by what is right', async () => {
    const { fake, schedules } = withFake();
    const replace = { replace: true };
    await schedules.create(right, replace);
    expect(await schedules.create({ ...right, reason: 'another' }, replace)).toMatchObject({ reason: 'another' });
    expect(fake.kept.size).toBe(1);
    await expect(schedules.create({ ...right, everyMs: 1 }, replace)).rejects.toThrow('everyMs');
    expect((await schedules.describe('prod')).reason).toBe('another');
  });

  it('tells what its last bulks did, by one question', async () => {
    const { fake, schedules } = withFake();
    await schedules.create(right);
    const bulk = 'flow-log-bulk/schedule-prod-2026-01-01T03:00:00Z';
    fake.recent = {
      'flow-log-schedule/prod': [
        { workflowId: bulk, runId: 'run-1' },
        { workflowId: `${bulk}2`, runId: 'run-2' },
      ],
    };
    const tally = { total: 2, succeeded: 1, failed: 1 };
    const report = { end: 'stopped', why: 'the failure budget is spent', tally };
    fake.answers = { inspectBulks: () => ({ bulks: [{ bulk, run: 'run-1', tally, report }] }) };
    expect((await schedules.describe('prod')).runs).toEqual([
      expect.objectContaining({ run: 'run-2', running: false }),
      expect.objectContaining({ run: 'run-1', end: 'stopped', why: 'the failure budget is spent', tally }),
    ]);
    expect(fake.reads).toEqual([{ type: 'inspectBulks', input: { runs: ['run-2', 'run-1'] }, timeoutMs: 10_000 }]);
  });

  it('is described without results where no worker answers', async () => {
    const { fake, schedules } = withFake();
    await schedules.create(right);
    fake.recent = { 'flow-log-schedule/prod': [{ workflowId: 'flow-log-bulk/x', runId: 'run-1' }] };
    expect(await schedules.describe('prod')).toMatchObject({
      name: 'prod',
      runs: [{ run: 'run-1' }],
      resultsMissing: 'no worker answered',
    });
  });

  it('is listed with the others of ours, and without what is gone or not ours', async () => {
    const { schedules } = withFake();
    await schedules.create({ ...right, name: 'b' });
    await schedules.create({ ...right, name: 'a' });
    expect((await schedules.list()).map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it.each([
    { by: { requestedBy: '' }, says: 'requestedBy' },
    { by: { requestedBy: 'mika', note: '' }, says: 'note' },
  ])('is not paused by a note that is wrong: $says', async ({ by, says }) => {
    const { schedules } = withFake();
    await schedules.create(right);
    await expect(schedules.pause('prod', by)).rejects.toThrow(says);
  });

  it.each([
    { span: ['2026-01-02', '2026-01-01'], says: 'to: must not be before its beginning' },
    { span: ['2026-01-02', '2999-01-01'], says: 'to: must not be in the future' },
    { span: ['never', '2026-01-01'], says: 'from: must be a time' },
  ])('is not backfilled for $span', async ({ span: [from = '', to = ''], says }) => {
    const { schedules } = withFake();
    await schedules.create(right);
    await expect(schedules.backfill('prod', { from: new Date(from), to: new Date(to) })).rejects.toThrow(says);
  });
});

describe('a Temporal that refuses', () => {
  it.each([
    { code: 14, name: 'UnreachableError', says: 'Temporal at temporal:7233 is out of reach' },
    { code: 5, name: 'NoSuchScheduleError', says: 'no schedule is named prod' },
    { code: 3, name: 'RefusedByTemporalError', says: 'Temporal refused' },
  ])('is told as $name', async ({ code, name, says }) => {
    const { fake, schedules } = withFake();
    await schedules.create(right);
    fake.before = () => {
      throw grpcError(code, 'its own words');
    };
    await expect(schedules.describe('prod')).rejects.toMatchObject({
      name,
      message: expect.stringContaining(says) as string,
    });
  });
});
