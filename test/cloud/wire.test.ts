import { describe, expect, it } from 'vitest';
import { CloudError } from '../../cloud/errors/cloud-error.js';
import type { ResourceTarget } from '../../cloud/flow-log.js';
import { generatedName, ownerTags } from '../../cloud/ownership.js';
import { createdFlowLogId, parseList, serviceIsOpen } from '../../cloud/lists/parse.js';
import {
  changeRequest,
  listRequest,
  openServiceRequest,
  serviceStatusRequest,
  type Change,
} from '../../cloud/lists/wire.js';

const accountId = '1000000000000001';
const vpc: ResourceTarget = {
  product: 'vpc',
  accountId,
  region: 'cn-hangzhou',
  resource: { type: 'VPC', id: 'vpc-1' },
};
const cen: ResourceTarget = {
  product: 'cen',
  accountId,
  region: 'cn-hangzhou',
  resource: { cenId: 'cen-1', transitRouterId: 'tr-1', transitRouterAttachmentId: 'tr-attach-1' },
};
const ecr: ResourceTarget = { product: 'ecr', accountId, resource: { ecrId: 'ecr-1', instanceId: 'vbr-1' } };
const destination = { project: 'netlogs', logStore: 'flow' };

describe('the request of a change', () => {
  it('create vpc: minutes, traffic, generated name, both kinds of tags, no token', () => {
    const spec = {
      destination,
      trafficType: 'Drop',
      trafficPath: ['all'],
      ipVersion: 'IPv4',
      aggregationIntervalSeconds: 300,
      tags: { env: 'prod', 'flowlog:owner': 'somebody' },
      resourceGroupId: 'rg-1',
    };
    const change: Change = { target: vpc, spec, tags: ownerTags('prod', vpc), clientToken: 'token', dryRun: true };
    expect(changeRequest('create', change)).toEqual({
      service: 'vpc',
      action: 'CreateFlowLog',
      accountId,
      region: 'cn-hangzhou',
      params: {
        RegionId: 'cn-hangzhou',
        ResourceType: 'VPC',
        ResourceId: 'vpc-1',
        ProjectName: 'netlogs',
        LogStoreName: 'flow',
        FlowLogName: generatedName(vpc),
        AggregationInterval: 5,
        TrafficType: 'Drop',
        TrafficPath: ['all'],
        IpVersion: 'IPv4',
        ResourceGroupId: 'rg-1',
        Tag: [
          { Key: 'env', Value: 'prod' },
          { Key: 'flowlog:owner', Value: 'prod' },
          { Key: 'flowlog:key', Value: ownerTags('prod', vpc)['flowlog:key'] },
        ],
      },
    });
  });

  it('create cen: its own spelling, the router as a parameter, seconds, a token', () => {
    const request = changeRequest('create', { target: cen, spec: { destination }, clientToken: 'token' });
    expect(request).toMatchObject({ action: 'CreateFlowlog', service: 'cen' });
    expect(request.params).toMatchObject({
      RegionId: 'cn-hangzhou',
      CenId: 'cen-1',
      TransitRouterId: 'tr-1',
      TransitRouterAttachmentId: 'tr-attach-1',
      Interval: 600,
      ClientToken: 'token',
    });
  });

  it('create ecr: no region, the constant type, sampling, a dry run only when asked', () => {
    const request = changeRequest('create', { target: ecr, spec: { destination } });
    expect(request).not.toHaveProperty('region');
    expect(request.params).toMatchObject({
      EcrId: 'ecr-1',
      InstanceType: 'VBR',
      InstanceId: 'vbr-1',
      SamplingRate: '1:4096',
    });
    for (const absent of ['RegionId', 'DryRun', 'ClientToken', 'TargetSlsRegionId'])
      expect(request.params).not.toHaveProperty(absent);
    expect(changeRequest('create', { target: ecr, spec: { destination }, dryRun: true }).params).toMatchObject({
      DryRun: true,
    });
  });

  it.each([
    { verb: 'activate', target: vpc, action: 'ActiveFlowLog', params: { RegionId: 'cn-hangzhou', FlowLogId: 'f' } },
    {
      verb: 'activate',
      target: cen,
      action: 'ActiveFlowLog',
      params: { RegionId: 'cn-hangzhou', CenId: 'cen-1', FlowLogId: 'f', ClientToken: 't' },
    },
    {
      verb: 'activate',
      target: ecr,
      action: 'ActivateFlowLog',
      params: { EcrId: 'ecr-1', FlowLogId: 'f', ClientToken: 't' },
    },
    { verb: 'deactivate', target: vpc, action: 'DeactiveFlowLog', params: { RegionId: 'cn-hangzhou', FlowLogId: 'f' } },
    {
      verb: 'deactivate',
      target: cen,
      action: 'DeactiveFlowLog',
      params: { RegionId: 'cn-hangzhou', CenId: 'cen-1', FlowLogId: 'f', ClientToken: 't' },
    },
    {
      verb: 'deactivate',
      target: ecr,
      action: 'DeactivateFlowLog',
      params: { EcrId: 'ecr-1', FlowLogId: 'f', ClientToken: 't' },
    },
    { verb: 'delete', target: vpc, action: 'DeleteFlowLog', params: { RegionId: 'cn-hangzhou', FlowLogId: 'f' } },
    {
      verb: 'delete',
      target: cen,
      action: 'DeleteFlowlog',
      params: { RegionId: 'cn-hangzhou', CenId: 'cen-1', FlowLogId: 'f', ClientToken: 't' },
    },
    {
      verb: 'delete',
      target: ecr,
      action: 'DeleteFlowlog',
      params: { EcrId: 'ecr-1', FlowLogId: 'f', ClientToken: 't' },
    },
  ] as const)('$verb $target.product is $action', ({ verb, target, action, params }) => {
    const request = changeRequest(verb, { target, flowLogId: 'f', clientToken: 't' });
    expect([request.action, request.params]).toEqual([action, params]);
  });

  it.each([
    {
      target: { product: 'vpc', accountId, region: 'r', flowLogId: 'f' },
      params: { RegionId: 'r', FlowLogId: 'f' },
      reason: 'its own id',
    },
    {
      target: { product: 'cen', accountId, region: 'r', flowLogId: 'f' },
      params: { RegionId: 'r', FlowLogId: 'f' },
      reason: 'no cen known',
    },
    {
      target: { product: 'ecr', accountId, ecrId: 'ecr-1', flowLogId: 'f' },
      params: { EcrId: 'ecr-1', FlowLogId: 'f' },
      reason: 'its router',
    },
  ] as const)('of a target named by id sends $reason', ({ target, params }) => {
    expect(changeRequest('activate', { target }).params).toEqual(params);
  });

  it('modify sends what is wished and can be modified, and of that only the fields asked for', () => {
    const spec = {
      destination,
      name: 'n',
      description: '',
      aggregationIntervalSeconds: 60,
      trafficType: 'All',
      tags: { a: 'b' },
    };
    const all = changeRequest('modify', { target: vpc, flowLogId: 'f', spec });
    expect(all.params).toEqual({
      RegionId: 'cn-hangzhou',
      FlowLogId: 'f',
      FlowLogName: 'n',
      Description: '',
      AggregationInterval: 1,
    });
    const some = changeRequest('modify', { target: vpc, flowLogId: 'f', spec, fields: ['name', 'trafficType'] });
    expect(some.params).toEqual({ RegionId: 'cn-hangzhou', FlowLogId: 'f', FlowLogName: 'n' });
  });

  it('a flow log named by id cannot be created', () => {
    expect(() =>
      changeRequest('create', { target: { product: 'vpc', accountId, region: 'r', flowLogId: 'f' } }),
    ).toThrow(TypeError);
  });
});

