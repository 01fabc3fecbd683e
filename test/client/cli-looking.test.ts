import { describe, expect, it } from 'vitest';
import {
  BulkEndedError,
  NoAnswerError,
  OperationFailedError,
  OperationNotFoundError,
  type InspectedFlowLog,
  type OperationProgress,
} from '../../client/index.js';
import { report, started, worldOf } from './fixtures/cli-world.js';

const workflowId = 'flow-log/vpc/1000000000000001/cn-hangzhou/VPC/vpc-1';
const flowLog: InspectedFlowLog = {
  product: 'vpc',
  whose: 'own',
  flowLogId: 'fl-1',
  status: 'active',
  rawStatus: 'Active',
  delivery: { state: 'failed', message: 'ProjectNotExist' },
  resource: { type: 'VPC', id: 'vpc-1' },
  region: 'cn-hangzhou',
  destination: { project: 'netlogs', logStore: 'flow' },
  tags: {},
  serviceManaged: false,
};
const other: InspectedFlowLog = { ...flowLog, flowLogId: 'fl-2', resource: { type: 'VPC', id: 'vpc-11' } };
const progress: OperationProgress = {
  workflowId,
  runId: 'run-1',
  workflowType: 'enableFlowLog',
  state: 'completed',
  startedAt: '2026-01-01T00:00:00Z',
  endedAt: '2026-01-01T00:00:05Z',
  pending: [],
};
const handle = { ...started(() => Promise.resolve(report), workflowId), progress: () => Promise.resolve(progress) };
const queues = (up: boolean) => () =>
  Promise.resolve([
    {
      taskQueue: 'flow-log',
      kind: 'workflow' as const,
      workers: up ? [{ identity: '7@host', lastSeenAt: '2026-01-01T00:00:00Z' }] : [],
    },
  ]);
const inspect = () => Promise.resolve({ flowLogs: [flowLog, other], problems: [], readAt: '2026-01-01T00:00:00Z' });

describe('status', () => {
  it('joins what the cloud shows of this target alone with the last operation on it', async () => {
    const world = worldOf({ flowLogs: { workers: queues(true), inspect, getHandleById: () => handle } });
    const { stdout, stderr, exitCode } = await world.run('status vpc-1 --region cn-hangzhou');
    expect(exitCode).toBe(0);
    expect(stdout).toBe(
      'product\tregion\tresource\tflow log\tstatus\tdelivery\twhose\tdestination\n' +
        'vpc\tcn-hangzhou\tVPC/vpc-1\tfl-1\tActive\tProjectNotExist\town\tnetlogs/flow\n',
    );
    expect(stderr).toContain('last operation: enable since 2026-01-01T00:00:00Z: completed');
  });

  it('names who asked for what is under way, and the bulk that it is part of, as `operation show` does', async () => {
    const asked = { phase: 'observing', since: '2026-01-01T00:00:00Z', steps: [], requestedBy: 'mika' } as const;
    const busy = (more: object) => ({
      ...handle,
      progress: () => Promise.resolve({ ...progress, state: 'running' as const, progress: { ...asked, ...more } }),
    });
    const told = async (more: object, line: string) => {
      const world = worldOf({ flowLogs: { workers: queues(true), inspect, getHandleById: () => busy(more) } });
      const { stdout, stderr } = await world.run(line);
      return stdout + stderr;
    };
    const status = 'status vpc-1 --region cn-hangzhou';
    const since = 'last operation: enable since 2026-01-01T00:00:00Z, asked for by mika';
    expect(await told({}, status)).toContain(`${since}: observing`);
    expect(await told({ bulk: 'flow-log-bulk/july' }, status)).toContain(
      `${since}, part of flow-log-bulk/july: observing`,
    );
    const shown = await told({ bulk: 'flow-log-bulk/july' }, `operation show ${workflowId}`);
    expect(shown).toMatch(/asked by +mika\nbulk +flow-log-bulk\/july\n/);
  });

  it('names a second flow log of ours, says what to do, and exits 1', async () => {
    const second = { ...flowLog, flowLogId: 'fl-3' };
    const foreign = { ...flowLog, flowLogId: 'fl-4', whose: 'foreign' as const };
    const doubled = () =>
      Promise.resolve({ flowLogs: [flowLog, second, foreign], problems: [], readAt: '2026-01-01T00:00:00Z' });
    const world = worldOf({ flowLogs: { workers: queues(true), inspect: doubled, getHandleById: () => handle } });
    const byResource = await world.run('status vpc-1 --region cn-hangzhou --json');
    expect(JSON.parse(byResource.stdout)).toMatchObject({ surplus: ['fl-3'] });
    expect(byResource.exitCode).toBe(1);
    const byId = await world.run('status fl-3 --region cn-hangzhou');
    expect(byId.exitCode).toBe(1);
    expect(byId.stderr).toContain('has more than one flow log of ours');
    expect(byId.stderr).toContain('delete fl-1 by id');
  });

  it('says that no worker is up, and without an operation where none was', async () => {
    const none = { ...handle, progress: () => Promise.reject(new OperationNotFoundError(workflowId)) };
    const world = worldOf({ flowLogs: { workers: queues(false), getHandleById: () => none } });
    const { stdout, exitCode } = await world.run('status vpc-1 --region cn-hangzhou --json');
    expect(exitCode).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({
      operation: null,
      problem: 'no worker is up to look at the cloud',
    });
  });

  it('refuses a target that is none before it looks', async () => {
    const { exitCode, connected } = await worldOf().run('status vpc-1');
    expect({ exitCode, connected }).toEqual({ exitCode: 2, connected: false });
  });
});

