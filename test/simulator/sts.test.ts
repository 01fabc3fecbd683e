import Core from '@alicloud/pop-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import { startSimulator, type Simulator } from '../../simulator/index.js';
import { call, manualClock, type Called, type CallOptions } from './fixtures/caller.js';

/** Roles: who may assume them, what their sessions may do and for how long, and how access is taken back. */

const other = '2000000000000002';
const arnOf = (name: string, uid = other): string => `acs:ram::${uid}:role/${name}`;

let simulator: Simulator;
let clock = manualClock();
beforeEach(async () => {
  clock = manualClock();
  simulator = await startSimulator({
    profile: 'friendly',
    clock,
    config: { limits: {} },
    seed: {
      accounts: [
        {
          uid: other,
          roles: [
            { name: 'flowlog', trusts: ['1000000000000001'] },
            { name: 'long', trusts: ['AKsim'], maxSessionSeconds: 43_200 },
            { name: 'named', trusts: ['1000000000000001'], externalId: 'cis-3.3' },
            { name: 'user-only', trusts: ['acs:ram::1000000000000001:user/ops'] },
            { name: 'chained', trusts: [other] },
          ],
        },
        {
          uid: '1000000000000001',
          accessKeys: [
            { id: 'AKsim', secret: 'SKsim' },
            { id: 'AKops', secret: 'SKops', arn: 'acs:ram::1000000000000001:user/ops' },
          ],
        },
        { uid: '3000000000000003', accessKeys: [{ id: 'AKthree', secret: 'SKthree' }] },
      ],
    },
  });
});
afterEach(() => simulator.close());

const at = (): string => new Date(clock.now()).toISOString().replace(/\.\d+Z$/, 'Z');
const sts = (action: string, params = {}, options: CallOptions = {}): Promise<Called> =>
  call(simulator.url, 'sts', action, params, { timestamp: at(), ...options });
const assume = (params = {}, options: CallOptions = {}): Promise<Called> =>
  sts('AssumeRole', { RoleArn: arnOf('flowlog'), RoleSessionName: 'me', ...params }, options);

interface SessionKey {
  readonly accessKeyId: string;
  readonly secret: string;
  readonly securityToken: string;
}
async function session(params = {}, options: CallOptions = {}): Promise<SessionKey> {
  const { body } = await assume(params, options);
  const { AccessKeyId, AccessKeySecret, SecurityToken } = body.Credentials as Record<string, string>;
  return { accessKeyId: `${AccessKeyId}`, secret: `${AccessKeySecret}`, securityToken: `${SecurityToken}` };
}
const list = (key: CallOptions = {}): Promise<Called> =>
  call(simulator.url, 'vpc', 'DescribeFlowLogs', { RegionId: 'cn-hangzhou' }, { timestamp: at(), ...key });

