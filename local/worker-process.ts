import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '../client/connection.js';
import { workersOf } from '../client/workers.js';
import { defaultAccount, profiles } from '../simulator/index.js';
import { Problem } from './problem.js';
import { startWorkerProgram } from './program.js';
import type { Server } from './server.js';
import type { Services } from './services.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** The worker as a part of the whole. */
export interface WorkerProcess extends Server {
  readonly id: string;
  readonly name: string;
  /**
   * Resolves when it takes tasks from every queue; `waiting` is called while it does not yet.
   * @throws Problem after a minute; its last lines are in the message
   */
  ready(waiting: () => void): Promise<void>;
}

const readyTimeoutMs = 60_000;

/** Starts the same entry as `npm run worker`, in a process of its own. */
export async function startWorkerProcess(
  env: Environment,
  services: Services,
  log: (line: string) => void,
): Promise<WorkerProcess> {
  const program = await startWorkerProgram({ env: workerEnvironment(env, services), log });
  return { ...program, id: 'worker', name: 'the worker', ready: (waiting) => ready(program, services, waiting) };
}

async function ready(server: Server, { temporal }: Services, waiting: () => void): Promise<void> {
  const { client } = await connect({ address: temporal.address, namespace: temporal.namespace });
  const deadline = performance.now() + readyTimeoutMs;
  // A worker's identity begins with its process number.
  const isPolling = async () =>
    (await workersOf(client)).every(({ workers }) =>
      workers.some(({ identity }) => identity.startsWith(`${server.pid}@`)),
    );
  while (!(await isPolling())) {
    if (performance.now() > deadline) {
      throw new Problem(
        `The worker was not ready within ${readyTimeoutMs / 1000} s. Its last words:\n${server.lastLines()}`,
      );
    }
    waiting();
    await sleep(200);
  }
  // Closed only here, where no call is under way: a call that repeats itself on a closed connection ends the process.
  await client.connection.close();
}

/** The deployment's id, which marks the flow logs that are ours. */
export const ownerOf = (env: Environment) => env['FLOWLOG_OWNER'] || 'local';

/** Variables of the real cloud; kept from a worker that speaks to the simulator, its credentials above all. */
const ofTheRealCloud = /^(ALIBABA_CLOUD_|FLOWLOG_ENDPOINT|FLOWLOG_ACCOUNTS$|FLOWLOG_NETWORK$)/;

/** The simulator's own limits; where it has none, enough for a person who watches. */
const simulatedLimits = Object.entries({ '*': 10, ...profiles.friendly.limits })
  .map(([name, perSecond]) => `${name.replace(':*', '')}=${perSecond}`)
  .join(',');

/** The worker's environment: ours, and the addresses of the parts just started. */
export function workerEnvironment(env: Environment, services: Services): Record<string, string> {
  const simulated = !env['FLOWLOG_ENDPOINT'];
  const kept = Object.entries(env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !(simulated && ofTheRealCloud.test(entry[0])),
  );
  const isLoopback = /^https?:\/\/(127\.|localhost|\[::1\])/.test(services.endpoint);
  const needsKey = simulated || (isLoopback && !env['ALIBABA_CLOUD_ACCESS_KEY_ID']);
  return {
    ...Object.fromEntries(kept),
    DATABASE_URL: services.databaseUrl,
    TEMPORAL_ADDRESS: services.temporal.address,
    TEMPORAL_NAMESPACE: services.temporal.namespace,
    FLOWLOG_ENDPOINT: services.endpoint,
    FLOWLOG_OWNER: ownerOf(env),
    ...(simulated && {
      FLOWLOG_BUDGETS: env['FLOWLOG_BUDGETS'] || simulatedLimits,
      // The simulated world begins with flow logs of ours.
      FLOWLOG_EMPTY_LEDGER: 'first-start',
    }),
    ...(services.accountId !== undefined && { FLOWLOG_ACCOUNT_ID: services.accountId }),
    ...(needsKey && {
      ALIBABA_CLOUD_ACCESS_KEY_ID: defaultAccount.accessKeyId,
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: defaultAccount.secret,
    }),
  };
}
