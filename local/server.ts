import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';

/** Settings for running and ending a server. */
export interface ServerOptions {
  /** Name in messages, e.g. `PostgreSQL`. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Default: our own. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** User to run as; the caller's own where absent. */
  readonly runAs?: { readonly uid: number; readonly gid: number };
  /** The signal by which this server ends well. */
  readonly stopSignal: 'SIGTERM' | 'SIGINT';
  /** Time in ms in which it must end before it is killed. Default 10 s. */
  readonly graceMs?: number;
  /** Gets every line the server prints. Default: none. */
  readonly log?: (line: string) => void;
}

/** A process of ours that serves on a port. */
export interface Server {
  readonly pid: number;
  /** Resolves when the process is gone, asked to or not, with a word on how it ended. */
  readonly ended: Promise<string>;
  /** The last lines it printed, for an error message. */
  lastLines(): string;
  /** Ends it and resolves when it is gone. May be called again. */
  stop(): Promise<void>;
}

/** Enough for the first line of a stack trace, which says what happened. */
const lastLinesKept = 60;

/**
 * Starts a server in a session of its own, so that Ctrl-C in a terminal reaches only us and we end things in order. A watchdog ends
 * it within seconds if this process is killed without a chance to do so.
 */
export function runServer(options: ServerOptions): Promise<Server> {
  const graceMs = options.graceMs ?? 10_000;
  const child = spawn(options.command, options.args, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: options.env ?? process.env,
    ...(options.cwd !== undefined && { cwd: options.cwd }),
    ...options.runAs,
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      if (lines.push(line) > lastLinesKept) lines.shift();
      options.log?.(line);
    });
  }
  const ended = new Promise<string>((resolve) =>
    child.once('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`)),
  );
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(options.stopSignal);
    const kill = setTimeout(() => child.kill('SIGKILL'), graceMs);
    await ended;
    clearTimeout(kill);
  };
  return new Promise((resolve, reject) => {
    child.once('error', (cause) => reject(new Error(`${options.name} did not start: ${cause.message}`, { cause })));
    child.once('spawn', () => {
      watchChild(child, options.stopSignal, graceMs);
      resolve({ pid: child.pid!, ended, stop, lastLines: () => lines.join('\n') });
    });
  });
}

/**
 * Reads until a line comes (the server ended, nothing to do) or the pipe breaks (its parent is gone: end it). Signals of the
 * terminal are ignored: they would end the watchdog together with the parent it watches. The wait has an end, because a zombie that
 * is never collected answers to `kill -0` for ever.
 */
const watchdog = `
trap '' INT TERM HUP
if read -r line; then exit 0; fi
kill -s "$2" "$1" 2>/dev/null
waited=0
while kill -0 "$1" 2>/dev/null; do
  if [ "$waited" -ge "$3" ]; then kill -s KILL "$1"; fi
  if [ "$waited" -ge $(($3 + 5)) ]; then exit 1; fi
  sleep 1
  waited=$((waited + 1))
done`;

function watchChild(child: ChildProcess, stopSignal: ServerOptions['stopSignal'], graceMs: number): void {
  const args = [child.pid!, stopSignal.slice('SIG'.length), Math.ceil(graceMs / 1000)].map(String);
  const dog = spawn('sh', ['-c', watchdog, 'watchdog', ...args], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // The watchdog is no reason for this process to stay, and its loss none to fail.
  dog.once('error', () => undefined);
  dog.unref();
  (dog.stdin as Socket).on('error', () => undefined).unref();
  child.once('exit', () => dog.stdin.end('ended\n'));
}
