import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UnreachableError, connect, locate } from '../../client/index.js';

/** No process has this number: it is above what the kernel gives. */
const deadPid = 2 ** 22 + 1;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowlog-connection-'));
  await mkdir(join(folder, '.flowlog'));
  await mkdir(join(folder, 'deep', 'er'), { recursive: true });
});
afterEach(() => rm(folder, { recursive: true }));

const announce = (run: unknown) =>
  writeFile(join(folder, '.flowlog', 'run.json'), typeof run === 'string' ? run : JSON.stringify(run));
const running = {
  temporal: { address: '127.0.0.1:4000', namespace: 'default' },
  ui: { url: 'http://127.0.0.1:8000' },
  pids: { start: process.pid },
};
const found = async (env: Record<string, string> = {}, more: { address?: string } = {}) =>
  locate({ env, directory: join(folder, 'deep', 'er'), ...more });

describe('where Temporal is', () => {
  it('is told by a running npm start, also from a folder below', async () => {
    await announce(running);
    expect(await found()).toMatchObject({
      address: '127.0.0.1:4000',
      namespace: 'default',
      uiUrl: 'http://127.0.0.1:8000',
    });
  });

  it.each([
    { run: { ...running, pids: { start: deadPid } }, reason: 'its processes are gone' },
    { run: '{"temporal":', reason: 'it is half written' },
    { run: { other: 1 }, reason: 'it is of another kind' },
  ])('is not told by a file left behind: $reason', async ({ run }) => {
    await announce(run);
    expect((await found()).address).toBe('localhost:7233');
  });

  it('is what TEMPORAL_ADDRESS says, though one runs here', async () => {
    await announce(running);
    expect(await found({ TEMPORAL_ADDRESS: 'temporal.example:7233', TEMPORAL_NAMESPACE: 'net' })).toMatchObject({
      address: 'temporal.example:7233',
      namespace: 'net',
    });
  });

  it('is above all what the caller gives', async () => {
    await announce(running);
    expect((await found({ TEMPORAL_ADDRESS: 'b:1' }, { address: 'a:1' })).address).toBe('a:1');
  });

  it('is said when nobody answers there, within the time given', async () => {
    const began = Date.now();
    const error: unknown = await connect({ address: '127.0.0.1:1', timeoutMs: 500, env: {}, directory: folder }).catch(
      (caught: unknown) => caught,
    );
    expect(error).toBeInstanceOf(UnreachableError);
    expect((error as UnreachableError).message).toContain('127.0.0.1:1');
    expect(Date.now() - began).toBeLessThan(5_000);
  });
});
