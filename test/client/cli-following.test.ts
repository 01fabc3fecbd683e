import { describe, expect, it } from 'vitest';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import { OperationFailedError, OperationNotFoundError, type OperationProgress } from '../../client/index.js';
import type { Applied } from '../../workflows/contract/request.js';
import { report, started, worldOf } from './fixtures/cli-world.js';

const workflowId = 'flow-log/vpc/1000000000000001/cn-hangzhou/VPC/vpc-1';
const at: OperationProgress = {
  workflowId,
  runId: 'run-7',
  workflowType: 'enableFlowLog',
  state: 'running',
  startedAt: '2026-01-01T00:00:00Z',
  pending: [],
};
const cancelled = { ...report, outcome: 'cancelled' as const, status: 'inactive' as const };

interface Ending {
  readonly state?: OperationProgress['state'];
  readonly result?: () => Promise<typeof report>;
  readonly cancel?: () => Promise<Applied>;
}
const worldWith = ({ state = 'running', result = () => Promise.resolve(report), cancel }: Ending) => {
  const handles: unknown[] = [];
  const getHandleById = (...named: [string, string?]) => {
    handles.push(named);
    const progress = () => Promise.resolve({ ...at, state });
    return { ...started(result, workflowId), progress, ...omitUndefined({ cancel }) };
  };
  return { world: worldOf({ flowLogs: { getHandleById } }), handles };
};
const failed = (kind: string, code = kind) =>
  new OperationFailedError(workflowId, 'run-7', { kind, code, message: 'No.', advice: 'Do this.' });

describe('operation wait', () => {
  it.each([
    { result: () => Promise.resolve(report), code: 0, reason: 'it ended well' },
    { result: () => Promise.resolve(cancelled), code: 1, reason: 'a cancelled one has not done what it was asked for' },
    { result: () => Promise.reject(failed('invalid')), code: 1, reason: 'it failed' },
    { result: () => Promise.reject(failed('Conflict')), code: 4, reason: 'it was refused' },
    {
      result: () => Promise.reject(failed('DeadlineExceeded', 'Intent(frozen)')),
      code: 4,
      reason: 'a freeze outlasted it',
    },
  ])('exits $code: $reason', async ({ result, code }) => {
    const { world, handles } = worldWith({ result });
    expect((await world.run('operation wait vpc-1 --region cn-hangzhou')).exitCode).toBe(code);
    // By name first, then that very run.
    expect(handles).toEqual([
      [workflowId, undefined],
      [workflowId, 'run-7'],
    ]);
  });

  it('exits 1 where there is no such operation, 2 where none is named', async () => {
    const progress = () => Promise.reject(new OperationNotFoundError(workflowId));
    const getHandleById = () => ({ ...started(() => Promise.resolve(report)), progress });
    expect((await worldOf({ flowLogs: { getHandleById } }).run(`operation wait ${workflowId}`)).exitCode).toBe(1);
    expect((await worldOf().run('operation wait')).exitCode).toBe(2);
  });

  it('exits 130 on Ctrl-C, and the operation goes on', async () => {
    const { world } = worldWith({ result: () => new Promise(() => undefined) });
    const running = world.run(`operation wait ${workflowId}`);
    setTimeout(() => world.interrupt(), 50);
    const { exitCode, stderr } = await running;
    expect(exitCode).toBe(130);
    expect(stderr).toContain('go on without this command');
  });
});

