import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRequire } from 'node:module';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { assumedRole } from '../../cloud/call/credentials.js';
import { proxiesFrom } from '../../cloud/call/proxy.js';
import { defaultAccount, startSimulator } from '../../simulator/index.js';
import { type ProxyServerOptions, startProxy } from './fixtures/proxy-server.js';
import { activate, against, answering, clientFor, clientOf, cloudErrorOf } from './fixtures/wire-server.js';

const ok = answering(200, '{"RequestId":"R-1","Success":"true"}');
/** Names that no resolver knows: a request that reaches them went through a proxy. */
const [plain, secure] = ['http://vpc.cloud.invalid', 'https://vpc.cloud.invalid'];

describe('which proxy is used', () => {
  const hostOf = (env: Record<string, string>, url = 'https://vpc.aliyuncs.com') => proxiesFrom(env)(url)?.hostname;

  it.each([
    { env: {}, url: secure, is: undefined, reason: 'none is named' },
    { env: { HTTPS_PROXY: 'http://a:1' }, url: secure, is: 'a', reason: 'capitals' },
    { env: { https_proxy: 'http://a:1' }, url: secure, is: 'a', reason: 'small letters' },
    {
      env: { https_proxy: 'http://a:1', HTTPS_PROXY: 'http://b:1' },
      url: secure,
      is: 'a',
      reason: 'small letters first',
    },
    { env: { https_proxy: '', HTTPS_PROXY: 'http://b:1' }, url: secure, is: 'b', reason: 'empty is not set' },
    { env: { HTTPS_PROXY: 'http://a:1' }, url: plain, is: undefined, reason: 'it is for https only' },
    { env: { http_proxy: 'http://a:1' }, url: plain, is: 'a', reason: 'the protocol of the address' },
    { env: { HTTP_PROXY: 'http://a:1' }, url: plain, is: 'a', reason: 'capitals too' },
    {
      env: { HTTP_PROXY: 'http://a:1', REQUEST_METHOD: 'GET' },
      url: plain,
      is: undefined,
      reason: 'a visitor may have set it',
    },
    {
      env: { http_proxy: 'http://a:1', REQUEST_METHOD: 'GET' },
      url: plain,
      is: 'a',
      reason: 'no visitor can set that',
    },
    { env: { ALL_PROXY: 'http://a:1' }, url: secure, is: 'a', reason: 'for all protocols' },
    { env: { all_proxy: 'http://a:1', ALL_PROXY: 'http://b:1' }, url: plain, is: 'a', reason: 'small letters first' },
    {
      env: { ALL_PROXY: 'http://a:1', HTTPS_PROXY: 'http://b:1' },
      url: secure,
      is: 'b',
      reason: 'the one of the protocol first',
    },
    { env: { HTTPS_PROXY: 'a:3128' }, url: secure, is: 'a', reason: 'http where no protocol is given' },
  ])('$env for $url is $is: $reason', ({ env, url, is }) => {
    expect(hostOf(env as unknown as Record<string, string>, url)).toBe(is);
  });

  it.each([
    ['*', 'https://vpc.aliyuncs.com', true, 'all'],
    ['vpc.aliyuncs.com', 'https://vpc.aliyuncs.com', true, 'the host'],
    ['VPC.Aliyuncs.com', 'https://vpc.aliyuncs.com', true, 'letters do not matter'],
    ['aliyuncs.com', 'https://vpc.aliyuncs.com', true, 'what is below it'],
    ['.aliyuncs.com', 'https://vpc.aliyuncs.com', true, 'a suffix'],
    ['*.aliyuncs.com', 'https://vpc.aliyuncs.com', true, 'written with a star'],
    ['yuncs.com', 'https://vpc.aliyuncs.com', false, 'not a part of a name'],
    ['other.com, vpc.aliyuncs.com', 'https://vpc.aliyuncs.com', true, 'a list'],
    ['vpc.aliyuncs.com:443', 'https://vpc.aliyuncs.com', true, 'its port'],
    ['vpc.aliyuncs.com:8443', 'https://vpc.aliyuncs.com', false, 'another port'],
    ['.aliyuncs.com:443', 'https://vpc.aliyuncs.com', true, 'a suffix with a port'],
    ['10.0.0.0/8', 'https://10.1.2.3', true, 'a range'],
    ['10.0.0.0/8', 'https://11.1.2.3', false, 'outside of it'],
    ['10.1.2.3', 'https://10.1.2.3', true, 'an address'],
    ['10.0.0.0/8:443', 'https://10.1.2.3:8443', false, 'a range with another port'],
    ['fd00::/8', 'https://[fd00::1]', true, 'a range of IPv6'],
    ['[fd00::1]:443', 'https://[fd00::1]', true, 'an address of IPv6 with a port'],
    ['10.0.0.0/99', 'https://10.1.2.3', false, 'no range'],
    ['', 'https://127.0.0.1:8080', true, 'loopback'],
    ['', 'https://localhost', true, 'loopback by name'],
    ['', 'https://[::1]', true, 'loopback of IPv6'],
    ['', 'https://100.100.100.200', true, 'metadata, which the machine alone reaches'],
  ])('NO_PROXY=%s with %s: called directly is %s, %s', (list, url, isDirect) => {
    const env = { HTTPS_PROXY: 'http://proxy:3128' };
    expect(hostOf({ ...env, NO_PROXY: list }, url) === undefined).toBe(isDirect);
    expect(hostOf({ ...env, no_proxy: list }, url) === undefined).toBe(isDirect);
  });

  it('is refused with the name of its variable, and without user and password', () => {
    const wrong = () => proxiesFrom({ HTTPS_PROXY: 'socks5://mika:hunter22@proxy:1080' });
    expect(wrong).toThrow('HTTPS_PROXY names a proxy that speaks socks5: only http and https are spoken here');
    expect(() => proxiesFrom({ http_proxy: 'http://mika:hunter22@:x' })).toThrow(
      /^http_proxy is no address of a proxy: http:\/\/user:password@host:port$/,
    );
  });
});

