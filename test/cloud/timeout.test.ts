import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { CloudClientOptions } from '../../cloud/call/client.js';
import { activate, clientFor, cloudErrorOf } from './fixtures/wire-server.js';

afterEach(() => vi.restoreAllMocks());

const READ_TIMEOUT_MS = 500;

/** Answers, in a thread of its own, when it is told to: all at once, only the half, or never. */
const threadOfServer = `
  const { createServer } = require('node:http');
  const { parentPort } = require('node:worker_threads');
  let answer;
  const server = createServer((request, response) => {
    answer = (half) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '36' });
      if (half) response.write('{"RequestId"');
      else response.end('{"RequestId":"R-1","Success":"true"}');
    };
    request.resume().on('end', () => parentPort.postMessage('received'));
  });
  parentPort.on('message', (what) => answer(what === 'half'));
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;

/** A call that has reached its server. */
async function callUnderWay(
  timeouts: Partial<CloudClientOptions> = { readTimeoutMs: READ_TIMEOUT_MS },
  beforeSend: () => void = () => undefined,
) {
  const thread = new Worker(threadOfServer, { eval: true });
  onTestFinished(async () => void (await thread.terminate()));
  const [port] = (await once(thread, 'message')) as [number];
  const client = clientFor(`http://127.0.0.1:${port}`, timeouts);
  onTestFinished(() => client.close());
  const received = once(thread, 'message');
  const call = client.call(activate, { beforeSend });
  await Promise.race([received, call]);
  return { call, answer: (what: 'whole' | 'half') => thread.postMessage(what) };
}

/** Stands still, as a suspended process does: no timer runs, and no socket is read. */
const standStill = (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

describe('the connect timeout', () => {
  it('does not lose a connection that came to stand while the process stood still for longer', async () => {
    const timeouts = { connectTimeoutMs: 100, readTimeoutMs: 5_000 };
    const { call, answer } = await callUnderWay(timeouts, () => setImmediate(() => standStill(300)));
    answer('whole');
    expect(await call).toMatchObject({ requestId: 'R-1' });
  });
});

describe('the read timeout', () => {
  it('does not lose an answer that came while the process stood still for longer', async () => {
    const { call, answer } = await callUnderWay();
    answer('whole');
    standStill(2 * READ_TIMEOUT_MS);
    expect(await call).toMatchObject({ requestId: 'R-1' });
  });

  it('ends a call of which half an answer came meanwhile', async () => {
    const { call, answer } = await callUnderWay();
    answer('half');
    standStill(2 * READ_TIMEOUT_MS);
    expect(await cloudErrorOf(call)).toMatchObject({ kind: 'ambiguous', details: { code: 'ReadTimeout' } });
  });

  it('ends a call that got no answer meanwhile', async () => {
    const { call } = await callUnderWay();
    standStill(2 * READ_TIMEOUT_MS);
    expect(await cloudErrorOf(call)).toMatchObject({ kind: 'ambiguous', details: { code: 'ReadTimeout' } });
  });

  it.each([
    ['ahead', 3_600_000],
    ['back', -3_600_000],
  ])('does not depend on the wall clock, which is set %s during the call', async (_, jumpMs) => {
    const { call, answer } = await callUnderWay();
    const now = Date.now.bind(Date);
    vi.spyOn(Date, 'now').mockImplementation(() => now() + jumpMs);
    answer('whole');
    expect(await call).toMatchObject({ requestId: 'R-1' });
  });
});
