import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Worker, bundleWorkflowCode } from '@temporalio/worker';
import { FlowLogs } from '../client/index.js';
import { findTemporal } from '../local/find-temporal.js';
import { startPostgres } from '../local/postgres.js';
import { startTemporal } from '../local/temporal.js';
import { type ConfigPatch, type Simulator, defaultAccount, startSimulator } from '../simulator/index.js';
import { type RunningWorker, type WorkerConfig, readConfig, startWorker } from '../worker/index.js';
import { createLog, joinTemporalLog } from '../worker/log.js';
import { bareActivities } from './bare-activities.js';

/** Task queue of the baseline. */
export const bareQueue = 'bare';

/** Real servers on this machine, one worker of ours and one of the baseline in this process. */
export interface Laboratory {
  readonly client: Client;
  readonly flowLogs: FlowLogs;
  readonly simulator: Simulator;
  /** A fresh cloud, configured for one figure. */
  cloud(config: ConfigPatch): Promise<void>;
  close(): Promise<void>;
}

/** The cloud as fast as it can be: what is left is our own time. */
const instant: ConfigPatch = {
  progression: { mode: 'immediate' },
  limits: {},
  quotas: {},
  listLagMs: 0,
  cooldownMs: 0,
  commitDelayMs: 0,
};

export async function openLaboratory(): Promise<Laboratory> {
  const log = createLog('error');
  joinTemporalLog(log);
  const folder = await mkdtemp(join(tmpdir(), 'flowlog-bench-'));
  const executable = await findTemporal((line) => console.error(line));
  const [temporal, postgres, simulator] = await Promise.all([
    startTemporal({ executable, uiPort: false }),
    startPostgres({ dataDir: join(folder, 'postgres') }),
    startSimulator({ profile: 'friendly', config: instant }),
  ]);
  const connection = await Connection.connect({ address: temporal.address });
  const client = new Client({ connection });
  const config = configOf(postgres.url, simulator.url);
  const worker = await startWorker({ config, log, temporal: { address: temporal.address, namespace: 'default' } });
  const bare = await startBareWorker(temporal.address);
  return {
    client,
    simulator,
    flowLogs: new FlowLogs(client, { accounts: { default: { uid: defaultAccount.uid } } }),
    async cloud(patch) {
      await simulator.reset();
      simulator.config({ ...instant, ...patch });
    },
    async close() {
      await Promise.all([worker.stop(), bare.stop()]);
      await connection.close();
      await simulator.close();
      await Promise.all([temporal.stop(), postgres.stop()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function configOf(databaseUrl: string, endpoint: string): WorkerConfig {
  process.env['ALIBABA_CLOUD_ACCESS_KEY_ID'] = defaultAccount.accessKeyId;
  process.env['ALIBABA_CLOUD_ACCESS_KEY_SECRET'] = defaultAccount.secret;
  return readConfig({
    DATABASE_URL: databaseUrl,
    FLOWLOG_OWNER: 'bench',
    FLOWLOG_ACCOUNT_ID: defaultAccount.uid,
    FLOWLOG_ENDPOINT: endpoint,
    // What is measured is our own time, except where a figure is about limits.
    FLOWLOG_BUDGETS: '*=10000',
  });
}

/** The least that durable execution costs: a workflow of three activities, its tasks on two queues like ours. */
async function startBareWorker(address: string): Promise<Pick<RunningWorker, 'stop'>> {
  const connection = await NativeConnection.connect({ address });
  const workflowsPath = fileURLToPath(new URL('./bare-workflow.ts', import.meta.url));
  const workflowBundle = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });
  const worker = await Worker.create({ connection, taskQueue: bareQueue, workflowBundle });
  const cloud = await Worker.create({ connection, taskQueue: `${bareQueue}-activities`, activities: bareActivities });
  const runs = [worker, cloud].map((each) => each.run());
  return {
    async stop() {
      for (const each of [worker, cloud]) each.shutdown();
      await Promise.all(runs);
      await connection.close();
    },
  };
}
