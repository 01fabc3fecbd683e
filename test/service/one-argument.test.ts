import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WorkflowFailedError } from '@temporalio/client';
import { listOperations } from '../../client/operations/list.js';
import type { ResourceTarget } from '../../cloud/flow-log.js';
import { workflowIdOf } from '../../cloud/target.js';
import * as workflows from '../../workflows/index.js';
import { bulkMemo, foundWorkflowTypes, taskQueues, workflowTypes } from '../../workflows/contract/operation.js';
import { type Service, startService, uid } from './fixtures/service.js';
import { destination, requestedBy, vpc } from './fixtures/targets.js';

/** Arguments reserved for our own workflows are refused from a caller: public workflow types take one argument, the others a parent of ours. */

const internal: readonly string[] = ['bulkPage', ...Object.values(foundWorkflowTypes)];
/** Without `default`, which answers the types that there are not. */
const open = Object.keys(workflows).filter((type) => type !== 'default' && !internal.includes(type));

let service: Service;
beforeAll(async () => {
  service = await startService({ simulator: { profile: 'friendly' } });
});
afterAll(() => service.stop());

const targetOf = (name: string) => vpc.target(name) as ResourceTarget;
const [mine, theirs] = [targetOf('mine'), targetOf('theirs')] as const;
const bulk = { operation: 'enable', items: [{ target: mine, spec: { destination } }], requestedBy };
const carried = {
  prepared: { pages: [], total: 0, settings: {} },
  ended: {},
  donePages: [],
  startedAt: '',
  paused: false,
};

/** The failure a run ends with, however it is started. */
async function failureOf(type: string, args: unknown[], workflowId: string, memo: Record<string, unknown> = {}) {
  const { client } = service;
  const ended = client.workflow.execute(type, { workflowId, taskQueue: taskQueues.workflows, args, memo });
  const failure = await ended.catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(WorkflowFailedError);
  return (failure as WorkflowFailedError).cause;
}

const changes = () => service.simulator.journal().filter(({ kind }) => kind === 'change');

describe('a second argument', () => {
  test.each(open)('of %s is refused, and nothing is started', async (type) => {
    const before = changes().length;
    const args =
      type === 'bulkFlowLogs' ? [bulk, carried] : [{ target: mine, spec: { destination }, requestedBy }, theirs];
    const workflowId = type === 'bulkFlowLogs' ? 'flow-log-bulk/carried' : workflowIdOf(mine);
    expect(await failureOf(type, args, workflowId)).toMatchObject({
      type: 'InvalidInput',
      nonRetryable: true,
      message: expect.stringMatching(/2 arguments were given/),
    });
    expect(changes()).toHaveLength(before);
  });

  test('makes no workflow of one target delete the flow log of another', async () => {
    const { flowLogs, simulator } = service;
    const { flowLogId = '' } = await (
      await flowLogs.enable({ target: theirs, spec: { destination }, requestedBy })
    ).result();
    const byId = { product: 'vpc' as const, accountId: uid, region: 'cn-hangzhou', flowLogId };
    for (const target of [mine, byId])
      expect(
        await failureOf(workflowTypes.delete, [{ target, requestedBy }, theirs], workflowIdOf(theirs)),
      ).toMatchObject({ type: 'InvalidInput' });
    expect(simulator.summary().live).toContainEqual(expect.objectContaining({ flowLogId, status: 'Active' }));
  });
});

describe('a workflow type that is for children of ours', () => {
  const request = { target: { product: 'vpc', accountId: uid, region: 'cn-hangzhou', flowLogId: 'fl-1' }, requestedBy };

  test.each(
    internal.flatMap((type) => [
      { type, given: null },
      { type, given: { request, resource: theirs, bulk: { id: 'flow-log-bulk/forged', run: 'r' } } },
    ]),
  )('$type takes nothing from a client: $given', async ({ type, given }) => {
    expect(await failureOf(type, [given], workflowIdOf(theirs))).toMatchObject({
      type: 'InvalidInput',
      nonRetryable: true,
      message: expect.stringMatching(/only, and was started by a client/),
    });
  });

  test('is what an operation on a flow log id starts, listed as the operation that it is', async () => {
    const { flowLogs } = service;
    const target = targetOf('found');
    const { flowLogId = '' } = await (await flowLogs.enable({ target, spec: { destination }, requestedBy })).result();
    const named = { product: 'vpc' as const, accountId: uid, region: 'cn-hangzhou', flowLogId };
    expect(await (await flowLogs.disable({ target: named, requestedBy })).result()).toMatchObject({
      outcome: 'deactivated',
    });
    const child = service.client.workflow.getHandle(workflowIdOf(target));
    expect(await child.describe()).toMatchObject({ type: foundWorkflowTypes.disable });
    const ids = async () =>
      (await listOperations(service.client, { operation: 'disable' })).map(({ workflowId }) => workflowId);
    await expect.poll(ids, { timeout: 60_000 }).toContain(workflowIdOf(target));
  });
});

test('a memo that says so makes nobody part of a bulk: the client is on the record', async () => {
  const target = targetOf('memo');
  const { client, query } = service;
  const args = [{ target, spec: { destination }, requestedBy }];
  const workflowId = workflowIdOf(target);
  const options = { workflowId, taskQueue: taskQueues.workflows, args, memo: { [bulkMemo]: 'forged' } };
  expect(await client.workflow.execute(workflowTypes.enable, options)).toMatchObject({ outcome: 'created' });
  const sql = `select body from ledger.entries where workflow_id = $1 and seq = 1`;
  const [{ body } = { body: '{}' }] = await query<{ body: string }>(sql, [workflowId]);
  const opened = JSON.parse(body) as { clientIdentity?: string; bulk?: string };
  expect(opened.bulk).toBeUndefined();
  expect(opened.clientIdentity).toMatch(/@/);
});
