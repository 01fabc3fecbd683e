import { describe, expect, it } from 'vitest';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import type { DoubtRow, SettledDoubt } from '../../client/index.js';
import type { Doubts, DoubtVerdict } from '../../client/doubts.js';
import { worldOf } from './fixtures/cli-world.js';

const doubt: DoubtRow = {
  intentId: '3f2a9c1e-0000-4000-8000-000000000000',
  product: 'vpc',
  accountId: '1000000000000001',
  region: 'cn-hangzhou',
  key: 'VPC/vpc-1',
  verb: 'create',
  action: 'CreateFlowLog',
  since: '2026-01-01T00:00:00.123Z',
  lost: 'ReadTimeout',
  workflowId: 'flow-log/vpc/1000000000000001/cn-hangzhou/VPC/vpc-1',
  runId: 'run-1',
  requestedBy: 'network-team',
  reason: 'CIS 3.3',
  lastLook: { flowLogs: [], readAt: '2026-01-01T00:00:20Z' },
  graceOverAt: '2026-01-01T00:01:00Z',
  decidesAt: '2999-01-01T00:01:10Z',
  waiting: 'flow-log/vpc/1000000000000001/cn-hangzhou/VPC/vpc-1',
};
const settled: SettledDoubt = { ...doubt, settled: true, message: 'it took effect (fl-1)', woken: doubt.workflowId };
const refused: SettledDoubt = {
  ...doubt,
  key: 'VPC/vpc-2',
  settled: false,
  why: 'grace',
  message: 'it may still take effect',
};

/** A service in whose ledger these are in doubt, and what it was told of them. */
function doubting(rows: readonly SettledDoubt[] = [], listed: readonly DoubtRow[] = [doubt], terminal = false) {
  const told: DoubtVerdict[] = [];
  const doubts: Pick<Doubts, 'list' | 'resolve'> = {
    list: () => Promise.resolve([...listed]),
    async *resolve(verdict) {
      told.push(verdict);
      yield await Promise.resolve({ rows, total: rows.length });
    },
  };
  return { told, world: worldOf({ flowLogs: { doubts: doubts as Doubts }, terminal, env: { NO_COLOR: '1' } }) };
}

describe('doubt list', () => {
  it('tells on a terminal of 80 columns what is in doubt, what was seen and when it is decided', async () => {
    const { world } = doubting([], [doubt], true);
    const { stdout } = await world.run('doubt list');
    expect(stdout).toContain('3f2a9c1e vpc cn-hangzhou VPC/vpc-1');
    expect(stdout).toMatch(/sent +CreateFlowLog at 2026-01-01 00:00:00, no answer \(ReadTimeout\)/);
    expect(stdout).toMatch(/asked by +network-team: CIS 3.3/);
    expect(stdout).toMatch(/last look +00:00:20 no flow log/);
    expect(stdout).toMatch(/decides +00:01:10/);
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('says when nobody decides by himself, and names what to say', async () => {
    const alone: DoubtRow = { ...doubt };
    delete (alone as { waiting?: string }).waiting;
    const { stdout, stderr } = await doubting([], [{ ...alone, decidesAt: '2026-01-01T00:01:10Z' }]).world.run(
      'doubt list',
    );
    expect(stdout).toMatch(/^intent\tproduct\t.*\n3f2a9c1e-0000-4000-8000-000000000000\tvpc\t.*\twhen next asked\n$/);
    expect(stderr).toContain('doubt resolve 3f2a9c1e --as done|not-done --reason');
  });

  it('gives programs all that is known', async () => {
    const { stdout } = await doubting().world.run('doubt list --json');
    expect(JSON.parse(stdout)).toEqual({ doubts: [doubt] });
  });

  it('says that nothing is in doubt', async () => {
    expect((await doubting([], []).world.run('doubt list --region cn-hangzhou')).stderr).toContain(
      'nothing is in doubt',
    );
  });
});

describe('doubt resolve', () => {
  it('settles one', async () => {
    const { world, told } = doubting([settled]);
    const { stdout, stderr, exitCode } = await world.run('doubt resolve 3f2a9c1e --as done --reason seen');
    expect({ exitCode, told }).toMatchObject({
      exitCode: 0,
      told: [{ intentId: '3f2a9c1e', as: 'done', reason: 'seen' }],
    });
    expect(stdout).toMatch(
      /^intent\tstate\t.*\n3f2a9c1e-\S+\tsettled\tcreate\tvpc cn-hangzhou VPC\/vpc-1\tit took effect \(fl-1\)\n$/,
    );
    expect(stderr).toContain('operations that waited go on now');
  });

  it.each<[why: SettledDoubt['why'], exitCode: number]>([
    ['grace', 4],
    ['effect-seen', 4],
    ['not-in-doubt', 1],
    ['unreadable', 3],
  ])('exits for one that is refused by its reason: %s', async (why, exitCode) => {
    const { world } = doubting([{ ...refused, ...omitUndefined({ why }) }]);
    expect(await world.run('doubt resolve 3f2a9c1e --as not-done --reason seen')).toMatchObject({ exitCode });
  });

  it('settles a place row by row, and exits 1 where any was refused', async () => {
    const { world, told } = doubting([settled, refused]);
    const { stdout, stderr, exitCode } = await world.run(
      'doubt resolve --region cn-hangzhou --product vpc --as not-done --reason outage',
    );
    expect({ exitCode, told }).toMatchObject({
      exitCode: 1,
      told: [{ region: 'cn-hangzhou', product: 'vpc', as: 'not-done' }],
    });
    expect(stdout).toContain('refused\tcreate\tvpc cn-hangzhou VPC/vpc-2\tit may still take effect');
    expect(stderr).toContain('1 settled, 1 refused');
  });

  it.each([
    ['doubt resolve 3f2a9c1e --as done', '--reason'],
    ['doubt resolve 3f2a9c1e --as done --reason "  "', 'more than blanks'],
    ['doubt resolve 3f2a9c1e --as maybe --reason x', '--as maybe'],
    ['doubt resolve 3f2a9c1e --reason x', '--as'],
    ['doubt resolve --as done --reason x', '--all'],
    ['doubt resolve 3f2a9c1e --region cn-hangzhou --as done --reason x', 'not both'],
    ['doubt resolve --all --product vpc --as done --reason x', '--all means every place'],
    ['doubt resolve --product rds --as done --reason x', '--product rds'],
    ['doubt list --region CN-HANGZHOU', 'did you mean cn-hangzhou'],
  ])('refuses %s', async (line, says) => {
    const { world, told } = doubting();
    const { exitCode, stderr } = await world.run(line);
    expect({ exitCode, told }).toEqual({ exitCode: 2, told: [] });
    expect(stderr).toContain(says);
  });
});