describe('AssumeRole', () => {
  test('gives credentials for an hour, and says whose', async () => {
    const { status, body } = await assume();
    expect(status).toBe(200);
    expect(Object.keys(body)).toEqual(['RequestId', 'AssumedRoleUser', 'Credentials']);
    expect(body.AssumedRoleUser).toEqual({
      Arn: `acs:ram::${other}:assumed-role/flowlog/me`,
      AssumedRoleId: expect.stringMatching(/^3\d{17}:me$/) as string,
    });
    expect(body.Credentials).toEqual({
      AccessKeyId: expect.stringMatching(/^STS\./) as string,
      AccessKeySecret: expect.stringMatching(/^\S{30,}$/) as string,
      SecurityToken: expect.stringMatching(/^\S{100,}$/) as string,
      Expiration: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) as string,
    });
    const lastsMs = Date.parse(body.Credentials.Expiration as string) - clock.now();
    expect(lastsMs).toBeGreaterThanOrEqual(3_600_000);
    expect(lastsMs).toBeLessThan(3_601_000);
  });

  test('answers in XML where no format is asked for', async () => {
    const { text } = await assume({}, { format: null });
    expect(text).toMatch(/^<AssumeRoleResponse><RequestId>.*<Credentials><AccessKeyId>STS\..*<\/AssumeRoleResponse>$/);
  });

  test('serves the cloud’s own library, whose session then works with its token alone', async () => {
    // Their library knows no other clock than the machine's.
    clock.advance(Date.now() - clock.now());
    const keys = { accessKeyId: 'AKsim', accessKeySecret: 'SKsim' };
    const client = new Core({ endpoint: simulator.url, apiVersion: '2015-04-01', ...keys });
    const params = { RoleArn: arnOf('flowlog'), RoleSessionName: 'me', DurationSeconds: 900 };
    const { Credentials } = await client.request<{ Credentials: Record<string, string> }>('AssumeRole', params, {
      method: 'POST',
    });
    const assumed = new Core({
      endpoint: simulator.url,
      apiVersion: '2015-04-01',
      accessKeyId: `${Credentials['AccessKeyId']}`,
      accessKeySecret: `${Credentials['AccessKeySecret']}`,
      securityToken: Credentials['SecurityToken'],
    } as Core.Config);
    const identity = await assumed.request<{ AccountId: string }>('GetCallerIdentity', {}, { method: 'POST' });
    expect(identity.AccountId).toBe(other);
  });

  const refused: readonly { reason: string; params?: object; options?: CallOptions; code: string; status?: number }[] =
    [
      { reason: 'no such role', params: { RoleArn: arnOf('nobody') }, code: 'EntityNotExist.Role', status: 404 },
      {
        reason: 'a role of another account',
        params: { RoleArn: arnOf('flowlog', '9') },
        code: 'EntityNotExist.Role',
        status: 404,
      },
      { reason: 'an ARN of something else', params: { RoleArn: 'flowlog' }, code: 'InvalidParameter.RoleArn' },
      { reason: 'no role', params: { RoleArn: '' }, code: 'MissingParameter' },
      { reason: 'no session name', params: { RoleSessionName: '' }, code: 'MissingParameter' },
      {
        reason: 'a session name of one letter',
        params: { RoleSessionName: 'a' },
        code: 'InvalidParameter.RoleSessionName',
      },
      {
        reason: 'a session name with a space',
        params: { RoleSessionName: 'a b' },
        code: 'InvalidParameter.RoleSessionName',
      },
      { reason: 'under 15 min', params: { DurationSeconds: 899 }, code: 'InvalidParameter.DurationSeconds' },
      {
        reason: 'longer than the role allows',
        params: { DurationSeconds: 3_601 },
        code: 'InvalidParameter.DurationSeconds',
      },
      { reason: 'no external id', params: { RoleArn: arnOf('named') }, code: 'NoPermission', status: 403 },
      {
        reason: 'another external id',
        params: { RoleArn: arnOf('named'), ExternalId: 'cis-1' },
        code: 'NoPermission',
        status: 403,
      },
      {
        reason: 'a caller the role does not trust',
        options: { accessKeyId: 'AKthree', secret: 'SKthree' },
        code: 'NoPermission',
        status: 403,
      },
      {
        reason: 'the account of a user it trusts',
        params: { RoleArn: arnOf('user-only') },
        code: 'NoPermission',
        status: 403,
      },
      { reason: 'no policy', params: { Policy: 'allow' }, code: 'InvalidParameter.PolicyGrammar' },
    ];
  test.each(refused)('refuses $reason with $code', async ({ params, options, code, status = 400 }) => {
    const answer = await assume(params, options);
    expect([answer.body.Code, answer.status]).toEqual([code, status]);
  });

  test.each([
    { reason: 'the account', params: {} },
    { reason: 'the access key, up to the role’s maximum', params: { RoleArn: arnOf('long'), DurationSeconds: 43_200 } },
    { reason: 'the external id', params: { RoleArn: arnOf('named'), ExternalId: 'cis-3.3' } },
    {
      reason: 'the user',
      params: { RoleArn: arnOf('user-only') },
      options: { accessKeyId: 'AKops', secret: 'SKops' },
    },
  ])('is trusted by $reason', async ({ params, options }) => {
    expect((await assume(params, options)).status).toBe(200);
  });

  test('may be called by a session of a role that the next role trusts', async () => {
    const first = await session();
    expect((await assume({ RoleArn: arnOf('chained') }, first)).status).toBe(200);
  });
});

