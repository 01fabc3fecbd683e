import Core from '@alicloud/pop-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSimulator, type Simulator } from '../../simulator/index.js';
import { call, versions, type Called, type Service } from './fixtures/caller.js';
import { lists, RegionId, seed, uid, type Row } from './fixtures/discovery-lists.js';

/** The lists by which networks are found: what they show of what was seeded, in the types of each, page by page. */

let simulator: Simulator;
beforeAll(async () => {
  const config = { limits: {}, regions: ['cn-hangzhou', 'cn-beijing'] };
  simulator = await startSimulator({ profile: 'friendly', config, seed });
});
afterAll(() => simulator.close());

const ask = (service: Service, action: string, params: Record<string, string | number> = {}, key = {}) =>
  call(simulator.url, service, action, params, key);

describe.each(lists)('$action', ({ service, action, least, rows, id, ids, first, narrowed }) => {
  const idsOf = ({ body }: Called): string[] => rows(body).map((row) => String(row[id]));

  test('shows what was seeded, and its numbers are numbers', async () => {
    const answer = await ask(service, action, least);
    expect(answer.status).toBe(200);
    expect(idsOf(answer)).toEqual(ids);
    expect(rows(answer.body)[0]).toMatchObject(first);
    expect(answer.body.TotalCount).toBe(ids.length);
  });

  test.each(narrowed)('%j leaves %j', async (params, left) => {
    const answer = await ask(service, action, { ...least, ...params });
    expect(idsOf(answer)).toEqual(left);
    expect(answer.body.TotalCount).toBe(left.length);
  });

  test('shows nothing of another account', async () => {
    const { body, status } = await ask(service, action, least, { accessKeyId: 'AKtwo', secret: 'SKtwo' });
    if (least['EcrId']) expect([status, body.Code]).toEqual([404, 'ResourceNotFound.EcrId']);
    else expect(rows(body).map((row) => row[id])).toEqual(action === 'DescribeVpcs' ? ['vpc-other'] : []);
  });

  test('speaks XML too', async () => {
    const { text } = await call(simulator.url, service, action, least, { format: 'XML' });
    expect(text).toContain(`<${action}Response>`);
    for (const one of ids) expect(text).toContain(`<${id}>${one}</${id}>`);
  });
});

describe('places', () => {
  test('the regions of VPC, of CEN and of ECR are those configured', async () => {
    const regions = ['cn-hangzhou', 'cn-beijing'];
    const vpc = await ask('vpc', 'DescribeRegions');
    expect(vpc.body.Regions.Region).toEqual(
      regions.map((region) => ({
        RegionId: region,
        RegionEndpoint: `vpc.${region}.aliyuncs.com`,
        LocalName: region,
      })),
    );
    const cen = await ask('cen', 'DescribeChildInstanceRegions', { ProductType: 'VPC' });
    expect(cen.body.Regions.Region.map((region: Row) => region.RegionId)).toEqual(regions);
    const ecr = await ask('ecr', 'ListExpressConnectRouterSupportedRegion', { NodeType: 'VBR' });
    expect(ecr.body).toEqual({
      RequestId: expect.any(String) as string,
      Success: true,
      Code: '200',
      Message: 'OK',
      HttpStatusCode: 200,
      SupportedRegionIdList: regions,
    });
  });

  test('the regions of one router are those of what hangs on it', async () => {
    const one = await ask('ecr', 'DescribeExpressConnectRouterRegion', { EcrId: 'ecr-1' });
    expect(one.body).toMatchObject({ Success: true, RegionIdList: ['cn-hangzhou', 'cn-beijing'] });
    const none = await ask('ecr', 'DescribeExpressConnectRouterRegion', { EcrId: 'ecr-2' });
    expect(none.body.RegionIdList).toEqual([]);
  });
});

describe('refused', () => {
  test.each([
    { service: 'vpc', action: 'DescribeVpcs', params: {}, code: 'MissingParameter' },
    { service: 'vpc', action: 'DescribeVpcs', params: { RegionId: 'cn-nowhere' }, code: 'InvalidRegionId.NotFound' },
    { service: 'vpc', action: 'DescribeVpcs', params: { RegionId, PageSize: '51' }, code: 'InvalidParameter' },
    { service: 'vpc', action: 'DescribeVSwitches', params: {}, code: 'MissingParameter' },
    {
      service: 'vpc',
      action: 'DescribeVirtualBorderRouters',
      params: { RegionId, 'Filter.1.Key': 'Colour', 'Filter.1.Value.1': 'red' },
      code: 'InvalidParameter',
    },
    { service: 'ecs', action: 'DescribeNetworkInterfaces', params: {}, code: 'MissingParameter' },
    {
      service: 'ecs',
      action: 'DescribeNetworkInterfaces',
      params: { RegionId, NextToken: 'made-up' },
      code: 'InvalidParameter',
    },
    {
      service: 'cen',
      action: 'ListTransitRouterVpcAttachments',
      params: { NextToken: 'made-up' },
      code: 'IllegalParam.NextToken',
    },
    {
      service: 'cen',
      action: 'ListTransitRouterPeerAttachments',
      params: { MaxResults: '101' },
      code: 'IllegalParam.MaxResults',
    },
    {
      service: 'ecr',
      action: 'DescribeExpressConnectRouter',
      params: { NextToken: 'made-up' },
      code: 'INVALID_PARAMETER',
    },
    { service: 'ecr', action: 'DescribeExpressConnectRouterRegion', params: {}, code: 'MissingParam.EcrId' },
    {
      service: 'ecr',
      action: 'ListExpressConnectRouterSupportedRegion',
      params: {},
      code: 'MissingParam.NodeType',
    },
  ] as const)('$action with $params: $code', async ({ service, action, params, code }) => {
    expect((await ask(service, action, { ...params })).body.Code).toBe(code);
  });
});

test('pop-core reads them, and to it a uid is a number too long', async () => {
  const client = new Core({
    endpoint: simulator.url,
    apiVersion: versions.vpc,
    accessKeyId: 'AKsim',
    accessKeySecret: 'SKsim',
  });
  const body = await client.request<Row>('DescribeVpcs', { RegionId, PageSize: 1 }, { method: 'POST' });
  expect(body.Vpcs.Vpc[0].OwnerId.toFixed()).toBe(uid);
  expect([body.PageNumber, body.PageSize, body.TotalCount]).toEqual([1, 1, 2]);
});
