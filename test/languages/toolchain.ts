import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Languages of callers that tests run programs in. */
export const languages = ['go', 'python', 'java'] as const;
export type Language = (typeof languages)[number];

type Environment = Readonly<Record<string, string | undefined>>;

/** A command that a language needs. */
interface Need {
  /** In a sentence: `Go 1.21`. */
  readonly what: string;
  /** Ways to call it, the preferred first. */
  readonly commands: readonly string[];
  readonly args: readonly string[];
  /** Finds the version in the command's output. */
  readonly version: RegExp;
  readonly least: readonly [major: number, minor: number];
}

const needsOf: Readonly<Record<Language, readonly Need[]>> = {
  go: [{ what: 'Go 1.21', commands: ['go'], args: ['version'], version: /go(\d+)\.(\d+)/, least: [1, 21] }],
  python: [
    {
      what: 'Python 3.11 with venv',
      commands: ['python3.11', 'python3', 'python'],
      // `python -m venv` works if both modules are there; Debian ships Python without them.
      args: ['-c', 'import sys, venv, ensurepip; print("Python %d.%d" % sys.version_info[:2])'],
      version: /Python (\d+)\.(\d+)/,
      least: [3, 11],
    },
  ],
  java: [
    { what: 'JDK 17', commands: ['javac'], args: ['-version'], version: /javac (\d+)(?:\.(\d+))?/, least: [17, 0] },
    {
      what: 'Maven on JDK 17',
      commands: ['mvn'],
      args: ['--version'],
      version: /Java version: (\d+)(?:\.(\d+))?/,
      least: [17, 0],
    },
  ],
};

/** The commands of a language that is there, by what they are needed for, or a sentence that says what is missing. */
export type Toolchain = { readonly commands: readonly string[] } | { readonly missing: string };

/**
 * Looks whether what a language needs is on the PATH, each at least in its version.
 * @param env where to look; default the process's own environment
 */
export async function toolchainOf(language: Language, env: Environment = process.env): Promise<Toolchain> {
  const found = await Promise.all(needsOf[language].map((need) => find(need, env)));
  const missing = found.flatMap((each) => ('missing' in each ? [each.missing] : []));
  if (missing.length > 0) return { missing: missing.join('; ') };
  return { commands: found.flatMap((each) => ('command' in each ? [each.command] : [])) };
}

async function find({ what, commands, args, version, least }: Need, env: Environment) {
  const reasons: string[] = [];
  for (const command of commands) {
    const said = await promisify(execFile)(command, [...args], { env, timeout: 60_000 }).then(
      ({ stdout, stderr }) => stdout + stderr,
      (error: NodeJS.ErrnoException) => error,
    );
    if (said instanceof Error) {
      reasons.push(said.code === 'ENOENT' ? `no ${command} on PATH` : `${command} fails: ${lastLine(said.message)}`);
      continue;
    }
    const [, major, minor = '0'] = version.exec(said) ?? [];
    const [leastMajor, leastMinor] = least;
    if (Number(major) > leastMajor || (Number(major) === leastMajor && Number(minor) >= leastMinor)) return { command };
    reasons.push(major === undefined ? `${command} names no version` : `${command} is ${major}.${minor}`);
  }
  return { missing: `needs ${what} or newer: ${reasons.join(', ')}` };
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? '';
