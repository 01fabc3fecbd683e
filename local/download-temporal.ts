import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const { version: sdkVersion } = createRequire(import.meta.url)('@temporalio/testing/package.json') as {
  version: string;
};

/** Name in the cache of what the SDK downloads: the server that belongs to its version. */
export const downloadedName = `temporal-sdk-${sdkVersion}`;

/** No download takes longer than this. */
const downloadTimeoutMs = 300_000;

/**
 * The SDK downloads only as a part of starting a test server, and cannot be interrupted: so it does that in a process of its own,
 * which can. Only the file matters: the server need not come up.
 */
const downloadScript = `
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { TestWorkflowEnvironment } from '@temporalio/testing';
Runtime.install({ logger: new DefaultLogger('ERROR', () => {}) });
const executable = { type: 'cached-download', downloadDir: process.argv[1] };
const environment = await TestWorkflowEnvironment.createLocal({ server: { executable } });
await environment.teardown();`;

/** Settings of one download attempt. */
export interface DownloadAttempt {
  /** Run by Node as a module; its first argument is the folder to download into. */
  readonly script: string;
  /** A download in which no byte arrives for this long has failed; a firewall may drop packets without a word. */
  readonly stallTimeoutMs: number;
}

const throughSdk: DownloadAttempt = { script: downloadScript, stallTimeoutMs: 15_000 };

/**
 * Downloads the Temporal CLI through the SDK into the cache.
 * @returns the path, or why there is none; never rejects for want of a network
 */
export async function downloadTemporal(
  cache: string,
  report: (line: string) => void,
  attempt: DownloadAttempt = throughSdk,
) {
  report('Temporal: downloading it through the SDK …');
  const folder = await mkdtemp(join(cache, 'download-'));
  try {
    const problem = await download(folder, report, attempt);
    const file = (await readdir(folder)).find((name) => name.startsWith('temporal') && !name.endsWith('.downloading'));
    if (!file) return { without: `the download failed (${problem ?? 'no file came'})` };
    const path = join(cache, downloadedName);
    await rename(join(folder, file), path);
    return { path };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs the download until it ends, stalls or takes too long; returns what went wrong. */
function download(
  folder: string,
  report: (line: string) => void,
  { script, stallTimeoutMs }: DownloadAttempt,
): Promise<string | undefined> {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, folder], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
    // A group of its own, so that a server it may have started is ended with it.
    detached: true,
  });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-4_000)));
  const startedAt = performance.now();
  let size = 0;
  let grewAt = startedAt;
  let stopped: string | undefined;
  const check = setInterval(() => {
    void folderSize(folder).then((now) => {
      if (now > size) [size, grewAt] = [now, performance.now()];
      if (size > 0) report(`Temporal: downloading it through the SDK … ${Math.round(size / 1e6)} MB`);
      if (performance.now() - grewAt > stallTimeoutMs) stopped = `nothing came for ${stallTimeoutMs / 1000} s`;
      if (performance.now() - startedAt > downloadTimeoutMs) stopped = `not done after ${downloadTimeoutMs / 1000} s`;
      if (stopped !== undefined) killGroup(child.pid!);
    });
  }, 1_000);
  const onExit = () => killGroup(child.pid!);
  process.once('exit', onExit);
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code) => {
      clearInterval(check);
      process.off('exit', onExit);
      resolve(stopped ?? (code === 0 ? undefined : reasonIn(errors)));
    });
  });
}

/** The SDK tells a whole chain of causes in one line; the last ones are those a person understands. */
function reasonIn(errors: string): string {
  const chain = /^\[?\w*Error: (.*?)\]?$/m.exec(errors)?.[1] ?? 'no reason given';
  return chain.split(': ').slice(-3).join(': ');
}

async function folderSize(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(folder, name)).then(
        (file) => file.size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, bytes) => sum + bytes, 0);
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Gone already.
  }
}