describe('the request of a list', () => {
  it('by resource filters by what identifies it, and not by a router given beside an attachment', () => {
    expect(listRequest(cen, { resource: cen.resource }).params).toEqual({
      RegionId: 'cn-hangzhou',
      CenId: 'cen-1',
      TransitRouterAttachmentId: 'tr-attach-1',
      PageSize: 50,
      PageNumber: 1,
    });
  });

  it('by owner uses each product’s own name for the tag filter', () => {
    const tag = [{ Key: 'flowlog:owner', Value: 'prod' }];
    expect(listRequest(vpc, { owner: 'prod' }).params).toMatchObject({ Tags: tag });
    expect(listRequest(cen, { owner: 'prod' }).params).toMatchObject({ Tag: tag });
    expect(listRequest({ product: 'ecr', accountId, ecrId: 'ecr-1' }, { owner: 'prod' }).params).toEqual({
      EcrId: 'ecr-1',
      Tag: tag,
      MaxResults: 50,
    });
  });

  it('goes on where the last page said', () => {
    expect(listRequest(vpc, { flowLogId: 'f' }, { PageNumber: 3 }).params).toMatchObject({
      PageNumber: 3,
      FlowLogId: 'f',
    });
    const next = listRequest(ecr, { resource: ecr.resource }, { NextToken: 'abc' });
    expect(next.params).toEqual({ EcrId: 'ecr-1', InstanceId: 'vbr-1', MaxResults: 50, NextToken: 'abc' });
  });
});

