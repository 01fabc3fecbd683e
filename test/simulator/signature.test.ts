import { describe, expect, test } from 'vitest';
import { sha256Hex, signV3, stringToSignV3, parseAuthorizationV3 } from '../../simulator/wire/signature-v3.js';
import { signV1, stringToSignV1 } from '../../simulator/wire/signature-v1.js';

const create = new Map(
  Object.entries({
    AccessKeyId: 'testid',
    Version: '2016-04-28',
    Action: 'CreateFlowLog',
    RegionId: 'cn-hangzhou',
    FlowLogName: "a b*'(x)!~",
    'Tag.1.Key': 'k',
    'Tag.1.Value': '中',
    'TrafficPath.1': 'all',
    Format: 'JSON',
    SignatureMethod: 'HMAC-SHA1',
    SignatureVersion: '1.0',
    Timestamp: '2026-01-02T03:04:05Z',
    SignatureNonce: 'nonce-1',
  }),
);

describe('V1', () => {
  test('gives the signature of the example the cloud publishes', () => {
    const params = new Map(
      Object.entries({
        AccessKeyId: 'testid',
        Timestamp: '2016-02-23T12:46:24Z',
        Format: 'XML',
        Action: 'DescribeRegions',
        SignatureMethod: 'HMAC-SHA1',
        SignatureNonce: '3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf',
        Version: '2014-05-26',
        SignatureVersion: '1.0',
      }),
    );
    expect(signV1('testsecret', stringToSignV1('GET', params))).toBe('OLeaidS1JvxuMvnyHOwuJ+uX5qY=');
  });

  test.each([
    ['GET', 'T2kXZoDEMgLOKXBF4hX2uau9fJw='],
    ['POST', '/iAlB7/ZRg3RGmaGYe/7CNg91L0='],
  ])('gives the signature pop-core sends with %s for reserved characters and Chinese', (method, signature) => {
    expect(signV1('testsecret', stringToSignV1(method, create))).toBe(signature);
  });

  test('leaves the signature itself out of what is signed', () => {
    const signed = new Map([...create, ['Signature', 'x'] as const]);
    expect(stringToSignV1('POST', signed)).toBe(stringToSignV1('POST', create));
  });
});

describe('V3', () => {
  test('gives the signature of the example the cloud publishes', () => {
    const headers = {
      host: 'ecs.cn-shanghai.aliyuncs.com',
      'x-acs-action': 'RunInstances',
      'x-acs-version': '2014-05-26',
      'x-acs-date': '2023-10-26T10:22:32Z',
      'x-acs-signature-nonce': '3156853299f313e23d1673dc12e1703d',
      'x-acs-content-sha256': sha256Hex(''),
    };
    const parts = {
      method: 'POST',
      query: new Map([
        ['RegionId', 'cn-shanghai'],
        ['ImageId', 'win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd'],
      ]),
      headers,
      signedHeaders: Object.keys(headers),
      payloadHash: sha256Hex(''),
    };
    expect(signV3('YourAccessKeySecret', stringToSignV3(parts))).toBe(
      '06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0',
    );
  });

  test('takes an Authorization header apart', () => {
    expect(parseAuthorizationV3('ACS3-HMAC-SHA256 Credential=id,SignedHeaders=host;x-acs-date,Signature=0af9')).toEqual(
      {
        accessKeyId: 'id',
        signedHeaders: ['host', 'x-acs-date'],
        signature: '0af9',
      },
    );
  });

  test.each([
    ['', 'nothing'],
    ['ACS3-HMAC-SHA256 Credential=id,Signature=0af9', 'no signed headers'],
    ['Bearer abc', 'another scheme'],
  ])('refuses %j: %s', (authorization) => {
    expect(parseAuthorizationV3(authorization)).toBeUndefined();
  });
});
