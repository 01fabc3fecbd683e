import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openAuditor } from '../../audit/index.js';
import type { DoubtRow, SettledDoubt } from '../../workflows/contract/doubts.js';
import { flowlog, person } from './fixtures/console.js';
import { changesOn, expectExactlyOne, expectNeverTwo, flowLogsOn } from './fixtures/judge.js';
import { type Service, startService } from './fixtures/service.js';
import { type ProductUnderTest, destination, requestedBy, vpc } from './fixtures/targets.js';

/** Changes in doubt, settled by a person's word: `flowlog doubt`. The simulator's journal is the judge of the cloud's part. */

/** Within it a person lists a doubt and asks twice, on a machine that does much else. */
const GRACE_MS = 20_000;
const spec = { destination };
const races = Array.from({ length: 6 }, (_, number) => `race-${number}`);

/** The answers of the first creates are lost: of those that are made, and of those that are not. */
const lostAnswers = [
  ...['made', 'place-after', ...races.slice(3)].map((name) => ({ name, when: 'after' as const })),
  ...['lost-1', 'lost-2', 'lost-3', 'place-before', ...races.slice(0, 3)].map((name) => ({
    name,
    when: 'before' as const,
  })),
].map(({ name, when }) => ({
  action: 'CreateFlowLog',
  resource: vpc.resource(name),
  count: 1,
  effect: 'reset' as const,
  when,
}));
/** A call that is on its way for so long that no operation waits for its answer. */
const lateCall = { action: 'CreateFlowLog', resource: vpc.resource('late'), count: 1, barrier: 'late' };

