import { describe, expect, it } from 'vitest';
import {
  WorkflowFailedError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure, TerminatedFailure } from '@temporalio/common';
import {
  FlowLogs,
  InvalidInputError,
  OperationFailedError,
  OperationInProgressError,
  OperationNotFoundError,
  UnreachableError,
  type OperationRequest,
} from '../../client/index.js';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import { FakeTemporal, grpcError, refused } from './fixtures/fake-temporal.js';

const workflowId = 'flow-log/vpc/1000000000000001/cn-hangzhou/VPC/vpc-1';
const request: OperationRequest = {
  target: { product: 'vpc', region: 'cn-hangzhou', resource: { type: 'VPC', id: 'vpc-1' } },
  spec: { destination: { project: 'netlogs', logStore: 'flow' } },
  requestedBy: 'network-team',
  reason: 'CIS 3.3',
};
const other: OperationRequest = { ...request, requestedBy: 'security-team', reason: 'audit' };

const serviceOver = (temporal: FakeTemporal, notices: string[] = []) =>
  new FlowLogs(temporal.client, {
    accounts: { default: { uid: '1000000000000001' } },
    address: '127.0.0.1:7233',
    onNotice: (message) => notices.push(message),
  });

describe('asking for an operation', () => {
  it('starts one workflow under the id of the target', async () => {
    const temporal = new FakeTemporal();
    const operation = await serviceOver(temporal).enable(request);
    expect(operation).toMatchObject({ workflowId, runId: 'run-1', joined: false });
    expect(temporal.runs[0]?.options).toMatchObject({
      taskQueue: 'flow-log',
      workflowIdConflictPolicy: 'USE_EXISTING',
      staticSummary: 'enable vpc VPC/vpc-1 in cn-hangzhou → netlogs/flow',
    });
    const attributes = temporal.runs[0]?.options['typedSearchAttributes'] as { key: { name: string }; value: string }[];
    expect(Object.fromEntries(attributes.map(({ key, value }) => [key.name, value]))).toEqual({
      FlowLogProduct: 'vpc',
      FlowLogAccount: '1000000000000001',
      FlowLogRegion: 'cn-hangzhou',
      FlowLogResource: 'VPC/vpc-1',
      FlowLogState: 'running',
    });
  });

  it('starts nothing when the input is wrong, and says all that is wrong', async () => {
    const temporal = new FakeTemporal();
    const wrong = { ...request, requestedBy: '', target: { ...request.target, account: 'nobody' } };
    const error = await serviceOver(temporal)
      .enable(wrong)
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(InvalidInputError);
    expect((error as InvalidInputError).problems.map(({ path }) => path)).toEqual(['target.account', 'requestedBy']);
    expect(temporal.starts).toBe(0);
  });

  it('joins the same request of somebody else and puts itself on the record', async () => {
    const temporal = new FakeTemporal();
    const service = serviceOver(temporal);
    const first = await service.enable(request);
    const second = await service.enable(other);
    expect(second).toMatchObject({ workflowId, runId: first.runId, joined: true });
    expect(temporal.runs).toHaveLength(1);
    expect(temporal.runs[0]?.joined).toMatchObject([
      { operation: 'enable', input: { requestedBy: 'security-team', reason: 'audit' } },
    ]);
  });

  it('is refused while the same type of operation runs that was asked differently', async () => {
    const service = serviceOver(new FakeTemporal());
    await service.enable(request);
    const different = service.enable({ ...request, spec: { ...request.spec, description: 'another wish' } });
    await expect(different).rejects.toMatchObject({
      name: 'OperationInProgressError',
      workflowId,
      workflowType: 'enableFlowLog',
      run: { runId: 'run-1', operation: 'enable', requestedBy: 'network-team', since: '2026-01-01T00:00:00.000Z' },
    });
  });

  it('is refused while another operation holds the target', async () => {
    const temporal = new FakeTemporal();
    const service = serviceOver(temporal);
    const { target, requestedBy } = request;
    await service.disable({ target, requestedBy });
    await expect(service.enable(request)).rejects.toBeInstanceOf(OperationInProgressError);
    expect(temporal.runs[0]?.joined).toEqual([]);
  });

  it('is told what the worker found wrong', async () => {
    const temporal = new FakeTemporal();
    const problems = [{ path: 'input.spec', message: 'is not what this worker knows' }];
    temporal.beforeAnswer = () => {
      throw refused('InvalidInput', { message: 'wrong', problems });
    };
    await expect(serviceOver(temporal).enable(request)).rejects.toMatchObject({ name: 'InvalidInputError', problems });
  });

  it('gets a new run where the one that is there closes under the call', async () => {
    const temporal = new FakeTemporal();
    const service = serviceOver(temporal);
    await service.enable(request);
    temporal.beforeAnswer = (run) => {
      if (run.runId !== 'run-1') return;
      run.status = 'COMPLETED';
      throw grpcError(5, 'workflow update was aborted by closing workflow');
    };
    expect(await service.enable(other)).toMatchObject({ runId: 'run-2', joined: false });
    expect(temporal.starts).toBe(3);
  });

  it('gives up, rather than spin, where runs close faster than they answer', async () => {
    const temporal = new FakeTemporal();
    temporal.beforeAnswer = (run) => {
      run.status = 'COMPLETED';
      throw grpcError(5, 'workflow update was aborted by closing workflow');
    };
    await expect(serviceOver(temporal).enable(request)).rejects.toBeInstanceOf(OperationInProgressError);
    expect(temporal.starts).toBe(3);
  });
});

