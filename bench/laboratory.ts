import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { FlowLogs } from '../client/index.js';
import { findTemporal } from '../local/find-temporal.js';
import { startPostgres } from '../local/postgres.js';
import { type Program, startProgram, startWorkerProgram } from '../local/program.js';
import { startTemporal } from '../local/temporal.js';
import { type ConfigPatch, type Simulator, defaultAccount, startSimulator } from '../simulator/index.js';
import { type Usage, usageOf } from './process.js';

/** Real servers on this machine; a worker of ours and one of the baseline, a process each. */
export interface Laboratory {
  readonly client: Client;
  readonly flowLogs: FlowLogs;
  readonly simulator: Simulator;
  /** Database of the service. */
  readonly databaseUrl: string;
  /** A fresh cloud, configured for one figure. */
  cloud(config: ConfigPatch): Promise<void>;
  /** Fresh workers of ours, one or more, with these settings beside the usual ones. */
  worker(env?: Readonly<Record<string, string>>, count?: number): Promise<void>;
  /** Ends our workers as a crash does. */
  killWorker(): Promise<void>;
  /** Memory and CPU used so far by our first worker, by PostgreSQL, and by this process, which is the simulator and the client. */
  usage(): Promise<{ readonly worker: Usage; readonly database: Usage; readonly simulator: Usage }>;
  close(): Promise<void>;
}

/** A cloud without delays or limits, so that only our own time is measured. */
const instant: ConfigPatch = {
  progression: { mode: 'immediate' },
  limits: {},
  quotas: {},
  listLagMs: 0,
  cooldownMs: 0,
  commitDelayMs: 0,
};

export async function openLaboratory(): Promise<Laboratory> {
  const folder = await mkdtemp(join(tmpdir(), 'flowlog-bench-'));
  const executable = await findTemporal((line) => console.error(line));
  const [temporal, postgres, simulator] = await Promise.all([
    startTemporal({ executable, uiPort: false }),
    startPostgres({ dataDir: join(folder, 'postgres') }),
    startSimulator({ profile: 'friendly', config: instant }),
  ]);
  const connection = await Connection.connect({ address: temporal.address });
  const client = new Client({ connection });
  const usual = environmentOf(postgres.url, simulator.url, temporal.address);
  const startOurs = async (env: Readonly<Record<string, string>>, count = 1) => {
    const options = { env: { ...usual, ...env } };
    const workers = await Promise.all(Array.from({ length: count }, () => startWorkerProgram(options)));
    await Promise.all(workers.map(({ ready }) => ready));
    return workers;
  };
  let ours: readonly Program[] = await startOurs({});
  const ofAll = (end: (worker: Program) => Promise<void>) => Promise.all(ours.map(end));
  const bare = await startProgram({
    name: 'the bare worker',
    args: ['local/bootstrap.mjs', 'bench/bare-worker.ts'],
    readyWords: 'bare worker is polling',
    env: usual,
  });
  await bare.ready;
  return {
    client,
    simulator,
    databaseUrl: postgres.url,
    flowLogs: new FlowLogs(client, { accounts: { default: { uid: defaultAccount.uid } } }),
    async cloud(patch) {
      await simulator.reset();
      simulator.config({ ...instant, ...patch });
    },
    async worker(env = {}, count = 1) {
      await ofAll((worker) => worker.stop());
      ours = await startOurs(env, count);
    },
    async killWorker() {
      await ofAll((worker) => worker.kill());
    },
    async usage() {
      const [worker, database, mine] = await Promise.all([ours[0]?.pid ?? 0, postgres.pid, process.pid].map(usageOf));
      const own = process.cpuUsage();
      const simulated = { peakMegabytes: mine?.peakMegabytes ?? 0, cpuSeconds: (own.user + own.system) / 1e6 };
      return { worker: worker as Usage, database: database as Usage, simulator: simulated };
    },
    async close() {
      await Promise.all([ofAll((worker) => worker.stop()), bare.stop()]);
      await connection.close();
      await simulator.close();
      await Promise.all([temporal.stop(), postgres.stop()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const environmentOf = (databaseUrl: string, endpoint: string, temporal: string): Record<string, string> => ({
  ...(process.env as Record<string, string>),
  DATABASE_URL: databaseUrl,
  TEMPORAL_ADDRESS: temporal,
  TEMPORAL_NAMESPACE: 'default',
  FLOWLOG_OWNER: 'bench',
  FLOWLOG_ACCOUNT_ID: defaultAccount.uid,
  FLOWLOG_ENDPOINT: endpoint,
  ALIBABA_CLOUD_ACCESS_KEY_ID: defaultAccount.accessKeyId,
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: defaultAccount.secret,
  // No limit by default: figures measure our own time, except those about limits.
  FLOWLOG_BUDGETS: '*=10000',
});
