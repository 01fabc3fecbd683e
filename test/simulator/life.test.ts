import { afterEach, describe, expect, test } from 'vitest';
import { startSimulator, type ConfigPatch, type Simulator, type SimulatorOptions } from '../../simulator/index.js';
import { ask, call, create, dialects, listedStatus, manualClock, products, type Product } from './fixtures/caller.js';

/** Life of flow logs: states, refusals in each state, and rows of a lagging list. Time moves only when a test moves it. */

let simulator: Simulator;
let clock = manualClock();
const timed = { mode: 'time', activationMs: 5_000, settleMs: 1_000 } as const;

async function start(config: ConfigPatch = {}, options: SimulatorOptions = {}): Promise<Simulator> {
  clock = manualClock();
  simulator = await startSimulator({
    profile: 'friendly',
    clock,
    config: { progression: timed, limits: {}, ...config },
    ...options,
  });
  return simulator;
}
afterEach(() => simulator.close());

const truth = (flowLogId: string): string | undefined =>
  simulator.flowLogs().find((flowLog) => flowLog.flowLogId === flowLogId)?.status;

const words: Record<Product, Record<'create' | 'activate' | 'deactivate' | 'modify' | 'delete', string>> = {
  vpc: {
    create: 'Activating',
    activate: 'Activating',
    deactivate: 'Deactivating',
    modify: 'Modifying',
    delete: 'Deleting',
  },
  cen: { create: 'Creating', activate: 'Modifying', deactivate: 'Modifying', modify: 'Modifying', delete: 'Deleting' },
  ecr: {
    create: 'Creating',
    activate: 'Activating',
    deactivate: 'Deactivating',
    modify: 'Modifying',
    delete: 'Deleting',
  },
};

