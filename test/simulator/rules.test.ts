import { afterEach, describe, expect, test } from 'vitest';
import { startSimulator, type ConfigPatch, type Simulator, type SimulatorOptions } from '../../simulator/index.js';
import { ask, call, create, dialects, manualClock, products } from './fixtures/caller.js';

/** Limits, quotas, duplicates, client tokens, filters, and which resources exist. */

let simulator: Simulator;
let clock = manualClock();
async function start(config: ConfigPatch = {}, options: SimulatorOptions = {}): Promise<Simulator> {
  const all = { progression: { mode: 'immediate' as const }, limits: {}, ...config };
  clock = manualClock();
  simulator = await startSimulator({ profile: 'friendly', clock, config: all, ...options });
  return simulator;
}
afterEach(() => simulator.close());

describe('limits', () => {
  const codes = async (n: number, ask: () => Promise<{ status: number }>) => {
    const statuses = [];
    for (let k = 0; k < n; k += 1) statuses.push((await ask()).status);
    return statuses;
  };

  test('slide over a second, and the answer says how long to wait', async () => {
    const { url } = await start({ limits: { '*': 2 } });
    const list = () => ask(url, 'vpc', 'list');
    await list();
    clock.advance(600);
    await list();
    clock.advance(100);
    const refused = await list();
    expect(refused).toMatchObject({ status: 400, body: { Code: 'Throttling.User' } });
    expect(refused.headers.get('x-acs-retry-after')).toBe('300');
    clock.advance(299);
    expect((await list()).status).toBe(400);
    clock.advance(1);
    expect((await list()).status).toBe(200);
    expect((await list()).headers.get('x-acs-retry-after')).toBe('600');
    expect(simulator.summary().throttled).toBe(3);
  });

  test('can be without the header', async () => {
    const { url } = await start({ limits: { '*': 0 }, retryAfterHeader: false });
    const { body, headers } = await ask(url, 'cen', 'list');
    expect([body.Code, headers.get('x-acs-retry-after')]).toEqual(['Throttling.User', null]);
  });

  test('are kept for each account, region and API apart', async () => {
    const seed = { accounts: [{ uid: '2', accessKeys: [{ id: 'AK2', secret: 'SK2' }] }] };
    const { url } = await start({ limits: { '*': 1 } }, { seed });
    const statuses = [
      await ask(url, 'vpc', 'list'),
      await ask(url, 'vpc', 'list', { RegionId: 'cn-beijing' }),
      await ask(url, 'vpc', 'list', {}, { accessKeyId: 'AK2', secret: 'SK2' }),
      await ask(url, 'ecr', 'list'),
      await call(url, 'vpc', 'GetFlowLogServiceStatus', { RegionId: 'cn-hangzhou' }),
      await ask(url, 'vpc', 'list'),
    ].map(({ status }) => status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 400]);
  });

  test('the most particular key counts, and what it does not name is unlimited', async () => {
    const { url } = await start({ limits: { 'vpc:*': 1, DescribeFlowLogs: 2, 'ecr:DescribeFlowLogs': 3 } });
    expect(await codes(4, () => ask(url, 'vpc', 'list'))).toEqual([200, 200, 400, 400]);
    expect(await codes(4, () => ask(url, 'ecr', 'list'))).toEqual([200, 200, 200, 400]);
    expect(await codes(4, () => ask(url, 'cen', 'list'))).toEqual([200, 200, 200, 200]);
  });

  test('ECR, whose endpoint is one, has one limit whatever region is written on the call', async () => {
    const { url } = await start({ limits: { '*': 1 } });
    expect((await ask(url, 'ecr', 'list', { RegionId: 'cn-hangzhou' })).status).toBe(200);
    expect((await ask(url, 'ecr', 'list', { RegionId: 'cn-beijing' })).status).toBe(400);
  });

  test('run alone the documented ones hold', async () => {
    simulator = await startSimulator({ profile: 'friendly', clock });
    expect(simulator.config()).toMatchObject({
      limits: { 'vpc:*': 10, 'ecr:*': 2, 'ecr:DescribeFlowLogs': 5 },
      quotas: { vpc: 10 },
    });
    expect(await codes(11, () => ask(simulator.url, 'vpc', 'list'))).toEqual([...Array<number>(10).fill(200), 400]);
  });
});

