import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DatabaseUnavailable, migrate, openAuditor, openLedger, type Ledger } from '../../audit/index.js';
import { startPostgres, type Postgres } from '../../local/postgres.js';
import {
  attemptOf,
  createIntent,
  someRun,
  someTarget,
  takeAndCommit,
  wholeOperation,
} from './fixtures/ledger-fixture.js';

let folder: string;
let postgres: Postgres;
let ledger: Ledger;
const warnings: string[] = [];

const start = async (): Promise<void> => {
  const port = postgres ? { port: Number(new URL(postgres.url).port) } : {};
  postgres = await startPostgres({ dataDir: join(folder, 'data'), durable: false, ...port });
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowlog-ledger-'));
  await start();
  await migrate(postgres.url);
  ledger = await openLedger({
    databaseUrl: postgres.url,
    connectTimeoutMs: 2000,
    statementTimeoutMs: 1000,
    anchorEveryMs: 50,
    log: { info: () => undefined, warn: (_, message) => void warnings.push(message) },
  });
});
afterAll(async () => {
  await ledger.close();
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Runs statements beside the ledger, over a connection of its own. */
async function beside<T>(
  use: (query: (sql: string, values?: unknown[]) => Promise<unknown>) => Promise<T>,
): Promise<T> {
  const { Client } = await import('pg');
  const client = new Client({ connectionString: postgres.url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await use((sql, values) => client.query(sql, values));
  } finally {
    await client.end();
  }
}

describe('while the database is away', () => {
  test('every method says so, and all goes on when it is back', async () => {
    const target = someTarget();
    const attempt = attemptOf(someRun(target));
    const intentId = await takeAndCommit(ledger, target, attempt);
    await postgres.stop();
    const { operation } = attempt;
    const asked: Promise<unknown>[] = [
      ledger.openOperation({ operation, workflowType: 'w', target, requestedBy: 'me', input: {}, workerBuild: 'b' }),
      ledger.takeFence(target, attempt),
      ledger.readTarget(target),
      ledger.commitIntent(createIntent(attempt, target, 1)),
      ledger.recordOutcome({ intentId, attempt, result: 'accepted' }),
      ledger.closeUnknown(intentId, attempt),
      ledger.resolveIntent({ intentId, by: attempt, resolution: 'effect-absent', readAt: '2026-01-01T00:00:00Z' }),
      ledger.countRefusals(operation, 'create'),
      ledger.createdHere(target, 'fl-1'),
      ledger.recordEvent({ operation, event: 'joined', body: {} }),
      ledger.closeOperation({ operation, outcome: 'created', body: {} }),
      ledger.head(operation),
      openLedger({ databaseUrl: postgres.url }),
      openAuditor({ databaseUrl: postgres.url }),
      migrate(postgres.url),
    ];
    for (const answer of await Promise.allSettled(asked)) {
      expect(answer).toMatchObject({
        status: 'rejected',
        reason: expect.any(DatabaseUnavailable) as DatabaseUnavailable,
      });
    }
    await start();
    await ledger.recordOutcome({ intentId, attempt, result: 'accepted', flowLogId: 'fl-1' });
    expect((await ledger.readTarget(target)).pending).toEqual([]);
  });

  test('anchoring waits and says so, and takes up what moved meanwhile', async () => {
    await wholeOperation(ledger);
    await postgres.stop();
    await expect.poll(() => warnings, { timeout: 60_000 }).toContain('ledger not anchored: database not available');
    await start();
    const auditor = await openAuditor({ databaseUrl: postgres.url });
    await expect.poll(async () => (await auditor.verify()).unanchoredChains, { timeout: 60_000 }).toBe(0);
    await auditor.close();
  });
});

test('connections ended by an administrator hurt nobody: the next call takes a new one', async () => {
  await beside((query) =>
    query(`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'flowlog-ledger'`),
  );
  const target = someTarget();
  // The pool may still hand out one that does not know yet; then it says so, once.
  await expect
    .poll(() => ledger.readTarget(target).catch((error: unknown) => (error as Error).name), { timeout: 60_000 })
    .toEqual({ fence: 0, version: 0, pending: [] });
});

test('a commit that is held too long ends as unavailable and names the intent; when it never was, it is closed as not sent', async () => {
  const target = someTarget();
  const attempt = attemptOf(someRun(target));
  const { fence } = await ledger.takeFence(target, attempt);
  const refused = await beside(async (query) => {
    await query('begin');
    await query('select from ledger.targets where target like $1 for update', [`%${target.key}`]);
    return ledger.commitIntent(createIntent(attempt, target, fence)).catch((error: unknown) => error);
  });
  expect(refused).toBeInstanceOf(DatabaseUnavailable);
  const { intentId } = refused as DatabaseUnavailable;
  await ledger.recordOutcome({ intentId: intentId as string, attempt, result: 'not-sent' });
  expect(await ledger.readTarget(target)).toMatchObject({ version: 0, pending: [] });
});

/** A TCP listener on a free port; resolves to the port and how to end it. */
async function listening(serve: (socket: Socket) => void): Promise<{ port: number; close: () => Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    serve(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  return { port: (server.address() as AddressInfo).port, close };
}

test('a server that takes connections and never answers ends as unavailable in time', async () => {
  const silent = await listening(() => undefined);
  const opening = openLedger({ databaseUrl: `postgres://u:p@127.0.0.1:${silent.port}/x`, connectTimeoutMs: 300 });
  await expect(opening).rejects.toBeInstanceOf(DatabaseUnavailable);
  await silent.close();
});

test('a network that goes dark in the middle ends as unavailable in time, and what hangs in it is not waited for', async () => {
  let dark = false;
  const proxy = await listening((socket) => {
    const upstream = connect(Number(new URL(postgres.url).port), '127.0.0.1').on('error', () => undefined);
    socket.on('data', (data) => dark || upstream.write(data)).on('close', () => upstream.destroy());
    upstream.on('data', (data) => dark || socket.write(data));
  });
  const url = new URL(postgres.url);
  url.port = String(proxy.port);
  const timeouts = { connectTimeoutMs: 300, statementTimeoutMs: 200, anchorEveryMs: 0 };
  const through = await openLedger({ databaseUrl: url.href, ...timeouts });
  dark = true;
  await expect(through.readTarget(someTarget())).rejects.toBeInstanceOf(DatabaseUnavailable);
  await expect(through.readTarget(someTarget())).rejects.toBeInstanceOf(DatabaseUnavailable);
  dark = false;
  await expect(through.readTarget(someTarget())).resolves.toMatchObject({ fence: 0 });
  await through.close();
  await proxy.close();
});

test('a wrong password is unavailable too, in the words of the database', async () => {
  const url = new URL(postgres.url);
  url.password = 'wrong';
  await expect(openLedger({ databaseUrl: url.href })).rejects.toThrow(/not available: password authentication failed/);
});
