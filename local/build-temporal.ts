import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { takeLock } from './lock.js';
import { fileExists } from './file-exists.js';

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
 * @returns the path, and how long the build took where this process made it; or why there is none
 */
export async function buildTemporal(cache: string, report: (line: string) => void) {
  const path = join(cache, await builtName());
  const lockPath = `${path}.lock`;
  for (const startedAt = performance.now(); ; await sleep(1_000)) {
    const lock = await takeLock(lockPath);
    if ('release' in lock) {
      try {
        // The process that held the lock before us may have built it.
        if (await fileExists(path)) return { path };
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
  let progress = 'fetching its modules';
  const say = () =>
    report(`Temporal: building it from source, about 4 minutes, only once: ${progress} … ${seconds(startedAt)}`);
  say();
  const ticker = setInterval(say, reportEveryMs);
  const problem = await compile(partial, (told) => (progress = told)).finally(() => clearInterval(ticker));
  if (problem !== undefined) {
    await rm(partial, { force: true });
    return { without: `the build from source failed (${problem})` };
  }
  await rename(partial, path);
  const note = `built from source in ${seconds(startedAt)}`;
  report(`Temporal: ${note}`);
  return { path, note };
}

/**
 * Compiles into a file and tells how far it is, counted in packages. Go counts only those that it does not find in its own cache.
 * @returns undefined when it went well, else why not
 */
async function compile(into: string, tell: (progress: string) => void): Promise<string | undefined> {
  let all = 0;
  const listed = await outcome(go(['list', '-deps', packageName]), { onOutput: () => (all += 1) });
  if (listed !== undefined) return listed;
  let compiled = 0;
  const onError = (line: string) => {
    // With -v go prints the name of every package that it compiles, in its place among errors.
    if (!/^[\w.~/-]+$/.test(line)) return true;
    compiled += 1;
    tell(`${compiled} of ${all} packages`);
    return false;
  };
  return outcome(go(['build', '-v', '-trimpath', '-ldflags', '-s -w', '-o', into, packageName]), { onError });
}

/** Starts Go in the checked-in module, which is the pin: a build that would have to change it fails instead. */
const go = (args: readonly string[]): ChildProcess =>
  spawn('go', args, {
    cwd: moduleFolder,
    env: { ...process.env, GOFLAGS: '-mod=readonly', GOWORK: 'off', CGO_ENABLED: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });

/** Readers of what a process prints, line by line; `onError` returns whether the line belongs to an error. */
interface Readers {
  readonly onOutput?: (line: string) => void;
  readonly onError?: (line: string) => boolean;
}

const errorLinesTold = 3;

/** Undefined when the process ended well, else why not. It is ended with us. */
function outcome(child: ChildProcess, { onOutput, onError = () => true }: Readers): Promise<string | undefined> {
  const errors: string[] = [];
  createInterface({ input: child.stdout! }).on('line', (line) => onOutput?.(line));
  createInterface({ input: child.stderr! }).on('line', (line) => {
    if (onError(line)) errors.push(line);
    if (errors.length > errorLinesTold) errors.shift();
  });
  const onExit = () => child.kill();
  process.once('exit', onExit);
  return new Promise((resolve) => {
    child.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'ENOENT' ? 'Go is not installed' : error.message),
    );
    // `close` comes when all that was printed has been read.
    child.once('close', (code) => {
      process.off('exit', onExit);
      resolve(code === 0 ? undefined : errors.join(' / ').trim() || `go ended with ${code}`);
    });
  });
}

/** `47 s`, `3 min 5 s`. */
function seconds(startedAt: number): string {
  const all = Math.round((performance.now() - startedAt) / 1_000);
  return all < 60 ? `${all} s` : `${Math.floor(all / 60)} min ${all % 60} s`;
}
