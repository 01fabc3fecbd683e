import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { Stack } from '../../local/stack.js';
import { type ConfigPatch, type Seed, type Simulator, defaultAccount, startSimulator } from '../../simulator/index.js';
import { type Fleet, startFleet } from './fleet.js';
import { type Servers, startServers } from './servers.js';

/** Everything a campaign plays on: real processes, and the simulator in this one. */
export interface Stage {
  readonly simulator: Simulator;
  readonly servers: Servers;
  readonly fleet: Fleet;
  /** Its connection is for who uses it to close, when no call is under way: one that repeats itself on a closed one ends the process. */
  readonly client: Client;
}

/** Runs a campaign in a folder that goes with it, unless one is given; every process it started is ended, however it ends. */
export async function onStack<Result>(
  given: string | undefined,
  run: (folder: string, stack: Stack) => Promise<Result>,
): Promise<Result> {
  const stack = new Stack();
  const folder = given ?? (await mkdtemp(join(tmpdir(), 'flowlog-chaos-')));
  const endNow = () => void stack.stop().then(() => process.exit(130));
  process.once('SIGINT', endNow).once('SIGTERM', endNow);
  try {
    return await run(folder, stack);
  } finally {
    await stack.stop();
    process.off('SIGINT', endNow).off('SIGTERM', endNow);
    if (given === undefined) await rm(folder, { recursive: true, force: true });
  }
}

/** Small, so that a lost answer costs seconds; wide enough for a machine that has other things to do. */
export const timing = {
  connectTimeoutMs: 1_000,
  readTimeoutMs: 2_000,
  listLagMs: 3_000,
  commitDelayMs: 0,
  graceMs: 9_000,
  heartbeatMs: 4_000,
} as const;

/** Worker processes at a time. */
const WORKERS = 2;

/** Settings of one campaign. */
export interface Scenery {
  readonly seed: Seed | readonly Seed[];
  /** On top of the hostile cloud. */
  readonly config?: ConfigPatch;
  /** The workers' settings, on top of the usual ones. */
  readonly env?: Readonly<Record<string, string>>;
  /** The workers' clocks can be moved. */
  readonly movesClocks?: boolean;
}

/** Starts everything below `folder`; the stack ends it. */
export async function setStage(
  folder: string,
  stack: Stack,
  { env, movesClocks, ...scenery }: Scenery,
): Promise<Stage> {
  const [servers, simulator] = await Promise.all([startServers(folder, stack), startCloud(scenery, stack)]);
  const connection = await Connection.connect({ address: servers.temporal.address });
  const fleet = await startFleet(WORKERS, { ...environmentOf(servers, simulator), ...env }, folder, stack, movesClocks);
  return { simulator, servers, fleet, client: new Client({ connection }) };
}

/** The hostile cloud, with short activations and all that others have in it. */
async function startCloud({ seed, config }: Scenery, stack: Stack): Promise<Simulator> {
  const starting = startSimulator({
    profile: 'hostile',
    config: {
      progression: { mode: 'time', activationMs: 1_000, settleMs: 500 },
      listLagMs: timing.listLagMs,
      resources: 'open',
      ...config,
    },
    seed,
  });
  const part = starting.then((simulator) => ({
    id: 'simulator',
    name: 'the simulator',
    simulator,
    stop: () => simulator.close(),
  }));
  return (await stack.add(part)).simulator;
}

/** Variables of a person's own environment about clouds and servers; kept from the workers. */
const ofOthers = /^(FLOWLOG_|ALIBABA_CLOUD_|TEMPORAL_)/;

function environmentOf({ temporal, database }: Servers, simulator: Simulator): Record<string, string> {
  const inherited = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !ofOthers.test(entry[0]),
  );
  return {
    ...Object.fromEntries(inherited),
    DATABASE_URL: database.urlOfWorkers,
    TEMPORAL_ADDRESS: temporal.address,
    FLOWLOG_ENDPOINT: simulator.url,
    FLOWLOG_OWNER: 'chaos',
    FLOWLOG_ALLOW_UNSAFE_DATABASE: '1',
    FLOWLOG_EMPTY_LEDGER: 'first-start',
    FLOWLOG_ACCOUNT_ID: defaultAccount.uid,
    ALIBABA_CLOUD_ACCESS_KEY_ID: defaultAccount.accessKeyId,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: defaultAccount.secret,
    // The storm shall rage, not queue.
    FLOWLOG_BUDGETS: '*=10000',
    FLOWLOG_BUDGET_SHARE: '0.1',
    FLOWLOG_CONNECT_TIMEOUT_MS: String(timing.connectTimeoutMs),
    FLOWLOG_READ_TIMEOUT_MS: String(timing.readTimeoutMs),
    FLOWLOG_LIST_LAG_MS: String(timing.listLagMs),
    FLOWLOG_COMMIT_DELAY_MS: String(timing.commitDelayMs),
    FLOWLOG_GRACE_MS: String(timing.graceMs),
    FLOWLOG_HEARTBEAT_MS: String(timing.heartbeatMs),
  };
}

/** No call meets a fault any more: brings accepted changes to their end, and waits until no call is unanswered. */
export async function atRest(simulator: Simulator): Promise<void> {
  simulator.clearFaults();
  await simulator.settle();
  while (simulator.journal().some(({ outcome }) => outcome === 'pending')) await sleep(100);
}
