import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, type Server, type Socket, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { activate, clientFor, cloudErrorOf } from './fixtures/wire-server.js';

/**
 * A call that is not waited for any more. A connection that is only closed leaves it to the kernel to deliver what it still holds of the
 * request, minutes later where the network was cut meanwhile; one that is reset does not.
 */

afterEach(() => vi.unstubAllEnvs());

function selfSigned(): { readonly key: Buffer; readonly cert: Buffer } {
  const folder = mkdtempSync(join(tmpdir(), 'flowlog-tls-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const form = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', cert];
  execFileSync('openssl', [...form, '-subj', '/CN=localhost'], { stdio: 'ignore' });
  const made = { key: readFileSync(key), cert: readFileSync(cert) };
  rmSync(folder, { recursive: true });
  return made;
}

/** A service that takes requests and never answers. */
async function silent(protocol: 'http' | 'https') {
  let received = '';
  const ends: string[] = [];
  const take = (socket: Socket) => {
    socket.on('data', (data) => (received += data.toString()));
    socket
      .on('end', () => ends.push('closed'))
      .on('error', (error: NodeJS.ErrnoException) => ends.push(error.code ?? ''));
  };
  const server: Server = protocol === 'http' ? createServer(take) : createTlsServer(selfSigned(), take);
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `${protocol}://127.0.0.1:${port}`, ends, received: () => received };
}

describe.each(['http', 'https'] as const)('a call by %s that is not waited for any more', (protocol) => {
  it('has its connection reset when the read timeout is over', async () => {
    if (protocol === 'https') vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    const service = await silent(protocol);
    const client = clientFor(service.url, { readTimeoutMs: 500 });
    onTestFinished(() => client.close());
    expect(await cloudErrorOf(client.call(activate))).toMatchObject({
      kind: 'ambiguous',
      details: { code: 'ReadTimeout' },
    });
    await expect.poll(() => service.ends).toEqual(['ECONNRESET']);
    expect(service.received()).toContain('Action=');
  });

  it('has its connection reset when its caller ends it', async () => {
    if (protocol === 'https') vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    const service = await silent(protocol);
    const client = clientFor(service.url, { readTimeoutMs: 20_000 });
    onTestFinished(() => client.close());
    const controller = new AbortController();
    const call = cloudErrorOf(client.call(activate, { signal: controller.signal }));
    await expect.poll(service.received).toContain('Action=');
    controller.abort();
    expect(await call).toMatchObject({ kind: 'ambiguous' });
    await expect.poll(() => service.ends).toEqual(['ECONNRESET']);
  });
});
