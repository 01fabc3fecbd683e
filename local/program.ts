import { fileURLToPath } from 'node:url';
import { type Server, runServer } from './server.js';
import { BUILT_SERVICE, builtWorkerArguments, workerArguments } from './worker-command.js';

const root = fileURLToPath(new URL('..', import.meta.url));

/** A worker finishes the changes under way, each at most as long as its time-outs. */
const workerGraceMs = 35_000;

/** The program to run and the sign that it is up. */
export interface ProgramOptions {
  /** Name in messages, e.g. `the worker`. */
  readonly name: string;
  /** Arguments of Node. */
  readonly args: readonly string[];
  /** Working directory. Default: the root of this repository. */
  readonly folder?: string;
  /** A part of the line by which it says that it is up. */
  readonly readyWords: string;
  readonly env: Readonly<Record<string, string>>;
  /** Gets every line it prints. Default: none. */
  readonly log?: (line: string) => void;
}

/** A program of this repository in a process of its own, which can be killed. */
export interface Program extends Server {
  /** Resolves when it says that it is up; rejects with its last lines where it ends before. */
  readonly ready: Promise<void>;
  /** Ends it at once, as a crash does. */
  kill(): Promise<void>;
}

/** Starts a program; it may not be up yet. */
export async function startProgram({ readyWords, log, folder = root, ...options }: ProgramOptions): Promise<Program> {
  let saysReady!: () => void;
  const said = new Promise<void>((resolve) => (saysReady = resolve));
  const server = await runServer({
    ...options,
    command: process.execPath,
    cwd: folder,
    stopSignal: 'SIGTERM',
    graceMs: workerGraceMs,
    log(line) {
      log?.(line);
      if (line.includes(readyWords)) saysReady();
    },
  });
  let isGone = false;
  const gone = server.ended.then((how) => {
    isGone = true;
    throw new Error(`${options.name} ended with ${how} before it was up. Its last lines:\n${server.lastLines()}`);
  });
  const ready = Promise.race([said, gone]);
  // A caller that awaits `ready` gets the error; until then it must not count as unhandled.
  ready.catch(() => undefined);
  return {
    ...server,
    ready,
    async kill() {
      if (!isGone) process.kill(server.pid, 'SIGKILL');
      await server.ended;
    },
  };
}

/** Starts what `npm run worker` starts, or the same compiled, where this process was told of it. */
export function startWorkerProgram(options: Pick<ProgramOptions, 'env' | 'log'>): Promise<Program> {
  const built = process.env[BUILT_SERVICE];
  const args = built === undefined ? workerArguments : builtWorkerArguments(built);
  return startProgram({ name: 'the worker', args, readyWords: 'worker is polling', ...options });
}
