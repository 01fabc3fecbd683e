import { Client as PgClient } from 'pg';
import { Client, Connection } from '@temporalio/client';
import { inject } from 'vitest';
import { FlowLogs } from '../../client/index.js';
import { type Program, startWorkerProgram } from '../../local/program.js';
import { type Simulator, type SimulatorOptions, defaultAccount, startSimulator } from '../../simulator/index.js';
import { createLog, joinTemporalLog } from '../../worker/log.js';
import { readConfig, startWorker, type RunningWorker, type WorkerOptions } from '../../worker/index.js';
import { freshNamespace, migratedDatabase } from './servers.js';

/** The default account of the simulator. */
export const uid = defaultAccount.uid;

/** Small graces and timeouts, so that a lost answer costs seconds; the lag fits the hostile simulator's. */
const smallTimes = {
  FLOWLOG_CONNECT_TIMEOUT_MS: '500',
  // A busy machine answers within it: only what is meant to be lost is.
  FLOWLOG_READ_TIMEOUT_MS: '2000',
  FLOWLOG_LIST_LAG_MS: '3000',
  FLOWLOG_COMMIT_DELAY_MS: '0',
  FLOWLOG_GRACE_MS: '7500',
  FLOWLOG_HEARTBEAT_MS: '2000',
  // Only tests of budgets wait for them.
  FLOWLOG_BUDGETS: '*=10000',
  FLOWLOG_BUDGET_SHARE: '0.1',
};

export interface ServiceOptions {
  readonly simulator?: SimulatorOptions;
  readonly env?: Readonly<Record<string, string>>;
  /** Workers in this process; default 1. Tests that kill workers start theirs as processes. */
  readonly workers?: number;
}

/** The whole service on real servers: simulator over HTTP, PostgreSQL, Temporal, worker, client. */
export interface Service {
  readonly simulator: Simulator;
  readonly flowLogs: FlowLogs;
  readonly client: Client;
  readonly namespace: string;
  readonly env: Readonly<Record<string, string>>;
  startWorker(options?: {
    env?: Readonly<Record<string, string>>;
    wrap?: WorkerOptions['wrap'];
    redact?: WorkerOptions['redact'];
  }): Promise<RunningWorker>;
  spawnWorker(env?: Readonly<Record<string, string>>): Promise<WorkerProcess>;
  /** Rows of the ledger's database. */
  query<Row extends object>(sql: string, values?: unknown[]): Promise<Row[]>;
  stop(): Promise<void>;
}

/** A worker in a process of its own, which can be killed and frozen. */
export interface WorkerProcess extends Program {
  /** All it printed so far. */
  output(): string;
  freeze(): void;
  thaw(): void;
}

/** Only what a test did not ask for is worth reading: workflows that fail are often the point. */
const log = createLog('error');
joinTemporalLog(log);

/** Starts a service of its own namespace, database and simulator. */
export async function startService(options: ServiceOptions = {}): Promise<Service> {
  const [simulator, databaseUrl, namespace] = await Promise.all([
    startSimulator(options.simulator),
    migratedDatabase(),
    freshNamespace(),
  ]);
  const env = {
    ...smallTimes,
    DATABASE_URL: databaseUrl,
    TEMPORAL_ADDRESS: inject('temporalAddress'),
    TEMPORAL_NAMESPACE: namespace,
    FLOWLOG_OWNER: 'test',
    // Data that the servers of tests lose in a crash are lost with the test.
    FLOWLOG_ALLOW_UNSAFE_DATABASE: '1',
    // Worlds are seeded with flow logs of ours that no ledger knows.
    FLOWLOG_EMPTY_LEDGER: 'first-start',
    FLOWLOG_ACCOUNT_ID: uid,
    FLOWLOG_ENDPOINT: simulator.url,
    ALIBABA_CLOUD_ACCESS_KEY_ID: defaultAccount.accessKeyId,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: defaultAccount.secret,
    ...options.env,
  };
  const connection = await Connection.connect({ address: env.TEMPORAL_ADDRESS });
  const client = new Client({ connection, namespace });
  const workers: RunningWorker[] = [];
  const processes: WorkerProcess[] = [];
  const service: Service = {
    simulator,
    client,
    namespace,
    env,
    flowLogs: new FlowLogs(client, { accounts: { default: { uid } } }),
    async startWorker({ env: more = {}, wrap, redact } = {}) {
      Object.assign(process.env, credentialsOf(env));
      const temporal = { address: env.TEMPORAL_ADDRESS, namespace };
      const config = readConfig({ ...env, ...more });
      const seams = { ...(wrap ? { wrap } : {}), ...(redact ? { redact } : {}) };
      const worker = await startWorker({ config, log, temporal, ...seams });
      workers.push(worker);
      return worker;
    },
    async spawnWorker(more = {}) {
      const worker = await spawnWorker({ ...env, ...more });
      processes.push(worker);
      return worker;
    },
    async query<Row extends object>(sql: string, values: unknown[] = []) {
      const pg = new PgClient({ connectionString: databaseUrl });
      await pg.connect();
      try {
        return (await pg.query<Row>(sql, values)).rows;
      } finally {
        await pg.end();
      }
    },
    async stop() {
      await Promise.all([...workers.map((worker) => worker.stop()), ...processes.map((worker) => worker.kill())]);
      await connection.close();
      await simulator.close();
    },
  };
  for (let count = 0; count < (options.workers ?? 1); count++) await service.startWorker();
  return service;
}

const credentialsOf = (env: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(env).filter(([name]) => name.startsWith('ALIBABA_CLOUD_')));

/** `npm run worker` as a process, up when it says that it polls. */
async function spawnWorker(env: Readonly<Record<string, string>>): Promise<WorkerProcess> {
  let output = '';
  const worker = await startWorkerProgram({
    env: { ...(process.env as Record<string, string>), ...env },
    log: (line) => (output += `${line}\n`),
  });
  await worker.ready;
  return {
    ...worker,
    output: () => output,
    freeze: () => process.kill(worker.pid, 'SIGSTOP'),
    thaw: () => process.kill(worker.pid, 'SIGCONT'),
  };
}

/** Types of the events in a run's history. */
export async function historyOf(client: Client, workflowId: string, runId?: string) {
  const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  return events ?? [];
}
