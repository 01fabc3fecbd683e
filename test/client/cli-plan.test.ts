import { describe, expect, it } from 'vitest';
import type { FlowLogsPort } from '../../client/cli/surroundings.js';
import type { PlanRequest } from '../../client/index.js';
import type { PlanReport, PlanRow } from '../../workflows/contract/plan.js';
import { worldOf } from './fixtures/cli-world.js';

/** Plans on the command line, over a service of these answers. */

const accountId = '1000000000000001';
const region = 'cn-hangzhou';
const target = (id: string) => ({ product: 'vpc' as const, accountId, region, resource: { type: 'VPC', id } });

const created: PlanRow = {
  ordinal: 1,
  target: target('vpc-1'),
  verdict: 'create',
  changes: ['create'],
  drift: [],
  outcome: 'created',
};
const drifted: PlanRow = {
  ordinal: 2,
  target: target('vpc-2'),
  verdict: 'modify',
  changes: ['modify'],
  drift: ['aggregationIntervalSeconds'],
  flowLogId: 'fl-2',
  outcome: 'modified',
};
const foreign: PlanRow = {
  ordinal: 3,
  target: target('vpc-3'),
  verdict: 'conflict',
  changes: [],
  drift: ['destination.project'],
  flowLogId: 'fl-3',
  outcome: 'Conflict(foreign)',
  code: 'Conflict(foreign)',
  reason: 'flow log fl-3 is in the way',
};
const settled: PlanRow = {
  ordinal: 4,
  target: target('vpc-4'),
  verdict: 'leave',
  changes: [],
  drift: [],
  flowLogId: 'fl-4',
  outcome: 'unchanged',
};
const uncertain: PlanRow = {
  ordinal: 5,
  target: target('vpc-5'),
  verdict: 'wait',
  changes: ['activate'],
  drift: [],
  flowLogId: 'fl-5',
  possible: ['unchanged', 'activated'],
};

function reportOf(rows: readonly PlanRow[], more: Partial<PlanReport> = {}): PlanReport {
  const count = (words: readonly string[]) =>
    Object.fromEntries(words.map((word) => [word, words.filter((each) => each === word).length]));
  return {
    operation: 'enable',
    rows: 'run-1/1',
    expect: rows.length,
    verdicts: count(rows.map(({ verdict }) => verdict)),
    changes: count(rows.flatMap(({ changes }) => changes)),
    ends: count(rows.map(({ outcome = 'uncertain' }) => outcome)),
    needChange: rows.filter(({ changes }) => changes.length > 0).length,
    calls: { plan: 1, scans: 1, changes: 2, reads: 3, total: 6 },
    seconds: 2,
    destinations: [],
    quotaWarnings: [],
    problems: [],
    readAt: '2026-01-01T00:00:00Z',
    ...more,
  };
}

/** A world whose plan has these rows, and what was asked of it. */
function planning(rows: readonly PlanRow[], more: Partial<PlanReport> = {}, terminal = false) {
  const asked: PlanRequest[] = [];
  const report = reportOf(rows, more);
  const plan = (request: PlanRequest) => {
    asked.push(request);
    return Promise.resolve({
      report,
      async *[Symbol.asyncIterator]() {
        yield* rows;
      },
    });
  };
  const bulks = { plan } as unknown as FlowLogsPort['bulks'];
  return { world: worldOf({ flowLogs: { bulks }, terminal }), asked };
}

const manifest = `
version: 1
defaults:
  region: cn-hangzhou
  destination: { project: netlogs, logStore: flow }
  vpc: { trafficType: All }
flowLogs:
  - { product: vpc, resource: { type: VPC, id: vpc-1 } }
  - { product: vpc, resource: { type: VPC, id: vpc-2 }, aggregationIntervalSeconds: 60 }
`;
const files = { 'm.yaml': manifest };
const one = 'vpc-1 --region cn-hangzhou';
const wished = '--project netlogs --log-store flow';

