import * as OpenApi from '@alicloud/openapi-core';
import * as Vpc from '@alicloud/vpc20160428';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import { startSimulator, type Simulator } from '../../simulator/index.js';

/** Alibaba's official, typed SDK of VPC, which signs V3, through the whole life of a flow log. */

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({
    profile: 'friendly',
    config: { progression: { mode: 'reads', count: 1 }, limits: {} },
  });
});
afterAll(() => simulator.close());

const RegionId = 'cn-hangzhou';
// The package is CommonJS: its default export is one level deeper in plain Node than under the test runner.
const exported: unknown = Vpc.default;
const Client = (typeof exported === 'function' ? exported : Vpc.default.default) as typeof Vpc.default.default;
const { Config } = OpenApi.$OpenApiUtil;

const client = (secret = 'SKsim', accessKeyId = 'AKsim', signatureAlgorithm?: string) =>
  new Client(
    new Config({
      accessKeyId,
      accessKeySecret: secret,
      endpoint: simulator.url.replace('http://', ''),
      protocol: 'http',
      regionId: RegionId,
      ...omitUndefined({ signatureAlgorithm: signatureAlgorithm || undefined }),
    }) as never,
  );

const createRequest = (n: number) =>
  new Vpc.CreateFlowLogRequest({
    regionId: RegionId,
    resourceType: 'VSwitch',
    resourceId: `vsw-${n}`,
    trafficType: 'Drop',
    projectName: 'netlogs',
    logStoreName: 'flow_store',
    flowLogName: "a b*'(x)!~ 中",
    aggregationInterval: 5,
    trafficPath: ['internetGateway', 'natGateway'],
    tag: [new Vpc.CreateFlowLogRequestTag({ key: 'env', value: 'prod' })],
  });

async function statuses(flowLogId: string): Promise<(string | undefined)[]> {
  const look = async () => {
    const { body } = await client().describeFlowLogs(
      new Vpc.DescribeFlowLogsRequest({ regionId: RegionId, flowLogId }),
    );
    return body?.flowLogs?.flowLog?.[0]?.status;
  };
  return [await look(), await look()];
}

test('the official SDK creates, lists, stops, starts, modifies and deletes', async () => {
  const sdk = client();
  const { body: made } = await sdk.createFlowLog(createRequest(1));
  expect(made?.success).toBe('true');
  const flowLogId = made?.flowLogId ?? '';
  const named = { regionId: RegionId, flowLogId };
  expect(await statuses(flowLogId)).toEqual(['Activating', 'Active']);
  await sdk.deactiveFlowLog(new Vpc.DeactiveFlowLogRequest(named));
  expect(await statuses(flowLogId)).toEqual(['Deactivating', 'Inactive']);
  await sdk.activeFlowLog(new Vpc.ActiveFlowLogRequest(named));
  expect(await statuses(flowLogId)).toEqual(['Activating', 'Active']);
  await sdk.modifyFlowLogAttribute(new Vpc.ModifyFlowLogAttributeRequest({ ...named, aggregationInterval: 1 }));
  expect(await statuses(flowLogId)).toEqual(['Modifying', 'Active']);
  const { body: listed } = await sdk.describeFlowLogs(
    new Vpc.DescribeFlowLogsRequest({
      regionId: RegionId,
      tags: [new Vpc.DescribeFlowLogsRequestTags({ key: 'env', value: 'prod' })],
    }),
  );
  expect(listed).toMatchObject({ pageNumber: '1', pageSize: '20', totalCount: '1', success: 'true' });
  expect(listed?.flowLogs?.flowLog?.[0]).toMatchObject({
    flowLogId,
    flowLogName: "a b*'(x)!~ 中",
    aggregationInterval: 1,
    trafficType: 'Drop',
    trafficPath: { trafficPathList: ['internetGateway', 'natGateway'] },
    tags: { tag: [{ key: 'env', value: 'prod' }] },
    flowLogDeliverStatus: 'SUCCESS',
  });
  await sdk.deleteFlowLog(new Vpc.DeleteFlowLogRequest(named));
  expect(await statuses(flowLogId)).toEqual(['Deleting', undefined]);
});

