import { Client } from '@temporalio/client';
import { type NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { type Dependencies, createActivities, proveByRuns } from '../activities/index.js';
import {
  appendAnchor,
  type Ledger,
  type LedgerOptions,
  DatabaseUnavailable,
  openLedger,
  requireWritable,
} from '../audit/index.js';
import { type Redact, redactSecrets } from '../cloud/call/redact.js';
import { createScans } from '../cloud/lists/scans.js';
import { createWatcher } from '../cloud/lists/watcher.js';
import { openStore } from '../store/index.js';
import { type Check, taskQueues } from '../workflows/contract/operation.js';
import { dataConverter, workflowBundle } from './bundle.js';
import { workerClock } from './clock.js';
import { connectCloud } from './cloud.js';
import { ConfigError, type WorkerConfig } from './config.js';
import { requireSchema } from './database.js';
import type { WorkerLog } from './log.js';
import { readiness } from './readiness.js';
import { registerSearchAttributes } from './search-attributes.js';
import { surplusGauge } from './surplus-gauge.js';
import { connectTemporal, type TemporalPlace } from './temporal.js';

export interface WorkerOptions {
  readonly config: WorkerConfig;
  readonly log: WorkerLog;
  /** Address and namespace of Temporal; default: from Temporal's own environment configuration. */
  readonly temporal?: TemporalPlace;
  /** Takes secrets out of texts; only a test that shows that it is needed gives another than the real one. */
  readonly redact?: Redact;
  /** Wraps the dependencies of the activities before they are built: tests inject faults here. */
  readonly wrap?: (dependencies: Dependencies) => Dependencies;
}

/** A worker that polls. */
export interface RunningWorker {
  /** Settles when the worker ends, by `stop` or by a failure of its own. */
  readonly done: Promise<void>;
  /** Looks at what it stands on: Temporal, the database and its schema, the credentials. */
  checks(): Promise<readonly Check[]>;
  /** Ends in order: no new tasks, waits handed back at once, changes under way finished, connections closed. */
  stop(): Promise<void>;
}

/** Slots of each queue. Waits hold one each for as long as they wait, and cost next to nothing. */
const slots = { workflows: 100, cloud: 200, wait: 2_000, join: 2_000 } as const;

/** Time limits of one question to the ledger. An attempt asks a handful of them, and each has its share of the attempt's time. */
const ledgerTimes = { connectTimeoutMs: 1_500, statementTimeoutMs: 1_000 };

/**
 * Node ends the whole process where a script of a workflow is stopped by its time limit (nodejs/node#38503): not for a machine that was busy or
 * suspended for the SDK's 5 s. The inputs bound the computation of a workflow. The option is not in the SDK's types (1.24.0), but it is read.
 */
const patience = { isolateExecutionTimeout: '10 minutes' };

/** A change under way at shutdown may finish within this long: connect, read, and two rows of the ledger. */
const SHUTDOWN_GRACE = '30 seconds';

/**
 * Connects, migrates where the login may, registers, and starts one worker per task queue over one set of dependencies.
 * @throws NotThereYet, DatabaseUnavailable while a part is away: `untilThere` waits for it
 */
export async function startWorker(options: WorkerOptions): Promise<RunningWorker> {
  const { config, log } = options;
  const closers: (() => Promise<unknown> | unknown)[] = [];
  const closeAll = async () => {
    for (const close of closers.reverse()) await close();
  };
  try {
    await requireSchema(config.databaseUrl, log);
    const redact = (text: string): string => (options.redact ?? redactSecrets)(text, []);
    const clock = workerClock();
    const database = { databaseUrl: config.databaseUrl, machine: clock, ...ledgerTimes };
    const ledger = await openLedger({ ...database, log, redact, ...(await keptOutside(config)) });
    closers.push(() => ledger.close());
    await requireSafe(ledger, config);
    const store = openStore(database);
    closers.push(() => store.close());
    const { cloud, budget, accountIds, quotaOf, principalOf, close } = await connectCloud(config, {
      slots: store.budgets,
      clock,
      isAway: (error) => error instanceof DatabaseUnavailable,
      redact: options.redact,
    });
    closers.push(close);
    const temporal = await connectTemporal(options.temporal);
    const { connection, clientConnection, namespace } = temporal;
    closers.push(
      () => connection.close(),
      () => clientConnection.close(),
    );
    const watcher = createWatcher({ cloud, owner: config.owner, clock, random: Math.random });
    closers.push(() => watcher.close());
    const dependencies: Dependencies = {
      cloud,
      budget,
      ledger,
      store,
      watcher,
      scans: createScans({ cloud, clock, owner: config.owner, listLagMs: config.timing.listLagMs }),
      ...buildSettings(config),
      temporal: new Client({ connection: clientConnection, namespace, dataConverter }),
      clock,
      searchAttributes: await hasSearchAttributes(connection, namespace, log),
      accountIds,
      quotaOf,
      principalOf,
      surplusSeen: surplusGauge(Runtime.instance().metricMeter),
    };
    await learnBeginning(dependencies, config, log);
    const activities = createActivities(options.wrap?.(dependencies) ?? dependencies);
    const workers = await createWorkers({ connection, namespace }, activities);
    log.info({ namespace, owner: config.owner, queues: Object.values(taskQueues) }, 'worker is polling');
    const checks = () => readiness({ databaseUrl: config.databaseUrl, temporal, accountIds, principalOf });
    return { ...runningWorker(workers, closeAll), checks };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

const buildSettings = ({ owner, workerBuild, timing, longHistoryEvents, allowUnsafeDatabase }: WorkerConfig) => ({
  owner,
  workerBuild,
  timing,
  longHistoryEvents,
  allowUnsafeDatabase,
});

async function hasSearchAttributes(connection: NativeConnection, namespace: string, log: WorkerLog): Promise<boolean> {
  const missing = await registerSearchAttributes(connection, namespace);
  if (missing.length > 0) log.warn({ missing }, 'the namespace lacks search attributes; running without any');
  return missing.length === 0;
}

/** Learns how the ledger began. One that stands in the place of a lost one is told at once, and not only by the first change. */
async function learnBeginning(dependencies: Dependencies, config: WorkerConfig, log: WorkerLog): Promise<void> {
  const isFirst = config.emptyLedger === 'first-start';
  const began = await (isFirst ? dependencies.ledger.begin(undefined) : proveByRuns(dependencies));
  if (began?.how !== 'lost') return;
  log.warn(
    { began },
    'the ledger is empty, but not a first start: nothing is changed until `flowlog ledger adopt-empty`',
  );
}

/** Exactly one rests on intents that outlive a crash. @throws ConfigError */
async function requireSafe(ledger: Ledger, { allowUnsafeDatabase }: WorkerConfig): Promise<void> {
  const { fsync } = await ledger.durability();
  if (fsync || allowUnsafeDatabase) return;
  throw new ConfigError(
    'DATABASE_URL: the server runs with fsync=off: a crash may lose intents, and a change whose intent is lost may be sent twice. Set ' +
      'fsync=on there; FLOWLOG_ALLOW_UNSAFE_DATABASE=1 lets a worker run all the same, for tests.',
  );
}

interface NamespaceConnection {
  readonly connection: NativeConnection;
  readonly namespace: string;
}

async function createWorkers(
  place: NamespaceConnection,
  activities: ReturnType<typeof createActivities>,
): Promise<readonly Worker[]> {
  const bundle = await workflowBundle();
  const common = { ...place, dataConverter };
  const shared = { ...common, shutdownGraceTime: SHUTDOWN_GRACE };
  return Promise.all([
    Worker.create({
      ...shared,
      taskQueue: taskQueues.workflows,
      workflowBundle: bundle,
      activities: { ...activities.workflows },
      maxConcurrentWorkflowTaskExecutions: slots.workflows,
      ...patience,
    }),
    Worker.create({
      ...shared,
      taskQueue: taskQueues.cloud,
      activities: { ...activities.cloud },
      maxConcurrentActivityTaskExecutions: slots.cloud,
    }),
    // Waits hold no state: on shutdown they end at once and another worker takes them.
    Worker.create({
      ...common,
      taskQueue: taskQueues.wait,
      activities: { ...activities.wait },
      maxConcurrentActivityTaskExecutions: slots.wait,
    }),
    Worker.create({
      ...common,
      taskQueue: taskQueues.join,
      activities: { ...activities.join },
      maxConcurrentActivityTaskExecutions: slots.join,
    }),
  ]);
}

function runningWorker(workers: readonly Worker[], closeAll: () => Promise<void>): Omit<RunningWorker, 'checks'> {
  const shutdown = () => workers.forEach((worker) => worker.getState() === 'RUNNING' && worker.shutdown());
  const runs = workers.map((worker) => worker.run());
  // One that ends takes the others with it: half a worker would accept work it cannot do.
  for (const run of runs) run.then(shutdown, shutdown);
  const done = Promise.allSettled(runs).then(async (ends) => {
    await closeAll();
    const failed = ends.find((end) => end.status === 'rejected');
    if (failed) throw failed.reason;
  });
  return {
    done,
    stop: () => {
      shutdown();
      return done;
    },
  };
}

/** Appends anchors to a file, where one is named. @throws {ConfigError} where it cannot be written: a witness that is silent from the start is none */
async function keptOutside({ anchorsFile: path }: WorkerConfig): Promise<Pick<LedgerOptions, 'keepOutside'>> {
  if (path === undefined) return {};
  await requireWritable(path).catch((error: unknown) => {
    throw new ConfigError(`FLOWLOG_ANCHORS_FILE: ${error instanceof Error ? error.message : String(error)}`);
  });
  return { keepOutside: (anchor) => appendAnchor(path, anchor) };
}
