import * as http from 'node:http';
import { createHash, createHmac, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSimulator, type Simulator } from '../../simulator/index.js';
import { ask, call, called, dialects, products, type CallOptions, type Service } from './fixtures/caller.js';

/** Refusals of the gateway in front of every product, and the wording of its answers. */

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({
    profile: 'friendly',
    config: { limits: {} },
    seed: {
      accounts: [
        { uid: '2000000000000002', accessKeys: [{ id: 'AKtwo', secret: 'SKtwo' }] },
        {
          uid: '3000000000000003',
          accessKeys: [
            {
              id: 'STS.live',
              secret: 's',
              securityToken: 'issued',
              arn: 'acs:ram::3000000000000003:assumed-role/ops/me',
            },
            { id: 'STS.old', secret: 's', securityToken: 'issued', expiresAt: '2020-01-01T00:00:00Z' },
            { id: 'AKoff', secret: 's', disabled: true },
          ],
        },
      ],
    },
  });
});
afterAll(() => simulator.close());

const minutesAway = (minutes: number): string =>
  new Date(Date.now() + minutes * 60_000).toISOString().replace(/\.\d+Z$/, 'Z');

const refusals: readonly { what: string; options: CallOptions; code: string; status: number }[] = [
  { what: 'an unknown key', options: { accessKeyId: 'AKnobody' }, code: 'InvalidAccessKeyId.NotFound', status: 404 },
  {
    what: 'a disabled key',
    options: { accessKeyId: 'AKoff', secret: 's' },
    code: 'InvalidAccessKeyId.Inactive',
    status: 400,
  },
  { what: 'a wrong secret', options: { secret: 'no' }, code: 'SignatureDoesNotMatch', status: 400 },
  {
    what: 'a parameter changed after signing',
    options: { tamper: { RegionId: 'cn-beijing' } },
    code: 'SignatureDoesNotMatch',
    status: 400,
  },
  {
    what: 'a parameter added after signing',
    options: { tamper: { Extra: '1' } },
    code: 'SignatureDoesNotMatch',
    status: 400,
  },
  {
    what: 'a clock 16 min slow',
    options: { timestamp: minutesAway(-16) },
    code: 'InvalidTimeStamp.Expired',
    status: 400,
  },
  {
    what: 'a clock 16 min fast',
    options: { timestamp: minutesAway(16) },
    code: 'InvalidTimeStamp.Expired',
    status: 400,
  },
  {
    what: 'a timestamp with milliseconds',
    options: { timestamp: new Date().toISOString() },
    code: 'InvalidTimeStamp.Format',
    status: 400,
  },
  { what: 'no timestamp', options: { override: { Timestamp: null } }, code: 'MissingTimestamp', status: 400 },
  { what: 'no nonce', options: { override: { SignatureNonce: null } }, code: 'MissingSignatureNonce', status: 400 },
  { what: 'no access key', options: { override: { AccessKeyId: null } }, code: 'MissingAccessKeyId', status: 400 },
  { what: 'no signature', options: { override: { Signature: null } }, code: 'MissingSignature', status: 400 },
  {
    what: 'no signature method',
    options: { override: { SignatureMethod: null } },
    code: 'MissingSignatureMethod',
    status: 400,
  },
  {
    what: 'another signature method',
    options: { override: { SignatureMethod: 'MD5' } },
    code: 'IncompleteSignature',
    status: 400,
  },
  {
    what: 'another signature version',
    options: { override: { SignatureVersion: '2.0' } },
    code: 'IncompleteSignature',
    status: 400,
  },
  { what: 'no version', options: { override: { Version: null } }, code: 'MissingVersion', status: 400 },
  { what: 'an unknown version', options: { version: '2020-01-01' }, code: 'InvalidVersion', status: 400 },
  { what: 'no action', options: { override: { Action: null } }, code: 'MissingAction', status: 400 },
  { what: 'a method no service takes', options: { method: 'PUT' }, code: 'UnsupportedHTTPMethod', status: 403 },
  {
    what: 'a token nobody issued',
    options: { securityToken: 'forged' },
    code: 'InvalidSecurityToken.Malformed',
    status: 400,
  },
  {
    what: 'a temporary key without its token',
    options: { accessKeyId: 'STS.live', secret: 's' },
    code: 'MissingSecurityToken',
    status: 400,
  },
  {
    what: "a temporary key with another's token",
    options: { accessKeyId: 'STS.live', secret: 's', securityToken: 'other' },
    code: 'InvalidSecurityToken.MismatchWithAccessKey',
    status: 400,
  },
  {
    what: 'an expired token',
    options: { accessKeyId: 'STS.old', secret: 's', securityToken: 'issued' },
    code: 'InvalidSecurityToken.Expired',
    status: 400,
  },
];

