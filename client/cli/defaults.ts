import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { UsageError } from './exit-codes.js';

/** Defaults of the command: where `--region` or `--account` is not given. Manifests name their own. */
export const defaultNames = ['region', 'account'] as const;
export type DefaultName = (typeof defaultNames)[number];
export type Defaults = Readonly<Partial<Record<DefaultName, string>>>;

/** Variables that beat the file. */
const variables: Readonly<Record<DefaultName, string>> = { region: 'FLOWLOG_REGION', account: 'FLOWLOG_ACCOUNT' };

/** The file in which `flowlog config set` keeps defaults. */
export interface DefaultsFile {
  readonly path: string;
  /** Empty where there is no file. @throws UsageError where it cannot be read */
  read(): Promise<Defaults>;
  write(defaults: Defaults): Promise<void>;
}

type Env = Readonly<Record<string, string | undefined>>;

/** The file of this user: below `XDG_CONFIG_HOME`, else `~/.config`. */
export function defaultsFile(env: Env): DefaultsFile {
  const path = join(env['XDG_CONFIG_HOME'] || join(homedir(), '.config'), 'flowlog', 'config.json');
  return {
    path,
    read: async () => {
      const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return '{}';
        throw new UsageError(`${path}: ${error.message}`);
      });
      return parsed(path, text);
    },
    write: async (defaults) => {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(`${path}.partial`, `${JSON.stringify(defaults, null, 2)}\n`, { mode: 0o600 });
      await rename(`${path}.partial`, path);
    },
  };
}

function parsed(path: string, text: string): Defaults {
  try {
    const value = JSON.parse(text) as Record<string, unknown>;
    return Object.fromEntries(
      defaultNames.flatMap((name) => (typeof value[name] === 'string' ? [[name, value[name]]] : [])),
    );
  } catch {
    throw new UsageError(`${path}: is not JSON; write it anew with: flowlog config set region <region>`);
  }
}

/** A default, and what gives it. */
export interface GivenDefault {
  readonly name: DefaultName;
  readonly value: string;
  /** A variable, or the path of the file. */
  readonly from: string;
}

/** Reads the defaults in force: of the environment, else of the file. */
export async function givenDefaults(env: Env, file: DefaultsFile): Promise<readonly GivenDefault[]> {
  const kept = await file.read();
  return defaultNames.flatMap((name): GivenDefault[] => {
    const fromEnv = env[variables[name]];
    if (fromEnv) return [{ name, value: fromEnv, from: variables[name] }];
    const value = kept[name];
    return value === undefined ? [] : [{ name, value, from: file.path }];
  });
}
