import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  migrate,
  openAuditor,
  openLedger,
  type Anchor,
  type Auditor,
  type TargetRef,
  type Verification,
} from '../../audit/index.js';
import {
  attemptOf,
  createIntent,
  someRun,
  someTarget,
  takeAndCommit,
  wholeOperation,
} from './fixtures/ledger-fixture.js';
import { fileForgeries } from './fixtures/ledger-file-forgeries.js';
import { forgeries, type Forgery } from './fixtures/ledger-forgeries.js';
import { freshDatabase, migratedDatabase } from './fixtures/servers.js';

/**
 * Each forgery is tried by each role on a database of its own, cloned from one ledger, and judged by `verify`. The owner is an ordinary
 * login that made the schema; it takes the trigger off first, which the service and the auditor may not.
 */

let template: URL;
let superuser: pg.Client;
let owner: string;
/** The last anchor, as it was kept outside. */
let kept: Anchor;
/** Of the archive. */
let folder: string;

const clones: string[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowlog-forged-'));
  template = new URL(await freshDatabase());
  owner = `owner_${randomBytes(4).toString('hex')}`;
  const server = new URL(template);
  server.pathname = '/postgres';
  superuser = new pg.Client({ connectionString: server.href });
  await superuser.connect();
  await superuser.query(`create role ${owner} login password 'owner'`);
  await superuser.query(`grant create on database ${template.pathname.slice(1)} to ${owner}`);
  for (const role of ['flowlog_service', 'flowlog_auditor', 'flowlog_archiver'])
    // Roles belong to the whole server: another file's migration may have made them.
    await superuser.query(
      `do $$ begin create role ${role} nologin; exception when duplicate_object or unique_violation then null; end $$`,
    );
  await migrate(loginTo(template, owner).href);
  kept = await record(template.href);
});
afterAll(async () => {
  for (const name of clones) await superuser.query(`drop database ${name} with (force)`);
  await superuser.end();
  await rm(folder, { recursive: true, force: true });
});

/** Makes the record that every forgery begins with; see `ledger-forgeries.ts`. */
async function record(databaseUrl: string): Promise<Anchor> {
  const ledger = await openLedger({ databaseUrl, anchorEveryMs: 0 });
  const auditor = await openAuditor({ databaseUrl });
  const named = (name: string) => someTarget({ key: `VPC/${name}` });
  await wholeOperation(ledger, named('old'), 'fl-old');
  await archived(auditor, folder);
  await wholeOperation(ledger, named('first'), 'fl-first');
  await wholeOperation(ledger, named('second'), 'fl-second');
  await auditor.anchor();
  const doubt = named('doubt');
  const inDoubt = await takeAndCommit(ledger, doubt, attemptOf(someRun(doubt)));
  await ledger.closeUnknown(inDoubt, attemptOf(someRun(doubt), 2));
  await ledger.noteLook(inDoubt, { flowLogs: [], readAt: '2026-01-01T00:00:00Z' });
  await settleByHand(ledger, named('settled'));
  await auditor.freeze({ reason: 'incident', by: 'ops', region: 'cn-hangzhou', accountId: '1000000000000002' });
  await refuseAccountWide(ledger);
  const anchor = (await auditor.anchor()) as Anchor;
  await wholeOperation(ledger, named('young'), 'fl-young');
  expect(await auditor.verify({ outside: outside(anchor) })).toMatchObject({ ok: true, unanchoredChains: 1 });
  await Promise.all([ledger.close(), auditor.close()]);
  return anchor;
}

/** Archives ended operations, and answers the path of the file. An operation that ended within this very millisecond is left for the next try. */
async function archived(auditor: Auditor, into: string): Promise<string> {
  for (;;) {
    const { archived: files } = await auditor.archive({ before: new Date(), folder: into, by: 'ops' });
    if (files[0]) return files[0].path;
  }
}

/** Makes a change in doubt and settles it by hand. */
async function settleByHand(ledger: Awaited<ReturnType<typeof openLedger>>, target: TargetRef): Promise<void> {
  const attempt = attemptOf(someRun(target));
  const intentId = await takeAndCommit(ledger, target, attempt);
  await ledger.recordOutcome({ intentId, attempt, result: 'ambiguous', kind: 'ambiguous' });
  const saw = { flowLogs: [{ flowLogId: 'fl-settled', status: 'Active', whose: 'own' }] };
  await ledger.settleByHand({
    intentId,
    by: attemptOf({ workflowId: 'resolveDoubts/1', runId: 'by-hand' }, 1, 'settle'),
    resolution: 'effect-seen',
    flowLogId: 'fl-settled',
    readAt: '2026-01-01T00:00:00Z',
    byHand: { requestedBy: 'mika', reason: 'seen in the console', as: 'done', saw },
    graceMs: 60_000,
  });
}

/** A bulk's operation whose call is refused to the whole account: opens a breaker. */
async function refuseAccountWide(ledger: Awaited<ReturnType<typeof openLedger>>): Promise<void> {
  const target = someTarget({ key: 'VPC/refused' });
  const attempt = attemptOf(someRun(target));
  await ledger.openOperation({
    operation: attempt.operation,
    workflowType: 'enableFlowLog',
    target,
    requestedBy: 'network-team',
    input: {},
    bulk: 'bulk:1',
    workerBuild: 'test',
  });
  const { fence } = await ledger.takeFence(target, attempt);
  const { intentId } = await ledger.commitIntent({ ...createIntent(attempt, target, fence), inFlightAtMost: 4 });
  await ledger.recordOutcome({
    intentId,
    attempt,
    result: 'refused',
    kind: 'denied',
    code: 'Forbidden',
    accountWide: true,
  });
}