describe('operation cancel', () => {
  it('asks it to stop, and says how to hear what it leaves', async () => {
    let asked = 0;
    const { world } = worldWith({ cancel: () => Promise.resolve({ applied: ++asked > 0 }) });
    const { exitCode, stdout, stderr } = await world.run(`operation cancel ${workflowId}`);
    expect({ exitCode, asked, stdout }).toEqual({
      exitCode: 0,
      asked: 1,
      stdout: 'vpc VPC/vpc-1 stops before its next change\n',
    });
    expect(stderr).toContain(`operation wait ${workflowId}`);
  });

  it.each([
    { result: () => Promise.resolve(cancelled), code: 0, reason: 'that is what was asked for' },
    { result: () => Promise.resolve(report), code: 1, reason: 'it came too late' },
    { result: () => Promise.reject(failed('quota')), code: 4, reason: 'it failed before' },
  ])('with --wait exits $code: $reason', async ({ result, code }) => {
    const { exitCode } = await worldWith({ result }).world.run(`operation cancel ${workflowId} --wait`);
    expect(exitCode).toBe(code);
  });

  it('tells why it changed nothing', async () => {
    const why = 'it is past stopping: its end is being recorded';
    const { world } = worldWith({ cancel: () => Promise.resolve({ applied: false, why }) });
    expect((await world.run(`operation cancel ${workflowId}`)).stdout).toBe(`not changed: vpc VPC/vpc-1: ${why}\n`);
    const { stdout } = await world.run(`operation cancel ${workflowId} --json`);
    expect(JSON.parse(stdout)).toMatchObject({ asked: true, applied: false, why });
  });

  it('tells what was done and what stands', async () => {
    const { world } = worldWith({ result: () => Promise.resolve({ ...cancelled, rollbackProblem: 'Forbidden.RAM' }) });
    const { stderr } = await world.run(`operation cancel ${workflowId} --wait`);
    expect(stderr).toContain(
      'vpc VPC/vpc-1: cancelled; it had done: create; the rollback did not finish: Forbidden.RAM; flow log fl-1 is inactive',
    );
  });

  it.each([
    { ending: { state: 'completed' as const }, reason: 'it had ended before' },
    {
      ending: { cancel: () => Promise.reject(new OperationNotFoundError(workflowId)) },
      reason: 'it ended between the look and the cancellation',
    },
  ])('exits 1: $reason', async ({ ending }) => {
    const { exitCode, stdout } = await worldWith(ending).world.run(`operation cancel ${workflowId}`);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: 'not cancelled: vpc VPC/vpc-1 had ended already\n' });
  });
});

describe('accounts', () => {
  const accounts = { prod: { uid: '2', roleArn: 'acs:ram::2:role/flowlog' }, test: { uid: '3' } };
  const check = (accountId: string, ok: boolean) => ({
    name: `cloud, account ${accountId}`,
    accountId,
    ok,
    detail: ok ? `the credentials are acs:ram::${accountId}:root` : 'InvalidAccessKeyId.NotFound',
    ...omitUndefined({ advice: ok ? undefined : 'Renew them.' }),
  });
  const diagnosing = (...checks: ReturnType<typeof check>[]) =>
    worldOf({ accounts, flowLogs: { diagnose: () => Promise.resolve({ checks }) } });

  it('list shows names, uids and roles', async () => {
    const { stdout } = await worldOf({ accounts }).run('accounts list');
    expect(stdout).toBe('account\tuid\tcredentials\nprod\t2\tacs:ram::2:role/flowlog\ntest\t3\tthe default ones\n');
    const { stdout: json } = await worldOf({ accounts }).run('accounts list --json');
    expect(JSON.parse(json)).toEqual({
      accounts: [
        { name: 'prod', uid: '2', roleArn: 'acs:ram::2:role/flowlog' },
        { name: 'test', uid: '3' },
      ],
    });
  });

  it('test exits 0 where each is whose it should be', async () => {
    const { exitCode, stdout } = await diagnosing(check('2', true), check('3', true)).run('accounts test');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^account\tuid\tstate\tseen\nprod\t2\tok\t.*\ntest\t3\tok\t/);
  });

  it.each([
    { checks: [check('2', false), check('3', true)], says: 'prod: Renew them.', reason: 'its credentials are refused' },
    { checks: [check('3', true)], says: 'prod: Add it to the worker', reason: 'the worker does not know it' },
  ])('test exits 1 and says what to do: $reason', async ({ checks, says }) => {
    const { exitCode, stderr } = await diagnosing(...checks).run('accounts test');
    expect(exitCode).toBe(1);
    expect(stderr).toContain(says);
    expect((await diagnosing(...checks).run('accounts test test')).exitCode).toBe(0);
  });

  it('test refuses a name that nobody knows, and to test nothing', async () => {
    expect((await diagnosing().run('accounts test nobody')).exitCode).toBe(2);
    expect((await worldOf({ accounts: {} }).run('accounts test')).exitCode).toBe(2);
  });
});
