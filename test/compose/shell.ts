import { type ChildProcess, spawn } from 'node:child_process';
import { omitUndefined } from '../../cloud/omit-undefined.js';

/** End of a command: its exit code, and what it printed. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  /** stdout and stderr as they came. */
  readonly output: string;
}

/** Options to run a command. */
export interface ShellOptions {
  readonly cwd?: string;
  /** Default: our own. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly input?: string;
  /** Default 10 minutes; a command that takes longer is killed. */
  readonly timeoutMs?: number;
}

/** Starts a command in a process group of its own, so that all it started can be ended with it. */
export function start(command: readonly string[], { cwd, env }: ShellOptions = {}): ChildProcess {
  const [program = '', ...args] = command;
  return spawn(program, args, { detached: true, stdio: ['pipe', 'pipe', 'pipe'], ...omitUndefined({ cwd: cwd || undefined }), env: { ...process.env, ...env } }); // prettier-ignore
}

/** Runs a command to its end, whatever that is. */
export function run(command: readonly string[], options: ShellOptions = {}): Promise<Ran> {
  const { input, timeoutMs = 600_000 } = options;
  return new Promise((resolve, reject) => {
    const child = start(command, options);
    const [out, all]: [string[], string[]] = [[], []];
    child.stdout?.setEncoding('utf8').on('data', (text: string) => void (out.push(text), all.push(text)));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => void all.push(text));
    const timer = setTimeout(() => kill(child), timeoutMs);
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (signal !== null) all.push(`\n(ended by ${signal}, ${timeoutMs / 1000} s at most)`);
      resolve({ code: code ?? 128, stdout: out.join(''), output: all.join('') });
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}

/** Runs a command that has to work, and answers with its standard output. @throws Error with the end of what it printed */
export async function must(command: readonly string[], options: ShellOptions = {}): Promise<string> {
  const { code, stdout, output } = await run(command, options);
  if (code === 0) return stdout;
  throw new Error(`${command.join(' ')} ended with ${code}:\n${output.slice(-3_000)}`);
}

/** Ends a command and all that it started. */
export function kill(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}

/** Says what is being done, with the time. */
export const say = (text: string): void => console.log(`${new Date().toISOString().slice(11, 19)} ${text}`);
