import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { FlowLogs } from '../../client/index.js';
import { findTemporal } from '../../local/find-temporal.js';
import { startPostgres } from '../../local/postgres.js';
import { startTemporal } from '../../local/temporal.js';
import { defaultAccount, startSimulator } from '../../simulator/index.js';
import { readConfig, startWorker } from '../../worker/index.js';
import { createLog, joinTemporalLog } from '../../worker/log.js';
import {
  type RecordedHistory,
  type Replacement,
  endOf,
  historiesFolder,
  withoutMachine,
  written,
} from './history-file.js';
import { paths } from './paths.js';
import type { World } from './world.js';

/**
 * `npm run histories`: walks every path (or those whose names contain an argument) on real servers and keeps the histories under
 * `test/histories/`. Run it when a change of the workflows is meant and no operation of the old kind is running any more.
 */

const namespace = 'default';
const owner = 'recorder';

/** Small graces, so that a lost answer costs seconds. */
const times = {
  FLOWLOG_CONNECT_TIMEOUT_MS: '500',
  FLOWLOG_READ_TIMEOUT_MS: '1000',
  FLOWLOG_LIST_LAG_MS: '300',
  FLOWLOG_COMMIT_DELAY_MS: '0',
  FLOWLOG_GRACE_MS: '4000',
};

/** Cleanups for the end of the recording, newest first. */
const closers: (() => Promise<unknown>)[] = [];

async function startServers() {
  const folder = await mkdtemp(join(tmpdir(), 'flowlog-histories-'));
  closers.push(() => rm(folder, { recursive: true, force: true }));
  const temporal = await startTemporal({
    executable: await findTemporal((line) => console.error(line)),
    uiPort: false,
  });
  closers.push(() => temporal.stop());
  const postgres = await startPostgres({ dataDir: join(folder, 'postgres'), durable: false });
  closers.push(() => postgres.stop());
  const simulator = await startSimulator({
    profile: 'friendly',
    config: {
      limits: {},
      quotas: {},
      listLagMs: 300,
      cooldownMs: 0,
      progression: { mode: 'time', activationMs: 600, settleMs: 300 },
    },
  });
  closers.push(() => simulator.close());
  return { temporal, postgres, simulator };
}

async function openWorld(): Promise<{ world: World; replacements: readonly Replacement[] }> {
  const { temporal, postgres, simulator } = await startServers();
  const { uid, accessKeyId, secret } = defaultAccount;
  // The library of the base credentials reads the process's own environment.
  Object.assign(process.env, { ALIBABA_CLOUD_ACCESS_KEY_ID: accessKeyId, ALIBABA_CLOUD_ACCESS_KEY_SECRET: secret });
  const config = readConfig({
    ...times,
    DATABASE_URL: postgres.url,
    FLOWLOG_OWNER: owner,
    FLOWLOG_ALLOW_UNSAFE_DATABASE: '1',
    FLOWLOG_EMPTY_LEDGER: 'first-start',
    FLOWLOG_ACCOUNT_ID: uid,
    FLOWLOG_ENDPOINT: simulator.url,
    FLOWLOG_WORKER_BUILD: 'recorder',
  });
  const log = createLog('fatal');
  joinTemporalLog(log);
  const worker = await startWorker({ config, log, temporal: { address: temporal.address, namespace } });
  closers.push(() => worker.stop());
  const connection = await Connection.connect({ address: temporal.address });
  closers.push(() => connection.close());
  const client = new Client({ connection, namespace, identity: 'recorder' });
  const root = fileURLToPath(new URL('../../', import.meta.url));
  return {
    world: { client, simulator, owner, flowLogs: new FlowLogs(client, { accounts: { default: { uid } } }) },
    replacements: [
      [simulator.url, 'http://cloud'],
      [new URL(simulator.url).host, 'cloud'],
      [temporal.address, 'temporal'],
      [`file://${root}`, ''],
      [root, ''],
      [`@${hostname()}`, '@recorder'],
    ],
  };
}

async function record(names: readonly string[]): Promise<void> {
  const chosen = paths.filter(({ name }) => names.length === 0 || names.some((part) => name.includes(part)));
  if (chosen.length === 0) throw new Error(`no path is named like ${names.join(', ')}`);
  const { world, replacements } = await openWorld();
  await mkdir(historiesFolder, { recursive: true });
  for (const { name, reason, ends, walk } of chosen) {
    const { workflowId, runId } = await walk(world);
    const history = await world.client.workflow.getHandle(workflowId, runId).fetchHistory();
    const recorded = withoutMachine(JSON.parse(historyToJSON(history)) as RecordedHistory, replacements);
    const end = endOf(recorded);
    if (end !== ends) throw new Error(`${name} should end as ${ends} and ended as ${end}`);
    await writeFile(join(historiesFolder, `${name}.json`), written(recorded));
    console.log(`${name}: ${recorded.events.length} events (${reason})`);
  }
  if (names.length === 0) await removeOthers();
}

/** A path that is walked no more leaves no history behind. */
async function removeOthers(): Promise<void> {
  const known = new Set(paths.map(({ name }) => `${name}.json`));
  for (const file of await readdir(historiesFolder)) if (!known.has(file)) await rm(join(historiesFolder, file));
}

try {
  await record(process.argv.slice(2));
} finally {
  for (const close of closers.reverse()) await close();
}