describe.each(products)('%s', (product) => {
  const dialect = dialects[product];

  test('above the quota of its account and region a create is refused, and a delete makes room', async () => {
    const { url } = await start({ quotas: { [product]: 2 } });
    const first = await create(url, product, 1);
    await create(url, product, 2);
    const refused = await ask(url, product, 'create', dialect.createParams(3));
    expect(refused).toMatchObject({ status: 400, body: { Code: 'QuotaExceeded.FlowlogCount' } });
    if (product !== 'ecr') {
      expect((await ask(url, product, 'create', { ...dialect.createParams(3), RegionId: 'cn-beijing' })).status).toBe(
        200,
      );
    }
    await ask(url, product, 'delete', { FlowLogId: first });
    expect((await ask(url, product, 'create', dialect.createParams(3))).status).toBe(200);
  });

  test('a second one on a resource is refused or allowed as configured', async () => {
    const { url } = await start({ duplicates: 'refuse' });
    const first = await create(url, product);
    const refused = await ask(url, product, 'create', dialect.createParams());
    expect(refused.body.Code).toBe(dialect.duplicate);
    if (product === 'ecr')
      expect(refused.body.Message).toBe(`The specified resource of FlowLogId[${first}] already exists.`);
    expect(simulator.summary().madeMoreThanOnce).toEqual([]);
    simulator.config({ duplicates: 'allow' });
    const second = await create(url, product);
    const made = simulator.summary().madeMoreThanOnce;
    expect(made).toMatchObject([{ product, resource: dialect.resource(), flowLogIds: [first, second] }]);
    expect(Object.values(simulator.summary().created)).toEqual([2]);
  });

  test('two accepted within the commit delay are never both there when duplicates are refused', async () => {
    const { url } = await start({ duplicates: 'refuse', commitDelayMs: 5_000 });
    const answers = await Promise.all([1, 1, 1].map((n) => ask(url, product, 'create', dialect.createParams(n))));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    clock.advance(5_000);
    expect(simulator.flowLogs()).toHaveLength(1);
  });
});

describe.each(['cen', 'ecr'] as const)('client token of %s', (product) => {
  const dialect = dialects[product];
  const ClientToken = 'token-1';

  test('honoured: the same change gets the same answer and nothing new', async () => {
    const { url } = await start({ clientToken: 'honour', duplicates: 'allow' });
    const params = { ...dialect.createParams(), ClientToken };
    const [first, second] = [await ask(url, product, 'create', params), await ask(url, product, 'create', params)];
    expect(second.body.FlowLogId).toBe(first.body.FlowLogId);
    expect(second.body.RequestId).not.toBe(first.body.RequestId);
    expect(simulator.flowLogs()).toHaveLength(1);
    expect(simulator.journal().at(-1)).toMatchObject({ committed: false, replayed: true, clientToken: ClientToken });
  });

  test('honoured: another change with the same token is refused', async () => {
    const { url } = await start({ clientToken: 'honour' });
    await ask(url, product, 'create', { ...dialect.createParams(1), ClientToken });
    const other = await ask(url, product, 'create', { ...dialect.createParams(2), ClientToken });
    expect(other.body.Code).toBe('IdempotentParameterMismatch');
  });

  test('honoured: a token of a refused call is still good', async () => {
    const { url } = await start({ clientToken: 'honour', quotas: { [product]: 0 } });
    const params = { ...dialect.createParams(), ClientToken };
    expect((await ask(url, product, 'create', params)).status).toBe(400);
    simulator.config({ quotas: {} });
    expect((await ask(url, product, 'create', params)).status).toBe(200);
  });

  test('honoured: activation with the same token is accepted again although the state no longer allows it', async () => {
    const { url } = await start({ clientToken: 'honour', createdAs: 'inactive' });
    const FlowLogId = await create(url, product);
    const answers = [];
    for (let k = 0; k < 2; k += 1) answers.push(await ask(url, product, 'activate', { FlowLogId, ClientToken }));
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  });

  test('ignored: every call is a new change', async () => {
    const { url } = await start({ clientToken: 'ignore', duplicates: 'allow' });
    const params = { ...dialect.createParams(), ClientToken };
    for (let k = 0; k < 2; k += 1) await ask(url, product, 'create', params);
    expect(simulator.flowLogs()).toHaveLength(2);
  });
});

