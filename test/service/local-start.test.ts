import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { endStarts, gone, readRun as readRunIn, startLocal, startTimeoutMs, until } from './fixtures/local-start.js';
import { freshDatabase } from './fixtures/servers.js';

/** `npm start` with all its ends; what it is good for is shown in walk.test.ts, by one start for all. */

let base: string;
beforeAll(async () => void (base = await mkdtemp(join(tmpdir(), 'flowlog-start-'))));
afterAll(() => rm(base, { recursive: true, force: true }));
afterEach(endStarts);

const start = (folder: string, args: readonly string[] = [], env: Record<string, string> = {}) =>
  startLocal(join(base, folder), args, env);
const existsLock = (folder: string) => existsSync(join(base, folder, 'lock'));
const readRun = (folder: string) => readRunIn(join(base, folder));

describe('npm start', { timeout: 3 * startTimeoutMs }, () => {
  test('ends everything it started on Ctrl-C, takes its run file back, and starts afresh when asked to', async () => {
    const { child, ended, up } = start('idle', ['--no-job']);
    await up();
    const { pids } = await readRun('idle');
    child.kill('SIGINT');
    expect((await ended).code).toBe(0);
    await gone(Object.values(pids));
    await expect(readRun('idle')).rejects.toThrow('ENOENT');

    await writeFile(join(base, 'idle', 'note'), '');
    const fresh = await start('idle', ['--no-job', '--once', '--fresh']).ended;
    expect(fresh.code, fresh.stderr).toBe(0);
    await expect(stat(join(base, 'idle', 'note'))).rejects.toThrow('ENOENT');
  });

  test.each([
    { id: 'temporal', name: 'Temporal' },
    { id: 'postgres', name: 'PostgreSQL' },
  ])('says so when $name is killed, and ends the rest', async ({ id, name }) => {
    const { ended, up } = start(`killed-${id}`, ['--no-job']);
    await up();
    const { pids } = await readRun(`killed-${id}`);
    process.kill(pids[id]!, 'SIGKILL');
    const { code, stderr } = await ended;
    expect(code).toBe(3);
    expect(stderr).toContain(`${name} ended by itself (signal SIGKILL)`);
    await gone(Object.values(pids));
  });

  test('uses and does not start what the environment names, and leaves it running', async () => {
    const env = {
      TEMPORAL_ADDRESS: inject('temporalAddress'),
      DATABASE_URL: await freshDatabase(),
      // The server of the tests gives durability up for speed.
      FLOWLOG_ALLOW_UNSAFE_DATABASE: '1',
    };
    const { ended, up, child } = start('named', ['--no-job'], env);
    await up();
    const run = await readRun('named');
    expect(Object.keys(run.pids).sort()).toEqual(['simulator', 'start', 'worker']);
    expect(run.temporal.address).toBe(env.TEMPORAL_ADDRESS);
    child.kill('SIGINT');
    expect((await ended).code).toBe(0);
    await freshDatabase();
  });

  test('is interrupted in the middle of its start: ends with 130 and leaves nothing', async () => {
    const { child, ended } = start('interrupted', ['--no-job']);
    await until(
      () => existsLock('interrupted'),
      startTimeoutMs,
      () => 'no lock',
    );
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
    expect(existsLock('interrupted')).toBe(false);
  });
});

describe('npm start refuses, in one paragraph without a stack trace,', () => {
  const paragraph = (text: string) => expect(text).not.toMatch(/\n\s+at /);

  test('a port that another program uses', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { code, stderr } = await start('port', ['--ui-port', String(port)]).ended;
    other.close();
    expect(code).toBe(1);
    expect(stderr).toContain(`Port ${port} is in use by another program. Give --ui-port another one`);
    paragraph(stderr);
  });

  test('a folder that cannot be written', async () => {
    await mkdir(join(base, 'plain'));
    await writeFile(join(base, 'plain', 'file'), '');
    const { code, stderr } = await start('plain/file/below').ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/^The folder .*below cannot be written \(.*\)\. Make it writable, or give another one/);
    paragraph(stderr);
  });

  test.each([
    { env: { TEMPORAL_ADDRESS: '127.0.0.1:1' }, says: 'Temporal at 127.0.0.1:1 is out of reach' },
    {
      env: { DATABASE_URL: 'postgres://a:b@127.0.0.1:1/c' },
      says: 'DATABASE_URL names a PostgreSQL that does not answer',
    },
  ])('a named service out of reach: $env', async ({ env, says }) => {
    const { code, stderr } = await start('unreachable', ['--once'], env).ended;
    expect(code).toBe(3);
    expect(stderr).toContain(says);
    paragraph(stderr);
  });

  test('a manifest with mistakes, each with its line, before anything is enabled', async () => {
    const manifest = join(base, 'wrong.yaml');
    await writeFile(manifest, 'version: 1\nflowLogs:\n  - { product: vcp }\n');
    const { code, stderr } = await start('manifest', ['--once', '-f', manifest]).ended;
    expect(code).toBe(2);
    expect(stderr).toContain('wrong.yaml:3:');
    paragraph(stderr);
  });
});