test.each(refusals)('$what is refused with $code', async ({ options, code, status }) => {
  const answer = await ask(simulator.url, 'vpc', 'list', {}, options);
  expect(answer).toMatchObject({ status, body: { Code: code } });
  expect(Object.keys(answer.body)).toEqual(['RequestId', 'HostId', 'Code', 'Message', 'Recommend']);
});

test('a signature mismatch tells the string the server would have signed', async () => {
  const { body } = await ask(simulator.url, 'vpc', 'list', {}, { secret: 'no' });
  expect(body.Message).toContain('server string to sign is:POST&%2F&AccessKeyId%3DAKsim');
});

test('a clock 14 min off is let in', async () => {
  expect((await ask(simulator.url, 'vpc', 'list', {}, { timestamp: minutesAway(-14) })).status).toBe(200);
});

test('a nonce is good once for each key', async () => {
  const nonce = randomUUID();
  const codes = [];
  for (const options of [{}, {}, { accessKeyId: 'AKtwo', secret: 'SKtwo' }]) {
    codes.push((await ask(simulator.url, 'vpc', 'list', {}, { ...options, nonce })).body.Code);
  }
  expect(codes).toEqual([undefined, 'SignatureNonceUsed', undefined]);
});

test('a nonce of a call that was not proven is not used up', async () => {
  const nonce = randomUUID();
  await ask(simulator.url, 'vpc', 'list', {}, { nonce, secret: 'no' });
  expect((await ask(simulator.url, 'vpc', 'list', {}, { nonce })).status).toBe(200);
});

test('a temporary key with its token acts as its role', async () => {
  const { body } = await call(
    simulator.url,
    'sts',
    'GetCallerIdentity',
    {},
    { accessKeyId: 'STS.live', secret: 's', securityToken: 'issued' },
  );
  expect(body).toMatchObject({ AccountId: '3000000000000003', Arn: 'acs:ram::3000000000000003:assumed-role/ops/me' });
});

const wrongSpellings: readonly [Service, string][] = [
  ['vpc', 'ActivateFlowLog'],
  ['vpc', 'activeFlowLog'],
  ['vpc', 'CreateFlowlog'],
  ['cen', 'CreateFlowLog'],
  ['cen', 'DescribeFlowLogs'],
  ['cen', 'DeleteFlowLog'],
  ['ecr', 'ActiveFlowLog'],
  ['ecr', 'DeleteFlowLog'],
  ['ecr', 'CreateFlowlog'],
  ['sts', 'Nothing'],
];
test.each(wrongSpellings)('%s knows no %s', async (service, action) => {
  expect(await call(simulator.url, service, action)).toMatchObject({
    status: 404,
    body: { Code: 'InvalidAction.NotFound' },
  });
});

describe('method', () => {
  test.each(['vpc', 'cen'] as const)('%s takes GET, and parameters split between query and form', async (product) => {
    const answers = await Promise.all([
      ask(simulator.url, product, 'list', { PageSize: 5 }, { method: 'GET' }),
      ask(simulator.url, product, 'list', { PageSize: 5 }, { inQuery: ['Action', 'PageSize', 'Signature'] }),
    ]);
    expect(answers.map(({ status, body }) => [status, body.PageSize])).toEqual([
      [200, '5'],
      [200, '5'],
    ]);
  });

  test('ecr takes POST only', async () => {
    const answer = await ask(simulator.url, 'ecr', 'list', {}, { method: 'GET' });
    expect(answer).toMatchObject({ status: 403, body: { Code: 'UnsupportedHTTPMethod' } });
  });
});

describe('format', () => {
  test('V1 answers XML when no format is asked for, errors too', async () => {
    const good = await ask(simulator.url, 'vpc', 'list', {}, { format: null });
    expect(good.headers.get('content-type')).toContain('xml');
    expect(good.text).toMatch(/^<DescribeFlowLogsResponse><RequestId>.*<\/DescribeFlowLogsResponse>$/);
    const bad = await ask(simulator.url, 'vpc', 'activate', {}, { format: null });
    expect(bad.text).toMatch(/^<Error><RequestId>.*<Code>MissingParameter<\/Code>.*<\/Error>$/);
  });

  test('XML escapes what it must', async () => {
    await ask(simulator.url, 'vpc', 'create', { ...dialects.vpc.createParams(77), FlowLogName: '<a> & "b"' });
    const { text } = await ask(simulator.url, 'vpc', 'list', { ResourceId: 'vpc-77' }, { format: 'XML' });
    expect(text).toContain('<FlowLogName>&lt;a&gt; &amp; &quot;b&quot;</FlowLogName>');
  });

  test.each(products)('%s lists hold the documented types', async (product) => {
    await ask(simulator.url, product, 'create', dialects[product].createParams(88));
    const { body } = await ask(simulator.url, product, 'list');
    const numbered = { Success: 'true', PageNumber: '1', PageSize: '20', TotalCount: expect.stringMatching(/^\d+$/) };
    const tokened = {
      Success: true,
      Code: '200',
      Message: 'OK',
      HttpStatusCode: 200,
      TotalCount: 1,
      MaxResults: 10,
      NextToken: '',
    };
    expect(body).toMatchObject(product === 'ecr' ? tokened : numbered);
    const row = dialects[product].rows(body)[0];
    expect(typeof (product === 'vpc' ? row.AggregationInterval : row.Interval)).toBe('number');
  });
});