// The grace is waited out several times over.
describe.concurrent('a change in doubt', { timeout: 150_000 }, () => {
  let service: Service;
  beforeAll(async () => {
    service = await startService({
      simulator: { profile: 'hostile', config: { listLagMs: 0, progression: { mode: 'time', activationMs: 0 } } },
      env: {
        FLOWLOG_CONNECT_TIMEOUT_MS: '400',
        FLOWLOG_READ_TIMEOUT_MS: '1500',
        FLOWLOG_LIST_LAG_MS: '500',
        FLOWLOG_GRACE_MS: String(GRACE_MS),
      },
    });
    service.simulator.faults([...lostAnswers, lateCall]);
  });
  afterAll(() => service.stop());

  const enable = (name: string) =>
    service.flowLogs.enable({ target: vpc.target(name), spec, requestedBy, reason: 'CIS' });
  const listed = async (scope: string): Promise<DoubtRow[]> =>
    (JSON.parse((await flowlog(service, `doubt list ${scope} --json`)).stdout) as { doubts: DoubtRow[] }).doubts;
  const of = async (name: string): Promise<DoubtRow | undefined> =>
    (await listed('--region cn-hangzhou')).find(({ key }) => key === `VPC/${vpc.resource(name)}`);
  interface Resolved {
    readonly exitCode: number;
    readonly rows: readonly SettledDoubt[];
  }
  const resolve = async (what: string): Promise<Resolved> => {
    const { exitCode, stdout } = await flowlog(service, `doubt resolve ${what} --reason "seen in the console" --json`);
    return { exitCode, ...(JSON.parse(stdout) as { rows: readonly SettledDoubt[] }) };
  };

  /** An operation whose create went without an answer, and which was ended by force: no run looks any more. */
  async function abandoned(name: string): Promise<DoubtRow> {
    const operation = await enable(name);
    await until(() => changesOn(service, vpc, name)[0]);
    await ended(name, operation);
    return until(() => of(name));
  }

  /** Ends an operation by force once it is on the record that the call had no answer. */
  async function ended(name: string, { workflowId, runId }: { workflowId: string; runId: string }): Promise<void> {
    const outcomes = `select from ledger.entries where kind = 'outcome' and target like '%/${vpc.resource(name)}'`;
    await until(async () => (await service.query(outcomes)).at(0));
    await service.client.workflow.getHandle(workflowId, runId).terminate('the operator lost patience');
  }

  /** The first value that is there; not `expect.poll`, which does not go with concurrent tests. */
  async function until<Value>(look: () => Promise<Value | undefined> | Value | undefined): Promise<Value> {
    for (const end = Date.now() + 60_000; Date.now() < end; await sleep(100)) {
      const value = await look();
      if (value !== undefined) return value;
    }
    throw new Error('it never came');
  }

  const isOver = (iso: string) => sleep(Math.max(0, Date.parse(iso) - Date.now()) + 20);

  test('that was made is told with what is known of it, is not called undone, and is settled as done when it is seen', async () => {
    const doubt = await abandoned('made');
    expect(doubt).toMatchObject({
      action: 'CreateFlowLog',
      verb: 'create',
      product: 'vpc',
      region: 'cn-hangzhou',
      requestedBy,
      reason: 'CIS',
    });
    expect(Date.parse(doubt.graceOverAt) - Date.parse(doubt.since)).toBeGreaterThanOrEqual(GRACE_MS - 50);
    expect(doubt.waiting).toBeUndefined();

    const early = await resolve(`${doubt.intentId} --as not-done`);
    expect(early).toMatchObject({ exitCode: 4, rows: [{ settled: false, why: 'grace' }] });
    await isOver(doubt.graceOverAt);
    const wrong = await resolve(`${doubt.intentId} --as not-done`);
    expect(wrong).toMatchObject({
      exitCode: 4,
      rows: [{ settled: false, why: 'effect-seen', look: { flowLogs: [{ whose: 'own' }] } }],
    });
    const right = await resolve(`${doubt.intentId.slice(0, 8)} --as done`);
    const [flowLog] = flowLogsOn(service, vpc, 'made');
    expect(right).toMatchObject({
      exitCode: 0,
      rows: [{ settled: true, look: { flowLogs: [{ flowLogId: flowLog?.flowLogId }] } }],
    });
    expect(await of('made')).toBeUndefined();
    const again = await resolve(`${doubt.intentId} --as not-done`);
    expect(again).toMatchObject({
      exitCode: 1,
      rows: [{ why: 'not-in-doubt', message: expect.stringContaining('it took effect') as string }],
    });

    const [row] = await service.query<{
      result: string;
      flow_log_id: string;
      body: { byHand: object; readAt: string };
    }>(
      `select result, flow_log_id, body::json as body from ledger.entries where kind = 'resolution' and intent_id = $1`,
      [doubt.intentId],
    );
    expect(row).toMatchObject({ result: 'effect-seen', flow_log_id: flowLog?.flowLogId });
    expect(row?.body.byHand).toMatchObject({
      requestedBy: person,
      reason: 'seen in the console',
      as: 'done',
      saw: { flowLogs: [{ flowLogId: flowLog?.flowLogId }] },
    });
    expect((await (await enable('made')).result()).flowLogId).toBe(flowLog?.flowLogId);
    expectExactlyOne(service, vpc, 'made');
  });

  /**
   * A doubt on which both verdicts were spoken before its grace was over. A machine too busy for that speaks them later, which is no fault
   * of the service as long as the look came after the grace; then another target is tried.
   */
  async function hastilyJudged(word: string) {
    for (let attempt = 1; ; attempt++) {
      const name = `${word}-${attempt}`;
      const doubt = await abandoned(name);
      const verdicts = ['done', 'not-done'].map((as) => resolve(`${doubt.intentId} --as ${as}`));
      const [done, early] = (await Promise.all(verdicts)) as [Resolved, Resolved];
      const [row] = early.rows;
      if (!row?.settled || attempt === 3) return { name, doubt, done, early };
      expect(Date.parse(row.look?.readAt ?? '')).toBeGreaterThanOrEqual(Date.parse(doubt.since) + GRACE_MS);
    }
  }

  test('that was not made is not called done, and not undone before its grace; then it is, and is made anew once', async () => {
    const { name, doubt, done, early } = await hastilyJudged('lost');
    expect(early).toMatchObject({ exitCode: 4, rows: [{ why: 'grace' }] });
    expect(done).toMatchObject({ exitCode: 4, rows: [{ why: 'effect-not-seen', look: { flowLogs: [] } }] });
    expect((await of(name))?.lastLook).toMatchObject({ flowLogs: [] });
    // A refused settlement is part of the target's story at once, and not only after another one in the same run succeeds.
    const refusals = await flowlog(service, `audit show ${vpc.resource(name)}`);
    expect(refusals.stdout).toMatch(/CreateFlowLog was not settled as done; it stays in doubt: create does not show/);
    expect(refusals.stdout).toMatch(/CreateFlowLog was not settled as not-done; it stays in doubt: it may still/);
    await isOver(doubt.graceOverAt);
    expect(await resolve(`${doubt.intentId} --as not-done`)).toMatchObject({ exitCode: 0, rows: [{ settled: true }] });
    expect(await (await enable(name)).result()).toMatchObject({ outcome: 'created' });
    expectExactlyOne(service, vpc, name);
    const { stdout } = await flowlog(service, `audit show ${vpc.resource(name)}`);
    expect(stdout).toMatch(/mika asked for resolveDoubts because "seen in the console"/);
    expect(stdout).toMatch(
      /mika said that CreateFlowLog had not taken effect, because "seen in the console"; a look at/,
    );
    const kept = await service.query<{ body: object }>(
      `select body::json as body from ledger.entries where kind = 'doubt-kept' and position($1 in body) > 0 order by at`,
      [doubt.intentId],
    );
    expect(kept.map(({ body }) => body)).toHaveLength(2);
    expect(kept.map(({ body }) => body)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          as: 'done',
          why: 'effect-not-seen',
          look: expect.objectContaining({ flowLogs: [] }),
        }),
        expect.objectContaining({ as: 'not-done', why: 'grace' }),
      ]),
    );
    // Every refused settlement has ended: no run of it stays open for ever.
    const open = await service.query(
      `select from ledger.entries k where kind = 'doubt-kept' and position($1 in body) > 0
         and not exists (select from ledger.entries c where c.run_id = k.run_id and c.kind = 'closed')`,
      [doubt.intentId],
    );
    expect(open).toEqual([]);
  });

  test('that arrives late is never doubled, however hastily and often it is called undone', async () => {
    const doubt = await abandoned('late');
    const operation = await enable('late');
    const said: SettledDoubt[] = [];
    // The release comes in time, before the grace is over, however long the requests meanwhile take.
    const inTime = Math.max(0, Date.parse(doubt.since) + GRACE_MS / 2 - Date.now());
    const released = sleep(inTime).then(() => service.simulator.barriers.release('late'));
    for (const end = Date.parse(doubt.graceOverAt) + 2_000; Date.now() < end;) {
      const asked = Array.from({ length: 3 }, (_, place) =>
        resolve(`${doubt.intentId} --as ${place === 1 ? 'done' : 'not-done'}`),
      );
      said.push(...(await Promise.all(asked)).flatMap(({ rows }) => rows));
    }
    expect(await released).toBe(1);
    expect(await operation.result()).toMatchObject({ status: 'active' });
    expect(said.filter(({ settled, message }) => settled && message === 'it did not happen')).toEqual([]);
    expectExactlyOne(service, vpc, 'late');
  });

  test('is not settled twice by people and the operation that race for it: each is made once', async () => {
    const names = races;
    const operations = await Promise.all(names.map(enable));
    const results = Promise.all(operations.map((operation) => operation.result()));
    let isAtWork = true;
    void results.finally(() => (isAtWork = false));
    while (isAtWork) {
      const doubts = (await listed('--product vpc')).filter(({ key }) => key.includes('race-'));
      const verdicts = doubts.flatMap(({ intentId }) =>
        ['done', 'not-done'].map((as) => resolve(`${intentId} --as ${as}`)),
      );
      await Promise.all(verdicts);
    }
    for (const report of await results) expect(report.status).toBe('active');
    for (const name of names) expectExactlyOne(service, vpc, name);
  });

  test('is settled by place, row by row, and what is refused is told', async () => {
    const there: ProductUnderTest = { ...vpc, target: (name) => ({ ...vpc.target(name), region: 'cn-shanghai' }) };
    for (const name of ['place-after', 'place-before']) {
      const operation = await service.flowLogs.enable({ target: there.target(name), spec, requestedBy });
      await ended(name, operation);
    }
    const doubts = await until(async () => {
      const found = await listed('--region cn-shanghai');
      return found.length > 0 ? found : undefined;
    });
    await isOver(doubts.at(-1)?.graceOverAt ?? '');
    const done = await flowlog(
      service,
      'doubt resolve --region cn-shanghai --account default --product vpc --as done --reason "outage is over"',
    );
    expect(done).toMatchObject({ exitCode: 1 });
    expect(done.stdout).toMatch(
      /^[0-9a-f-]{36}\tsettled\tcreate\tvpc cn-shanghai VPC\/vpc-place-after\tit took effect/m,
    );
    expect(done.stdout).toMatch(
      /^[0-9a-f-]{36}\trefused\tcreate\tvpc cn-shanghai VPC\/vpc-place-before\tcreate does not show/m,
    );
    expect(done.stderr).toContain('1 settled, 1 refused');
    const undone = await flowlog(service, 'doubt resolve --region cn-shanghai --as not-done --reason "outage is over"');
    expect(undone).toMatchObject({ exitCode: 0 });
    expect(
      (await flowlog(service, 'doubt list --region cn-shanghai')).stderr +
        (await flowlog(service, 'doubt list --region cn-shanghai')).stdout,
    ).toContain('nothing is in doubt');
    for (const name of ['place-after', 'place-before']) {
      await (await service.flowLogs.enable({ target: there.target(name), spec, requestedBy })).result();
      expectNeverTwo(service, there, name);
    }
  });

  test('leaves a ledger that is whole', { timeout: 60_000 }, async () => {
    const auditor = await openAuditor({ databaseUrl: service.env['DATABASE_URL'] ?? '' });
    try {
      expect(await auditor.verify()).toMatchObject({ ok: true });
    } finally {
      await auditor.close();
    }
  });
});