describe.each(products)('%s', (product) => {
  const { busy, wrongState, notFound } = dialects[product];

  test('passes through the documented words and takes the configured time', async () => {
    const { url } = await start();
    const flowLogId = await create(url, product);
    const seen = [await listedStatus(url, product, flowLogId)];
    clock.advance(4_999);
    seen.push(await listedStatus(url, product, flowLogId));
    clock.advance(1);
    seen.push(await listedStatus(url, product, flowLogId));
    expect(seen).toEqual([words[product].create, words[product].create, 'Active']);
    for (const [verb, takesMs, end] of [
      ['deactivate', 1_000, 'Inactive'],
      ['activate', 5_000, 'Active'],
      ['modify', 1_000, 'Active'],
      ['delete', 1_000, undefined],
    ] as const) {
      expect((await ask(url, product, verb, { FlowLogId: flowLogId })).status).toBe(200);
      expect(await listedStatus(url, product, flowLogId)).toBe(words[product][verb]);
      clock.advance(takesMs);
      expect(await listedStatus(url, product, flowLogId)).toBe(end);
    }
  });

  test.each(['activate', 'deactivate', 'modify', 'delete'] as const)(
    '%s is refused while another change is under way',
    async (verb) => {
      const { url } = await start();
      const flowLogId = await create(url, product);
      expect((await ask(url, product, verb, { FlowLogId: flowLogId })).body.Code).toBe(busy);
      expect(simulator.journal().at(-1)).toMatchObject({ committed: false, outcome: busy });
    },
  );

  test('what is already so is refused as a wrong state', async () => {
    const { url } = await start({ progression: { mode: 'immediate' } });
    const flowLogId = await create(url, product);
    expect((await ask(url, product, 'activate', { FlowLogId: flowLogId })).body.Code).toBe(wrongState);
    await ask(url, product, 'deactivate', { FlowLogId: flowLogId });
    expect((await ask(url, product, 'deactivate', { FlowLogId: flowLogId })).body.Code).toBe(wrongState);
  });

  test('an inactive one is modified and stays inactive', async () => {
    const { url } = await start({ createdAs: 'inactive' });
    const flowLogId = await create(url, product);
    clock.advance(5_000);
    await ask(url, product, 'modify', { FlowLogId: flowLogId, Description: 'new' });
    clock.advance(1_000);
    const { body } = await ask(url, product, 'list', { FlowLogId: flowLogId });
    expect(dialects[product].rows(body)).toMatchObject([{ Status: 'Inactive', Description: 'new' }]);
  });

  test('activation twice within the cool-down is refused as busy, after it accepted', async () => {
    const { url } = await start({ progression: { mode: 'immediate' }, cooldownMs: 5_000, createdAs: 'inactive' });
    const flowLogId = await create(url, product);
    await ask(url, product, 'activate', { FlowLogId: flowLogId });
    await ask(url, product, 'deactivate', { FlowLogId: flowLogId });
    clock.advance(4_999);
    expect((await ask(url, product, 'activate', { FlowLogId: flowLogId })).body.Code).toBe(busy);
    clock.advance(1);
    expect((await ask(url, product, 'activate', { FlowLogId: flowLogId })).status).toBe(200);
  });

  test('an unknown, a foreign and a deleted id are not found by changes, and absent from lists', async () => {
    const seed = { accounts: [{ uid: '2', accessKeys: [{ id: 'AK2', secret: 'SK2' }] }] };
    const { url } = await start({ progression: { mode: 'immediate' } }, { seed });
    const deleted = await create(url, product, 1);
    await ask(url, product, 'delete', { FlowLogId: deleted });
    const other = await create(url, product, 2);
    const foreigner = { accessKeyId: 'AK2', secret: 'SK2' };
    for (const [FlowLogId, options] of [
      ['fl-none', {}],
      [deleted, {}],
      [other, foreigner],
    ] as const) {
      for (const verb of ['activate', 'deactivate', 'delete'] as const) {
        expect((await ask(url, product, verb, { FlowLogId }, options)).body.Code).toBe(notFound);
      }
      const { status, body } = await ask(url, product, 'list', { FlowLogId }, options);
      expect({ status, rows: dialects[product].rows(body) }).toEqual({ status: 200, rows: [] });
    }
  });

  test('a list shows everything as it was one lag ago', async () => {
    const { url } = await start({ listLagMs: 3_000, progression: { mode: 'immediate' } });
    const flowLogId = await create(url, product);
    const seen: (string | undefined)[] = [await listedStatus(url, product, flowLogId)];
    clock.advance(2_999);
    seen.push(await listedStatus(url, product, flowLogId));
    clock.advance(1);
    seen.push(await listedStatus(url, product, flowLogId));
    await ask(url, product, 'deactivate', { FlowLogId: flowLogId });
    expect(truth(flowLogId)).toBe('Inactive');
    seen.push(await listedStatus(url, product, flowLogId));
    clock.advance(3_000);
    seen.push(await listedStatus(url, product, flowLogId));
    await ask(url, product, 'delete', { FlowLogId: flowLogId });
    expect(truth(flowLogId)).toBeUndefined();
    seen.push(await listedStatus(url, product, flowLogId));
    clock.advance(3_000);
    seen.push(await listedStatus(url, product, flowLogId));
    expect(seen).toEqual([undefined, undefined, 'Active', 'Active', 'Inactive', 'Inactive', undefined]);
  });

  test('a change begins only after the commit delay, and meanwhile another is refused', async () => {
    const { url } = await start({ commitDelayMs: 2_000, progression: { mode: 'immediate' } });
    const flowLogId = await create(url, product);
    expect(truth(flowLogId)).toBeUndefined();
    expect((await ask(url, product, 'activate', { FlowLogId: flowLogId })).body.Code).not.toBeUndefined();
    clock.advance(2_000);
    expect(truth(flowLogId)).toBe('Active');
    await ask(url, product, 'deactivate', { FlowLogId: flowLogId });
    expect(truth(flowLogId)).toBe('Active');
    expect((await ask(url, product, 'deactivate', { FlowLogId: flowLogId })).body.Code).toBe(busy);
    clock.advance(2_000);
    expect(truth(flowLogId)).toBe('Inactive');
  });

  test('a change ends after the configured number of reads', async () => {
    const { url } = await start({ progression: { mode: 'reads', count: 2 } });
    const flowLogId = await create(url, product);
    const seen = [];
    for (let read = 0; read < 3; read += 1) seen.push(await listedStatus(url, product, flowLogId));
    expect(seen).toEqual([words[product].create, words[product].create, 'Active']);
  });

  test('a change without an end waits for settle, one or all', async () => {
    const { url } = await start({ progression: { mode: 'explicit' } });
    const ids = [await create(url, product, 1), await create(url, product, 2)];
    clock.advance(600_000);
    expect(ids.map(truth)).toEqual([words[product].create, words[product].create]);
    expect(await simulator.settle(ids[0])).toEqual([ids[0]]);
    expect(ids.map(truth)).toEqual(['Active', words[product].create]);
    expect(await simulator.settle()).toEqual([ids[1]]);
    expect(ids.map(truth)).toEqual(['Active', 'Active']);
  });

  test('settle ends what only time would end', async () => {
    const { url } = await start();
    const flowLogId = await create(url, product);
    await simulator.settle();
    expect(truth(flowLogId)).toBe('Active');
    expect((await ask(url, product, 'deactivate', { FlowLogId: flowLogId })).status).toBe(200);
  });

  test('the first two reads of the same moment agree, whatever is sent between pages', async () => {
    const { url } = await start({ listLagMs: 3_000 });
    for (let n = 1; n <= 3; n += 1) await create(url, product, n);
    clock.advance(3_000);
    const size = product === 'ecr' ? { MaxResults: 2 } : { PageSize: 2 };
    const first = await ask(url, product, 'list', size);
    await create(url, product, 4);
    const rest = product === 'ecr' ? { NextToken: first.body.NextToken as string } : { PageNumber: 2 };
    const second = await ask(url, product, 'list', { ...size, ...rest });
    const { rows } = dialects[product];
    expect(new Set([...rows(first.body), ...rows(second.body)].map((row) => row.FlowLogId)).size).toBe(3);
  });
});