describe('the service of the account', () => {
  it('can be asked after and opened where a product has one', () => {
    expect(serviceStatusRequest(vpc)).toMatchObject({
      action: 'GetFlowLogServiceStatus',
      params: { RegionId: 'cn-hangzhou' },
    });
    expect(openServiceRequest(vpc, 't')).toMatchObject({ action: 'OpenFlowLogService', params: { ClientToken: 't' } });
    expect(serviceStatusRequest(cen)).toBeUndefined();
    expect(openServiceRequest(ecr)).toBeUndefined();
  });

  it('is open or not, said as a boolean or in words', () => {
    expect(serviceIsOpen('vpc', { Enabled: true })).toBe(true);
    expect(serviceIsOpen('vpc', { Enabled: 'False' })).toBe(false);
    expect(() => serviceIsOpen('vpc', {})).toThrow(CloudError);
  });
});

describe('a listed flow log', () => {
  it('of vpc is read in our words and units', () => {
    const item = {
      FlowLogId: 'fl-1',
      FlowLogName: 'n',
      Description: '',
      RegionId: 'cn-hangzhou',
      ResourceType: 'VPC',
      ResourceId: 'vpc-1',
      TrafficType: 'All',
      ProjectName: 'netlogs',
      LogStoreName: 'flow',
      Status: 'Active',
      BusinessStatus: 'Normal',
      CreationTime: '2022-01-21T03:08:50Z',
      AggregationInterval: 10,
      IpVersion: 'IPv4',
      ServiceType: '',
      ResourceGroupId: 'rg-1',
      TrafficPath: { TrafficPathList: ['all'] },
      Tags: { Tag: [{ Key: 'env', Value: 'prod' }] },
      FlowLogDeliverStatus: 'FAILED',
      FlowLogDeliverErrorMessage: 'ProjectNotExist',
    };
    const body = { PageNumber: '1', PageSize: '50', TotalCount: '1', FlowLogs: { FlowLog: [item] } };
    expect(parseList('vpc', body)).toEqual({
      total: 1,
      flowLogs: [
        {
          flowLogId: 'fl-1',
          name: 'n',
          description: '',
          region: 'cn-hangzhou',
          resource: { type: 'VPC', id: 'vpc-1' },
          trafficType: 'All',
          destination,
          status: 'active',
          rawStatus: 'Active',
          businessStatus: 'Normal',
          createdAt: '2022-01-21T03:08:50Z',
          aggregationIntervalSeconds: 600,
          ipVersion: 'IPv4',
          serviceManaged: false,
          resourceGroupId: 'rg-1',
          trafficPath: ['all'],
          tags: { env: 'prod' },
          delivery: { state: 'failed', message: 'ProjectNotExist' },
        },
      ],
    });
  });

  it('of ecr has its tags flat and its destination in another region', () => {
    const item = {
      FlowLogId: 'f',
      EcrId: 'ecr-1',
      InstanceId: 'vbr-1',
      SlsRegionId: 'cn-shanghai',
      Interval: 60,
      Status: 'Inactive',
      Tags: [{ Key: 'a', Value: '' }],
    };
    const [flowLog] = parseList('ecr', { FlowLogs: [item], TotalCount: 1, NextToken: '' }).flowLogs;
    expect(flowLog).toMatchObject({
      resource: { ecrId: 'ecr-1', instanceId: 'vbr-1' },
      destination: { region: 'cn-shanghai' },
      aggregationIntervalSeconds: 60,
      status: 'inactive',
      tags: { a: '' },
      delivery: { state: 'unknown' },
    });
  });

  it.each([
    { product: 'vpc', raw: 'Activating', status: 'changing' },
    { product: 'cen', raw: 'Modifying', status: 'changing' },
    { product: 'ecr', raw: 'Frobnicating', status: 'unknown' },
    { product: 'vpc', raw: 'Frozen', status: 'unknown' },
    { product: 'vpc', raw: 'toString', status: 'unknown' },
  ] as const)('of $product in the state $raw is $status', ({ product, raw, status }) => {
    const item = { FlowLogId: 'f', Status: raw };
    const body = { TotalCount: 1, FlowLogs: product === 'ecr' ? [item] : { FlowLog: [item] } };
    expect(parseList(product, body).flowLogs[0]).toMatchObject({ status, rawStatus: raw });
  });

  it('of which the cloud tells next to nothing is still one', () => {
    const [flowLog] = parseList('cen', { FlowLogs: { FlowLog: [{ FlowLogId: 'f' }] } }).flowLogs;
    expect(flowLog).toEqual({
      flowLogId: 'f',
      status: 'unknown',
      rawStatus: '',
      delivery: { state: 'unknown' },
      resource: {},
      destination: { project: '', logStore: '' },
      tags: {},
      serviceManaged: false,
    });
  });

  it('made by the Log Service is managed', () => {
    const body = { TotalCount: '1', FlowLogs: { FlowLog: [{ FlowLogId: 'f', Status: 'Active', ServiceType: 'sls' }] } };
    expect(parseList('vpc', body).flowLogs[0]?.serviceManaged).toBe(true);
  });
});