describe('a session', () => {
  test('is the role, in the role’s account, and sees what is there', async () => {
    const key = await session();
    const { body } = await sts('GetCallerIdentity', {}, key);
    expect(body).toMatchObject({
      IdentityType: 'AssumedRoleUser',
      AccountId: other,
      Arn: `acs:ram::${other}:assumed-role/flowlog/me`,
      RoleId: expect.stringMatching(/^3\d{17}$/) as string,
      PrincipalId: expect.stringMatching(/^3\d{17}:me$/) as string,
    });
    expect(body).not.toHaveProperty('UserId');
    await list(key);
    expect(simulator.journal().at(-1)).toMatchObject({ accountId: other, action: 'DescribeFlowLogs' });
  });

  test.each([
    { reason: 'no token', token: undefined, code: 'MissingSecurityToken' },
    { reason: 'a token that is none', token: 'not a token', code: 'InvalidSecurityToken.Malformed' },
    {
      reason: 'the token of another session',
      token: 'other',
      code: 'InvalidSecurityToken.MismatchWithAccessKey',
    },
  ])('is refused with $reason', async ({ token, code }) => {
    const key = await session();
    const { securityToken: others } = await session();
    const securityToken = token === 'other' ? others : token;
    const { accessKeyId, secret } = key;
    const answer = await list({ accessKeyId, secret, ...omitUndefined({ securityToken }) });
    expect([answer.body.Code, answer.status]).toEqual([code, 400]);
  });

  test('ends at its expiration and not before', async () => {
    const key = await session({ DurationSeconds: 900 });
    clock.advance(899_000);
    expect((await list(key)).status).toBe(200);
    clock.advance(2_000);
    expect((await list(key)).body.Code).toBe('InvalidSecurityToken.Expired');
  });

  test('of a user is a user, and of the account the account', async () => {
    const user = await sts('GetCallerIdentity', {}, { accessKeyId: 'AKops', secret: 'SKops' });
    expect(user.body).toMatchObject({ IdentityType: 'RAMUser', Arn: 'acs:ram::1000000000000001:user/ops' });
    const root = await sts('GetCallerIdentity');
    expect(root.body).toMatchObject({ IdentityType: 'Account', UserId: '1000000000000001' });
  });

  test('leaves neither its secret nor its token in the journal', async () => {
    const key = await session();
    await list(key);
    const told = JSON.stringify(simulator.journal());
    for (const secret of [key.secret, key.securityToken]) expect(told).not.toContain(secret);
  });
});

const control = async (name: string, body: object): Promise<{ status: number; body: unknown }> => {
  const response = await fetch(`${simulator.url}/_simulator/${name}`, { method: 'POST', body: JSON.stringify(body) });
  return { status: response.status, body: await response.json() };
};

describe('access taken back', () => {
  test('from a role: its sessions end at once, it cannot be assumed, and others are as they were', async () => {
    const mine = await session();
    const others = await session({ RoleArn: arnOf('long') });
    expect(await control('revoke', { roleArn: arnOf('flowlog') })).toEqual({
      status: 200,
      body: { accessKeyIds: [mine.accessKeyId], roleArns: [arnOf('flowlog')] },
    });
    expect((await list(mine)).body.Code).toBe('InvalidSecurityToken.Expired');
    expect((await assume()).body.Code).toBe('NoPermission');
    expect((await list(others)).status).toBe(200);
    expect((await list()).status).toBe(200);
    await control('restore', { roleArn: arnOf('flowlog') });
    expect((await list(mine)).body.Code).toBe('InvalidSecurityToken.Expired');
    expect((await list(await session())).status).toBe(200);
  });

  test('from a key: it is disabled until it is given back', async () => {
    await simulator.revoke({ accessKeyId: 'AKthree' });
    const key = { accessKeyId: 'AKthree', secret: 'SKthree' };
    expect((await list(key)).body.Code).toBe('InvalidAccessKeyId.Inactive');
    await simulator.restore({ accessKeyId: 'AKthree' });
    expect((await list(key)).status).toBe(200);
  });

  test('from one session: that one ends, the role stays', async () => {
    const [one, two] = [await session(), await session()];
    await simulator.revoke({ accessKeyId: one.accessKeyId });
    expect((await list(one)).body.Code).toBe('InvalidSecurityToken.Expired');
    expect((await list(two)).status).toBe(200);
  });

  test('from an account: from all its keys, roles and sessions', async () => {
    const mine = await session();
    await simulator.revoke({ accountId: other });
    expect((await list(mine)).body.Code).toBe('InvalidSecurityToken.Expired');
    for (const name of ['flowlog', 'long']) {
      expect((await assume({ RoleArn: arnOf(name) })).body.Code).toBe('NoPermission');
    }
    expect((await list()).status).toBe(200);
  });

  test.each([
    { reason: 'nobody', body: {}, path: '(body)' },
    { reason: 'two at once', body: { accountId: other, accessKeyId: 'AKthree' }, path: '(body)' },
    { reason: 'somebody unknown', body: { accessKeyId: 'AKnobody' }, path: 'accessKeyId' },
    { reason: 'a field too many', body: { accountId: other, why: 'x' }, path: 'why' },
  ])('names $reason: refused, with the field', async ({ body, path }) => {
    for (const name of ['revoke', 'restore']) {
      expect(await control(name, body)).toMatchObject({ status: 400, body: { problems: [{ path }] } });
    }
  });
});
