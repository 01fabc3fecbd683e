import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Builds and runs programs in other languages. What they need is installed once, into the cache of the user. */

const callers = fileURLToPath(new URL('../../examples/callers/', import.meta.url));
const cacheOf = (name: string) => join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'flowlog', name);

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

/** Sources of programs, and the name under which what they need is kept. */
interface Sources {
  readonly folder: string;
  readonly name: string;
}
const examples: Sources = { folder: callers, name: 'callers' };

/** Installs into a folder what a file names, unless that was done for the same file. */
async function installed(folder: string, file: string, install: () => Promise<unknown>): Promise<void> {
  const marker = join(folder, `installed-${createHash('sha256').update(readFileSync(file)).digest('hex')}`);
  if (existsSync(marker)) return;
  await install();
  await mkdir(folder, { recursive: true });
  await writeFile(marker, '');
}

/** A Python of its own with what the folder's requirements name: Temporal's SDK, for the callers. */
export async function pythonProgram(
  python: string,
  { folder: sources, name }: Sources = examples,
): Promise<(file: string) => Program> {
  const folder = join(cacheOf(name), 'python');
  const own = join(folder, 'bin/python');
  const requirements = join(sources, 'python/requirements.txt');
  await installed(folder, requirements, async () => {
    if (!existsSync(own)) await run(python, ['-m', 'venv', folder]);
    await run(own, ['-m', 'pip', 'install', '--quiet', '-r', requirements]);
  });
  return (file) => (args, env) =>
    run(own, [join(sources, 'python', file), ...args], { env }).then(lastLine, (error: Ended) => {
      // A thread of the SDK (1.35) may miss the end of the interpreter: the program had done its work and told it.
      const isCrash = Boolean(error.signal) || error.stderr?.includes('PyGILState_Release');
      if (error.stdout && isCrash) return lastLine(error.stdout);
      throw error;
    });
}

/**
 * A program in Go, built: for the callers the one that asks.
 * @param part folder of the program, where there are several
 */
export async function goProgram(go: string, { folder, name }: Sources = examples, part = '.'): Promise<Program> {
  await mkdir(cacheOf(name), { recursive: true });
  const built = join(cacheOf(name), part === '.' ? 'go-program' : `go-program-${part}`);
  await run(go, ['build', '-o', built, part === '.' ? part : `./${part}`], { cwd: join(folder, 'go') });
  return async (args, env) => lastLine(await run(built, args, { env }));
}

/** The program in Java, compiled against what its pom names. */
export async function javaProgram(
  javac: string,
  maven: string,
  { folder: sources, name }: Sources = examples,
  program = 'Enable',
): Promise<Program> {
  const folder = join(cacheOf(name), 'java');
  const libraries = join(folder, 'libraries');
  const copy = ['--batch-mode', '--quiet', 'dependency:copy-dependencies', `-DoutputDirectory=${libraries}`];
  await installed(folder, join(sources, 'java/pom.xml'), () => run(maven, copy, { cwd: join(sources, 'java') }));
  const source = join(sources, 'java', `${program}.java`);
  await run(javac, ['--release', '17', '-encoding', 'UTF-8', '-cp', join(libraries, '*'), '-d', folder, source]);
  const path = [folder, join(libraries, '*')].join(':');
  return async (args, env) => lastLine(await run('java', ['-cp', path, program, ...args], { env }));
}