/** A V3 call of our own, to be wrong in ways no SDK is. */
async function callV3(
  changes: { headers?: Record<string, string>; body?: string; signed?: string[]; keys?: 'raw' } = {},
) {
  const body = 'Description=in+the+form';
  const host = simulator.url.replace('http://', '');
  const headers: Record<string, string> = {
    host,
    'x-acs-action': 'DescribeFlowLogs',
    'x-acs-version': '2016-04-28',
    'x-acs-date': minutesAway(0),
    'x-acs-signature-nonce': randomUUID(),
    'x-acs-content-sha256': createHash('sha256').update(body).digest('hex'),
    'content-type': 'application/x-www-form-urlencoded',
    ...changes.headers,
  };
  const signed = (changes.signed ?? Object.keys(headers)).sort();
  const canonical = [
    'POST\n/',
    'RegionId=cn-hangzhou&Tags.1.Key=k',
    signed.map((name) => `${name}:${headers[name]}\n`).join(''),
    signed.join(';'),
    headers['x-acs-content-sha256'],
  ].join('\n');
  const text = `ACS3-HMAC-SHA256\n${createHash('sha256').update(canonical).digest('hex')}`;
  const signature = createHmac('sha256', 'SKsim').update(text).digest('hex');
  const authorization = `ACS3-HMAC-SHA256 Credential=AKsim,SignedHeaders=${signed.join(';')},Signature=${signature}`;
  const response = await fetch(`${simulator.url}/?Tags.1.Key=k&RegionId=cn-hangzhou`, {
    method: 'POST',
    // fetch writes the host itself.
    headers: Object.fromEntries(Object.entries({ ...headers, authorization }).filter(([name]) => name !== 'host')),
    body: changes.body ?? body,
  });
  return called(response);
}

describe('V3', () => {
  test('a call signed by the published algorithm is answered in JSON', async () => {
    expect(await callV3()).toMatchObject({ status: 200, body: { Success: 'true', TotalCount: '0' } });
  });
  test('XML is answered where it is accepted', async () => {
    expect((await callV3({ headers: { accept: 'application/xml' } })).text).toContain('<DescribeFlowLogsResponse>');
  });
  test('a body other than the one hashed does not match', async () => {
    expect((await callV3({ body: 'Description=other' })).body.Code).toBe('SignatureDoesNotMatch');
  });
  test('a signature that leaves out the action is incomplete', async () => {
    expect((await callV3({ signed: ['host', 'x-acs-date'] })).body.Code).toBe('IncompleteSignature');
  });
  test('a stale date is expired', async () => {
    expect((await callV3({ headers: { 'x-acs-date': minutesAway(-20) } })).body.Code).toBe('InvalidTimeStamp.Expired');
  });
});

test('the journal holds no credential, token or signature', async () => {
  await ask(simulator.url, 'vpc', 'list', {}, { accessKeyId: 'STS.live', secret: 's', securityToken: 'issued' });
  const text = JSON.stringify(simulator.journal());
  for (const secret of ['SKsim', 'issued', 'AKsim', 'STS.live', '"Signature"', 'HMAC'])
    expect(text.includes(secret), secret).toBe(false);
});

test('accounts see only their own flow logs, and regions only theirs', async () => {
  await ask(simulator.url, 'vpc', 'create', dialects.vpc.createParams(5));
  const counts = await Promise.all([
    ask(simulator.url, 'vpc', 'list', { ResourceId: 'vpc-5' }),
    ask(simulator.url, 'vpc', 'list', { ResourceId: 'vpc-5', RegionId: 'cn-beijing' }),
    ask(simulator.url, 'vpc', 'list', { ResourceId: 'vpc-5' }, { accessKeyId: 'AKtwo', secret: 'SKtwo' }),
  ]);
  expect(counts.map(({ body }) => body.TotalCount)).toEqual(['1', '0', '0']);
});

test('a body above a megabyte is refused and the simulator lives', async () => {
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const request = http.request(simulator.url, { method: 'POST' }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.on('error', reject);
    request.end(Buffer.alloc(1_100_000, 'a'));
  });
  expect(status).toBe(413);
  expect((await ask(simulator.url, 'vpc', 'list')).status).toBe(200);
});
