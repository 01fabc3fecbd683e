import { createWriteStream, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import { Client } from 'pg';
import { type Location, connect } from '../client/connection.js';
import { defaultAccount, startSimulator } from '../simulator/index.js';
import { findTemporal } from './find-temporal.js';
import { firstRunSeed } from './first-run.js';
import { type StartOptions, firstRunManifest } from './options.js';
import { startPostgres } from './postgres.js';
import { Problem } from './problem.js';
import type { Screen } from './screen.js';
import type { Stack } from './stack.js';
import type { StateFolder } from './state-folder.js';
import { startTemporal } from './temporal.js';
import { ownerOf, startWorkerProcess } from './worker-process.js';

/** Everything that runs, and where. */
export interface Services {
  readonly temporal: { readonly address: string; readonly namespace: string };
  readonly uiUrl?: string;
  readonly databaseUrl: string;
  /** Address at which the worker finds the cloud. */
  readonly endpoint: string;
  /** Address of the simulator, where it was started here. */
  readonly simulatorUrl?: string;
  /** Uid of the account of a request that names none. */
  readonly accountId?: string;
}

/** Inputs of the start: options, data folder, the stack that ends the parts, the screen that reports them, and the environment. */
export interface Surroundings {
  readonly options: StartOptions;
  readonly folder: StateFolder;
  readonly stack: Stack;
  readonly screen: Screen;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const unreachable = 3;
const namedTimeoutMs = 5_000;

/**
 * Starts what is not named by the environment, the worker last, and waits until it works.
 * @throws Problem for a port in use, a named service out of reach, a part that does not come up
 */
export async function startServices(at: Surroundings): Promise<Services> {
  const { ports } = at.options;
  for (const [name, port] of Object.entries(ports)) await requirePort(`--${name}-port`, port as number);
  const [databaseUrl, temporal, cloud] = await Promise.all([database(at), temporalServer(at), cloudEndpoint(at)]);
  const services: Services = { databaseUrl, ...temporal, ...cloud };
  await worker(at, services);
  return services;
}

/** A program that answers on a port would otherwise be taken for ours. */
async function requirePort(option: string, port: number): Promise<void> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once('error', (cause: NodeJS.ErrnoException) => {
      const reason = cause.code === 'EADDRINUSE' ? 'is in use by another program' : `cannot be used (${cause.message})`;
      reject(
        new Problem(`Port ${port} ${reason}. Give ${option} another one, or leave it away: a free one is taken.`, {
          cause,
        }),
      );
    });
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve()));
  });
}

/** Appends what a part prints to a file that a person can look at. */
function logFile(folder: StateFolder, name: string): (line: string) => void {
  const path = folder.path(`logs/${name}.log`);
  mkdirSync(dirname(path), { recursive: true });
  const stream = createWriteStream(path, { flags: 'a' });
  return (line) => void stream.write(`${line}\n`);
}

