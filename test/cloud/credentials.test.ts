import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DefaultCredentialsProvider } from '@alicloud/credentials';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { parseAccountEntries, type Account } from '../../cloud/call/accounts.js';
import type { CloudAnswer, CloudClient, CloudRequest } from '../../cloud/call/port.js';
import { CloudError } from '../../cloud/errors/cloud-error.js';
import type { Credentials, CredentialsProvider } from '../../cloud/call/client.js';
import { assumedRole, baseAccountId, createAccountCredentials, defaultChain } from '../../cloud/call/credentials.js';
import { startSimulator } from '../../simulator/index.js';
import { clientFor, cloudErrorOf } from './fixtures/wire-server.js';

const prod: Account = {
  name: 'prod',
  accountId: '1000000000000002',
  roleArn: 'acs:ram::1000000000000002:role/flowlog',
  externalId: 'external',
};
const key = (accessKeyId: string): Credentials => ({ accessKeyId, accessKeySecret: `secret of ${accessKeyId}` });
const giving = (credentials: Credentials): CredentialsProvider => ({ getCredentials: async () => credentials });

/** The cloud as far as these tests need it: every call is kept, and answered by the function. */
function cloudAnswering(answer: (request: CloudRequest) => Record<string, unknown>) {
  const calls: CloudRequest[] = [];
  const cloud: CloudClient = {
    call: async (request): Promise<CloudAnswer> => {
      calls.push(request);
      await Promise.resolve();
      return { requestId: 'R', httpStatus: 200, body: answer(request) };
    },
  };
  return { calls, cloud };
}

