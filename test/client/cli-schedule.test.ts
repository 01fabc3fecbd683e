import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import {
  type BulkHandle,
  NoSuchScheduleError,
  ScheduleBusyError,
  type ScheduleDescription,
  ScheduleExistsError,
  type Schedules,
} from '../../client/index.js';
import { worldOf } from './fixtures/cli-world.js';

const manifest = `version: 1
defaults: { region: cn-hangzhou, destination: { project: netlogs, logStore: flow } }
flowLogs:
  - { product: vpc, resource: { type: VPC, id: vpc-1 } }
selectors:
  - { product: vpc, accounts: all, regions: all, resourceType: VPC, tags: { env: prod }, coverage: all }
options: { failureBudget: 5%, maxChanges: 7 }
`;
const files = { 'prod.yaml': manifest, 'wrong.yaml': manifest.replace('type: VPC, id', 'type: VCP, id') };

const bulk = 'flow-log-bulk/schedule-prod-2026-01-01T03:00:00Z';
const described: ScheduleDescription = {
  name: 'prod',
  scheduleId: 'flow-log-schedule/prod',
  operation: 'enable',
  requestedBy: 'network-team',
  reason: 'CIS 3.3',
  targets: {
    items: 1,
    selectors: [
      { product: 'vpc', accounts: 'all', regions: 'all', resourceType: 'VPC', tags: { env: 'prod' }, coverage: 'all' },
    ],
  },
  options: { maxChanges: 100 },
  times: { words: 'at 03:00 every day, Asia/Shanghai', cron: ['0 3 * * *'], timeZone: 'Asia/Shanghai' },
  overlap: 'skip',
  catchUpWindowMs: 600_000,
  paused: true,
  note: 'paused by mika: cutover',
  nextRuns: [],
  runs: [
    {
      bulk,
      run: 'run-1',
      scheduledAt: '2026-01-01T03:00:00.000Z',
      startedAt: '2026-01-01T03:00:01.000Z',
      running: false,
      end: 'completed',
      tally: { total: 3, succeeded: 1, unchanged: 2 },
    },
  ],
  firings: { started: 1, skipped: 2, missed: 3 },
  createdAt: '2026-01-01T00:00:00.000Z',
};

/** A world whose schedules answer like this, and what they were asked. */
function worldWith(answers: Partial<Record<keyof Schedules, unknown>> = {}) {
  const asked: Record<string, unknown[]> = {};
  const usual = {
    create: described,
    update: described,
    list: [described],
    describe: described,
    pause: undefined,
    resume: undefined,
    trigger: undefined,
    backfill: ['2026-01-01T00:00:00.000Z', '2026-01-01T01:00:00.000Z'],
    delete: [bulk],
  };
  const schedules = Object.fromEntries(
    Object.entries({ ...usual, ...answers }).map(([method, answer]) => [
      method,
      (...given: unknown[]) => {
        asked[method] = given;
        return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
      },
    ]),
  ) as unknown as Schedules;
  return { asked, world: worldOf({ flowLogs: { schedules } }) };
}

const create = 'schedule create prod -f prod.yaml';