describe('filters', () => {
  const ids = async (product: 'vpc' | 'cen' | 'ecr', params: Record<string, string | number>) => {
    const { body } = await ask(simulator.url, product, 'list', params);
    return dialects[product].rows(body).map((row) => row.FlowLogName as string);
  };

  test('vpc: each is exact, and they narrow together', async () => {
    const { url } = await start(
      { quotas: {} },
      { seed: { vSwitches: [{ id: 'vsw-9', vpcId: 'vpc-a' }], vpcs: [{ id: 'vpc-a' }, { id: 'vpc-b' }] } },
    );
    const common = { TrafficType: 'All', ProjectName: 'netlogs', LogStoreName: 'flow' };
    await ask(url, 'vpc', 'create', {
      ...common,
      RegionId: 'cn-hangzhou',
      ResourceType: 'VPC',
      ResourceId: 'vpc-a',
      FlowLogName: 'a',
      Description: 'one',
    });
    await ask(url, 'vpc', 'create', {
      ...common,
      ResourceType: 'VPC',
      ResourceId: 'vpc-b',
      FlowLogName: 'b',
      ProjectName: 'other',
      'Tag.1.Key': 'env',
      'Tag.1.Value': 'prod',
    });
    await ask(url, 'vpc', 'create', {
      ...common,
      ResourceType: 'VSwitch',
      ResourceId: 'vsw-9',
      FlowLogName: 'c',
      TrafficType: 'Drop',
      'Tag.1.Key': 'env',
      'Tag.1.Value': 'test',
    });
    for (const [filter, names] of [
      [{ FlowLogName: 'a' }, ['a']],
      [{ Description: 'one' }, ['a']],
      [{ Description: 'on' }, []],
      [{ ResourceId: 'vpc-b' }, ['b']],
      [{ ResourceType: 'VPC' }, ['a', 'b']],
      [{ TrafficType: 'Drop' }, ['c']],
      [{ ProjectName: 'other' }, ['b']],
      [{ LogStoreName: 'flow', ResourceType: 'VSwitch' }, ['c']],
      [{ Status: 'Active' }, ['a', 'b', 'c']],
      [{ Status: 'Inactive' }, []],
      [{ VpcId: 'vpc-a' }, ['a', 'c']],
      [{ ResourceGroupId: 'rg-default' }, ['a', 'b', 'c']],
      [{ 'Tags.1.Key': 'env' }, ['b', 'c']],
      [{ 'Tags.1.Key': 'env', 'Tags.1.Value': 'prod' }, ['b']],
      [{ 'Tags.1.Key': 'env', 'Tags.1.Value': 'prod', 'Tags.2.Key': 'x' }, []],
      // The create's spelling is not the list's: ignored, as any undocumented parameter.
      [{ 'Tag.1.Key': 'x' }, ['a', 'b', 'c']],
    ] as const) {
      expect(await ids('vpc', filter), JSON.stringify(filter)).toEqual(names);
    }
  });

  test('cen: by router, attachment, CEN, interval, tag, and over all regions when none is named', async () => {
    const { url } = await start();
    await create(url, 'cen', 1, { FlowLogName: 'a', TransitRouterId: 'tr-1', Interval: 60 });
    await call(url, 'cen', 'CreateFlowlog', {
      RegionId: 'cn-beijing',
      CenId: 'cen-2',
      TransitRouterId: 'tr-2',
      FlowLogName: 'b',
      'Tag.1.Key': 'k',
    });
    const everywhere = async (params: object) => {
      const { body } = await call(url, 'cen', 'DescribeFlowlogs', { ...params });
      return dialects.cen.rows(body).map((row) => row.FlowLogName as string);
    };
    expect(await everywhere({})).toEqual(['a', 'b']);
    expect(await everywhere({ RegionId: 'cn-beijing' })).toEqual(['b']);
    expect(await everywhere({ TransitRouterId: 'tr-1' })).toEqual(['a']);
    expect(await everywhere({ TransitRouterAttachmentId: 'tr-attach-1' })).toEqual(['a']);
    expect(await everywhere({ CenId: 'cen-2' })).toEqual(['b']);
    expect(await everywhere({ Interval: 60 })).toEqual(['a']);
    expect(await everywhere({ 'Tag.1.Key': 'k', 'Tag.1.Value': '' })).toEqual(['b']);
    expect(await everywhere({ Status: 'Inactive' })).toEqual([]);
  });

  test('ecr: within one router, by instance, project and tag', async () => {
    const { url } = await start();
    await create(url, 'ecr', 1, { FlowLogName: 'a', 'Tag.1.Key': 'k', 'Tag.1.Value': 'v' });
    await create(url, 'ecr', 2, { FlowLogName: 'b', ProjectName: 'other' });
    await create(url, 'ecr', 3, { FlowLogName: 'c', EcrId: 'ecr-2' });
    expect(await ids('ecr', {})).toEqual(['a', 'b']);
    expect(await ids('ecr', { EcrId: 'ecr-2' })).toEqual(['c']);
    expect(await ids('ecr', { InstanceId: 'vbr-2' })).toEqual(['b']);
    expect(await ids('ecr', { ProjectName: 'netlogs' })).toEqual(['a']);
    expect(await ids('ecr', { 'Tag.1.Key': 'k', 'Tag.1.Value': 'v' })).toEqual(['a']);
  });
});