describe('the default chain mends three defects of the library', () => {
  const environment = { ...process.env };
  let folder: string | undefined;
  afterEach(async () => {
    process.env = { ...environment };
    if (folder) await rm(folder, { recursive: true });
    folder = undefined;
  });
  /** Only the ini profile is there: the first provider of the library's chain, the environment, fails. */
  async function onlyProfile() {
    folder = await mkdtemp(join(tmpdir(), 'flowlog-credentials-'));
    const file = join(folder, 'credentials');
    await writeFile(
      file,
      '[default]\ntype = access_key\naccess_key_id = LTAIprofile\naccess_key_secret = profile-secret\n',
    );
    for (const name of Object.keys(process.env)) if (name.startsWith('ALIBABA_CLOUD_')) delete process.env[name];
    Object.assign(process.env, {
      ALIBABA_CLOUD_CREDENTIALS_FILE: file,
      ALIBABA_CLOUD_CLI_PROFILE_DISABLED: 'true',
      ALIBABA_CLOUD_ECS_METADATA_DISABLED: 'true',
    });
  }

  it('the first: parallel first calls all get credentials (the library alone fails all but one)', async () => {
    await onlyProfile();
    const bare = DefaultCredentialsProvider.builder().build();
    const alone = await Promise.allSettled([1, 2, 3].map(() => bare.getCredentials()));
    expect(alone.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(0);
    const chain = defaultChain();
    const together = await Promise.all([1, 2, 3].map(() => chain.getCredentials()));
    expect(together.map(({ accessKeyId }) => accessKeyId)).toEqual(['LTAIprofile', 'LTAIprofile', 'LTAIprofile']);
  });

  it('the second: after a total failure it looks at every source again (the library alone stays on the last for ever)', async () => {
    await onlyProfile();
    const { ALIBABA_CLOUD_CREDENTIALS_FILE: file } = process.env;
    process.env['ALIBABA_CLOUD_CREDENTIALS_FILE'] = '/nowhere';
    const bare = DefaultCredentialsProvider.builder().build();
    const chain = defaultChain();
    await expect(bare.getCredentials()).rejects.toThrow();
    await expect(chain.getCredentials()).rejects.toThrow();
    if (file) process.env['ALIBABA_CLOUD_CREDENTIALS_FILE'] = file;
    process.env['ALIBABA_CLOUD_ACCESS_KEY_ID'] = 'LTAIenv';
    process.env['ALIBABA_CLOUD_ACCESS_KEY_SECRET'] = 'env-secret';
    await expect(bare.getCredentials()).rejects.toThrow();
    expect((await chain.getCredentials()).accessKeyId).toBe('LTAIenv');
  });

  it('the third: parallel callers share one fetch', async () => {
    const getCredentials = vi.fn(async () => {
      await Promise.resolve();
      return key('LTAI');
    });
    const chain = defaultChain(() => ({ getCredentials }));
    await Promise.all([1, 2, 3].map(() => chain.getCredentials()));
    expect(getCredentials).toHaveBeenCalledTimes(1);
    await chain.getCredentials();
    expect(getCredentials).toHaveBeenCalledTimes(2);
  });

  it('and when the cloud takes its key no more, it looks at every source again', async () => {
    const keys = ['LTAIold', 'LTAInew'];
    const build = vi.fn(() => giving(key(keys.shift() ?? '')));
    const chain = defaultChain(build);
    expect((await chain.getCredentials()).accessKeyId).toBe('LTAIold');
    chain.refused?.('LTAIanother');
    expect((await chain.getCredentials()).accessKeyId).toBe('LTAIold');
    chain.refused?.('LTAIold');
    expect((await chain.getCredentials()).accessKeyId).toBe('LTAInew');
    expect(build).toHaveBeenCalledTimes(2);
  });
});

describe('an assumed role', () => {
  const hour = 3_600_000;
  let nowMs = 0;
  const now = () => nowMs;
  const denial = {
    scope: 'account',
    code: 'NoPermission',
    message: 'the role does not trust you',
    service: 'sts',
    action: 'AssumeRole',
    advice: '',
  } as const;
  const session = (number: number, expiresAtMs: number) => ({
    Credentials: {
      AccessKeyId: `STS.${number}`,
      AccessKeySecret: 'secret',
      SecurityToken: 'token',
      Expiration: new Date(expiresAtMs).toISOString(),
    },
  });

  it('is asked for with the default credentials, once for all who wait', async () => {
    nowMs = 0;
    const { calls, cloud } = cloudAnswering(() => session(1, hour));
    const provider = assumedRole(prod, () => cloud, now);
    const given = await Promise.all([1, 2, 3].map(() => provider.getCredentials()));
    expect(given.map(({ accessKeyId }) => accessKeyId)).toEqual(['STS.1', 'STS.1', 'STS.1']);
    expect(calls).toEqual([
      {
        service: 'sts',
        action: 'AssumeRole',
        accountId: baseAccountId,
        params: { RoleArn: prod.roleArn, RoleSessionName: 'flowlog', ExternalId: 'external', DurationSeconds: 3_600 },
      },
    ]);
  });

  it('is renewed when a quarter of its time is left, and not before', async () => {
    nowMs = 0;
    const { calls, cloud } = cloudAnswering(() => session(calls.length, nowMs + hour));
    const provider = assumedRole(prod, () => cloud, now);
    const at = async (ms: number) => {
      nowMs = ms;
      return (await provider.getCredentials()).accessKeyId;
    };
    expect([await at(0), await at(0.74 * hour), await at(0.75 * hour), await at(1.4 * hour)]).toEqual([
      'STS.1',
      'STS.1',
      'STS.2',
      'STS.2',
    ]);
  });

  it('is used on while it cannot be renewed, until a minute before its end', async () => {
    nowMs = 0;
    let fails = false;
    const { cloud } = cloudAnswering(() => {
      if (fails) throw new Error('sts is away');
      return session(1, hour);
    });
    const provider = assumedRole(prod, () => cloud, now);
    await provider.getCredentials();
    fails = true;
    nowMs = 0.9 * hour;
    expect((await provider.getCredentials()).accessKeyId).toBe('STS.1');
    nowMs = hour - 30_000;
    await expect(provider.getCredentials()).rejects.toThrow('sts is away');
  });

  it('is assumed anew when the cloud takes its session no more', async () => {
    nowMs = 0;
    const { calls, cloud } = cloudAnswering(() => session(calls.length, hour));
    const provider = assumedRole(prod, () => cloud, now);
    const { accessKeyId: first } = await provider.getCredentials();
    provider.refused?.('STS.another');
    expect((await provider.getCredentials()).accessKeyId).toBe(first);
    provider.refused?.(first);
    provider.refused?.(first);
    expect((await provider.getCredentials()).accessKeyId).toBe('STS.2');
    // A late answer to a request of the old session says nothing about the new one.
    provider.refused?.(first);
    expect((await provider.getCredentials()).accessKeyId).toBe('STS.2');
  });

  it('that could be assumed before and is denied now is waited for; one that never could is not', async () => {
    nowMs = 0;
    let denied = true;
    const { cloud } = cloudAnswering(() => {
      if (denied) throw new CloudError({ ...denial, kind: 'denied' });
      return session(1, hour);
    });
    const provider = assumedRole(prod, () => cloud, now);
    const never = await cloudErrorOf(provider.getCredentials());
    expect(never.details.untilDeadline).toBeUndefined();
    denied = false;
    const { accessKeyId } = await provider.getCredentials();
    denied = true;
    provider.refused?.(accessKeyId);
    const after = await cloudErrorOf(provider.getCredentials());
    expect(after.details).toMatchObject({ kind: 'denied', code: 'NoPermission', untilDeadline: true });
    expect(after.details.advice).toContain(`${prod.roleArn}`);
    denied = false;
    expect((await provider.getCredentials()).accessKeyId).toBe(accessKeyId);
  });

  it('is assumed over HTTP, renewed before it expires, and while both sessions last both work', async () => {
    let aheadMs = 0;
    const uid = prod.accountId;
    const roles = [{ name: 'flowlog', trusts: ['1000000000000001'], externalId: 'external' }];
    const simulator = await startSimulator({ seed: { accounts: [{ uid, roles }] } });
    const sim = { accessKeyId: 'AKsim', accessKeySecret: 'SKsim' };
    const ahead = () => Date.now() + aheadMs;
    const credentials = createAccountCredentials({
      accounts: [prod],
      cloud: () => client,
      base: giving(sim),
      now: ahead,
    });
    const client = clientFor(simulator.url, { credentials: credentials.providerFor, readTimeoutMs: 5_000 });
    try {
      const arn = `acs:ram::${uid}:assumed-role/flowlog/flowlog`;
      expect(await credentials.verifyUid(uid)).toEqual({ accountId: uid, arn });
      const first = await credentials.providerFor(uid).getCredentials();
      aheadMs = 44 * 60_000;
      expect(await credentials.providerFor(uid).getCredentials()).toEqual(first);
      aheadMs = 46 * 60_000;
      const second = await credentials.providerFor(uid).getCredentials();
      expect(second.accessKeyId).not.toBe(first.accessKeyId);
      for (const given of [first, second]) {
        const alone = clientFor(simulator.url, { credentials: () => giving(given), readTimeoutMs: 5_000 });
        const { body } = await alone.call({ service: 'sts', action: 'GetCallerIdentity', accountId: uid, params: {} });
        expect(body['Arn']).toBe(arn);
        alone.close();
      }
      expect(simulator.summary().calls['AssumeRole']).toBe(2);
    } finally {
      client.close();
      await simulator.close();
    }
  });

  it('whose session is revoked over HTTP is assumed again by the next call', async () => {
    const uid = prod.accountId;
    const roleArn = `${prod.roleArn}`;
    const simulator = await startSimulator({
      seed: { accounts: [{ uid, roles: [{ name: 'flowlog', trusts: ['AKsim'], externalId: 'external' }] }] },
    });
    const sim = { accessKeyId: 'AKsim', accessKeySecret: 'SKsim' };
    const credentials = createAccountCredentials({ accounts: [prod], cloud: () => client, base: giving(sim) });
    const client = clientFor(simulator.url, { credentials: credentials.providerFor, readTimeoutMs: 5_000 });
    const list = () =>
      client.call({
        service: 'vpc',
        action: 'DescribeFlowLogs',
        accountId: uid,
        region: 'cn-hangzhou',
        params: { RegionId: 'cn-hangzhou' },
      });
    try {
      await list();
      await simulator.revoke({ roleArn });
      expect((await cloudErrorOf(list())).details).toMatchObject({
        code: 'InvalidSecurityToken.Expired',
        untilDeadline: true,
      });
      const refused = await cloudErrorOf(list());
      expect(refused.details).toMatchObject({ action: 'AssumeRole', code: 'NoPermission', untilDeadline: true });
      await simulator.restore({ roleArn });
      expect((await list()).httpStatus).toBe(200);
    } finally {
      client.close();
      await simulator.close();
    }
  });

  it('whose answer is not whole is none', async () => {
    nowMs = 0;
    const { cloud } = cloudAnswering(() => ({ Credentials: { AccessKeyId: 'a' } }));
    const error = await cloudErrorOf(assumedRole(prod, () => cloud, now).getCredentials());
    expect(error.details).toMatchObject({ code: 'UnexpectedBody', action: 'AssumeRole' });
  });
});

describe('whose credentials they are', () => {
  const own: Account = { name: 'own', accountId: '1000000000000001' };
  const identity = (accountId: string) => ({ AccountId: accountId, Arn: `acs:ram::${accountId}:user/flowlog` });
  const setUp = (
    accounts: readonly Account[],
    answer: (request: CloudRequest) => Record<string, unknown>,
    base = giving(key('LTAI')),
  ) => {
    const { calls, cloud } = cloudAnswering(answer);
    return { calls, credentials: createAccountCredentials({ accounts, cloud: () => cloud, base }) };
  };

  it('is asked once for each account, however many ask at once', async () => {
    const { calls, credentials } = setUp([own], () => identity(own.accountId));
    const given = await Promise.all([1, 2, 3].map(() => credentials.verifyUid(own.accountId)));
    expect(given[0]).toEqual({ accountId: own.accountId, arn: 'acs:ram::1000000000000001:user/flowlog' });
    await credentials.verifyUid(own.accountId);
    expect(calls.map(({ action, accountId }) => [action, accountId])).toEqual([['GetCallerIdentity', own.accountId]]);
  });

  it('is asked again when the credential is another one', async () => {
    let current = key('LTAI1');
    const { calls, credentials } = setUp([own], () => identity(own.accountId), { getCredentials: async () => current });
    await credentials.verifyUid(own.accountId);
    current = key('LTAI2');
    await credentials.verifyUid(own.accountId);
    expect(calls).toHaveLength(2);
  });

  it('is refused when they are another account’s, and says both', async () => {
    const { calls, credentials } = setUp([own], () => identity('1000000000000009'));
    const error = await cloudErrorOf(credentials.verifyUid(own.accountId));
    expect(error.details).toMatchObject({ kind: 'denied', code: 'AccountMismatch' });
    expect(error.message).toContain(
      `the credentials for ${own.accountId} are acs:ram::1000000000000009:user/flowlog of account 1000000000000009`,
    );
    await cloudErrorOf(credentials.verifyUid(own.accountId));
    expect(calls).toHaveLength(1);
  });

  it('is asked again after it could not be asked', async () => {
    let fails = true;
    const { credentials } = setUp([own], () => {
      if (fails)
        throw new CloudError({
          kind: 'unavailable',
          scope: 'account',
          code: 'X',
          message: '',
          service: 'sts',
          action: 'G',
          advice: '',
        });
      return identity(own.accountId);
    });
    await cloudErrorOf(credentials.verifyUid(own.accountId));
    fails = false;
    expect((await credentials.verifyUid(own.accountId)).accountId).toBe(own.accountId);
  });

  it('is refused for an account nobody configured', async () => {
    const { credentials } = setUp([own], () => ({}));
    const error = await cloudErrorOf(credentials.verifyUid('1000000000000007'));
    expect(error.details).toMatchObject({ kind: 'denied', code: 'AccountUnknown' });
  });

  it('without any account is whatever account the default credentials belong to', async () => {
    const { credentials } = setUp([], () => identity(own.accountId));
    expect((await credentials.verifyUid(own.accountId)).accountId).toBe(own.accountId);
    expect((await cloudErrorOf(credentials.verifyUid('1000000000000007'))).details.code).toBe('AccountMismatch');
  });

  it('of credentials that cannot be had is a failure that may pass', async () => {
    const broken = { getCredentials: () => Promise.reject(new Error('no source has any; SecurityToken=abcdef')) };
    const { credentials } = setUp([own], () => ({}), broken);
    const { details } = await cloudErrorOf(credentials.verifyUid(own.accountId));
    expect(details).toMatchObject({ code: 'CredentialsUnavailable', untilDeadline: true });
    expect(details.message).not.toContain('abcdef');
  });

  it('is told by the simulator over HTTP', async () => {
    const simulator = await startSimulator();
    const sim = { accessKeyId: 'AKsim', accessKeySecret: 'SKsim' };
    const credentials = createAccountCredentials({ accounts: [own], cloud: () => client, base: giving(sim) });
    const client = clientFor(simulator.url, { credentials: credentials.providerFor, readTimeoutMs: 5_000 });
    try {
      expect((await credentials.verifyUid(own.accountId)).accountId).toBe(own.accountId);
    } finally {
      client.close();
      await simulator.close();
    }
  });
});

describe('the accounts file', () => {
  it('names accounts in a word or in full, at the top or below "accounts"', () => {
    const file = {
      own: '1000000000000001',
      prod: { uid: prod.accountId, roleArn: prod.roleArn, externalId: 'external' },
    };
    const accounts = [{ name: 'own', accountId: '1000000000000001' }, prod];
    expect(parseAccountEntries(file)).toEqual(accounts);
    expect(parseAccountEntries({ accounts: file })).toEqual(accounts);
  });

  it.each([
    { reason: 'two names for one uid', file: { a: '1', b: '1' }, message: /accounts\.b: has the uid of a/ },
    {
      reason: 'a number for a uid',
      file: { a: 1 },
      message: /accounts\.a: 1: must be the uid of an account: digits, in quotes/,
    },
    { reason: 'a name for a uid', file: { a: { uid: 'prod' } }, message: /accounts\.a\.uid: must be the uid/ },
    {
      reason: 'a field too many',
      file: { a: { uid: '1', secret: 'x' } },
      message: /accounts\.a: Unrecognized key: "secret"/,
    },
    { reason: 'no ARN', file: { a: { uid: '1', roleArn: 'role' } }, message: /accounts\.a\.roleArn: must be acs:ram/ },
    {
      reason: 'a role of another account',
      file: { a: { uid: '1', roleArn: 'acs:ram::2:role/x' } },
      message: /role of another account than 1/,
    },
    {
      reason: 'a budget of nothing',
      file: { a: { uid: '1', budgets: { vpc: 0 } } },
      message: /accounts\.a\.budgets\.vpc: must be more than 0/,
    },
    { reason: 'null', file: { a: null }, message: /accounts\.a/ },
    { reason: 'no object', file: ['1'], message: /accounts: must be an object/ },
  ])('refuses $reason', ({ file, message }) => expect(() => parseAccountEntries(file)).toThrow(message));

  it('says everything that is wrong', () => {
    expect(() => parseAccountEntries({ a: 1, b: { uid: 'x', sessionName: '!' } })).toThrow(
      /accounts\.a[^]*accounts\.b\.uid[^]*accounts\.b\.sessionName/,
    );
  });
});