describe('flowlog schedule create', () => {
  it('asks for what the manifest lists and selects, at the times of the flags', async () => {
    const { asked, world } = worldWith();
    const line = `${create} --cron "0 3 * * *" --time-zone Asia/Shanghai --jitter 5m --overlap buffer-one --catch-up 1h --max-changes 20 --adopt --reason "CIS 3.3" --paused cutover`;
    const { exitCode, stdout } = await world.run(line, files);
    expect(exitCode).toBe(0);
    expect(asked['create']).toEqual([
      {
        name: 'prod',
        operation: 'enable',
        items: [expect.objectContaining({ target: expect.objectContaining({ region: 'cn-hangzhou' }) as unknown })],
        selectors: [
          expect.objectContaining({ coverage: 'all', spec: { destination: { project: 'netlogs', logStore: 'flow' } } }),
        ],
        requestedBy: 'mika',
        reason: 'CIS 3.3',
        options: { failureBudget: '5%', maxChanges: 20, adopt: true },
        cron: ['0 3 * * *'],
        timeZone: 'Asia/Shanghai',
        jitterMs: 300_000,
        overlap: 'buffer-one',
        catchUpWindowMs: 3_600_000,
        paused: 'cutover',
      },
      { replace: false },
    ]);
    await world.run(`${create} --every 1h --replace`, files);
    expect(asked['create']?.[1]).toEqual({ replace: true });
    expect(stdout).toContain('prod created');
    expect(stdout).toContain('fires      at 03:00 every day, Asia/Shanghai');
  });

  it('tells everything wrong with manifest and flags at once, and connects to nothing', async () => {
    const { asked, world } = worldWith();
    const line = 'schedule create two.words! -f wrong.yaml --cron "0 25 * * *" --time-zone Mars --catch-up 5s';
    const { exitCode, stderr, connected } = await world.run(line, files);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('wrong.yaml:4:39: flowLogs[0].resource.type: "VCP"');
    expect(stderr).toContain('the name: "two.words!": must be');
    expect(stderr).toContain('--cron: "0 25 * * *": hour "25" is not within 0-23');
    expect(stderr).toContain('--time-zone: "Mars": is no time zone');
    expect(stderr).toContain('--catch-up: 5000: must be');
    expect(connected).toBe(false);
    expect(asked).toEqual({});
    const { stdout } = await world.run(`${line} --json`, files);
    expect(JSON.parse(stdout)).toMatchObject({ errors: [{ error: 'ManifestError' }, { error: 'InvalidInputError' }] });
  });

  it.each([
    {
      line: create,
      says: '--cron: is missing: say when, by a cron expression or an interval (--every)',
      reason: 'no time',
    },
    { line: `${create} --every soon`, says: '--every soon: is no duration', reason: 'no duration' },
    { line: `${create} --every 1h --overlap maybe`, says: 'Allowed choices are skip', reason: 'no such rule' },
    { line: create, says: '--cron: is missing: say when', reason: 'no time' },
    { line: `${create} --every 30m --operation delete`, says: '--expect: is missing', reason: 'law 12' },
    { line: 'schedule create prod --every 1h', says: '-f, --file <manifest>', reason: 'no manifest' },
    {
      line: 'schedule create prod -f nowhere.yaml --every 1h',
      says: 'nowhere.yaml: there is no such file',
      reason: 'no such file',
    },
  ])('is refused with 2: $reason', async ({ line, says }) => {
    const { exitCode, stderr, connected } = await worldWith().world.run(line, files);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(says);
    expect(connected).toBe(false);
  });
});

describe('flowlog schedule update', () => {
  it('changes what is given and nothing else', async () => {
    const { asked, world } = worldWith();
    expect((await world.run('schedule update prod --every 1h --window 9 --reason again')).exitCode).toBe(0);
    expect(asked['update']).toEqual(['prod', { everyMs: 3_600_000, options: { window: 9 }, reason: 'again' }]);
  });

  it('takes the targets of another manifest, read for the operation that it has', async () => {
    const { asked, world } = worldWith({ describe: { ...described, operation: 'disable' } });
    expect((await world.run('schedule update prod -f prod.yaml --max-changes 3', files)).exitCode).toBe(0);
    const [, change] = asked['update'] ?? [];
    expect(change).toMatchObject({ options: { failureBudget: '5%', maxChanges: 3 } });
    // A flow log that is disabled needs no destination.
    expect(change).toHaveProperty('items', [expect.not.objectContaining({ spec: expect.anything() as unknown })]);
    expect(change).not.toHaveProperty('operation');
  });
});

