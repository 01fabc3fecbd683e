import { createWriteStream, mkdirSync } from 'node:fs';
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { takeLock } from './lock.js';
import { StartProblem } from './problem.js';
import { type ProcessIdentity, identify, isSame } from './process.js';

/** Content of `run.json` while `npm start` runs; the CLI reads it to find Temporal. Holds the local database's password. */
export interface Run {
  readonly temporal: { readonly address: string; readonly namespace: string };
  readonly database: { readonly url: string };
  /** Address of the simulator; absent where it was not started here. */
  readonly simulator?: { readonly url: string };
  /** Address of Temporal's web UI, where we started it. */
  readonly ui?: { readonly url: string };
  /** Uid of the account of a request that names none. */
  readonly accountId?: string;
  /** Path of the accounts file of the simulated world; absent where the simulator was not started here. */
  readonly accountsFile?: string;
  /**
   * Process numbers: `start`, and what it started (`postgres`, `temporal`, `simulator`, `worker`). The file is true while `start` runs; a
   * part that is just being started again is left out.
   */
  readonly pids: Readonly<Record<string, number>>;
}

/** `.flowlog/`: everything that survives from one start to the next. Ours alone while it is open. */
export interface StateFolder {
  /** Absolute path of a file or folder in it. */
  path(name: string): string;
  /** Appends what a part prints to `logs/<name>.log`, which a person can look at. */
  log(name: string): (line: string) => void;
  /** Makes the run known. */
  announce(run: Run): Promise<void>;
  /** Takes the run back and gives the folder up. */
  close(): Promise<void>;
}

const lockName = 'lock';
const runName = 'run.json';
/** Ports of the last start. They outlive a fresh start: addresses that were written down elsewhere stay true. */
export const portsName = 'ports.json';
/** A process left by a killed start gets so long to end by itself. */
const leftoverGraceMs = 10_000;

/**
 * Opens the folder for this process alone, and ends what a killed predecessor left running.
 * @param options.fresh empties it first
 * @throws Problem when it cannot be written, or when another start has it; its process is named
 */
export async function openStateFolder(folder: string, options: { readonly fresh: boolean }): Promise<StateFolder> {
  const path = (name: string) => join(folder, name);
  const lock = await writable(folder, async () => {
    await mkdir(folder, { recursive: true });
    return takeLock(path(lockName));
  });
  if ('heldBy' in lock) {
    const { pid } = lock.heldBy;
    throw new StartProblem(
      `npm start runs already on ${folder}, as process ${pid}. Use that one, or end it (kill ${pid}) and start again; ` +
        'for a second one beside it give another folder: npm start -- --folder PATH.',
    );
  }
  try {
    await endLeftovers(path(runName));
    if (options.fresh) {
      const names = (await readdir(folder)).filter((name) => name !== lockName && name !== portsName);
      await Promise.all(names.map((name) => rm(path(name), { recursive: true, force: true })));
    }
  } catch (error) {
    await lock.release();
    throw error;
  }
  // One after the other: two parts may change at the same time, and the last one told is what is true.
  let writing: Promise<void> = Promise.resolve();
  return {
    path,
    log: (name) => logFile(path(`logs/${name}.log`)),
    announce: (run) => (writing = writing.catch(() => undefined).then(() => writeRun(path(runName), run))),
    close: async () => {
      await writing.catch(() => undefined);
      await rm(path(runName), { force: true });
      await lock.release();
    },
  };
}

async function writable<Result>(folder: string, action: () => Promise<Result>): Promise<Result> {
  try {
    return await action();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StartProblem(
      `The folder ${folder} cannot be written (${reason}). Make it writable, or give another one: npm start -- --folder PATH.`,
      { cause },
    );
  }
}

function logFile(path: string): (line: string) => void {
  mkdirSync(dirname(path), { recursive: true });
  const stream = createWriteStream(path, { flags: 'a' });
  return (line) => void stream.write(`${line}\n`);
}

/** Written aside and moved, so that a reader sees all of it or none. Processes are noted with their start, so that no other is ever ended. */
async function writeRun(path: string, run: Run): Promise<void> {
  const processes = Object.values(run.pids).flatMap((pid) => identify(pid) ?? []);
  await writeFile(`${path}.new`, `${JSON.stringify({ ...run, processes }, null, 2)}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
}

async function endLeftovers(runFile: string): Promise<void> {
  const text = await readFile(runFile, 'utf8').catch(() => '{}');
  const left = processesIn(text).filter(isSame);
  for (const { pid } of left) process.kill(pid, 'SIGTERM');
  for (let waitedMs = 0; left.some(isSame); waitedMs += 100) {
    if (waitedMs === leftoverGraceMs) for (const one of left.filter(isSame)) process.kill(one.pid, 'SIGKILL');
    await sleep(100);
  }
  await rm(runFile, { force: true });
}

function processesIn(text: string): readonly ProcessIdentity[] {
  try {
    const { processes } = JSON.parse(text) as { processes?: readonly ProcessIdentity[] };
    return Array.isArray(processes) ? processes : [];
  } catch {
    // Written by another version, or not by us: names no process that we may end.
    return [];
  }
}