describe('asking where no worker answers', () => {
  const silent = () => {
    throw new WorkflowUpdateRPCTimeoutOrCancelledError('Deadline exceeded');
  };

  it('returns the run that Temporal has accepted, and says that nothing has taken it up', async () => {
    const temporal = new FakeTemporal();
    temporal.beforeAnswer = (run) => {
      Object.assign(run, { historyLength: 2 });
      silent();
    };
    const service = serviceOver(temporal);
    expect(await service.enable(request)).toMatchObject({ runId: 'run-1', joined: false, isWaiting: true });
    expect(await service.enable(other)).toMatchObject({ runId: 'run-1', joined: true, isWaiting: true });
    expect(temporal.runs).toHaveLength(1);
    const joining = { requestedBy: 'security-team', reason: 'audit', clientIdentity: '' };
    expect(temporal.runs[0]?.signals).toEqual([{ name: 'join', args: [joining] }]);
    const different = service.enable({ ...request, spec: { ...request.spec, description: 'another wish' } });
    await expect(different).rejects.toMatchObject({ run: { runId: 'run-1', requestedBy: 'network-team' } });
  });

  it('joins a bulk that does the same and that no worker has taken up, and no other', async () => {
    const temporal = new FakeTemporal();
    temporal.beforeAnswer = (run) => {
      Object.assign(run, { historyLength: 2 });
      silent();
    };
    const { bulks } = serviceOver(temporal);
    const bulk = {
      operation: 'enable',
      items: [{ target: request.target, ...omitUndefined({ spec: request.spec }) }],
    } as const;
    const first = await bulks.start({ ...bulk, name: 'nightly', requestedBy: 'network-team' });
    const second = await bulks.start({ ...bulk, name: 'nightly', requestedBy: 'security-team' });
    expect([first.runId, second.runId]).toEqual(['run-1', 'run-1']);
    expect(temporal.runs[0]?.signals).toEqual([]);
    const different = bulks.start({ ...bulk, name: 'nightly', requestedBy: 'x', options: { adopt: true } });
    await expect(different).rejects.toMatchObject({ name: 'BulkInProgressError' });
  });

  it('joins by signal a run whose worker is of an older release and knows no such update', async () => {
    const temporal = new FakeTemporal();
    const service = serviceOver(temporal);
    await service.enable(request);
    temporal.beforeAnswer = () => {
      throw new WorkflowUpdateFailedError(
        'Workflow Update failed',
        ApplicationFailure.nonRetryable('there is no update request here', 'InvalidInput'),
      );
    };
    const joined = await service.enable(other);
    expect(joined).toMatchObject({ runId: 'run-1', joined: true });
    expect(joined.isWaiting).toBeUndefined();
    expect(temporal.runs[0]?.signals).toMatchObject([{ name: 'join' }]);
  });
});

