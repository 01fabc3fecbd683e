import { describe, expect, it } from 'vitest';
import { endpointsFrom } from '../../cloud/call/endpoints.js';

describe('where a service answers', () => {
  it.each([
    {
      service: 'vpc',
      region: 'cn-beijing',
      network: 'public',
      host: 'vpc.cn-beijing.aliyuncs.com',
      reason: 'by region',
    },
    {
      service: 'vpc',
      region: 'cn-hangzhou',
      network: 'public',
      host: 'vpc.cn-hangzhou.aliyuncs.com',
      reason: 'the old regions too',
    },
    {
      service: 'vpc',
      region: 'cn-beijing',
      network: 'vpc',
      host: 'vpc-vpc.cn-beijing.aliyuncs.com',
      reason: 'inside a VPC',
    },
    {
      service: 'cen',
      region: 'ap-northeast-2',
      network: 'public',
      host: 'cbn.aliyuncs.com',
      reason: 'one host for all regions',
    },
    { service: 'cen', region: 'rus-west-1', network: 'public', host: 'cbn-share.aliyuncs.com', reason: 'but one' },
    {
      service: 'cen',
      region: 'rus-west-1',
      network: 'vpc',
      host: 'cen.vpc-proxy.aliyuncs.com',
      reason: 'inside a VPC',
    },
    {
      service: 'ecr',
      region: undefined,
      network: 'public',
      host: 'expressconnectrouter.cn-shanghai.aliyuncs.com',
      reason: 'central',
    },
    {
      service: 'ecr',
      region: undefined,
      network: 'vpc',
      host: 'expressconnectrouter.vpc-proxy.aliyuncs.com',
      reason: 'central',
    },
    {
      service: 'ecs',
      region: 'cn-beijing',
      network: 'public',
      host: 'ecs.cn-beijing.aliyuncs.com',
      reason: 'by region',
    },
    { service: 'sts', region: undefined, network: 'public', host: 'sts.aliyuncs.com', reason: 'no region needed' },
    {
      service: 'sts',
      region: undefined,
      network: 'vpc',
      host: 'sts-vpc.cn-hangzhou.aliyuncs.com',
      reason: 'a region stands in',
    },
  ] as const)('$service in $region from $network: $host ($reason)', ({ service, region, network, host }) => {
    expect(endpointsFrom({}, network)(service, region)).toBe(`https://${host}`);
  });

  it('is where the settings say: the service’s own before the one for all', () => {
    const of = endpointsFrom({
      FLOWLOG_ENDPOINT: 'http://127.0.0.1:1/',
      FLOWLOG_ENDPOINT_VPC: 'http://{region}.vpc.local:2',
    });
    expect([of('vpc', 'cn-beijing'), of('cen', 'cn-beijing'), of('ecr'), of('sts')]).toEqual([
      'http://cn-beijing.vpc.local:2',
      ...Array.from({ length: 3 }, () => 'http://127.0.0.1:1'),
    ]);
  });

  it('is refused by the name of the variable when it is no address', () => {
    expect(() => endpointsFrom({ FLOWLOG_ENDPOINT: '127.0.0.1:4510' })).toThrow(
      /FLOWLOG_ENDPOINT="127\.0\.0\.1:4510": must be http/,
    );
    expect(() => endpointsFrom({ FLOWLOG_ENDPOINT_CEN: 'ftp://x' })).toThrow(/FLOWLOG_ENDPOINT_CEN/);
    expect(() => endpointsFrom({ FLOWLOG_ENDPOINT_ECR: 'http://{region}.x' })).toThrow(
      /FLOWLOG_ENDPOINT_ECR.*one endpoint for all regions/,
    );
  });

  it('needs a region where the service has them', () => {
    expect(() => endpointsFrom({})('vpc')).toThrow(/a call to vpc needs one/);
  });
});
