import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { takeLock } from './lock.js';

const moduleFolder = fileURLToPath(new URL('../tools/temporal', import.meta.url));
const packageName = 'github.com/temporalio/cli/cmd/temporal';
const reportEveryMs = 1_000;

/** Name in the cache of what we build; a changed pin has another name, so that it is built anew. */
export async function builtName(): Promise<string> {
  const pin = await readFile(join(moduleFolder, 'go.mod'));
  return `temporal-${createHash('sha256').update(pin).digest('hex').slice(0, 12)}`;
}

/**
 * Builds the Temporal CLI, server and UI included, from the pinned Go module into the cache: about four minutes on two cores, once.
 * A second build of another process at the same time waits for the first.
 * @returns the path, or why there is none
 */
export async function buildTemporal(cache: string, report: (line: string) => void) {
  const path = join(cache, await builtName());
  const lockPath = `${path}.lock`;
  for (const startedAt = performance.now(); ; await sleep(1_000)) {
    const lock = await takeLock(lockPath);
    if ('release' in lock) {
      try {
        // The process that held the lock before us may have built it.
        if (await exists(path)) return { path };
        return await build(path, report);
      } finally {
        await lock.release();
      }
    }
    report(`Temporal: waiting for the build of process ${lock.heldBy.pid} … ${seconds(startedAt)}`);
  }
}

async function build(path: string, report: (line: string) => void) {
  const partial = `${path}.partial`;
  await mkdir(join(path, '..'), { recursive: true });
  const startedAt = performance.now();
  const say = () => report(`Temporal: building it from source, about 4 minutes, only once … ${seconds(startedAt)}`);
  say();
  const ticker = setInterval(say, reportEveryMs);
  const args = ['build', '-trimpath', '-ldflags', '-s -w', '-o', partial, packageName];
  // The checked-in module is the pin: a build that would have to change it fails instead.
  const go = spawn('go', args, {
    cwd: moduleFolder,
    env: { ...process.env, GOFLAGS: '-mod=readonly', GOWORK: 'off', CGO_ENABLED: '0' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const problem = await outcome(go);
  clearInterval(ticker);
  if (problem !== undefined) {
    await rm(partial, { force: true });
    return { without: `the build from source failed (${problem})` };
  }
  await rename(partial, path);
  report(`Temporal: built in ${seconds(startedAt)}`);
  return { path };
}

/** Undefined when the process ended well, else why not. It is ended with us. */
function outcome(child: ChildProcess): Promise<string | undefined> {
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-4_000)));
  const onExit = () => child.kill();
  process.once('exit', onExit);
  return new Promise((resolve) => {
    child.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'ENOENT' ? 'Go is not installed' : error.message),
    );
    child.once('exit', (code) => {
      process.off('exit', onExit);
      resolve(code === 0 ? undefined : errors.trim().split('\n').slice(-3).join(' / ') || `go ended with ${code}`);
    });
  });
}

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );
const seconds = (startedAt: number) => `${Math.round((performance.now() - startedAt) / 1000)} s`;