/** A client whose every name leads to a proxy. */
async function through(url: string, options: ProxyServerOptions, user = '') {
  const proxy = await startProxy(options);
  const named = `http://${user}127.0.0.1:${proxy.port}`;
  const client = clientFor(url, {
    proxyFor: proxiesFrom({ https_proxy: named, http_proxy: named }),
    readTimeoutMs: 5_000,
  });
  onTestFinished(() => client.close());
  return { proxy, client };
}

/** A cloud behind TLS, with a certificate that is made for it. */
async function secureCloud() {
  const folder = mkdtempSync(join(tmpdir(), 'flowlog-tls-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const subject = ['-subj', '/CN=vpc.cloud.invalid', '-addext', 'subjectAltName=DNS:vpc.cloud.invalid'];
  const form = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', cert];
  execFileSync('openssl', [...form, ...subject], { stdio: 'ignore' });
  const received: string[] = [];
  const server = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, (request, response) => {
    received.push(String(request.headers.host));
    ok({ request, body: '', form: new URLSearchParams() }, response);
  });
  rmSync(folder, { recursive: true });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, received };
}

describe('a call through a proxy', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('is forwarded by it, with user and password, which the cloud does not see', async () => {
    const { server } = await against(ok);
    const { proxy, client } = await through(
      plain,
      { to: Number(new URL(server.url).port), user: 'mika:p@ss' },
      'mika:p%40ss@',
    );
    expect(await client.call(activate)).toMatchObject({ requestId: 'R-1' });
    expect(proxy.asked).toEqual([
      expect.objectContaining({ method: 'POST', target: expect.stringContaining(`${plain}/`) }),
    ]);
    expect(server.received).toHaveLength(1);
    expect(JSON.stringify(server.received[0]?.request.headers)).not.toMatch(/proxy-authorization/i);
  });

  it('has a connection opened for it where the cloud speaks TLS, with user and password, and keeps it', async () => {
    const cloud = await secureCloud();
    // No known authority signed the certificate; that it is checked is shown below.
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    const { proxy, client } = await through(secure, { to: cloud.port, user: 'mika:p@ss' }, 'mika:p%40ss@');
    await client.call(activate);
    await client.call(activate);
    expect(proxy.asked).toEqual([expect.objectContaining({ method: 'CONNECT', target: 'vpc.cloud.invalid:443' })]);
    expect(cloud.received).toEqual(['vpc.cloud.invalid', 'vpc.cloud.invalid']);
  });

  it('trusts a proxy with no certificate of the cloud', async () => {
    const cloud = await secureCloud();
    const { client } = await through(secure, { to: cloud.port });
    expect((await cloudErrorOf(client.call(activate))).details).toMatchObject({
      code: 'TlsFailed',
      kind: 'unavailable',
    });
    expect(cloud.received).toEqual([]);
  });

  it('that the proxy refuses has not left, and the proxy is named without its user', async () => {
    const { client, proxy } = await through(secure, { to: 1, user: 'mika:right' }, 'mika:hunter22@');
    const { details } = await cloudErrorOf(client.call(activate));
    expect(details).toMatchObject({ kind: 'unavailable', code: 'Unreachable' });
    expect(details.message).toBe(
      `the proxy 127.0.0.1:${proxy.port} answered HTTP 407 when it was asked for a connection to vpc.cloud.invalid:443`,
    );
    expect(JSON.stringify(details)).not.toMatch(/mika|hunter22/);
  });

  it('whose proxy is away has not left', async () => {
    const client = clientFor(secure, { proxyFor: proxiesFrom({ https_proxy: 'http://mika:hunter22@127.0.0.1:1' }) });
    const { details } = await cloudErrorOf(client.call(activate));
    expect(details).toMatchObject({ kind: 'unavailable', code: 'ConnectionRefused' });
    expect(details.message).toContain('the proxy 127.0.0.1:1');
    expect(JSON.stringify(details)).not.toMatch(/mika|hunter22/);
  });

  it('ends where the proxy takes longer than a connection may', async () => {
    const proxy = await startProxy({ to: 1, until: new Promise(() => undefined) });
    const client = clientFor(secure, { proxyFor: proxiesFrom({ https_proxy: proxy.url }), connectTimeoutMs: 200 });
    expect((await cloudErrorOf(client.call(activate))).details).toMatchObject({ code: 'ConnectTimeout' });
  });

  it('is not sent where its send window ends while the proxy connects', async () => {
    const cloud = await secureCloud();
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    let connect: (value?: unknown) => void = () => undefined;
    const { client, proxy } = await through(secure, {
      to: cloud.port,
      until: new Promise((resolve) => (connect = resolve)),
    });
    const late = new Error('the send window is over');
    let isOver = false;
    const sent = client.call(activate, { window: { passed: () => (isOver ? late : undefined), leftMs: () => 10_000 } });
    sent.catch(() => undefined);
    await vi.waitFor(() => expect(proxy.asked).toHaveLength(1));
    isOver = true;
    connect();
    await expect(sent).rejects.toBe(late);
    expect(cloud.received).toEqual([]);
  });

  it('is also that by which a role is assumed, and that of the credentials library', async () => {
    const simulator = await startSimulator({ profile: 'friendly' });
    onTestFinished(() => simulator.close());
    await simulator
      .seed({ accountId: '2000000000000002', roles: [{ name: 'flowlog', trust: [defaultAccount.uid] }] } as never)
      .catch(() => undefined);
    const proxy = await startProxy({ to: Number(new URL(simulator.url).port) });
    const proxyFor = proxiesFrom({ http_proxy: proxy.url });
    const client = clientOf({ url: 'http://sts.cloud.invalid' }, { proxyFor });
    onTestFinished(() => client.close());
    const account = { name: 'x', accountId: '2000000000000002', roleArn: 'acs:ram::2000000000000002:role/flowlog' };
    await assumedRole(account, () => client)
      .getCredentials()
      .catch(() => undefined);
    expect(proxy.asked.map(({ target }) => target)).toEqual([expect.stringMatching(/^http:\/\/sts\.cloud\.invalid\//)]);
    const library = createRequire(createRequire(import.meta.url).resolve('@alicloud/credentials'))('httpx') as {
      request: (url: string) => Promise<unknown>;
    };
    await library.request('http://credentials.invalid/key');
    expect(proxy.asked.at(-1)?.target).toBe('http://credentials.invalid/key');
  });
});
