import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import { archiveSteps, openAuditor, openLedger, type Anchor, type Auditor, type Ledger } from '../../audit/index.js';
import { openStore, type BulkStore } from '../../store/index.js';
import type { BulkReport } from '../../workflows/contract/bulk.js';
import { flowlog } from './fixtures/console.js';
import {
  attemptOf,
  createIntent,
  ledgerFixture,
  type LedgerFixture,
  someRun,
  someTarget,
  takeAndCommit,
  wholeOperation,
} from './fixtures/ledger-fixture.js';

/** Ended operations leave the database for files; nothing is lost, whatever ends the archiving, and the targets remember what they did. */

const run = promisify(execFile);
let fixture: LedgerFixture;
let ledger: Ledger;
let auditor: Auditor;
let folder: string;
const fixtures: LedgerFixture[] = [];
beforeEach(async () => {
  fixture = await ledgerFixture();
  fixtures.push(fixture);
  ({ ledger } = fixture);
  auditor = await openAuditor({ databaseUrl: fixture.databaseUrl });
  folder = await mkdtemp(join(tmpdir(), 'flowlog-archive-'));
});
afterEach(async () => {
  await auditor.close();
  await rm(folder, { recursive: true, force: true });
});
afterAll(async () => {
  for (const each of fixtures) await each.close();
});

const files = async (): Promise<string[]> =>
  (await readdir(folder)).filter((name) => name.endsWith('.gz')).map((name) => join(folder, name));
const rowsOf = async (workflowId: string): Promise<number> => {
  const { rows } = await fixture.owner.query<{ count: number }>(
    'select count(*)::int as count from ledger.entries where workflow_id = $1',
    [workflowId],
  );
  return rows[0]?.count ?? -1;
};
const outside = ({ count, head }: Anchor) => [{ count, head, from: 'a test' }];
/** Archives all that has ended. A time to come is taken as now, to the millisecond: the one of the last row has to be over. */
const archiveAll = async (most?: number) => {
  await fixture.owner.query('select pg_sleep(0.002)');
  const before = new Date(Date.now() + 60_000);
  return auditor.archive({
    before,
    folder,
    by: 'a test',
    reason: 'retention',
    ...omitUndefined({ most: most || undefined }),
  });
};

/** One operation after the other on one target, each of them closed. */
async function another(target: ReturnType<typeof someTarget>, verb: 'activate' | 'delete', flowLogId: string) {
  const operation = someRun(target);
  const attempt = attemptOf(operation);
  const intentId = await takeAndCommit(ledger, target, attempt, { verb, action: verb, flowLogId });
  await ledger.recordOutcome({ intentId, attempt, result: 'accepted', requestId: 'R-2' });
  await ledger.closeOperation({ operation, outcome: 'done', body: {} });
}