test('CEN: a flow log of another CEN instance is not found', async () => {
  const { url } = await start({ progression: { mode: 'immediate' } });
  const FlowLogId = await create(url, 'cen');
  const codes = [];
  for (const verb of ['activate', 'delete', 'modify'] as const) {
    codes.push((await ask(url, 'cen', verb, { FlowLogId, CenId: 'cen-2' })).body.Code);
  }
  expect(codes).toEqual(['InvalidFlowlogId.NotFound', 'InvalidFlowlogId.NotFound', 'InvalidParameter.FlowLogId']);
  expect((await ask(url, 'cen', 'deactivate', { FlowLogId, CenId: 'cen-1' })).status).toBe(200);
});

test('ECR: a flow log of another router is not found', async () => {
  const { url } = await start({ progression: { mode: 'immediate' } });
  const FlowLogId = await create(url, 'ecr');
  const answer = await ask(url, 'ecr', 'deactivate', { FlowLogId, EcrId: 'ecr-2' });
  expect(answer).toMatchObject({ status: 404, body: { Code: 'ResourceNotFound.FlowLogId' } });
});

test('ECR: with hidden transitions a list shows the old state until the new one is there', async () => {
  const { url } = await start({ ecrTransitions: 'hidden' });
  const FlowLogId = await create(url, 'ecr');
  const seen = [await listedStatus(url, 'ecr', FlowLogId)];
  clock.advance(5_000);
  await ask(url, 'ecr', 'deactivate', { FlowLogId });
  seen.push(await listedStatus(url, 'ecr', FlowLogId));
  expect((await ask(url, 'ecr', 'activate', { FlowLogId })).body.Code).toBe('Conflict.Lock');
  clock.advance(1_000);
  seen.push(await listedStatus(url, 'ecr', FlowLogId));
  expect(seen).toEqual(['Inactive', 'Active', 'Inactive']);
});