describe('plan', () => {
  it('shows a row a target and sums them up, and starts nothing', async () => {
    const { world, asked } = planning([created, drifted, foreign, settled, uncertain]);
    const { stdout, stderr, exitCode } = await world.run('plan -f m.yaml', files);
    expect(exitCode).toBe(0);
    expect(world.asked).toEqual([]);
    expect(asked).toMatchObject([{ operation: 'enable', items: [{}, {}] }]);
    expect(stdout.trim().split('\n')).toEqual([
      'target\tplace\tfirst\tchanges\tflow log\tends as',
      'vpc VPC/vpc-1\tcn-hangzhou\tcreate\tcreate\t\tcreated',
      'vpc VPC/vpc-2\tcn-hangzhou\tmodify\tmodify (aggregationIntervalSeconds)\tfl-2\tmodified',
      'vpc VPC/vpc-3\tcn-hangzhou\tconflict\t(destination.project)\tfl-3\tConflict(foreign): flow log fl-3 is in the way',
      'vpc VPC/vpc-4\tcn-hangzhou\tleave\t\tfl-4\tunchanged',
      'vpc VPC/vpc-5\tcn-hangzhou\twait\tactivate\tfl-5\tunchanged or activated',
    ]);
    expect(stderr).toContain(
      '1 to create, 1 to modify, 1 under way, 1 unchanged, 1 in conflict; about 6 calls, at least 2 s',
    );
  });

  it.each([
    ['nothing to do', [settled], 0],
    ['changes', [created, settled], 10],
    ['a change that may be needed', [uncertain], 10],
    ['conflicts, whatever else there is', [created, foreign], 4],
    ['a change that ends in conflict', [{ ...created, outcome: 'Conflict(drift)' }], 4],
  ])('tells the shell of %s where it asked', async (_, rows, code) => {
    const { world } = planning(rows);
    expect((await world.run('plan -f m.yaml --detailed-exitcode', files)).exitCode).toBe(code);
    expect((await world.run('plan -f m.yaml', files)).exitCode).toBe(0);
  });

  it('warns before anything starts: destinations, quotas, places that could not be read', async () => {
    const place = { product: 'vpc' as const, accountId, region };
    const { world } = planning([created], {
      destinations: [{ ...place, project: 'netlogs', logStore: 'flow', targets: 1, creates: 1, need: 'must exist' }],
      quotaWarnings: [{ ...place, existing: 8, creates: 5, quota: 10 }],
      problems: [{ ...place, region: 'cn-beijing', code: 'Timeout', message: 'no answer' }],
    });
    const { stderr, exitCode } = await world.run('plan -f m.yaml --detailed-exitcode', files);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`destination netlogs/flow for 1 of vpc cn-hangzhou of account ${accountId}: must exist`);
    expect(stderr).toContain('has 8 flow logs and would get 5 more, above its quota of 10');
    expect(stderr).toContain(`vpc cn-beijing of account ${accountId} could not be read: no answer`);
  });

  it('is one document with --json', async () => {
    const { world } = planning([created]);
    const { stdout } = await world.run('plan -f m.yaml --json', files);
    expect(JSON.parse(stdout)).toMatchObject({ plan: { expect: 1 }, rows: [{ verdict: 'create' }] });
  });

  it('leaves out on a terminal what would not be touched, where there is much of it', async () => {
    const { world } = planning([created, ...Array.from({ length: 60 }, () => settled)], {}, true);
    const { stdout, stderr } = await world.run('plan -f m.yaml', files);
    expect(stdout).not.toContain('fl-4');
    expect(stderr).toContain('60 rows in which nothing would be done are not shown');
  });

  it.each(['disable', 'delete'])('of %s says the number that a bulk has to expect', async (operation) => {
    const { world, asked } = planning([settled, settled], { operation: operation as 'disable' });
    const { stderr } = await world.run(`plan -f m.yaml --operation ${operation}`, files);
    expect(asked).toMatchObject([{ operation }]);
    expect(stderr).toContain(`npx flowlog ${operation} -f … --expect 2`);
  });

  it('prints the merged wishes of a manifest and who gave each value, and asks nobody', async () => {
    const { exitCode, stdout, connected } = await worldOf().run('plan -f m.yaml --print-effective', files);
    expect({ exitCode, connected }).toEqual({ exitCode: 0, connected: false });
    expect(stdout).toContain('vpc VPC/vpc-2 (line 9)');
    expect(stdout).toContain('destination.project = netlogs  (defaults)');
    expect(stdout).toContain('trafficType = All  (defaults.vpc)');
    expect(stdout).toContain('aggregationIntervalSeconds = 60  (item)');
  });

  it.each([
    ['plan', 'nothing is named'],
    [`plan ${one} -f m.yaml`, 'an id and a manifest'],
    [`plan ${one} ${wished} --print-effective`, 'one target merges nothing'],
    ['plan -f m.yaml --operation delete --validate', 'only creations are rehearsed'],
    ['plan -f m.yaml --operation destroy', 'there is no such operation'],
  ])('%s is wrong usage: %s', async (line) => {
    const { exitCode, connected } = await worldOf().run(line, files);
    expect({ exitCode, connected }).toEqual({ exitCode: 2, connected: false });
  });
});

describe('--dry-run', () => {
  it.each([
    [`enable ${one} ${wished} --dry-run`, 'enable'],
    [`disable ${one} --dry-run`, 'disable'],
    [`modify ${one} --interval 60 --dry-run`, 'modify'],
    [`delete ${one} --dry-run`, 'delete'],
    ['enable -f m.yaml --dry-run', 'enable'],
    ['delete -f m.yaml --dry-run', 'delete'],
  ])('%s plans and starts nothing', async (line, operation) => {
    const { world, asked } = planning([settled]);
    const { exitCode } = await world.run(line, files);
    expect({ exitCode, started: world.asked }).toEqual({ exitCode: 0, started: [] });
    expect(asked).toMatchObject([{ operation, requestedBy: 'mika' }]);
  });

  it('passes options on, and needs no --expect', async () => {
    const { world, asked } = planning([settled]);
    await world.run(`disable ${one} --adopt --dry-run`);
    expect(asked).toMatchObject([{ options: { adopt: true } }]);
  });
});

describe('--validate', () => {
  const refused = { ...created, rehearsal: { passed: false, code: 'Forbidden.RAM', message: 'No.' } };

  it('has the cloud rehearse, starts nothing, and shows its verdict in each row', async () => {
    const passed = { ...created, ordinal: 2, rehearsal: { passed: true, code: 'DryRunOperation' } };
    const { world, asked } = planning([refused, passed], { rehearsed: { passed: 1, refused: 1 } });
    const { stdout, stderr, exitCode } = await world.run('enable -f m.yaml --validate', files);
    expect(asked).toMatchObject([{ validate: true }]);
    expect(world.asked).toEqual([]);
    expect(stdout).toContain('the cloud would refuse: Forbidden.RAM No.');
    expect(stdout).toContain('created, rehearsed');
    expect(stderr).toContain('rehearsed by the cloud: 1 passed, 1 it would refuse');
    expect(exitCode).toBe(4);
  });

  it('is no flag of operations that create nothing', async () => {
    expect((await worldOf().run(`disable ${one} --validate`)).exitCode).toBe(2);
  });
});
