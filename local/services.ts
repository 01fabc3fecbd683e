import { Client } from 'pg';
import { type Location, connect } from '../client/connection.js';
import { defaultAccount } from '../simulator/index.js';
import { findTemporal, makers } from './find-temporal.js';
import type { Ports, StartOptions } from './options.js';
import { choosePorts } from './ports.js';
import { startPostgres } from './postgres.js';
import { StartProblem } from './problem.js';
import type { StartScreen } from './screen.js';
import { startSimulatorProcess } from './simulator-process.js';
import type { Stack } from './stack.js';
import type { StateFolder } from './state-folder.js';
import { startTemporal } from './temporal.js';
import { startWorkerProcess } from './worker-process.js';

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
  /** Accounts file of the simulated world, where the simulator was started here. */
  readonly accountsFile?: string;
}

/** Inputs of the start: options, data folder, the stack that ends the parts, the screen that reports them, and the environment. */
export interface StartSurroundings {
  readonly options: StartOptions;
  readonly folder: StateFolder;
  readonly stack: Stack;
  readonly screen: StartScreen;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Called when a part that is started again has another process number, or none. */
  readonly changed: () => void;
}

/** Inputs of one part's start: those of all, and the ports of this start. */
type PartSurroundings = StartSurroundings & { readonly ports: Required<Ports> };

const unreachable = 3;
const namedTimeoutMs = 5_000;

/**
 * Starts what is not named by the environment, the worker last, and waits until it works.
 * @throws Problem for a port in use, a named service out of reach, a part that does not come up
 */
export async function startServices(surroundings: StartSurroundings): Promise<Services> {
  const { options, folder, screen } = surroundings;
  const at = { ...surroundings, ports: await choosePorts(options.ports, folder, screen.say) };
  const [databaseUrl, temporal, cloud] = await Promise.all([database(at), temporalServer(at), cloudEndpoint(at)]);
  const services: Services = { databaseUrl, ...temporal, ...cloud };
  await worker(at, services);
  return services;
}

const since = (startedAt: number) => `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;

async function database({ env, ports, folder, stack, screen }: PartSurroundings): Promise<string> {
  const named = env['DATABASE_URL'];
  if (named) {
    const client = new Client({ connectionString: named, connectionTimeoutMillis: namedTimeoutMs });
    client.on('error', () => undefined);
    await client.connect().catch((cause: Error) => {
      throw new StartProblem(`DATABASE_URL names a PostgreSQL that does not answer: ${cause.message}.`, {
        cause,
        exitCode: unreachable,
      });
    });
    await client.end();
    screen.done('PostgreSQL', 'as DATABASE_URL names it');
    return named;
  }
  const startedAt = performance.now();
  const starting = startPostgres({
    dataDir: folder.path('postgres'),
    log: folder.log('postgres'),
    port: ports.database,
  });
  const { url } = await stack.add(starting.then((postgres) => ({ id: 'postgres', name: 'PostgreSQL', ...postgres })));
  screen.done('PostgreSQL', `${new URL(url).host} · ${since(startedAt)}`);
  return url;
}

async function temporalServer(at: PartSurroundings): Promise<Pick<Services, 'temporal' | 'uiUrl'>> {
  const { env, ports, folder, stack, screen } = at;
  const namespace = env['TEMPORAL_NAMESPACE'] || 'default';
  if (env['TEMPORAL_ADDRESS']) {
    const { address, namespace } = await reach();
    screen.done('Temporal', `${address}, as TEMPORAL_ADDRESS names it`);
    return { temporal: { address, namespace } };
  }
  const executable = await findTemporal(screen.working, env, makers, screen.say);
  const startedAt = performance.now();
  const starting = startTemporal({
    executable,
    dbFile: folder.path('temporal.db'),
    log: folder.log('temporal'),
    namespaces: namespace === 'default' ? [] : [namespace],
    port: ports.temporal,
    uiPort: ports.ui,
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
    throw new StartProblem(
      `${(cause as Error).message}. TEMPORAL_ADDRESS names it; without the variable one is started here.`,
      {
        cause,
        exitCode: unreachable,
      },
    );
  }
}

/** Uid of the account of a request that names none; undefined where an accounts file says. The simulator has one account. */
export function defaultAccountId(env: StartSurroundings['env']): string | undefined {
  if (!env['FLOWLOG_ENDPOINT']) return defaultAccount.uid;
  return env['FLOWLOG_ACCOUNTS'] ? undefined : env['FLOWLOG_ACCOUNT_ID'] || defaultAccount.uid;
}

async function cloudEndpoint(
  at: PartSurroundings,
): Promise<Pick<Services, 'endpoint' | 'simulatorUrl' | 'accountId' | 'accountsFile'>> {
  const { env, ports, stack, screen } = at;
  const named = env['FLOWLOG_ENDPOINT'];
  const accountId = defaultAccountId(env);
  if (named) {
    screen.done('Cloud', `${named}, as FLOWLOG_ENDPOINT names it`);
    return { endpoint: named, ...(accountId !== undefined && { accountId }) };
  }
  const simulator = await stack.add(startSimulatorProcess(at, ports.simulator));
  await simulator.up;
  const { url, accountsFile, pid } = simulator;
  screen.done('Simulator', `${url} · an Alibaba Cloud in a box, process ${pid}`);
  return { endpoint: url, simulatorUrl: url, accountsFile, ...(accountId !== undefined && { accountId }) };
}

async function worker(at: PartSurroundings, services: Services): Promise<void> {
  const { stack, screen } = at;
  const startedAt = performance.now();
  const waiting = () => screen.working(`Worker: starting … ${Math.round((performance.now() - startedAt) / 1000)} s`);
  const process = await stack.add(startWorkerProcess(at, services, waiting));
  await process.up;
  screen.done('Worker', `process ${process.pid} · ${since(startedAt)}`);
}
