import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '../client/connection.js';
import { workersOf } from '../client/workers.js';
import { defaultAccount, profiles } from '../simulator/index.js';
import { StartProblem } from './problem.js';
import { type Program, startWorkerProgram } from './program.js';
import type { Services, StartSurroundings } from './services.js';
import { type Supervised, supervised } from './supervisor.js';

type ProcessEnvironment = Readonly<Record<string, string | undefined>>;

const workerTimeoutMs = 60_000;

/**
 * Starts the same entry as `npm run worker`, in a process of its own, and again when it ends by itself.
 * @param waiting called while it does not take tasks yet, until it does so for the first time
 */
export function startWorkerProcess(
  { env, folder, screen, changed }: StartSurroundings,
  services: Services,
  waiting: () => void,
): Promise<Supervised> {
  let isFirst = true;
  const log = folder.log('worker');
  return supervised<Program>({
    ...{ id: 'worker', name: 'the worker', say: screen.say, changed },
    start: () => startWorkerProgram({ env: workerEnvironment(env, services), log }),
    ready: async (program) => {
      await workerReady(program, services, () => isFirst && waiting());
      isFirst = false;
    },
  });
}

/**
 * Resolves when it takes tasks from every queue.
 * @throws Problem after a minute; its last lines are in the message
 */
async function workerReady(program: Program, { temporal }: Services, waiting: () => void): Promise<void> {
  // One that ends before it polls rejects here.
  await whileWaiting(program.ready, waiting);
  const { client } = await connect({ address: temporal.address, namespace: temporal.namespace });
  const deadline = performance.now() + workerTimeoutMs;
  let isGone = false;
  void program.ended.then(() => (isGone = true));
  // A worker's identity begins with its process number.
  const isPolling = async () =>
    (await workersOf(client)).every(({ workers }) =>
      workers.some(({ identity }) => identity.startsWith(`${program.pid}@`)),
    );
  try {
    while (!(await isPolling())) {
      if (isGone)
        throw new StartProblem(`The worker ended before it took tasks. Its last words:\n${program.lastLines()}`);
      if (performance.now() > deadline) {
        throw new StartProblem(
          `The worker was not ready within ${workerTimeoutMs / 1000} s. Its last words:\n${program.lastLines()}`,
        );
      }
      waiting();
      await sleep(200);
    }
  } finally {
    // Closed only here, where no call is under way: a call that repeats itself on a closed connection ends the process.
    await client.connection.close();
  }
}

async function whileWaiting(awaited: Promise<void>, waiting: () => void): Promise<void> {
  const ticker = setInterval(waiting, 1_000);
  await awaited.finally(() => clearInterval(ticker));
}

/** The deployment's id, which marks the flow logs that are ours. */
export const ownerOf = (env: ProcessEnvironment) => env['FLOWLOG_OWNER'] || 'local';

/** Variables of the real cloud; kept from a worker that speaks to the simulator, its credentials above all. */
const ofTheRealCloud = /^(ALIBABA_CLOUD_|FLOWLOG_ENDPOINT|FLOWLOG_ACCOUNTS$|FLOWLOG_NETWORK$)/;

/** The simulator's own limits; where it has none, enough for a person who watches. */
const simulatedLimits = Object.entries({ '*': 10, ...profiles.friendly.limits })
  .map(([name, perSecond]) => `${name.replace(':*', '')}=${perSecond}`)
  .join(',');

/** The worker's environment: ours, and the addresses of the parts just started. */
export function workerEnvironment(env: ProcessEnvironment, services: Services): Record<string, string> {
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
    ...accountsFor(services),
    ...(needsKey && {
      ALIBABA_CLOUD_ACCESS_KEY_ID: defaultAccount.accessKeyId,
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: defaultAccount.secret,
    }),
  };
}

/** Accounts of the simulated world, else the one account. */
const accountsFor = ({ accountsFile, accountId }: Services): Record<string, string> =>
  accountsFile !== undefined
    ? { FLOWLOG_ACCOUNTS: accountsFile }
    : accountId !== undefined
      ? { FLOWLOG_ACCOUNT_ID: accountId }
      : {};