describe('a namespace without our search attributes', () => {
  const refuseAttributes = (options: Record<string, unknown>) => {
    if ('typedSearchAttributes' in options)
      throw grpcError(3, 'Namespace default has no mapping defined for search attribute FlowLogProduct');
  };

  it('gets its operations without them, and it is said once', async () => {
    const temporal = new FakeTemporal();
    temporal.beforeStart = refuseAttributes;
    const notices: string[] = [];
    const service = serviceOver(temporal, notices);
    await service.enable(request);
    const second = { ...request, target: { ...request.target, resource: { type: 'VPC', id: 'vpc-2' } } };
    await service.enable(second);
    expect(temporal.runs).toHaveLength(2);
    expect(temporal.starts).toBe(3);
    expect(notices).toEqual([expect.stringContaining('FlowLogProduct')]);
  });

  it('is not mistaken for another refusal', async () => {
    const temporal = new FakeTemporal();
    temporal.beforeStart = () => {
      throw grpcError(3, 'WorkflowId length exceeds limit.');
    };
    await expect(serviceOver(temporal).enable(request)).rejects.toThrow(
      'Temporal refused: WorkflowId length exceeds limit.',
    );
    expect(temporal.starts).toBe(1);
  });
});

describe('errors at the door', () => {
  const failing = (cause: Error) => {
    const temporal = new FakeTemporal();
    temporal.add({
      workflowId,
      result: () => Promise.reject(new WorkflowFailedError('failed', cause, 'NON_RETRYABLE_FAILURE')),
    });
    return serviceOver(temporal).getHandle(request.target).result();
  };

  it('an operation that failed tells kind, code, request id, advice, what was seen and the head of its ledger', async () => {
    const details = {
      kind: 'quota',
      code: 'QuotaExceeded.FlowlogCount',
      message: 'The quota is exceeded.',
      requestId: 'REQ-1',
      advice: 'Ask for a higher quota.',
      lastObservation: { own: [] },
      ledgerHead: 'abc',
    };
    const inner = ApplicationFailure.create({
      type: 'quota',
      message: 'quota',
      details: [details],
      nonRetryable: true,
    });
    const error = (await failing(inner).catch((caught: unknown) => caught)) as OperationFailedError;
    expect(error).toBeInstanceOf(OperationFailedError);
    expect({ ...error.details }).toEqual(details);
    expect(error).toMatchObject({
      kind: 'quota',
      code: details.code,
      requestId: 'REQ-1',
      advice: details.advice,
      ledgerHead: 'abc',
    });
    expect(error.message).toBe('QuotaExceeded.FlowlogCount: The quota is exceeded. (request REQ-1)');
  });

  it('an operation terminated from outside says so and what to do', async () => {
    const error = failing(new TerminatedFailure('terminated'));
    await expect(error).rejects.toMatchObject({
      name: 'OperationFailedError',
      kind: 'Terminated',
      advice: expect.stringContaining('again') as string,
    });
  });

  it.each([
    { code: 14, details: 'connect ECONNREFUSED', reason: 'nobody listens' },
    { code: 4, details: 'Deadline exceeded', reason: 'no answer in time' },
  ])('Temporal out of reach is one error with the address: $reason', async ({ code, details }) => {
    const temporal = new FakeTemporal();
    temporal.beforeStart = () => {
      throw grpcError(code, details);
    };
    const error = (await serviceOver(temporal)
      .enable(request)
      .catch((caught: unknown) => caught)) as UnreachableError;
    expect(error).toBeInstanceOf(UnreachableError);
    expect(error.message).toContain('127.0.0.1:7233');
  });

  it('a target without any operation says so', async () => {
    await expect(serviceOver(new FakeTemporal()).getHandle(request.target).progress()).rejects.toBeInstanceOf(
      OperationNotFoundError,
    );
  });
});