describe('list', () => {
  it('shows flow logs of the cloud, ours and others, and exits 1 where a place could not be read', async () => {
    const partly = async () => ({
      ...(await inspect()),
      problems: [{ place: 'cen cn-hangzhou', message: 'Forbidden' }],
    });
    const { stdout, stderr, exitCode } = await worldOf({ flowLogs: { inspect: partly } }).run(
      'list --region cn-hangzhou',
    );
    expect(stdout.trim().split('\n')).toHaveLength(3);
    expect(stderr).toContain('cen cn-hangzhou could not be read: Forbidden');
    expect(exitCode).toBe(1);
  });

  it('refuses an account that nobody knows', async () => {
    expect((await worldOf().run('list --account constructor')).exitCode).toBe(2);
  });
});

describe('operation', () => {
  it('list shows what Temporal remembers, by the filters given', async () => {
    let asked: unknown;
    const listOperations = (filter: unknown) => {
      asked = filter;
      return Promise.resolve([
        {
          workflowId,
          runId: 'r',
          operation: 'enable' as const,
          state: 'completed' as const,
          outcome: 'created',
          startedAt: '2026-01-01T00:00:00.123Z',
          endedAt: '2026-01-01T00:00:05.123Z',
        },
      ]);
    };
    const { stdout } = await worldOf({ flowLogs: { listOperations } }).run(
      'operation list --running --account default --product vpc --limit 5',
    );
    expect(asked).toEqual({ limit: 5, product: 'vpc', accountId: '1000000000000001', runningOnly: true });
    expect(stdout).toBe(
      'operation\tproduct\tplace\ttarget\tstate\tstarted\ttook\n' +
        'enable\tvpc\tcn-hangzhou\tVPC/vpc-1\tcreated\t2026-01-01T00:00:00.123Z\t5 s\n',
    );
  });

  it.each(['--limit 0', '--limit many', '--operation destroy'])('list refuses %s', async (flag) => {
    expect((await worldOf().run(`operation list ${flag}`)).exitCode).toBe(2);
  });

  it.each([workflowId, 'vpc-1 --region cn-hangzhou'])('show tells how one ended, named as %s', async (name) => {
    const { stdout, exitCode } = await worldOf({ flowLogs: { getHandleById: () => handle } }).run(
      `operation show ${name}`,
    );
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/outcome +created/);
    expect(stdout).toMatch(/create .*REQ-1/);
  });

  it('show tells a failure as a part of the story', async () => {
    const failure = new OperationFailedError(workflowId, 'run-1', {
      kind: 'denied',
      code: 'Forbidden.RAM',
      message: 'No.',
      advice: 'Allow it.',
    });
    const broken = { ...handle, result: () => Promise.reject(failure) };
    const { stdout, exitCode } = await worldOf({ flowLogs: { getHandleById: () => broken } }).run(
      `operation show ${workflowId}`,
    );
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/Forbidden\.RAM: No\.[\s\S]*Allow it\./);
  });
});

describe('list', () => {
  it('marks flow logs of ours beyond one, on whichever resource, names them in its document, and exits 1', async () => {
    const second = { ...flowLog, flowLogId: 'fl-3' };
    const foreign = { ...flowLog, flowLogId: 'fl-4', whose: 'foreign' as const };
    const elsewhere = { ...second, flowLogId: 'fl-5', region: 'cn-beijing' };
    const doubled = () => Promise.resolve({ ...seen, flowLogs: [flowLog, other, second, foreign, elsewhere] });
    const seen = { problems: [], readAt: '2026-01-01T00:00:00Z' };
    const world = worldOf({ flowLogs: { inspect: doubled } });
    const table = await world.run('list --region cn-hangzhou');
    expect(table.exitCode).toBe(1);
    expect(table.stdout.split('\n').filter((line) => line.includes('own, surplus'))).toEqual([
      expect.stringContaining('fl-3'),
    ]);
    expect(table.stderr).toContain('1 with more than one flow log of ours: delete the surplus by id');
    const json = await world.run('list --region cn-hangzhou --json');
    expect(json.exitCode).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({ surplus: ['fl-3'] });
  });
});

