import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Builds and runs the example callers of `examples/callers`. What they need is installed once, into the cache of the user. */

const callers = fileURLToPath(new URL('../../examples/callers/', import.meta.url));
const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'flowlog', 'callers');

type Environment = Readonly<Record<string, string | undefined>>;

/** Longest time of one installation or program, in ms: the first may have to fetch packages. */
const LONGEST_MS = 540_000;

async function run(command: string, args: readonly string[], options: { cwd?: string; env?: Environment } = {}) {
  const env = { ...process.env, ...options.env };
  const running = promisify(execFile)(command, [...args], { ...options, env, timeout: LONGEST_MS });
  return (await running.catch(told)).stdout;
}

/** Result that a program prints as its last line. */
export type Program = (args: readonly string[], env: Environment) => Promise<string>;

/** A program that has failed, with what it printed. */
type Ended = Error & { readonly stdout?: string; readonly stderr?: string; readonly signal?: string | null };

/** Puts what a failed program printed, and how it ended, where a report of the tests shows it. */
function told(error: Ended): never {
  error.message += `\n${error.signal ?? ''}\n${error.stdout ?? ''}\n${error.stderr ?? ''}`;
  throw error;
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? '';

/** A Python of its own with Temporal's SDK, by the folder's requirements. */
export async function pythonProgram(python: string): Promise<(file: string) => Program> {
  const folder = join(cache, 'python');
  const own = join(folder, 'bin/python');
  if (!existsSync(own)) await run(python, ['-m', 'venv', folder]);
  await run(own, ['-m', 'pip', 'install', '--quiet', '-r', join(callers, 'python/requirements.txt')]);
  return (file) => (args, env) =>
    run(own, [join(callers, 'python', file), ...args], { env }).then(lastLine, (error: Ended) => {
      // A thread of the SDK (1.35) may miss the end of the interpreter: the program had done its work and told it.
      const isCrash = Boolean(error.signal) || error.stderr?.includes('PyGILState_Release');
      if (error.stdout && isCrash) return lastLine(error.stdout);
      throw error;
    });
}

/** The caller in Go, built. */
export async function goProgram(go: string): Promise<Program> {
  await mkdir(cache, { recursive: true });
  const built = join(cache, 'go-caller');
  await run(go, ['build', '-o', built, '.'], { cwd: join(callers, 'go') });
  return async (args, env) => lastLine(await run(built, args, { env }));
}

/** The caller in Java, compiled against what its pom names. */
export async function javaProgram(javac: string, maven: string): Promise<Program> {
  const folder = join(cache, 'java');
  const libraries = join(folder, 'libraries');
  const copy = ['--batch-mode', '--quiet', 'dependency:copy-dependencies', `-DoutputDirectory=${libraries}`];
  await run(maven, copy, { cwd: join(callers, 'java') });
  await run(javac, ['--release', '17', '-cp', join(libraries, '*'), '-d', folder, join(callers, 'java/Enable.java')]);
  const path = [folder, join(libraries, '*')].join(':');
  return async (args, env) => lastLine(await run('java', ['-cp', path, 'Enable', ...args], { env }));
}