const outside = ({ count, head }: Anchor) => [{ count, head, from: 'a test' }];

function loginTo(url: URL, role: string): URL {
  const login = new URL(url);
  [login.username, login.password] = [role, 'owner'];
  return login;
}

async function clone(): Promise<URL> {
  const url = new URL(template);
  const name = `forged_${randomBytes(5).toString('hex')}`;
  await superuser.query(`create database ${name} template ${template.pathname.slice(1)}`);
  clones.push(name);
  url.pathname = `/${name}`;
  return url;
}

/** Runs the forgery, and answers the SQLSTATE of its refusal, or undefined where it was done. */
async function forge(url: URL, sql: string): Promise<string | undefined> {
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  try {
    await client.query(`begin; ${sql}; commit`);
    return undefined;
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  } finally {
    await client.end();
  }
}

async function judge(url: URL): Promise<{ alone: Verification; withAnchor: Verification }> {
  const auditor = await openAuditor({ databaseUrl: url.href });
  const alone = await auditor.verify();
  const withAnchor = await auditor.verify({ outside: outside(kept) });
  await auditor.close();
  return { alone, withAnchor };
}

async function expectFound(url: URL, { foundBy }: Forgery): Promise<void> {
  const { alone, withAnchor } = await judge(url);
  expect({ alone: alone.ok, withAnchor: withAnchor.ok }).toEqual({
    alone: foundBy !== 'ledger',
    withAnchor: foundBy === 'never',
  });
  // Without an anchor from outside no verdict claims to stand on one.
  expect(alone.stand).toBeUndefined();
}

/** SQLSTATE `insufficient_privilege`. */
const refused = '42501';
const unguarded = (sql: string): string => `alter table ledger.entries disable trigger user; ${sql}`;
const asRole = (url: URL, role: string): URL => {
  const login = new URL(url);
  login.searchParams.set('options', `-c role=${role}`);
  return login;
};

test('a ledger nobody touched is whole, and says how far it can promise', async () => {
  const { alone, withAnchor } = await judge(template);
  expect(alone).toMatchObject({ ok: true });
  expect(alone.stand).toBeUndefined();
  const { entries } = withAnchor;
  expect(withAnchor).toMatchObject({
    ok: true,
    stand: { anchor: { count: kept.count }, entriesAfter: 4, entriesBefore: entries - 4 },
  });
});

describe.each(forgeries)('somebody who $name', (forgery) => {
  test('as the auditor is refused', async () => {
    expect(await forge(asRole(template, 'flowlog_auditor'), forgery.sql)).toBe(refused);
  });

  test.each(['service', 'archiver'] as const)('as the %s is refused, or found out as the owner is', async (role) => {
    const name = `flowlog_${role}`;
    if (!forgery[role]) return expect(await forge(asRole(template, name), forgery.sql)).toBe(refused);
    const url = await clone();
    expect(await forge(asRole(url, name), forgery.sql)).toBeUndefined();
    await expectFound(url, forgery);
  });

  test.each(['the migration owner', 'a superuser'])(`as %s is found out by: ${forgery.foundBy}`, async (role) => {
    const url = await clone();
    const login = role === 'a superuser' ? url : loginTo(url, owner);
    expect(await forge(login, unguarded(forgery.sql))).toBeUndefined();
    await expectFound(url, forgery);
  });
});

describe('somebody who', () => {
  test.each(fileForgeries)('$name is found out', async ({ forge: forgeFile, found }) => {
    const [name = ''] = (await readdir(folder)).filter((each) => each.startsWith('ledger-archive'));
    const text = gunzipSync(await readFile(join(folder, name))).toString();
    const bytes = forgeFile(text, await fileOfAnotherLedger());
    const path = join(folder, 'forged.jsonl.gz');
    if (bytes) await writeFile(path, bytes);
    const auditor = await openAuditor({ databaseUrl: template.href });
    const { ok, broken, archives } = await auditor.verify({ outside: outside(kept), archives: bytes ? [path] : [] });
    await auditor.close();
    if (found !== 'not checked')
      return expect({ ok, what: broken?.what }).toEqual({ ok: false, what: expect.stringMatching(found) as unknown });
    expect({ ok, archives }).toMatchObject({ ok: true, archives: [{ archive: 1, file: name, checked: false }] });
  });
});

let another: Promise<Buffer> | undefined;
const fileOfAnotherLedger = () =>
  (another ??= (async () => {
    const databaseUrl = await migratedDatabase();
    const ledger = await openLedger({ databaseUrl, anchorEveryMs: 0 });
    const auditor = await openAuditor({ databaseUrl });
    await wholeOperation(ledger, someTarget({ key: 'VPC/old' }), 'fl-old');
    const elsewhere = await mkdtemp(join(tmpdir(), 'flowlog-another-'));
    const bytes = await readFile(await archived(auditor, elsewhere));
    await Promise.all([ledger.close(), auditor.close(), rm(elsewhere, { recursive: true })]);
    return bytes;
  })());