describe('a region that goes out while creates are on their way', () => {
  let service: Service;
  beforeAll(async () => {
    service = await startService({
      simulator: { profile: 'hostile', config: { listLagMs: 0, progression: { mode: 'time', activationMs: 0 } } },
      env: { FLOWLOG_CONNECT_TIMEOUT_MS: '400', FLOWLOG_LIST_LAG_MS: '500', FLOWLOG_GRACE_MS: '8000' },
    });
  });
  afterAll(() => service.stop());

  const region = 'cn-beijing';
  const there: ProductUnderTest = { ...vpc, target: (name) => ({ ...vpc.target(name), region }) };
  const names = Array.from({ length: 6 }, (_, number) => `out-${number}`);
  const speak = async (as: string): Promise<readonly SettledDoubt[]> => {
    const line = `doubt resolve --region ${region} --as ${as} --reason "the region is out" --json`;
    return (JSON.parse((await flowlog(service, line)).stdout) as { rows: readonly SettledDoubt[] }).rows;
  };

  test('has nothing settled while it is out, and nothing doubled by all that is said of it when it is back', async () => {
    const answers = names.map((name, number) => ({
      action: 'CreateFlowLog',
      resource: vpc.resource(name),
      count: 1,
      effect: 'reset' as const,
      when: number % 2 === 0 ? ('before' as const) : ('after' as const),
    }));
    service.simulator.faults(answers);
    const operations = await Promise.all(
      names.map((name) => service.flowLogs.enable({ target: there.target(name), spec, requestedBy })),
    );
    const sent = () => names.filter((name) => changesOn(service, there, name).length > 0);
    await expect.poll(sent, { timeout: 60_000, interval: 20 }).toEqual(names);
    service.simulator.faults([{ product: 'vpc', action: 'DescribeFlowLogs', effect: 'status', status: 503 }]);
    // A create that was made may have been seen before looks became impossible; those that were not made stay in doubt.
    const said = (await Promise.all(['done', 'not-done'].map(speak))).flat();
    expect(said.length).toBeGreaterThanOrEqual(names.length);
    expect(said.filter(({ settled }) => settled)).toEqual([]);
    expect(said.filter(({ why }) => why !== 'grace' && why !== 'unreadable' && why !== 'not-in-doubt')).toEqual([]);
    expect(said.map(({ why }) => why)).toContain('unreadable');

    service.simulator.faults([]);
    let isAtWork = true;
    const results = Promise.all(operations.map((operation) => operation.result())).finally(() => (isAtWork = false));
    while (isAtWork) await Promise.all(['not-done', 'done', 'not-done'].map(speak));
    for (const report of await results) expect(report.status).toBe('active');
    for (const name of names) expectExactlyOne(service, there, name);
  });
});