const refusedForVpc: readonly [string, object, string][] = [
  ['managed by the Log Service', { serviceType: 'sls' }, 'Forbidden.OperateManagedFlowLog'],
  ['locked for arrears', { businessStatus: 'FinancialLocked' }, 'IncorrectBusinessStatus.FlowLog'],
  [
    'delivering nowhere',
    { deliverStatus: 'FAILED', deliverErrorMessage: 'UnknownError' },
    'OperationDenied.FlowLogDeliverFailed',
  ],
];
test.each(refusedForVpc)('VPC: one that is %s is not activated', async (_what, extra, code) => {
  const flowLog = {
    product: 'vpc' as const,
    resource: { type: 'VPC', id: 'vpc-1' },
    status: 'Inactive',
    flowLogId: 'fl-1',
    ...extra,
  };
  const { url } = await start({}, { seed: { flowLogs: [flowLog] } });
  expect((await ask(url, 'vpc', 'activate', { FlowLogId: 'fl-1' })).body.Code).toBe(code);
});

test('VPC: the list tells where records do not arrive, and a create into a missing project is refused', async () => {
  const { url } = await start({ progression: { mode: 'immediate' } });
  await create(url, 'vpc', 1);
  await create(url, 'vpc', 2, { ProjectName: 'other' });
  await simulator.seed({
    projects: [
      { name: 'netlogs', state: 'missing' },
      { name: 'other', state: 'unusable' },
    ],
  });
  const { body } = await ask(url, 'vpc', 'list');
  expect(body.FlowLogs.FlowLog).toMatchObject([
    { FlowLogDeliverStatus: 'FAILED', FlowLogDeliverErrorMessage: 'ProjectNotExist' },
    { FlowLogDeliverStatus: 'FAILED', FlowLogDeliverErrorMessage: 'UnavaliableTarget' },
  ]);
  const refused = await ask(url, 'vpc', 'create', dialects.vpc.createParams(3));
  expect(refused.body.Code).toBe('ProjectOrLogstoreNotExist');
  await simulator.seed({ projects: [{ name: 'netlogs', state: 'usable' }] });
  expect((await ask(url, 'vpc', 'create', dialects.vpc.createParams(3))).status).toBe(200);
});

test('VPC: a closed service refuses creates until it is opened; opening twice exceeds the purchase limit', async () => {
  const closed = { uid: '1000000000000001', flowLogService: 'closed' as const };
  const { url } = await start({}, { seed: { accounts: [closed] } });
  const region = { RegionId: 'cn-hangzhou' };
  const status = async () => (await call(url, 'vpc', 'GetFlowLogServiceStatus', region)).body.Enabled;
  expect(await status()).toBe(false);
  expect((await ask(url, 'vpc', 'create', dialects.vpc.createParams())).body.Code).toBe('OptInRequired.FlowLog');
  expect((await call(url, 'vpc', 'OpenFlowLogService', region)).body).toMatchObject({
    Code: '200',
    Message: 'successful',
  });
  expect(await status()).toBe(true);
  expect((await ask(url, 'vpc', 'create', dialects.vpc.createParams())).status).toBe(200);
  expect((await call(url, 'vpc', 'OpenFlowLogService', region)).body.Code).toBe('OperationFailed.ExceedPurchaseLimit');
});

test('tags are added and taken away while a change is under way, and keep through it', async () => {
  const { url } = await start();
  const flowLogId = await create(url, 'vpc', 1, { 'Tag.1.Key': 'a', 'Tag.1.Value': '1' });
  const which = { RegionId: 'cn-hangzhou', ResourceType: 'FLOWLOG', 'ResourceId.1': flowLogId };
  await call(url, 'vpc', 'TagResources', { ...which, 'Tag.1.Key': 'b', 'Tag.1.Value': '2' });
  clock.advance(5_000);
  await call(url, 'vpc', 'UntagResources', { ...which, 'TagKey.1': 'a' });
  const { body } = await call(url, 'vpc', 'ListTagResources', which);
  expect(body.TagResources.TagResource).toEqual([
    { ResourceType: 'FLOWLOG', ResourceId: flowLogId, TagKey: 'b', TagValue: '2' },
  ]);
  expect(truth(flowLogId)).toBe('Active');
});