describe('answers', () => {
  const refused = async () => ({
    ...(await inspect()),
    flowLogs: [],
    problems: [{ place: 'vpc cn-hangzhou', message: 'Forbidden: No. Allow it.' }],
  });
  const changing = async () => ({ ...(await inspect()), changedWhileReading: ['vpc cn-hangzhou'] });
  const silent = () => Promise.reject(new NoAnswerError(5_000, 'no worker has begun to look'));
  const ended = { ensureUnderWay: () => Promise.reject(new BulkEndedError('flow-log-bulk/b', 'completed', 'T')) };
  const tellsEnded = () => Promise.reject(new BulkEndedError('flow-log-bulk/b', 'completed', 'T'));
  const bulks = {
    list: () => Promise.resolve([]),
    getHandle: () => ({ ...ended, pause: tellsEnded, approve: tellsEnded, cancel: tellsEnded }),
  } as never;
  const up = { workers: queues(true), getHandleById: () => handle };
  const items = '-f m.json';
  const manifest = JSON.stringify({
    version: 1,
    flowLogs: [
      {
        product: 'vpc',
        region: 'cn-hangzhou',
        resource: { type: 'VPC', id: 'vpc-1' },
        destination: { project: 'netlogs', logStore: 'flow' },
        trafficType: 'All',
      },
    ],
  });

  it.each<[string, string, Parameters<typeof worldOf>[0], number, RegExp]>([
    // service down
    [
      'service down, no account known',
      'status vpc-1 --region cn-hangzhou',
      { unreachable: true, accounts: {} },
      3,
      /^Temporal at .* is out of reach/,
    ],
    [
      'service down, no account known',
      'list --region cn-hangzhou',
      { unreachable: true, accounts: {} },
      3,
      /^Temporal at/,
    ],
    [
      'service down, no account known',
      'enable vpc-1 --region cn-hangzhou',
      { unreachable: true, accounts: {} },
      3,
      /^Temporal at/,
    ],
    ['service down, no account known', `enable ${items}`, { unreachable: true, accounts: {} }, 3, /^Temporal at/],
    [
      'service down, no account known',
      'operation list --account x',
      { unreachable: true, accounts: {} },
      3,
      /^Temporal at/,
    ],
    ['service down', 'doctor', { unreachable: true }, 3, /^Temporal at/],
    ['service down', 'bulk status b', { unreachable: true }, 3, /^Temporal at/],
    // worker hung
    [
      'worker hung',
      'status vpc-1 --region cn-hangzhou',
      { flowLogs: { ...up, inspect: silent } },
      3,
      /^the cloud could not be looked at: no answer within 5 s/,
    ],
    ['worker hung', 'list --region cn-hangzhou', { flowLogs: { ...up, inspect: silent } }, 3, /^no answer within 5 s/],
    [
      'worker hung',
      'bulk list',
      { flowLogs: { ...up, bulks: { newest: silent } as never } },
      3,
      /^no answer within 5 s/,
    ],
    ['worker hung', 'doctor', { flowLogs: { ...up, diagnose: silent } }, 3, /^check\tstate\tseen\nTemporal\tok/],
    // list changing
    [
      'list changing',
      'status vpc-1 --region cn-hangzhou',
      { flowLogs: { ...up, inspect: changing } },
      0,
      /^product\t.*\nvpc\tcn-hangzhou\tVPC\/vpc-1\tfl-1\tActive/,
    ],
    [
      'list changing',
      'list --region cn-hangzhou',
      { flowLogs: { ...up, inspect: changing } },
      0,
      /^product\t.*\nvpc\t[^]*vpc cn-hangzhou changed while reading/,
    ],
    [
      'list changing, not seen',
      'status vpc-9 --region cn-hangzhou',
      { flowLogs: { ...up, inspect: changing } },
      3,
      /^the list changed while it was read: whether there is a flow log cannot be told\n/,
    ],
    // read refused
    [
      'read refused',
      'status vpc-1 --region cn-hangzhou',
      { flowLogs: { ...up, inspect: refused } },
      3,
      /^vpc cn-hangzhou could not be read: Forbidden: No. Allow it.\n$/,
    ],
    [
      'read refused',
      'list --region cn-hangzhou',
      { flowLogs: { ...up, inspect: refused } },
      3,
      /^vpc cn-hangzhou could not be read/,
    ],
    // ended
    ['ended', 'bulk pause b', { flowLogs: { bulks } }, 1, /^flow-log-bulk\/b has ended at T: completed\n/],
    ['ended', 'bulk approve b', { flowLogs: { bulks } }, 1, /^flow-log-bulk\/b has ended at T: completed\n/],
    ['ended', 'bulk cancel b', { flowLogs: { bulks } }, 1, /^flow-log-bulk\/b has ended at T: completed\n/],
    [
      'ended, not in the database',
      'bulk status b',
      { flowLogs: { bulks } },
      1,
      /^flow-log-bulk\/b has ended at T: completed\n/,
    ],
    // filter wrong
    [
      'nothing to look at',
      'list',
      {},
      2,
      /^nothing to look at; vpc: give --region <region>; cen: give --region <region>; ecr: give --ecr <id>/,
    ],
    ['filter wrong', 'list --region cn-hangzhou --product vcp', {}, 2, /^--product vcp: known are vpc, cen, ecr/],
    [
      'filter wrong',
      'operation list --state bogus',
      {},
      2,
      /--state <word>' argument 'bogus' is invalid. Allowed choices are running, needs-attention, created/,
    ],
    ['filter wrong', 'operation list --product vcp', {}, 2, /^--product vcp: known are vpc, cen, ecr/],
    ['filter wrong', 'operation list --account nosuch', {}, 2, /^--account nosuch: no account is named so/],
    ['filter wrong', 'operation list --account constructor', {}, 2, /^--account constructor: no account is named so/],
  ])('%s: `%s`', async (_, line, settings, exitCode, says) => {
    const said = await worldOf(settings).run(line, { 'm.json': manifest });
    expect(said.stdout + said.stderr).toMatch(says);
    expect(said.exitCode).toBe(exitCode);
  });
});