describe('an operation that waits for a change in doubt', () => {
  let service: Service;
  beforeAll(async () => {
    service = await startService({
      simulator: { profile: 'hostile', config: { listLagMs: 0, progression: { mode: 'time', activationMs: 0 } } },
      env: { FLOWLOG_LIST_LAG_MS: '500', FLOWLOG_GRACE_MS: '120000' },
    });
  });
  afterAll(() => service.stop());

  test('goes on at once when somebody settles it', async () => {
    const about = { resource: vpc.resource('woken') };
    service.simulator.faults([{ ...about, action: 'CreateFlowLog', count: 1, effect: 'reset', when: 'after' }]);
    // From the moment of the lost answer on no look succeeds, so that each is followed by a longer pause.
    const operation = await service.flowLogs.enable({ target: vpc.target('woken'), spec, requestedBy });
    await expect.poll(() => changesOn(service, vpc, 'woken').length, { timeout: 60_000 }).toBe(1);
    service.simulator.faults([{ ...about, action: 'DescribeFlowLogs', effect: 'status', status: 503 }]);
    const handle = service.client.workflow.getHandle(operation.workflowId, operation.runId);
    const pausedUntil = async (): Promise<number> => {
      const [attempt] = (await handle.describe()).raw.pendingActivities ?? [];
      return Number(attempt?.scheduledTime?.seconds ?? 0) * 1_000;
    };
    await expect.poll(async () => (await pausedUntil()) - Date.now(), { timeout: 90_000 }).toBeGreaterThan(20_000);
    const due = await pausedUntil();
    const { stdout } = await flowlog(service, 'doubt list --json');
    const [doubt] = (JSON.parse(stdout) as { doubts: DoubtRow[] }).doubts;
    expect(doubt).toMatchObject({ waiting: operation.workflowId, lastLook: { problem: expect.any(String) as string } });

    service.simulator.faults([]);
    const said = await flowlog(
      service,
      `doubt resolve ${doubt?.intentId} --as done --reason "it is in the console" --json`,
    );
    expect(JSON.parse(said.stdout)).toMatchObject({ rows: [{ settled: true, woken: operation.workflowId }] });
    expect(await operation.result()).toMatchObject({ outcome: 'created' });
    expect((await handle.describe()).closeTime?.getTime()).toBeLessThan(due);
    expectExactlyOne(service, vpc, 'woken');
  });
});
