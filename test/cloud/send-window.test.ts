import { type AddressInfo, type Socket, createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { SendWindow } from '../../cloud/call/port.js';
import { activate, against, answering, clientFor } from './fixtures/wire-server.js';

const ok = answering(200, '{"RequestId":"R-1","Success":"true"}');
const late = new Error('the send window is over');

/** A window that gives these answers, one after another. */
function answeringWindow(answers: readonly (Error | undefined)[]) {
  let asked = 0;
  const window: SendWindow = { passed: () => answers[asked++], leftMs: () => 10_000 };
  return { window, asked: () => asked };
}

describe('a send window that ends before the request is written', () => {
  it.each([
    { on: 'a new connection', before: 0 },
    { on: 'a connection that is kept', before: 1 },
  ])('at the very last moment, on $on: nothing arrives, and the error comes out as it is', async ({ before }) => {
    const { server, client } = await against(ok);
    for (let count = 0; count < before; count++) await client.call(activate);
    // The first question is asked before a connection is sought, the second when it is ready.
    const { window, asked } = answeringWindow([undefined, late]);
    await expect(client.call(activate, { window })).rejects.toBe(late);
    expect(asked()).toBe(2);
    await client.call(activate);
    expect(server.received).toHaveLength(before + 1);
  });

  it('while the other end has not finished its handshake: the socket is destroyed when its time is up', async () => {
    const sockets: Socket[] = [];
    const received: Buffer[] = [];
    let closed = 0;
    const silent = createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => undefined).on('data', (data) => received.push(data));
      socket.on('close', () => (closed += 1));
    });
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
      silent.close();
    });
    const { port } = silent.address() as AddressInfo;
    const client = clientFor(`https://127.0.0.1:${port}`, { connectTimeoutMs: 20_000, readTimeoutMs: 20_000 });
    onTestFinished(() => client.close());
    let began = 0;
    const window: SendWindow = {
      passed: () => (performance.now() - began > 100 ? late : undefined),
      leftMs: () => 100 - (performance.now() - began),
    };
    // A process that stood still for the whole window has not connected, which shows nothing: once more then.
    do {
      began = performance.now();
      await expect(client.call(activate, { window })).rejects.toBe(late);
    } while (sockets.length === 0);
    await expect.poll(() => closed === sockets.length).toBe(true);
    // The handshake's greeting and no more.
    expect(Buffer.concat(received).includes('ActiveFlowLog')).toBe(false);
  });

  it('that is open until the request is written makes no difference after', async () => {
    let isWritten = false;
    const { server, client } = await against((received, response) => {
      isWritten = true;
      setTimeout(() => ok(received, response), 100);
    });
    const window: SendWindow = {
      passed: () => (isWritten ? late : undefined),
      leftMs: () => 1,
    };
    expect(await client.call(activate, { window })).toMatchObject({ requestId: 'R-1' });
    expect(server.received).toHaveLength(1);
  });
});