describe('flowlog schedule', () => {
  it('describes what it does, when, and how it went', async () => {
    const { exitCode, stdout } = await worldWith().world.run('schedule describe prod');
    expect(exitCode).toBe(0);
    for (const text of [
      'targets    1 by name',
      'selector   vpc VPC in all accounts, all regions, tagged env=prod, coverage all',
      'options    maxChanges 100',
      'asked by   network-team',
      'fires      at 03:00 every day, Asia/Shanghai',
      'cron       0 3 * * *',
      'overlap    skip',
      'catch-up   10 min',
      'state      paused by mika: cutover',
      'firings    1 started, 2 skipped while one ran, 3 too late to make up for',
      'run        2026-01-01T03:00:01Z completed 3 targets: 1 succeeded, 2 unchanged schedule-prod-2026-01-01T03:00:00Z',
    ])
      expect(stdout).toContain(text);
  });

  it('says that results are missing, and why', async () => {
    const { world } = worldWith({ describe: { ...described, resultsMissing: 'no worker answered' } });
    expect((await world.run('schedule describe prod')).stderr).toContain('not known: no worker answered');
  });

  it('gives programs the whole document', async () => {
    const { world } = worldWith();
    expect(JSON.parse((await world.run('schedule describe prod --json')).stdout)).toEqual(described);
    expect(JSON.parse((await world.run('schedule list --json')).stdout)).toEqual({ schedules: [described] });
  });

  it('lists one line each in a pipe', async () => {
    const { stdout } = await worldWith().world.run('schedule list');
    const [heading, row = ''] = stdout.split('\n');
    expect(heading).toBe('schedule\toperation\ttargets\tfires\tstate\tnext\tlast');
    expect(row.split('\t')).toEqual([
      'prod',
      'enable',
      '1 target, vpc VPC by selector',
      'at 03:00 every day, Asia/Shanghai',
      'paused',
      '',
      expect.stringMatching(/^2026-01-01T03:00:01/),
    ]);
  });

  it.each([
    { line: 'schedule pause prod --note cutover', asked: ['pause', 'prod', { requestedBy: 'mika', note: 'cutover' }] },
    { line: 'schedule resume prod --requested-by kim', asked: ['resume', 'prod', { requestedBy: 'kim' }] },
    { line: 'schedule trigger prod', asked: ['trigger', 'prod'] },
    {
      line: 'schedule backfill prod --from 2026-01-01 --to 2026-01-02 --overlap skip',
      asked: ['backfill', 'prod', { from: new Date('2026-01-01'), to: new Date('2026-01-02'), overlap: 'skip' }],
    },
    { line: 'schedule delete prod', asked: ['delete', 'prod'] },
  ])('passes on: $line', async ({ line, asked: [method = '', ...given] }) => {
    const { asked, world } = worldWith();
    expect((await world.run(line)).exitCode).toBe(0);
    expect(asked[method as string]).toEqual(given);
  });

  it('tells the bulk that a trigger started, and follows it to its end with --wait', async () => {
    const report = {
      bulk,
      operation: 'enable',
      end: 'completed',
      tally: { total: 1, failed: 1 },
      rows: 'bulk:run-1',
      problems: [],
    };
    const handle = {
      workflowId: bulk,
      runId: 'run-1',
      result: () => Promise.resolve(report),
      progress: () => Promise.resolve({ phase: 'running', total: 1, ended: {}, running: 1 }),
    } as unknown as BulkHandle;
    const { world } = worldWith({ trigger: handle });
    expect((await world.run('schedule trigger prod')).stdout).toBe(`${bulk} started\n`);
    const bulks = { async *rows() {} };
    const followed = worldOf({
      flowLogs: { schedules: { trigger: () => Promise.resolve(handle) }, bulks } as never,
    });
    expect((await followed.run('schedule trigger prod --wait')).exitCode).toBe(1);
  });

  it('names what goes on after a delete', async () => {
    expect((await worldWith().world.run('schedule delete prod')).stderr).toContain(`goes on: ${bulk}`);
  });

  it.each([
    {
      answers: { create: new ScheduleExistsError('prod') },
      line: `${create} --every 1h`,
      code: 4,
      next: 'npx flowlog schedule update prod',
    },
    {
      answers: { describe: new NoSuchScheduleError('prod') },
      line: 'schedule describe prod',
      code: 1,
      next: 'npx flowlog schedule list',
    },
    {
      answers: { trigger: new ScheduleBusyError('prod', bulk) },
      line: 'schedule trigger prod',
      code: 4,
      next: 'npx flowlog schedule describe prod',
    },
  ])('says what to do, with $code: $line', async ({ answers, line, code, next }) => {
    const { exitCode, stderr } = await worldWith(answers).world.run(line, files);
    expect(exitCode).toBe(code);
    expect(stderr).toContain(`what to do: `);
    expect(stderr).toContain(next);
  });
});

describe('the standing order in examples/', () => {
  it('is read by our own reader: every product, all coverages, what is excluded left out', async () => {
    const text = await readFile(new URL('../../examples/standing-order.yaml', import.meta.url), 'utf8');
    const { asked, world } = worldWith();
    const { exitCode, stderr } = await world.run('schedule create prod -f order.yaml --every 30m', {
      'order.yaml': text,
    });
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
    const [request] = (asked['create'] ?? []) as [{ selectors: readonly unknown[] }];
    expect(request).toMatchObject({
      operation: 'enable',
      items: [],
      options: { maxChanges: 100, failureBudget: '5%' },
    });
    expect(request.selectors).toEqual(
      Object.entries({ VPC: '{region}', TransitRouter: '{region}', EcrVbr: 'ecr' }).map(([resourceType, project]) =>
        expect.objectContaining({
          resourceType,
          coverage: 'all',
          tags: { env: 'prod' },
          exclude: { tags: { 'flowlog:exclude': '*' } },
          spec: { destination: { project: `netlogs-${project}`, logStore: 'flow' }, aggregationIntervalSeconds: 600 },
        }),
      ),
    );
  });
});