describe('doctor', () => {
  it('exits 0 when all is well', async () => {
    const diagnose = () => Promise.resolve({ checks: [{ name: 'database', ok: true, detail: 'answers' }] });
    const { exitCode, stdout } = await worldOf({ flowLogs: { workers: queues(true), diagnose } }).run('doctor');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /^check\tstate\tseen\nTemporal\tok\t.*\ndefaults\tok\tnone: .*\nworker on flow-log\tok\t7@host\ndatabase\tok\tanswers\n$/,
    );
  });

  it('exits 3 and says what to do when no worker is up', async () => {
    const { exitCode, stdout, stderr } = await worldOf({ flowLogs: { workers: queues(false) } }).run('doctor');
    expect(exitCode).toBe(3);
    expect(stdout).toContain('worker on flow-log\tNOT ok');
    expect(stderr).toContain('npm run worker');
  });

  it('exits 3 when the worker cannot reach its database', async () => {
    const diagnose = () =>
      Promise.resolve({
        checks: [{ name: 'database', ok: false, detail: 'ECONNREFUSED', advice: 'Start PostgreSQL.' }],
      });
    const { exitCode, stderr } = await worldOf({ flowLogs: { workers: queues(true), diagnose } }).run('doctor');
    expect(exitCode).toBe(3);
    expect(stderr).toContain('database: Start PostgreSQL.');
  });
});

describe('ram-policy', () => {
  const accounts = { default: { uid: '1' }, other: { uid: '2', roleArn: 'acs:ram::2:role/flowlog' } };

  it('prints the document that RAM takes, without asking anybody', async () => {
    const { exitCode, stdout, stderr, connected } = await worldOf().run('ram-policy');
    expect({ exitCode, connected }).toEqual({ exitCode: 0, connected: false });
    expect(JSON.parse(stdout)).toMatchObject({ Version: '1' });
    expect(stderr).toContain('docs/ram.md');
  });

  it.each([
    { account: 'default', assumes: true, reason: 'it has no role: the others’ are assumed by it' },
    { account: 'other', assumes: false, reason: 'it is assumed' },
  ])('for $account: $reason', async ({ account, assumes }) => {
    const { stdout } = await worldOf({ accounts }).run(`ram-policy --account ${account} --json`);
    expect(stdout.includes('sts:AssumeRole')).toBe(assumes);
    expect(stdout).toContain(`:${accounts[account as keyof typeof accounts].uid}:flowlog/*`);
  });

  it('refuses an account that is not known, and a product that is none', async () => {
    expect((await worldOf({ accounts }).run('ram-policy --account nobody')).exitCode).toBe(2);
    expect((await worldOf().run('ram-policy --product slb')).exitCode).toBe(2);
  });
});