describe('resources', () => {
  test('auto: any well-formed id exists until one of the product is seeded, then only those', async () => {
    const { url } = await start({ quotas: {} });
    await create(url, 'vpc', 1);
    await simulator.seed({ vpcs: [{ id: 'vpc-2', tags: { env: 'prod' } }] });
    expect((await ask(url, 'vpc', 'create', dialects.vpc.createParams(3))).body.Code).toBe('InvalidInstanceId');
    await create(url, 'vpc', 2);
    await create(url, 'cen', 1);
    expect(
      (await ask(url, 'vpc', 'create', { ...dialects.vpc.createParams(2), RegionId: 'cn-beijing' })).body.Code,
    ).toBe('InvalidInstanceId');
  });

  test.each([
    ['vpc', {}, 'InvalidInstanceId', 400],
    ['cen', {}, 'InvalidTransitRouterAttachmentId.NotFound', 400],
    ['cen', { TransitRouterAttachmentId: '', TransitRouterId: 'tr-9' }, 'InvalidOperation.TransitRouterNotExist', 400],
    ['ecr', {}, 'ResourceNotFound.EcrId', 404],
  ] as const)('seeded: %s %j unknown is %s', async (product, extra, code, status) => {
    const { url } = await start({ resources: 'seeded' });
    const answer = await ask(url, product, 'create', { ...dialects[product].createParams(), ...extra });
    expect(answer).toMatchObject({ status, body: { Code: code } });
  });

  test('ECR: a router that is busy or going away refuses changes, and still lists', async () => {
    const { url } = await start({}, { seed: { ecrs: [{ id: 'ecr-1', status: 'UPDATING' }], vbrs: [{ id: 'vbr-1' }] } });
    const params = dialects.ecr.createParams();
    expect((await ask(url, 'ecr', 'create', params)).body.Code).toBe('IncorrectStatus.Ecr');
    await simulator.seed({ ecrs: [{ id: 'ecr-1', status: 'DELETING' }] });
    expect((await ask(url, 'ecr', 'create', params)).body.Code).toBe('OperationDenied.ForceDeleting');
    expect((await ask(url, 'ecr', 'list')).status).toBe(200);
    await simulator.seed({ ecrs: [{ id: 'ecr-1', status: 'ACTIVE' }] });
    expect((await ask(url, 'ecr', 'create', params)).status).toBe(200);
    const unknown = await ask(url, 'ecr', 'create', dialects.ecr.createParams(2));
    expect(unknown).toMatchObject({ status: 404, body: { Code: 'ResourceNotFound.InstanceId' } });
  });

  test('a Basic router and a shared vSwitch have no flow logs', async () => {
    const seed = { transitRouters: [{ id: 'tr-1', type: 'Basic' }], vSwitches: [{ id: 'vsw-1', shared: true }] };
    const { url } = await start({}, { seed });
    const router = await call(url, 'cen', 'CreateFlowlog', {
      RegionId: 'cn-hangzhou',
      CenId: 'cen-1',
      TransitRouterId: 'tr-1',
    });
    expect(router.body.Code).toBe('OperationUnsupported.action');
    const params = { ...dialects.vpc.createParams(), ResourceType: 'VSwitch', ResourceId: 'vsw-1' };
    expect((await ask(url, 'vpc', 'create', params)).body.Code).toBe('OperationDenied.OperateShareResource');
  });
});
