import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import { FlowLogs, type Overlap } from '../../client/index.js';
import { findTemporal } from '../../local/find-temporal.js';
import { type Temporal, startTemporal } from '../../local/temporal.js';
import { until } from './fixtures/scenario.js';
import { destination, requestedBy, vpc } from './fixtures/targets.js';

/** Temporal itself away for longer than the catch-up window. The action of a firing does not matter: it starts a bulk that waits for a worker. */

const OUTAGE_MS = 25_000;
const CATCH_UP_MS = 10_000;

let folder: string;
let temporal: Temporal;
let connection: Connection;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowlog-schedule-'));
  await start();
}, 60_000);

afterAll(async () => {
  await connection.close();
  await temporal.stop();
  await rm(folder, { recursive: true });
}, 60_000);

async function start(port?: number): Promise<void> {
  const executable = await findTemporal(() => undefined);
  const dbFile = join(folder, 'temporal.db');
  temporal = await startTemporal({ executable, dbFile, uiPort: false, ...omitUndefined({ port: port || undefined }) });
  connection = await Connection.connect({ address: temporal.address });
}

const schedules = () => new FlowLogs(new Client({ connection }), { accounts: {} }).schedules;

const firingsOf = async (name: string) => (await schedules().list()).find((one) => one.name === name)?.firings;

test(
  'firings that Temporal missed are made up for within the window, and no further',
  { timeout: 180_000 },
  async () => {
    const every: Readonly<Record<string, Overlap>> = { each: 'allow-all', one: 'skip' };
    for (const [name, overlap] of Object.entries(every))
      await schedules().create({
        name,
        operation: 'enable',
        items: [{ target: vpc.target(name), spec: { destination } }],
        requestedBy,
        everyMs: 1_000,
        overlap,
        catchUpWindowMs: CATCH_UP_MS,
      });
    await until(async () => ((await firingsOf('each'))?.started ?? 0) >= 2);
    const before = await firingsOf('each');
    const port = Number(temporal.address.split(':')[1]);
    await connection.close();
    await temporal.stop();
    await sleep(OUTAGE_MS);
    await start(port);
    await until(async () => ((await firingsOf('each'))?.missed ?? 0) > 0);
    for (const name of Object.keys(every)) await schedules().pause(name, { requestedBy });
    const after = await firingsOf('each');
    const lost = OUTAGE_MS / 1_000;
    // A second less or more at each edge, and what fired after the outage until the pause.
    expect(after?.missed).toBeGreaterThanOrEqual(lost - CATCH_UP_MS / 1_000 - 2);
    const startedSince = (after?.started ?? 0) - (before?.started ?? 0);
    console.info(`${lost} s away: ${after?.missed} firings were left out, ${startedSince} started since`);
    expect(startedSince).toBeLessThan(lost);
    expect(await firingsOf('one')).toMatchObject({ started: 1 });
  },
);