describe('paging', () => {
  const rows = (count: number) => Array.from({ length: count }, (_, index) => ({ FlowLogId: `f-${index}` }));
  it.each([
    {
      reason: 'more rows than fit',
      page: { PageNumber: '1', PageSize: '50', TotalCount: '51' },
      count: 50,
      next: { PageNumber: 2 },
    },
    { reason: 'just as many', page: { PageNumber: '1', PageSize: '50', TotalCount: '50' }, count: 50, next: undefined },
    { reason: 'the last page', page: { PageNumber: '2', PageSize: '50', TotalCount: '51' }, count: 1, next: undefined },
    {
      reason: 'an empty page ends, whatever the total',
      page: { PageNumber: '9', PageSize: '50', TotalCount: '999' },
      count: 0,
      next: undefined,
    },
    { reason: 'no total, a full page', page: { PageNumber: '1', PageSize: '50' }, count: 50, next: { PageNumber: 2 } },
    { reason: 'no total, a short page', page: { PageNumber: '1', PageSize: '50' }, count: 49, next: undefined },
    {
      reason: 'the cloud gives smaller pages than asked for',
      page: { PageNumber: '1', PageSize: '20', TotalCount: '30' },
      count: 20,
      next: { PageNumber: 2 },
    },
  ])('by number: $reason', ({ page, count, next }) => {
    expect(parseList('vpc', { ...page, FlowLogs: { FlowLog: rows(count) } }).next).toEqual(next);
  });

  it.each([
    { reason: 'a token', body: { NextToken: 'abc', TotalCount: 60 }, next: { NextToken: 'abc' } },
    { reason: 'an empty token is the end', body: { NextToken: '', TotalCount: 60 }, next: undefined },
    { reason: 'no token is the end', body: { TotalCount: 60 }, next: undefined },
  ])('by token: $reason', ({ body, next }) =>
    expect(parseList('ecr', { ...body, FlowLogs: rows(50) }).next).toEqual(next),
  );
});

describe('an answer of another shape', () => {
  it.each([
    { reason: 'no list', body: { TotalCount: '3' } },
    { reason: 'no list and no total', body: {} },
    { reason: 'a list of another product', body: { FlowLogs: [] } },
    { reason: 'an entry without an id', body: { FlowLogs: { FlowLog: [{ Status: 'Active' }] } } },
    { reason: 'an entry that is none', body: { FlowLogs: { FlowLog: [null] } } },
  ])('is no answer: $reason', ({ body }) => {
    expect(() => parseList('vpc', body)).toThrow(CloudError);
    try {
      parseList('vpc', body);
    } catch (error) {
      expect((error as CloudError).details).toMatchObject({
        kind: 'ambiguous',
        code: 'UnexpectedBody',
        action: 'DescribeFlowLogs',
      });
    }
  });

  it('is none when nothing is there and the total says so', () => {
    expect(parseList('vpc', { TotalCount: '0' })).toEqual({ flowLogs: [], total: 0 });
  });

  it('to a create without an id may have created something', () => {
    expect(() => createdFlowLogId('cen', { RequestId: 'R' })).toThrow(/CreateFlowlog: UnexpectedBody/);
  });
});
