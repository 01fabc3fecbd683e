import getPort from 'get-port';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Program, startWorkerProgram } from '../../local/program.js';
import { type Line, startLine } from './fixtures/detour.js';
import { expectExactlyOne } from './fixtures/judge.js';
import { migratedDatabase } from './fixtures/servers.js';
import { type Service, startService } from './fixtures/service.js';
import { destination, requestedBy, vpc } from './fixtures/targets.js';

/** A worker as what runs it sees it: its probes, its lines while something is away, its end. */

let service: Service;
let toTemporal: Line;
let toDatabase: Line;
beforeAll(async () => {
  service = await startService({ workers: 0, simulator: { config: { progression: { mode: 'explicit' } } } });
  toTemporal = await startLine(service.env['TEMPORAL_ADDRESS']!);
  toDatabase = await startLine(new URL(service.env['DATABASE_URL']!).host);
});
afterAll(async () => {
  await toTemporal?.close();
  await toDatabase?.close();
  await service?.stop();
});

interface Watched extends Program {
  lines(part: string): readonly string[];
  probe(path: string): Promise<{ status: number; body: { checks?: { name: string; ok: boolean; detail: string }[] } }>;
}

async function start(env: Readonly<Record<string, string>> = {}): Promise<Watched> {
  const port = await getPort({ host: '127.0.0.1' });
  const printed: string[] = [];
  const program = await startWorkerProgram({
    env: {
      ...(process.env as Record<string, string>),
      ...service.env,
      FLOWLOG_METRICS_ADDRESS: `127.0.0.1:${port}`,
      ...env,
    },
    log: (line) => printed.push(line),
  });
  const probe: Watched['probe'] = async (path) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`);
    return { status: response.status, body: (await response.json()) as never };
  };
  return { ...program, probe, lines: (part) => printed.filter((line) => line.includes(part)) };
}

const until = (what: () => Promise<boolean> | boolean) => expect.poll(what, { timeout: 60_000, interval: 100 }).toBe(true); // prettier-ignore
const readyOf = (worker: Watched) => worker.probe('/readyz').then(({ status }) => status === 200).catch(() => false); // prettier-ignore

test('a worker that is started before Temporal and the database waits for each, says so once, and is ready when they are there', async () => {
  toTemporal.cut();
  toDatabase.cut();
  const databaseUrl = service.env['DATABASE_URL']!.replace(/@[^/]+/, `@${toDatabase.address}`);
  const worker = await start({ DATABASE_URL: databaseUrl, TEMPORAL_ADDRESS: toTemporal.address });
  await until(() => worker.lines('the worker waits').length > 0);
  expect(await worker.probe('/livez')).toMatchObject({ status: 200, body: { live: true } });
  const { status, body } = await worker.probe('/readyz');
  expect(status).toBe(503);
  expect(body.checks?.[0]?.detail).toContain('the database cannot be used');
  toDatabase.mend();
  await until(() => worker.lines('Temporal at').length > 0);
  expect((await worker.probe('/readyz')).body.checks?.[0]?.detail).toContain('TEMPORAL_ADDRESS');
  toTemporal.mend();
  await until(() => readyOf(worker));
  // One line for each reason, not one for each try.
  expect(worker.lines('the database cannot be used').length).toBe(1);
  expect(worker.lines('the worker waits').length).toBeLessThanOrEqual(4);

  const names = ['temporal', 'database', 'schema', `credentials, account ${service.env['FLOWLOG_ACCOUNT_ID']}`];
  const whole = await worker.probe('/readyz');
  expect(whole.body.checks?.map(({ name }) => name)).toEqual(names);
  const faulty = async () => (await worker.probe('/readyz')).body.checks?.filter(({ ok }) => !ok).map(({ name }) => name); // prettier-ignore
  toDatabase.cut();
  await until(async () => (await faulty())?.includes('database') === true);
  toDatabase.mend();
  toTemporal.cut();
  await until(async () => (await faulty())?.join() === 'temporal');
  toTemporal.mend();
  await until(() => readyOf(worker));

  // It ends while a wait is under way: not ready first, and the next worker takes the wait.
  const operation = await service.flowLogs.enable({
    target: vpc.target('drained'),
    spec: { destination },
    requestedBy,
  });
  await until(async () => (await operation.progress()).pending.some(({ activity }) => activity === 'waitUntilSettled'));
  process.kill(worker.pid, 'SIGTERM');
  expect(await worker.ended).toBe('exit code 0');
  const [ends] = worker.lines('the worker ends');
  expect(ends).toBeDefined();
  const next = await start();
  await until(() => readyOf(next));
  await service.simulator.settle();
  expect(await operation.result()).toMatchObject({ outcome: 'created', status: 'active' });
  expectExactlyOne(service, vpc, 'drained');
  await next.stop();
}, 120_000);

describe('a setting that is wrong', () => {
  test('of the login is told by its variable, and the worker ends', async () => {
    const url = new URL(service.env['DATABASE_URL']!);
    url.searchParams.set('options', '-c role=flowlog_auditor');
    const worker = await start({ DATABASE_URL: url.href });
    expect(await worker.ended).toBe('exit code 2');
    expect(worker.lastLines()).toMatch(
      /^flowlog worker: DATABASE_URL=.*may not append to the ledger.*flowlog_service/m,
    );
  });

  test('of the account shows in readiness and in one line that names what to do', async () => {
    const worker = await start({ FLOWLOG_ACCOUNT_ID: '1999' });
    await until(() => worker.lines('the worker is not ready').length === 1);
    expect(worker.lines('the worker is not ready')[0]).toMatch(/credentials, account 1999.*uid/);
    expect((await worker.probe('/readyz')).status).toBe(503);
    await worker.stop();
  });
});

test('no worker starts on a database that may lose intents in a crash, unless that is allowed; doctor tells which', async () => {
  const refused = service.startWorker({ env: { FLOWLOG_ALLOW_UNSAFE_DATABASE: '0' } });
  await expect(refused).rejects.toThrow(
    /^DATABASE_URL: the server runs with fsync=off.*FLOWLOG_ALLOW_UNSAFE_DATABASE=1/,
  );
  const told = [
    { allowUnsafeDatabase: true, ok: true, detail: /fsync=off.*; allowed by FLOWLOG_ALLOW_UNSAFE_DATABASE=1$/ },
    // It was safe when the worker started.
    { allowUnsafeDatabase: false, ok: false, detail: /fsync=off: a crash may lose intents/ },
  ];
  for (const { allowUnsafeDatabase, ok, detail } of told) {
    const worker = await service.startWorker({ wrap: (dependencies) => ({ ...dependencies, allowUnsafeDatabase }) });
    const { checks } = await service.flowLogs.diagnose();
    const durability = checks.find(({ name }) => name === 'database, durability');
    expect(durability).toMatchObject({ ok, detail: expect.stringMatching(detail) as string });
    await worker.stop();
  }
});

describe('a schema', () => {
  const schemaOf = async (sql: string, role?: string) => {
    const { Client } = await import('pg');
    const url = await migratedDatabase();
    const admin = new Client({ connectionString: url });
    await admin.connect();
    await admin.query(sql);
    await admin.end();
    const login = new URL(url);
    if (role) login.searchParams.set('options', `-c role=${role}`);
    return start({ DATABASE_URL: login.href });
  };

  test('that a newer release has cut short is refused by the worker of the older one, with the cure', async () => {
    const worker = await schemaOf(
      `create or replace function ledger.oldest_build() returns integer language sql immutable as 'select 9999'`,
    );
    expect(await worker.ended).toBe('exit code 2');
    expect(worker.lastLines()).toMatch(/for builds from 9999 on.*Start the worker of the release that migrated it/);
  });

  test('that a newer release has only added to is worked on, and told of', async () => {
    const worker = await schemaOf(`insert into ledger.migrations (name, run_on) values ('9999_future', now())`);
    await until(() => readyOf(worker));
    expect(worker.lines('the schema is newer than this worker')).toHaveLength(1);
    const schema = (await worker.probe('/readyz')).body.checks?.find(({ name }) => name === 'schema');
    expect(schema).toMatchObject({ ok: true, detail: expect.stringContaining('9999_future') as string });
    await worker.stop();
  });

  test('that is older is waited for by a login that may not change it', async () => {
    const older = `delete from ledger.migrations where name = '0096_oldest_build'; drop function ledger.oldest_build()`;
    const worker = await schemaOf(older, 'flowlog_service');
    await until(() => worker.lines('flowlog migrate').length === 1);
    expect(worker.lines('flowlog migrate')[0]).toContain('it lacks 0096_oldest_build');
    await worker.stop();
  });
});
