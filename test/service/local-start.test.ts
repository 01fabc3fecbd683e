import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { identify } from '../../local/process.js';
import type { Run } from '../../local/state-folder.js';
import { freshDatabase } from './fixtures/servers.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const startTimeoutMs = 90_000;
/** Time in ms after which a process that ends by itself, a watchdog included, is gone. */
const endTimeoutMs = 15_000;

let base: string;
const started = new Set<ChildProcess>();
beforeAll(async () => void (base = await mkdtemp(join(tmpdir(), 'flowlog-start-'))));
afterAll(() => rm(base, { recursive: true, force: true }));
afterEach(async () => {
  for (const child of started) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
  }
  started.clear();
});

/** `npm start` without npm, its data in a folder of the test's own. */
function start(folder: string, args: readonly string[] = [], env: Record<string, string> = {}) {
  const child = spawn(
    process.execPath,
    ['local/bootstrap.mjs', 'local/start.ts', '--folder', join(base, folder), ...args],
    {
      cwd: root,
      env: { ...process.env, TEMPORAL_ADDRESS: '', DATABASE_URL: '', FLOWLOG_ENDPOINT: '', ...env },
    },
  );
  started.add(child);
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...output }));
  return {
    child,
    ended,
    /** Resolves when it is up and says so. */
    up: () =>
      until(
        () => output.stderr.includes('Up until Ctrl-C'),
        startTimeoutMs,
        () => JSON.stringify(output),
      ),
  };
}

async function until(holds: () => boolean, timeoutMs: number, state: () => string): Promise<void> {
  for (const deadline = performance.now() + timeoutMs; !holds(); await sleep(50)) {
    if (performance.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${state()}`);
  }
}

const existsLock = (folder: string) => existsSync(join(base, folder, 'lock'));
const readRun = async (folder: string) => JSON.parse(await readFile(join(base, folder, 'run.json'), 'utf8')) as Run;
const gone = (pids: readonly number[]) =>
  until(
    () => pids.every((pid) => !identify(pid)),
    endTimeoutMs,
    () => `left of ${pids.join()}: ${pids.filter(identify).join()}`,
  );
/** Rows of the printed table: product, target, outcome, flow log, status, seconds. */
const rows = (stdout: string) =>
  stdout
    .trim()
    .split('\n')
    .map((line) => line.split('\t'));

interface Call {
  readonly product: string;
  readonly action: string;
}

describe('npm start', { timeout: 3 * startTimeoutMs }, () => {
  test('makes the first run once: created, activated, unchanged; killed and started again, it finds everything and changes nothing', async () => {
    const first = start('first');
    await first.up();
    const run = await readRun('first');
    expect(Object.keys(run.pids).sort()).toEqual(['postgres', 'simulator', 'start', 'temporal', 'worker']);
    expect((await stat(join(base, 'first', 'run.json'))).mode & 0o077, 'it holds a password').toBe(0);

    const journal = (await (await fetch(`${run.simulator?.url}/_simulator/journal`)).json()) as
      { calls?: Call[] } | Call[];
    const calls = Array.isArray(journal) ? journal : (journal.calls ?? []);
    const changes = calls
      .map(({ action }) => action)
      .filter((action) => /^(Create|Activ|Enable|Disable|Deactiv|Modify|Delete)/i.test(action));
    expect(changes.sort()).toEqual(
      ['ActivateFlowLog', 'ActiveFlowLog', 'ActiveFlowLog', 'CreateFlowLog', 'CreateFlowLog', 'CreateFlowlog'].sort(),
    );

    const second = await start('first', ['--once']).ended;
    expect(second.code).toBe(1);
    expect(second.stderr).toContain(
      `npm start runs already on ${join(base, 'first')}, as process ${run.pids['start']}.`,
    );

    first.child.kill('SIGKILL');
    const { stdout } = await first.ended;
    expect(rows(stdout).map(([product, , outcome, , status]) => [product, outcome, status].join(' '))).toEqual(
      ['vpc', 'cen', 'ecr'].flatMap((product) =>
        ['created', 'activated', 'unchanged'].map((outcome) => `${product} ${outcome} active`),
      ),
    );
    await gone(Object.values(run.pids));

    const again = await start('first', ['--once']).ended;
    expect(again.code, again.stderr).toBe(0);
    expect(rows(again.stdout).map(([, , outcome]) => outcome)).toEqual(Array.from({ length: 9 }, () => 'unchanged'));
    expect(rows(again.stdout).map(([, , , id]) => id)).toEqual(rows(stdout).map(([, , , id]) => id));
  });

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
