import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, Connection, type ConnectionOptions } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { z } from 'zod';
import { omitUndefined } from '../cloud/omit-undefined.js';
import { UnreachableError } from './errors.js';

/** Content of `.flowlog/run.json`, which `npm start` writes about itself. */
const runFileSchema = z.looseObject({
  temporal: z.looseObject({ address: z.string(), namespace: z.string().optional() }),
  ui: z.looseObject({ url: z.string() }).optional(),
  database: z.looseObject({ url: z.string() }).optional(),
  accountId: z.string().optional(),
  accountsFile: z.string().optional(),
  pids: z.record(z.string(), z.number()).optional(),
});
export type RunFile = z.infer<typeof runFileSchema>;

const runFilePath = join('.flowlog', 'run.json');

/** Options to find Temporal; an absent value is looked up. */
export interface ConnectOptions {
  /** `host:port`; beats everything else. */
  readonly address?: string;
  readonly namespace?: string;
  /** Default: this process. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Folder in which the search for `.flowlog/run.json` begins, upwards. Default: the working directory. */
  readonly directory?: string;
  /** Time limit for connecting, in ms. Default 5000. */
  readonly timeoutMs?: number;
}

/** Address of Temporal, and whether anything names it. */
export interface Location {
  readonly connectionOptions: ConnectionOptions;
  readonly address: string;
  readonly namespace: string;
  readonly uiUrl?: string;
  /** True where nothing names it and no `npm start` runs here: it is Temporal's own default. */
  readonly isDefault: boolean;
}

/** Workflows of others in the namespace may hold what no converter reads: it must not keep a list of ours from being shown. */
const converterFile = fileURLToPath(new URL('../workflows/data-converter.cjs', import.meta.url));
const clientDataConverter = { payloadConverterPath: converterFile, failureConverterPath: converterFile };

const defaultTimeoutMs = 5_000;
const defaultAddress = 'localhost:7233';

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/**
 * The run file of a local service that is still up, from `directory` upwards. One left behind by a crash does not count: the process
 * `start` runs as long as the service is up, also while a part of it is being started again.
 */
export async function findRunFile(directory: string): Promise<RunFile | undefined> {
  const text = await readFile(join(directory, runFilePath), 'utf8').catch(() => undefined);
  if (text === undefined) {
    const parent = dirname(directory);
    return parent === directory ? undefined : findRunFile(parent);
  }
  try {
    const run = runFileSchema.parse(JSON.parse(text));
    const { start, ...parts } = run.pids ?? {};
    return (start === undefined ? Object.values(parts) : [start]).every(isAlive) ? run : undefined;
  } catch {
    // Half written, or of another version: as good as none.
    return undefined;
  }
}

/** Variables by which a person names a Temporal explicitly; then no local one is looked for. */
const namingVariables = ['TEMPORAL_ADDRESS', 'TEMPORAL_PROFILE', 'TEMPORAL_CONFIG_FILE'] as const;

/** Tells whether the caller or the environment names a Temporal, so that no local one may stand in for it. */
export const namesTemporal = ({ address, env = process.env }: ConnectOptions): boolean =>
  address !== undefined || namingVariables.some((name) => env[name]);

/** Finds Temporal: what is given, what `TEMPORAL_*` names, a running `npm start`, else envconfig's defaults. */
export async function locate(options: ConnectOptions = {}): Promise<Location> {
  const { env = process.env, directory = process.cwd() } = options;
  const run = namesTemporal(options) ? undefined : await findRunFile(directory);
  const definedEnv = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined));
  const config = loadClientConnectConfig({ overrideEnvVars: definedEnv as Record<string, string> });
  const address = options.address ?? run?.temporal.address ?? config.connectionOptions.address ?? defaultAddress;
  return {
    connectionOptions: { ...(run ? undefined : config.connectionOptions), address },
    address,
    namespace: options.namespace ?? run?.temporal.namespace ?? config.namespace ?? 'default',
    ...omitUndefined({ uiUrl: run?.ui ? run.ui.url : undefined }),
    isDefault: run === undefined && !namesTemporal(options),
  };
}

/**
 * Connects to Temporal where {@link locate} finds it.
 * @throws UnreachableError within `timeoutMs`, with the address that was tried.
 */
export async function connect(options: ConnectOptions = {}): Promise<{ client: Client; location: Location }> {
  const location = await locate(options);
  const { timeoutMs = defaultTimeoutMs } = options;
  try {
    const connection = await Connection.connect({ ...location.connectionOptions, connectTimeout: timeoutMs });
    return {
      client: new Client({ connection, namespace: location.namespace, dataConverter: clientDataConverter }),
      location,
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UnreachableError(location.address, reason, { cause: error, unnamed: location.isDefault });
  }
}