describe('an archive', () => {
  test('takes ended operations out, and verify covers both with the file, the anchors before it included', async () => {
    const target = someTarget();
    const operation = await wholeOperation(ledger, target, 'fl-kept');
    const anchor = (await auditor.anchor()) as Anchor;
    await another(target, 'activate', 'fl-kept');
    const before = await auditor.verify();
    const { archived } = await archiveAll();
    expect(archived).toMatchObject([{ archive: 1, chains: 2, entries: 7, resumed: false }]);
    expect(await rowsOf(operation.workflowId)).toBe(0);

    const alone = await auditor.verify({ outside: outside(anchor) });
    expect(alone).toMatchObject({ ok: true, archives: [{ archive: 1, entries: 7, checked: false }] });
    const both = await auditor.verify({ outside: outside(anchor), archives: await files() });
    expect(both).toMatchObject({ ok: true, archives: [{ archive: 1, checked: true }] });
    // The archive's own row and the anchor of it came beside what was there.
    expect(both.entries).toBe(before.entries + 2);
    expect(both.stand?.entriesBefore).toBe(5);
    expect(both.unanchoredChains).toBe(0);
    expect(await archiveAll()).toEqual({ archived: [], unused: [] });
  });

  test('leaves the memory of targets as it was, and what comes later is compared with it', async () => {
    const [kept, gone] = [someTarget(), someTarget()];
    await wholeOperation(ledger, kept, 'fl-kept');
    await another(kept, 'activate', 'fl-kept');
    await wholeOperation(ledger, gone, 'fl-gone');
    await another(gone, 'delete', 'fl-gone');
    const timeless = async (target: typeof kept) =>
      JSON.parse(
        JSON.stringify(await ledger.readTarget(target), (name, value: unknown) => (name === 'ageMs' ? 0 : value)),
      ) as object;
    const before = [await timeless(kept), await timeless(gone)];
    await archiveAll(1);
    expect(await files()).toHaveLength(4);
    expect([await timeless(kept), await timeless(gone)]).toEqual(before);
    expect(await ledger.createdHere(kept, 'fl-kept')).toBe(true);
    expect(await ledger.keyOfFlowLog(kept, 'fl-kept')).toBe(kept.key);
    // Goes on where it was, and an edit is found out still.
    await another(kept, 'activate', 'fl-kept');
    expect(await auditor.verify({ archives: await files() })).toMatchObject({ ok: true });
    await archiveAll();
    expect(await auditor.verify()).toMatchObject({ ok: true });
    await fixture.owner.query('update ledger.targets set version = version - 1 where target like $1', [`%${gone.key}`]);
    expect(await auditor.verify()).toMatchObject({ ok: false });
  });

  test('takes nothing that is still needed: running, in doubt, answered in doubt a moment ago, or after what stays', async () => {
    const [open, doubt, answered] = [someTarget(), someTarget(), someTarget()];
    // Running; what came after it on the same target stays too.
    await takeAndCommit(ledger, open, attemptOf(someRun(open))).then((intentId) =>
      ledger.recordOutcome({ intentId, attempt: attemptOf(someRun(open)), result: 'accepted', flowLogId: 'fl-1' }),
    );
    const later = { ...someRun(open), workflowId: 'flow-log/of-another-workflow' };
    const attempt = attemptOf(later);
    const { fence } = await ledger.takeFence(open, attempt);
    const { intentId } = await ledger.commitIntent(createIntent(attempt, open, fence));
    await ledger.recordOutcome({ intentId, attempt, result: 'refused', kind: 'quota', code: 'QuotaExceeded' });
    await ledger.closeOperation({ operation: later, outcome: 'quota', body: {} });
    // Ended, with its change in doubt.
    const operation = someRun(doubt);
    const inDoubt = await takeAndCommit(ledger, doubt, attemptOf(operation));
    await ledger.closeUnknown(inDoubt, attemptOf(operation, 2));
    await ledger.closeOperation({ operation, outcome: 'DeadlineExceeded', body: {} });
    // Answered in doubt, resolved by a later run, and asked for still.
    const first = someRun(answered);
    const ambiguous = await takeAndCommit(ledger, answered, attemptOf(first));
    const answer = { result: 'ambiguous', kind: 'busy', code: 'TaskConflict', answered: true } as const;
    await ledger.recordOutcome({ intentId: ambiguous, attempt: attemptOf(first), ...answer });
    await ledger.closeOperation({ operation: first, outcome: 'DeadlineExceeded', body: {} });
    const by = attemptOf(someRun(answered));
    await ledger.resolveIntent({
      intentId: ambiguous,
      by,
      resolution: 'effect-absent',
      readAt: new Date().toISOString(),
    });
    await ledger.closeOperation({ operation: by.operation, outcome: 'unchanged', body: {} });
    expect(await archiveAll()).toEqual({ archived: [], unused: [] });

    // A change that has come to its end can go, with all rows that speak of it.
    const resolved = attemptOf(someRun(doubt));
    await ledger.resolveIntent({
      intentId: inDoubt,
      by: resolved,
      resolution: 'effect-seen',
      flowLogId: 'fl-2',
      readAt: new Date().toISOString(),
    });
    expect((await archiveAll()).archived).toEqual([]);
    await ledger.closeOperation({ operation: resolved.operation, outcome: 'created', body: {} });
    expect((await archiveAll()).archived).toMatchObject([{ chains: 2, entries: 5 }]);
    expect((await ledger.readTarget(doubt)).known).toEqual(['fl-2']);
    expect(await auditor.verify({ archives: await files() })).toMatchObject({ ok: true });
  });

  test('hears a word that comes late, and takes no archived intent for a lost one', async () => {
    const target = someTarget();
    const operation = someRun(target);
    const attempt = attemptOf(operation);
    const machine = { bootId: 'here', bootMs: () => performance.now() };
    const worker = await openLedger({ databaseUrl: fixture.databaseUrl, anchorEveryMs: 0, machine, maxConnections: 1 });
    const { fence } = await worker.takeFence(target, attempt);
    const intent = createIntent(attempt, target, fence);
    const { intentId } = await worker.commitIntent(intent);
    await worker.recordOutcome({ intentId, attempt, result: 'refused', kind: 'quota', code: 'QuotaExceeded', intent });
    await worker.closeOperation({ operation, outcome: 'quota', body: {} });
    await archiveAll();
    // Its connections are made anew: the last intent is not in the table.
    await fixture.owner.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'flowlog-ledger' and datname = current_database()`,
    );
    await expect
      .poll(() =>
        worker.readTarget(target).then(
          ({ failedOverMs }) => failedOverMs ?? 'never',
          () => 'away',
        ),
      )
      .toBe('never');
    const late = {
      intentId,
      attempt: attemptOf(operation, 2),
      result: 'accepted',
      flowLogId: 'fl-late',
      intent,
    } as const;
    await worker.recordOutcome(late);
    await worker.recordOutcome(late);
    expect(await worker.closeOperation({ operation, outcome: 'quota', body: {} })).toMatchObject({ count: 4 });
    expect(await worker.readTarget(target)).toMatchObject({ pending: [], known: ['fl-late'] });
    expect((await worker.readTarget(target)).failedOverMs).toBeUndefined();
    await worker.close();
    expect(await auditor.verify({ archives: await files() })).toMatchObject({ ok: true });
  });
});

describe('rows of reports', () => {
  const report = (total: number) => ({ end: 'completed', tally: { total, succeeded: total } }) as BulkReport;

  /** A bulk of two targets that have ended; the bulk itself only where it says so. */
  async function bulkOf(bulks: BulkStore, name: string, isEnded: boolean): Promise<string> {
    const run = `run-${name}`;
    const bulk = `flow-log-bulk/${name}`;
    const gatherer = await bulks.open({ run, bulk, operation: 'enable', requestedBy: 'network-team' });
    if (!gatherer) throw new Error(`${run} is sealed already`);
    const target = (key: string) => ({
      product: 'vpc',
      accountId: '1',
      region: 'cn-x',
      resource: { type: 'VPC', id: key },
    });
    const targets = ['a', 'b'].map((key) => ({
      target: target(key),
      workflowId: `flow-log/${name}/${key}`,
      place: 'vpc',
    }));
    await bulks.add(gatherer, targets as never, false);
    await bulks.seal(gatherer, 0, { problems: [] });
    await bulks.end(
      run,
      [1, 2].map((ordinal) => ({ ordinal, state: 'succeeded' }) as never),
    );
    if (isEnded) await bulks.close(run, report(2));
    return run;
  }

  test('go by age, at the word of a login that may do nothing but archive; the bulks stay with their counts', async () => {
    const { bulks, close } = openStore({ databaseUrl: fixture.databaseUrl });
    const login = new URL(fixture.databaseUrl);
    const name = `archiver_${randomBytes(4).toString('hex')}`;
    await fixture.owner.query(`create role ${name} login password 'archiver' in role flowlog_archiver`);
    [login.username, login.password] = [name, 'archiver'];
    const world = { flowLogs: {} as never, namespace: '', env: { DATABASE_URL: login.href } };
    const [old, running] = [await bulkOf(bulks, 'old', true), await bulkOf(bulks, 'running', false)];
    const operation = await wholeOperation(ledger);
    const { rows } = await fixture.owner.query<{ now: Date }>(`select clock_timestamp() + interval '1 ms' as now`);
    const before = rows[0]?.now.toISOString();
    await fixture.owner.query('select pg_sleep(0.01)');
    const young = await bulkOf(bulks, 'young', true);

    const line = `ledger archive --before ${before} -o ${folder} --reason age`;
    expect((await flowlog(world, line)).exitCode).toBe(0);
    expect(await rowsOf(operation.workflowId)).toBe(0);
    // The rows of reports were not asked for.
    expect((await bulks.readReport(old, 0)).rows).toHaveLength(2);

    const said = await flowlog(world, `${line} --report-rows`);
    expect(said).toMatchObject({ exitCode: 0 });
    expect(said.stderr).toContain('2 rows of the reports of 1 bulks were removed');
    expect((await bulks.readReport(old, 0)).rows).toEqual([]);
    for (const kept of [running, young]) expect((await bulks.readReport(kept, 0)).rows).toHaveLength(2);
    const [summary] = await bulks.list(1, { bulk: 'flow-log-bulk/old' });
    expect(summary).toMatchObject({ tally: { total: 2, succeeded: 2 }, rowsRemovedAt: expect.any(String) as string });
    // Removed rows cannot be made again: a retry is refused, and does nothing.
    expect(await bulks.addRemainder({ run: 'run-retry', gathering: 'g' }, 'flow-log-bulk/old')).toBe(false);
    expect((await flowlog(world, `${line} --report-rows`)).stderr).toContain('0 rows of the reports of 0 bulks');
    expect(await auditor.verify({ archives: await files() })).toMatchObject({ ok: true });

    await close();
    await fixture.owner.query(`revoke flowlog_archiver from ${name}; drop role ${name}`);
  });

  test('and ended operations are not removed by a login that may only read', async () => {
    const operation = await wholeOperation(ledger);
    const login = new URL(fixture.databaseUrl);
    login.searchParams.set('options', '-c role=flowlog_auditor');
    const env = { DATABASE_URL: login.href };
    const line = `ledger archive --before ${new Date(Date.now() + 60_000).toISOString()} -o ${folder} --report-rows`;
    const { exitCode, stderr } = await flowlog({ flowLogs: {} as never, namespace: '', env }, line);
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain('may not do this');
    expect(await rowsOf(operation.workflowId)).toBeGreaterThan(0);
  });
});

test.each(archiveSteps)('killed after "%s" it has lost nothing, and is done again without harm', async (step) => {
  for (let count = 0; count < 3; count++) await wholeOperation(ledger);
  await auditor.anchor();
  const before = new Date().toISOString();
  const child = (fatal: string) =>
    run(process.execPath, [
      'local/bootstrap.mjs',
      'test/service/fixtures/archive-child.ts',
      fixture.databaseUrl,
      folder,
      before,
      fatal,
    ]);
  await expect(child(step)).rejects.toMatchObject({ signal: 'SIGKILL' });
  // The server may go on for one who is gone.
  const sessions = `select from pg_stat_activity where application_name = 'flowlog-archive' and datname = current_database()`;
  await expect.poll(async () => (await fixture.owner.query(sessions)).rowCount, { timeout: 60_000 }).toBe(0);
  const isRemoved = (await rowsOf('ledger/archives')) === 1;
  // Removed rows are in a file, at any moment.
  expect(await auditor.verify({ archives: isRemoved ? await files() : [] })).toMatchObject({ ok: true });
  const isWhole = ['named', 'kept', 'read back', 'asked to remove'].includes(step) && !isRemoved;
  const { stdout } = await child('never');
  const { archived } = JSON.parse(stdout) as { archived: { resumed: boolean }[] };
  expect(archived.map(({ resumed }) => resumed)).toEqual(isRemoved ? [false] : [isWhole, false]);
  const found = await auditor.verify({ archives: await files() });
  const both = [
    { chains: 2, checked: true },
    { chains: 1, checked: true },
  ];
  expect(found).toMatchObject({ ok: true, archives: both });
  expect(await readdir(folder)).toHaveLength(2);
});