test('the official SDK pages through a list', async () => {
  for (let n = 10; n < 15; n += 1) await client().createFlowLog(createRequest(n));
  const pages = await Promise.all(
    [1, 2, 3].map((pageNumber) =>
      client().describeFlowLogs(new Vpc.DescribeFlowLogsRequest({ regionId: RegionId, pageNumber, pageSize: 2 })),
    ),
  );
  expect(pages.map(({ body }) => body?.flowLogs?.flowLog?.map((flowLog) => flowLog.resourceId))).toEqual([
    ['vsw-10', 'vsw-11'],
    ['vsw-12', 'vsw-13'],
    ['vsw-14'],
  ]);
});

test('the official SDK is understood with its V1 signature too', async () => {
  const { body } = await client('SKsim', 'AKsim', 'v2').getFlowLogServiceStatus(
    new Vpc.GetFlowLogServiceStatusRequest({ regionId: RegionId }),
  );
  expect(body?.enabled).toBe(true);
});

test.each([
  ['a wrong secret', 'wrong', 'AKsim', 'SignatureDoesNotMatch', 400],
  ['an unknown access key', 'SKsim', 'AKnobody', 'InvalidAccessKeyId.NotFound', 404],
])('the official SDK is refused for %s', async (_what, secret, accessKeyId, code, statusCode) => {
  const request = new Vpc.DescribeFlowLogsRequest({ regionId: RegionId });
  await expect(client(secret, accessKeyId).describeFlowLogs(request)).rejects.toMatchObject({ code, statusCode });
});

test('the official SDK is told about an unknown flow log', async () => {
  const request = new Vpc.ActiveFlowLogRequest({ regionId: RegionId, flowLogId: 'fl-nowhere' });
  await expect(client().activeFlowLog(request)).rejects.toMatchObject({
    code: 'InvalidInstanceId.NotFound',
    statusCode: 400,
  });
});

test('finds the networks there are', async () => {
  await simulator.reset();
  await simulator.seed({
    vpcs: [{ id: 'vpc-1', tags: { env: 'prod' } }, { id: 'vpc-2' }],
    vSwitches: [{ id: 'vsw-1', vpcId: 'vpc-1' }],
    vbrs: [{ id: 'vbr-1', ecrId: 'ecr-1' }, { id: 'vbr-2' }],
  });
  const regions = await client().describeRegions(new Vpc.DescribeRegionsRequest({}));
  expect(regions.body?.regions?.region?.map((region) => region.regionId)).toContain(RegionId);
  const vpcs = await client().describeVpcs(
    new Vpc.DescribeVpcsRequest({ regionId: RegionId, tag: [{ key: 'env', value: 'prod' }] as never }),
  );
  expect(vpcs.body?.vpcs?.vpc?.map((vpc) => vpc.vpcId)).toEqual(['vpc-1']);
  expect(vpcs.body?.totalCount).toBe(1);
  const vSwitches = await client().describeVSwitches(new Vpc.DescribeVSwitchesRequest({ vpcId: 'vpc-1' }));
  expect(vSwitches.body?.vSwitches?.vSwitch?.map((vSwitch) => vSwitch.vSwitchId)).toEqual(['vsw-1']);
  const vbrs = await client().describeVirtualBorderRouters(
    new Vpc.DescribeVirtualBorderRoutersRequest({
      regionId: RegionId,
      filter: [{ key: 'VbrId', value: ['vbr-1'] }] as never,
    }),
  );
  expect(vbrs.body?.virtualBorderRouterSet?.virtualBorderRouterType?.map((vbr) => vbr.ecrId)).toEqual(['ecr-1']);
});
