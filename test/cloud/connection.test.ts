import { once } from 'node:events';
import { request } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createAgents } from '../../cloud/call/agent.js';
import { CloudError } from '../../cloud/errors/cloud-error.js';
import { activate, against, answering, clientFor, cloudErrorOf, type Answer } from './fixtures/wire-server.js';

const ok = answering(200, '{"RequestId":"R-1","Success":"true"}');

describe('a connection that is kept', () => {
  async function sending(answer: Answer, idleMs: number) {
    const { server } = await against(answer);
    const agents = createAgents(1_000, idleMs);
    onTestFinished(() => agents.close());
    const send = () =>
      new Promise<Socket>((resolve, reject) => {
        const sent = request(server.url, { agent: agents.for(server.url), method: 'POST' }, (response) => {
          const { socket } = response;
          response.resume().on('end', () => resolve(socket));
        });
        sent.on('error', reject).end();
      });
    return { server, send };
  }

  it('is dropped when it has idled: the other end may be about to close it', async () => {
    const { server, send } = await sending(ok, 20);
    const socket = await send();
    if (!socket.destroyed) await once(socket, 'close');
    await send();
    expect(server.connections()).toBe(2);
  });

  it('is not dropped while a call on it takes longer than it may idle', async () => {
    let count = 0;
    const slowAtLast: Answer = (received, response) => {
      count += 1;
      if (count === 1) ok(received, response);
      else setTimeout(() => ok(received, response), 300);
    };
    const { server, send } = await sending(slowAtLast, 100);
    await send();
    await send();
    expect([server.connections(), count]).toEqual([1, 2]);
  });
});

describe('what surely did not reach the service is unavailable, not unclear', () => {
  async function listening(accept: (server: Server) => void = () => undefined) {
    const server = createServer();
    accept(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const sockets = new Set<{ destroy(): void }>();
    server.on('connection', (socket) => sockets.add(socket));
    const close = () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    };
    onTestFinished(close);
    return { port: (server.address() as { port: number }).port, close };
  }

  const ends = async (url: string, connectTimeoutMs = 200) => {
    const client = clientFor(url, { connectTimeoutMs });
    onTestFinished(() => client.close());
    const { details } = await cloudErrorOf(client.call(activate));
    return [details.code, details.kind];
  };

  it('a refused connection', async () => {
    const { port, close } = await listening();
    close();
    expect(await ends(`http://127.0.0.1:${port}`)).toEqual(['ConnectionRefused', 'unavailable']);
  });

  it('a name that does not resolve', async () => {
    expect(await ends('http://flowlog.invalid', 5_000)).toEqual(['NameNotResolved', 'unavailable']);
  });

  it('a connection that is not ready in time: TLS is never answered', async () => {
    const { port } = await listening();
    expect(await ends(`https://127.0.0.1:${port}`)).toEqual(['ConnectTimeout', 'unavailable']);
  });

  it('a server that does not speak TLS', async () => {
    const { port } = await listening((server) =>
      server.on('connection', (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
    );
    expect(await ends(`https://127.0.0.1:${port}`, 2_000)).toEqual(['TlsFailed', 'unavailable']);
  });

  it('a connection that ends before TLS stands', async () => {
    const { port } = await listening((server) => server.on('connection', (socket) => socket.destroy()));
    expect(await ends(`https://127.0.0.1:${port}`, 2_000)).toEqual(['Unreachable', 'unavailable']);
  });

  it('credentials that cannot be had; it is tried again until the deadline', async () => {
    const client = clientFor('http://127.0.0.1:1', {
      credentials: () => ({ getCredentials: () => Promise.reject(new Error('no')) }),
    });
    const { details } = await cloudErrorOf(client.call(activate));
    expect(details).toMatchObject({ code: 'CredentialsUnavailable', kind: 'denied', untilDeadline: true });
  });

  it('an account that nobody configured: the refusal of whoever knows the accounts is passed on', async () => {
    const refusal = new CloudError({
      kind: 'denied',
      scope: 'account',
      code: 'AccountUnknown',
      message: 'no such account',
      service: 'sts',
      action: 'GetCallerIdentity',
      advice: 'Add it.',
    });
    const client = clientFor('http://127.0.0.1:1', {
      credentials: () => {
        throw refusal;
      },
    });
    await expect(client.call(activate)).rejects.toBe(refusal);
  });

  it('credentials without a secret, which the library would send unsigned', async () => {
    const { server, client } = await against(ok, {
      credentials: () => ({ getCredentials: async () => ({ accessKeyId: 'a', accessKeySecret: '' }) }),
    });
    expect((await cloudErrorOf(client.call(activate))).details.code).toBe('CredentialsUnavailable');
    expect(server.received).toHaveLength(0);
  });
});