const since = (startedAt: number) => `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;

async function database({ env, options, folder, stack, screen }: Surroundings): Promise<string> {
  const named = env['DATABASE_URL'];
  if (named) {
    const client = new Client({ connectionString: named, connectionTimeoutMillis: namedTimeoutMs });
    client.on('error', () => undefined);
    await client.connect().catch((cause: Error) => {
      throw new Problem(`DATABASE_URL names a PostgreSQL that does not answer: ${cause.message}.`, {
        cause,
        exitCode: unreachable,
      });
    });
    await client.end();
    screen.done('PostgreSQL', 'as DATABASE_URL names it');
    return named;
  }
  const startedAt = performance.now();
  const port = options.ports.database;
  const starting = startPostgres({
    dataDir: folder.path('postgres'),
    log: logFile(folder, 'postgres'),
    ...(port !== undefined && { port }),
  });
  const { url } = await stack.add(starting.then((postgres) => ({ id: 'postgres', name: 'PostgreSQL', ...postgres })));
  screen.done('PostgreSQL', `${new URL(url).host} · ${since(startedAt)}`);
  return url;
}

async function temporalServer(at: Surroundings): Promise<Pick<Services, 'temporal' | 'uiUrl'>> {
  const { env, options, folder, stack, screen } = at;
  const namespace = env['TEMPORAL_NAMESPACE'] || 'default';
  if (env['TEMPORAL_ADDRESS']) {
    const { address, namespace } = await reach();
    screen.done('Temporal', `${address}, as TEMPORAL_ADDRESS names it`);
    return { temporal: { address, namespace } };
  }
  const executable = await findTemporal(screen.working, env);
  const startedAt = performance.now();
  const { temporal: port, ui: uiPort } = options.ports;
  const starting = startTemporal({
    executable,
    dbFile: folder.path('temporal.db'),
    log: logFile(folder, 'temporal'),
    namespaces: namespace === 'default' ? [] : [namespace],
    ...(port !== undefined && { port }),
    ...(uiPort !== undefined && { uiPort }),
  });
  const { address, uiUrl } = await stack.add(
    starting.then((temporal) => ({ id: 'temporal', name: 'Temporal', ...temporal })),
  );
  screen.done('Temporal', `${address} · UI ${uiUrl} · ${since(startedAt)}`);
  return { temporal: { address, namespace }, ...(uiUrl !== undefined && { uiUrl }) };
}

/** Location of the Temporal server that the environment names, once it has answered. */
async function reach(): Promise<Location> {
  try {
    const { client, location } = await connect({ timeoutMs: namedTimeoutMs });
    await client.connection.close();
    return location;
  } catch (cause) {
    throw new Problem(
      `${(cause as Error).message}. TEMPORAL_ADDRESS names it; without the variable one is started here.`,
      {
        cause,
        exitCode: unreachable,
      },
    );
  }
}

/** Uid of the account of a request that names none; undefined where an accounts file says. The simulator has one account. */
export function accountIdOf(env: Surroundings['env']): string | undefined {
  if (!env['FLOWLOG_ENDPOINT']) return defaultAccount.uid;
  return env['FLOWLOG_ACCOUNTS'] ? undefined : env['FLOWLOG_ACCOUNT_ID'] || defaultAccount.uid;
}

async function cloudEndpoint(at: Surroundings): Promise<Pick<Services, 'endpoint' | 'simulatorUrl' | 'accountId'>> {
  const { env, options, folder, stack, screen } = at;
  const named = env['FLOWLOG_ENDPOINT'];
  const accountId = accountIdOf(env);
  if (named) {
    screen.done('Cloud', `${named}, as FLOWLOG_ENDPOINT names it`);
    return { endpoint: named, ...(accountId !== undefined && { accountId }) };
  }
  const port = options.ports.simulator;
  const starting = startSimulator({
    profile: 'friendly',
    stateFile: folder.path('simulator.jsonl'),
    // The seed is used only where the state file is new: a second start finds what the first one left.
    ...(options.manifest === firstRunManifest && { seed: firstRunSeed(ownerOf(env)) }),
    ...(port !== undefined && { port }),
  });
  const { url } = await stack.add(
    starting.then(
      (simulator) => ({ id: 'simulator', name: 'the simulator', url: simulator.url, stop: () => simulator.close() }),
      (cause: Error) => Promise.reject(new Problem(`The simulator did not start: ${cause.message}.`, { cause })),
    ),
  );
  screen.done('Simulator', `${url} · an Alibaba Cloud in a box`);
  return { endpoint: url, simulatorUrl: url, ...(accountId !== undefined && { accountId }) };
}

async function worker({ env, folder, stack, screen }: Surroundings, services: Services): Promise<void> {
  const startedAt = performance.now();
  const process = await stack.add(startWorkerProcess(env, services, logFile(folder, 'worker')));
  await process.ready(() =>
    screen.working(`Worker: starting … ${Math.round((performance.now() - startedAt) / 1000)} s`),
  );
  screen.done('Worker', `process ${process.pid} · ${since(startedAt)}`);
}
