import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** One process of this repository, up when it says so. */
export interface Spawned {
  readonly pid: number;
  stop(): Promise<void>;
  /** Ends it at once. */
  kill(): Promise<void>;
}

/** Starts Node with these arguments, from the root of this repository, and waits for a word of its output. */
export async function startProcess(
  programArguments: readonly string[],
  ready: string,
  env: Readonly<Record<string, string>>,
): Promise<Spawned> {
  const child = spawn(process.execPath, programArguments, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  await saying(child, ready);
  return {
    pid: child.pid ?? 0,
    stop: () => end(child, 'SIGTERM'),
    kill: () => end(child, 'SIGKILL'),
  };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  await once(child, 'exit');
}

function saying(child: ChildProcess, word: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = '';
    const read = (chunk: Buffer) => {
      if (output.length < 100_000) output += chunk.toString();
      if (output.includes(word)) resolve();
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('exit', (code) => reject(new Error(`${word}: the process ended with ${code}:\n${output}`)));
  });
}
