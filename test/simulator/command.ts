import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A simulator started as people start it: by its command, in a process of its own. */
export interface Command {
  readonly url: string;
  readonly process: ChildProcess;
  /** Everything printed so far, both streams. */
  readonly printed: () => string;
  /** Ends it without a warning and waits until it is gone. */
  readonly kill: (signal?: NodeJS.Signals) => Promise<number | null>;
}

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Runs the command to its end. */
export async function finished(args: readonly string[]): Promise<{ code: number | null; printed: string }> {
  const { process: child, printed } = run(args);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, printed: printed() };
}

/** Starts the command on a free port and waits until it says where it listens. */
export async function command(args: readonly string[]): Promise<Command> {
  const { process: child, printed } = run(['--port', '0', ...args]);
  const closed = once(child, 'close') as Promise<[number | null]>;
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout?.on('data', () => {
      const found = /http:\/\/[\d.]+:\d+/.exec(printed());
      if (found) resolve(found[0]);
    });
    void closed.then(() => reject(new Error(`the simulator ended: ${printed()}`)));
  });
  return {
    url,
    process: child,
    printed,
    async kill(signal = 'SIGKILL') {
      child.kill(signal);
      return (await closed)[0];
    },
  };
}

function run(args: readonly string[]): { process: ChildProcess; printed: () => string } {
  let text = '';
  const child = spawn(process.execPath, ['--import', 'tsx', 'simulator/main.ts', ...args], { cwd: root });
  child.stdout.on('data', (chunk) => (text += String(chunk)));
  child.stderr.on('data', (chunk) => (text += String(chunk)));
  return { process: child, printed: () => text };
}
