import { readFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openAuditor } from '../../audit/index.js';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import { type Postgres, startPostgres } from '../../local/postgres.js';
import { expectExactlyOne } from './fixtures/judge.js';
import { type Service, startService } from './fixtures/service.js';
import { destination, productsUnderTest, requestedBy } from './fixtures/targets.js';

/**
 * A database whose administrator has given up durability: a commit is on the disk seconds later only, and all processes of the server are
 * killed at once. What the ledger has committed is there afterwards.
 */

const GRACE_MS = 20_000;

let folder: string;
let server: Postgres;
let service: Service;
const start = async (port?: number): Promise<void> => {
  server = await startPostgres({
    dataDir: join(folder, 'data'),
    // Longer than the test: nothing that was not asked for is written.
    settings: ['synchronous_commit=off', 'wal_writer_delay=10s', 'wal_writer_flush_after=1GB', 'checkpoint_timeout=1h'],
    ...omitUndefined({ port }),
  });
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowlog-crash-'));
  await start();
  service = await startService({
    simulator: { config: { listLagMs: 0, cooldownMs: 0, progression: { mode: 'immediate' } } },
    env: { DATABASE_URL: server.url, FLOWLOG_GRACE_MS: String(GRACE_MS), FLOWLOG_READ_TIMEOUT_MS: '10000' },
  });
});
afterEach(async () => {
  await service.stop();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Kills the server with all its processes, before one of them can write what another one has left in memory. */
async function crash(): Promise<void> {
  const [postmaster = ''] = (await readFile(join(folder, 'data/postmaster.pid'), 'utf8')).split('\n');
  const children = await readFile(`/proc/${postmaster}/task/${postmaster}/children`, 'utf8');
  for (const pid of [postmaster, ...children.trim().split(' ')]) process.kill(Number(pid), 'SIGKILL');
  await server.ended;
}

test(
  'an intent is there after a crash of a database with synchronous_commit=off, and each create is made once',
  { timeout: 240_000 },
  async () => {
    const { simulator, flowLogs, query } = service;
    await query('create table public.carefree (word text)');
    await query('checkpoint');
    simulator.faults(
      productsUnderTest.map(({ product, create, resource }) => ({
        ...{ product, action: create, resource: resource('crash'), count: 1, barrier: 'on its way' },
      })),
    );
    const asked = await Promise.all(
      productsUnderTest.map((product) =>
        flowLogs.enable({ target: product.target('crash'), spec: { destination }, requestedBy }),
      ),
    );
    const held = () => simulator.barriers.list().flatMap(({ waiting }) => waiting).length;
    await expect.poll(held, { timeout: 60_000 }).toBe(productsUnderTest.length);
    const intents = await query(`select intent_id from ledger.entries where kind = 'intent' order by intent_id`);
    expect(intents).toHaveLength(productsUnderTest.length);
    // What another program commits at the same time is lost: without it this test would show nothing.
    await query(`insert into public.carefree values ('lost')`);
    await crash();
    simulator.barriers.release('on its way');
    await start(Number(new URL(server.url).port));
    expect(await query('select word from public.carefree')).toEqual([]);
    expect(await query(`select intent_id from ledger.entries where kind = 'intent' order by intent_id`)).toEqual(
      intents,
    );

    const reports = await Promise.all(asked.map((operation) => operation.result()));
    expect(reports.map(({ outcome }) => outcome)).toEqual(['created', 'created', 'created']);
    for (const product of productsUnderTest) expectExactlyOne(service, product, 'crash');
    expect(await query(`select from ledger.entries where kind = 'orphan'`)).toEqual([]);
    const auditor = await openAuditor({ databaseUrl: server.url });
    expect(await auditor.verify()).toMatchObject({ ok: true });
    await auditor.close();
  },
);
