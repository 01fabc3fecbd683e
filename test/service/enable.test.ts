import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WorkflowFailedError } from '@temporalio/client';
import { OperationFailedError, OperationInProgressError } from '../../client/index.js';
import { enableFlowLog } from '../../workflows/operation/enable.js';
import { type Service, historyOf, startService } from './fixtures/service.js';
import { cen, committed, destination, ecr, productsUnderTest, requestedBy, vpc } from './fixtures/targets.js';

describe('a flow log', () => {
  let service: Service;
  beforeAll(async () => {
    service = await startService({
      simulator: {
        profile: 'friendly',
        config: { limits: {}, quotas: {}, progression: { mode: 'time', activationMs: 800, settleMs: 300 } },
      },
    });
  });
  afterAll(() => service.stop());

  const requestOf = (product: (typeof productsUnderTest)[number], name: string) => ({
    target: product.target(name),
    spec: { destination },
    requestedBy,
  });

  test.each(productsUnderTest)(
    'of $product is created, waited for, and found unchanged the second time',
    async (product) => {
      const { flowLogs, simulator, client } = service;
      const handle = await flowLogs.enable(requestOf(product, 'a'));
      const report = await handle.result();
      expect(report).toMatchObject({ outcome: 'created', status: 'active', steps: [{ step: 'create' }] });
      const again = await (await flowLogs.enable(requestOf(product, 'a'))).result();
      expect(again).toMatchObject({ outcome: 'unchanged', flowLogId: report.flowLogId, apiCalls: 1, steps: [] });
      expect(committed(simulator.journal(), product.product, product.create)).toHaveLength(1);
      expect((await historyOf(client, handle.workflowId, handle.runId)).length).toBeLessThanOrEqual(30);
    },
  );

  test.each(productsUnderTest)('of $product is disabled, enabled, modified and deleted', async (product) => {
    const { flowLogs, simulator } = service;
    const request = requestOf(product, 'life');
    const { target } = request;
    const { flowLogId } = await (await flowLogs.enable(request)).result();
    const disabled = await (await flowLogs.disable({ target, requestedBy })).result();
    expect(disabled).toMatchObject({ outcome: 'deactivated', status: 'inactive', flowLogId });
    const enabled = await (await flowLogs.enable(request)).result();
    expect(enabled).toMatchObject({ outcome: 'activated', status: 'active', flowLogId });
    const spec = { aggregationIntervalSeconds: 60, description: 'every minute' };
    const modified = await (await flowLogs.modify({ target, spec, requestedBy })).result();
    expect(modified).toMatchObject({ outcome: 'modified', status: 'active', flowLogId });
    const deleted = await (await flowLogs.delete({ target, requestedBy })).result();
    expect(deleted).toMatchObject({ outcome: 'deleted', status: 'absent' });
    for (const action of [product.create, product.activate, product.deactivate, product.modify, product.delete]) {
      const calls = simulator.journal().filter((call) => call.product === product.product && call.action === action);
      expect(
        calls.filter((call) => call.params['FlowLogId'] === flowLogId || call.flowLogId === flowLogId),
      ).toHaveLength(1);
    }
  });

  test('named by its id is worked on under its resource, and no other flow log is touched', async () => {
    const { flowLogs, client } = service;
    const { flowLogId = '' } = await (await flowLogs.enable(requestOf(vpc, 'byid'))).result();
    const target = { product: 'vpc', accountId: vpc.target('x').accountId, region: 'cn-hangzhou', flowLogId };
    const disabled = await (await flowLogs.disable({ target, requestedBy })).result();
    expect(disabled).toMatchObject({ outcome: 'deactivated', flowLogId, target });
    const enabled = await (await flowLogs.enable({ target, requestedBy })).result();
    expect(enabled).toMatchObject({ outcome: 'activated', flowLogId });
    const child = await client.workflow
      .getHandle(`flow-log/vpc/${target.accountId}/cn-hangzhou/VPC/vpc-byid`)
      .describe();
    expect(child.parentExecution?.workflowId).toBe(`flow-log-id/vpc/${target.accountId}/cn-hangzhou/${flowLogId}`);
  });

  test('named by an id that is not there is not found; deleting it is nothing to do', async () => {
    const { flowLogs, simulator } = service;
    const target = {
      product: 'vpc',
      accountId: vpc.target('x').accountId,
      region: 'cn-hangzhou',
      flowLogId: 'fl-nowhere',
    };
    const failed = (await flowLogs.enable({ target, requestedBy })).result();
    await expect(failed).rejects.toMatchObject({ kind: 'not-found' });
    await expect(failed).rejects.toBeInstanceOf(OperationFailedError);
    expect(await (await flowLogs.delete({ target, requestedBy })).result()).toMatchObject({ outcome: 'unchanged' });
    expect(
      simulator.journal().filter((call) => call.params['FlowLogId'] === 'fl-nowhere' && call.kind === 'change'),
    ).toEqual([]);
  });

  test('asked for twice at once by two clients is one workflow and one flow log, and the second is on the record', async () => {
    const { flowLogs, simulator, query } = service;
    const [one, other] = await Promise.all([
      flowLogs.enable({ ...requestOf(vpc, 'twice'), requestedBy: 'one' }),
      flowLogs.enable({ ...requestOf(vpc, 'twice'), requestedBy: 'other' }),
    ]);
    expect(one.runId).toBe(other.runId);
    expect([one.joined, other.joined].sort()).toEqual([false, true]);
    expect(await one.result()).toEqual(await other.result());
    const creates = committed(simulator.journal(), 'vpc', vpc.create).filter(
      (call) => call.params['ResourceId'] === 'vpc-twice',
    );
    expect(creates).toHaveLength(1);
    const joins = await query('select 1 from ledger.entries where run_id = $1 and kind = $2', [one.runId, 'joined']);
    expect(joins).toHaveLength(1);
  });

  test('asked for something else while it is worked on is refused, naming what is at work', async () => {
    const { flowLogs } = service;
    const running = await flowLogs.enable(requestOf(vpc, 'held'));
    const refused = flowLogs.disable({ target: vpc.target('held'), requestedBy });
    await expect(refused).rejects.toBeInstanceOf(OperationInProgressError);
    await running.result();
  });

  test('is refused under a workflow id that is not its target’s', async () => {
    const { client } = service;
    const input = { target: vpc.target('wrong'), spec: { destination }, requestedBy };
    const failed = client.workflow.execute(enableFlowLog.name, {
      workflowId: 'flow-log/vpc/1/cn-hangzhou/VPC/vpc-other',
      taskQueue: 'flow-log',
      args: [input],
    });
    const failure = await failed.catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(WorkflowFailedError);
    expect((failure as WorkflowFailedError).cause).toMatchObject({ type: 'InvalidWorkflowId' });
  });

  test('of a cen attachment and of the same attachment with its router beside it is one target', async () => {
    const { flowLogs, simulator } = service;
    const base = cen.target('pair');
    const attachment = { cenId: 'cen-pair', transitRouterAttachmentId: 'tr-attach-pair' };
    const withRouter = { ...attachment, transitRouterId: 'tr-pair' };
    const spec = { destination };
    const [one] = await Promise.all([
      flowLogs.enable({ target: { ...base, resource: attachment }, spec, requestedBy }),
      flowLogs
        .enable({ target: { ...base, resource: withRouter }, spec, requestedBy })
        .catch((error: unknown) => error),
    ]);
    await one.result();
    const creates = committed(simulator.journal(), 'cen', cen.create);
    expect(creates.filter((call) => call.params['TransitRouterAttachmentId'] === 'tr-attach-pair')).toHaveLength(1);
  });

  test('in a status nobody has documented is shown and reported at the deadline, not waited on in silence', async () => {
    const { flowLogs, simulator } = service;
    const [flowLogId = ''] = await simulator.seed({
      flowLogs: [
        {
          product: 'ecr',
          resource: ecr.target('odd').resource,
          status: 'Frobnicating',
          destination,
          tags: {},
        },
      ],
    } as never);
    const handle = await flowLogs.enable({ ...requestOf(ecr, 'odd'), options: { deadlineMs: 15_000 } });
    await expect(handle.result()).rejects.toMatchObject({
      kind: 'UnexpectedStatus',
      message: expect.stringContaining('Frobnicating'),
    });
    expect(flowLogId).not.toBe('');
  });
});
