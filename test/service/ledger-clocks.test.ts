import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { IntentRefused, type Ledger, migrate, openAuditor, openLedger } from '../../audit/index.js';
import { Database } from '../../database/database.js';
import { migrateStore } from '../../store/index.js';
import { budgetsOn } from '../../store/budgets.js';
import { setDatabaseClock } from './fixtures/database-clock.js';
import {
  attemptOf,
  createIntent,
  someRun,
  someTarget,
  takeAndCommit,
  wholeOperation,
} from './fixtures/ledger-fixture.js';
import { freshDatabase } from './fixtures/servers.js';

/** Boot-time clocks that a test moves, and ledgers on them. */
let databaseUrl: string;
let owner: pg.Client;
const opened: Ledger[] = [];
const databases: Database[] = [];
beforeAll(async () => {
  databaseUrl = await freshDatabase();
  await migrate(databaseUrl);
  await migrateStore(databaseUrl);
  owner = new pg.Client({ connectionString: databaseUrl });
  await owner.connect();
});
afterAll(async () => {
  await Promise.all([...opened.map((ledger) => ledger.close()), ...databases.map((database) => database.close())]);
  await owner.end();
});

let machines = 0;
/** A machine whose boot-time clock can be moved; other machines do not know it. */
function someMachine() {
  const name = `machine-${++machines}`;
  const moved = { ms: 0 };
  return { moved, machine: { bootId: name, bootMs: () => performance.now() + moved.ms } };
}

async function ledgerOf(machine: { bootId: string; bootMs(): number }): Promise<Ledger> {
  const ledger = await openLedger({ databaseUrl, anchorEveryMs: 0, machine });
  opened.push(ledger);
  return ledger;
}

const HOUR_MS = 3_600_000;
/** The machine of a test may stand still for so long, in ms; clocks that jump do so by minutes. */
const STOOD_STILL_MS = 30_000;

/** An intent in doubt that the database's clock calls `ageMs` old. */
async function doubtOf(ledger: Ledger, ageMs: number) {
  const target = someTarget();
  const before = await setDatabaseClock(owner, -ageMs, { more: true });
  const plain = await openLedger({ databaseUrl, anchorEveryMs: 0 });
  const intentId = await takeAndCommit(plain, target, attemptOf(someRun(target)));
  await plain.close();
  await setDatabaseClock(owner, before);
  return { target, intentId, ageMs: async () => (await ledger.readTarget(target)).pending[0]?.ageMs ?? -1 };
}

describe('the age of what is in doubt', () => {
  test('counts on a new machine from its first question, and for all later ones of that machine', async () => {
    const { machine } = someMachine();
    const ledger = await ledgerOf(machine);
    const doubt = await doubtOf(ledger, HOUR_MS);
    expect(await doubt.ageMs()).toBeLessThan(STOOD_STILL_MS);
    // Another worker on the same machine, after the first was killed: the moment is kept.
    const successor = await ledgerOf(machine);
    const other = await doubtOf(successor, 500);
    expect(await other.ageMs()).toBeGreaterThanOrEqual(0);
    const { rows } = await owner.query('select alike_since from ledger.clocks where boot_id = $1', [machine.bootId]);
    expect(rows).toHaveLength(1);
    expect(await doubt.ageMs()).toBeLessThan(2 * STOOD_STILL_MS);
  });

  test.each([
    { jump: 'the database ahead', databaseMs: 600_000, machineMs: 0 },
    { jump: 'the database back', databaseMs: -600_000, machineMs: 0 },
    {
      jump: 'the machine ahead, as it wakes from a sleep that the database did not share',
      databaseMs: 0,
      machineMs: 600_000,
    },
    { jump: 'the machine stood still', databaseMs: 0, machineMs: -600_000 },
    { jump: 'both walls together', databaseMs: 600_000, machineMs: 0 },
  ])('counts from the jump: $jump', async ({ databaseMs, machineMs }) => {
    const { machine, moved } = someMachine();
    const ledger = await ledgerOf(machine);
    await ledger.readTarget(someTarget());
    const target = someTarget();
    await takeAndCommit(ledger, target, attemptOf(someRun(target)));
    const ageMs = async () => (await ledger.readTarget(target)).pending[0]?.ageMs ?? -1;
    const before = await setDatabaseClock(owner, databaseMs, { more: true });
    moved.ms += machineMs;
    expect(await ageMs()).toBeLessThan(STOOD_STILL_MS);
    // Once noticed it goes on as it must: no older than the time that has really passed, and older with it.
    const first = await ageMs();
    const began = performance.now();
    await expect.poll(ageMs, { timeout: 60_000 }).toBeGreaterThan(first + 300);
    expect(await ageMs()).toBeLessThan(first + 1_000 + performance.now() - began);
    await setDatabaseClock(owner, before);
    expect(await ageMs()).toBeLessThan(STOOD_STILL_MS);
  });

  test('counts from a jump that only another machine saw, and that was over before this one asked again', async () => {
    const [here, elsewhere] = [someMachine(), someMachine()];
    const [ledger, other] = [await ledgerOf(here.machine), await ledgerOf(elsewhere.machine)];
    for (const each of [ledger, other]) await each.readTarget(someTarget());
    const before = await setDatabaseClock(owner, -600_000, { more: true });
    const target = someTarget();
    await takeAndCommit(other, target, attemptOf(someRun(target)));
    await setDatabaseClock(owner, before);
    const [pending] = (await ledger.readTarget(target)).pending;
    expect(pending?.ageMs).toBeLessThan(STOOD_STILL_MS);
  });

  test('of an accepted change counts in the same way', async () => {
    const { machine } = someMachine();
    const ledger = await ledgerOf(machine);
    const target = someTarget();
    await wholeOperation(ledger, target, 'fl-aged');
    await setDatabaseClock(owner, 600_000, { more: true });
    const state = await ledger.readTarget(target);
    await setDatabaseClock(owner, 0);
    expect(state.lastAccepted?.ageMs).toBeLessThan(STOOD_STILL_MS);
    expect(state.lastCreated).toMatchObject({ flowLogId: 'fl-aged' });
    expect(state.lastCreated?.ageMs).toBeLessThan(STOOD_STILL_MS);
  });

  test('is told by the database alone to whoever names no machine', async () => {
    const plain = await openLedger({ databaseUrl, anchorEveryMs: 0 });
    opened.push(plain);
    const doubt = await doubtOf(plain, HOUR_MS);
    expect(await doubt.ageMs()).toBeGreaterThanOrEqual(HOUR_MS);
  });
});

describe('the clock of the database', () => {
  test('is asked through one function by all others', async () => {
    const { rows } = await owner.query(
      `select proname from pg_proc where pronamespace in ('ledger'::regnamespace, 'flowlog'::regnamespace) and prokind = 'f'
         and proname <> 'clock_now' and pg_get_functiondef(oid) ~ '(clock_timestamp|statement_timestamp|now|localtime)\\(\\)|current_timestamp'
         and pg_get_functiondef(oid) !~ 'ledger.clock_now\\(\\)'`,
    );
    expect(rows).toEqual([]);
    const { rows: defaults } = await owner.query(
      `select attrelid::regclass::text, attname from pg_attrdef d join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
         join pg_class c on c.oid = d.adrelid where c.relnamespace in ('ledger'::regnamespace, 'flowlog'::regnamespace)
         and pg_get_expr(d.adbin, d.adrelid) ~ '^now\\(\\)|CURRENT_TIMESTAMP|clock_timestamp'`,
    );
    expect(defaults).toEqual([]);
  });

  test('and what is remembered of it cannot be changed by the role of the service', async () => {
    await owner.query('begin');
    await owner.query('set local role flowlog_service');
    const forbidden = [
      `create or replace function ledger.clock_now() returns timestamptz language sql return 'epoch'::timestamptz`,
      `update ledger.clocks set alike_since = 'epoch'`,
      `update ledger.cluster set changed_at = null`,
      `alter table ledger.entries disable trigger entries_durable`,
    ];
    for (const statement of forbidden) {
      await owner.query('savepoint s');
      await expect(owner.query(statement), statement).rejects.toMatchObject({ code: '42501' });
      await owner.query('rollback to savepoint s');
    }
    await owner.query('rollback');
  });
});

describe('budgets after a jump of the clock', () => {
  const key = (api: string) => ({ accountId: '1', place: 'cn-hangzhou', api });
  const asking = { caller: 'c', perSecond: 10, mostMs: 2_000 };
  /** An answer that took longer came from a machine that stood still meanwhile, and says nothing of when it was asked for. */
  const AT_ONCE_MS = 200;

  /** Asks for a slot until one is given, as the next of those who were told to come back: when it was refused, and how long that took. */
  async function askedUntilGiven(ask: () => Promise<number | undefined>) {
    const refused: { askedMs: number; tookMs: number }[] = [];
    for (const began = performance.now(); performance.now() - began < 15_000; await sleep(20)) {
      const askedMs = performance.now() - began;
      if ((await ask()) !== undefined) return refused;
      refused.push({ askedMs, tookMs: performance.now() - began - askedMs });
    }
    throw new Error(`no slot was given in 15 s: ${JSON.stringify(refused.at(-1))}`);
  }

  test.each([{ jumpMs: 600_000 }, { jumpMs: -600_000 }])(
    'of $jumpMs ms: nobody is refused a second later, and no second gets more than its share',
    async ({ jumpMs }) => {
      const { machine } = someMachine();
      const database = new Database({ databaseUrl, machine });
      databases.push(database);
      const budgets = budgetsOn(database);
      const api = `vpc:Jump${jumpMs}`;
      const waits: number[] = [];
      /** Time of the slot, by a clock that does not jump; undefined where it was refused. */
      const reserve = async (waited = false) => {
        const answer = await budgets.reserve(key(api), { ...asking, waited });
        if (!('waitMs' in answer)) return undefined;
        waits.push(performance.now() + answer.waitMs);
        return answer.waitMs;
      };
      // As many as are to be had: two seconds of them are ahead now.
      for (let refused = 0; refused < 2;) refused += (await reserve()) === undefined ? 1 : 0;
      const taken = waits.length;
      expect(taken).toBeGreaterThanOrEqual(15);
      const before = await setDatabaseClock(owner, jumpMs, { more: true });
      const refused = await askedUntilGiven(() => reserve(true));
      for (let count = 0; count < 2;) count += (await reserve()) === undefined ? 1 : 0;
      await setDatabaseClock(owner, before);
      expect(refused.filter(({ askedMs, tookMs }) => askedMs >= 1_000 && tookMs < AT_ONCE_MS)).toEqual([]);
      // Slots from before the jump and from after it: never more in a second than the share, and the one at its edge.
      const sorted = [...waits].sort((a, b) => a - b);
      const inSecond = sorted.map((from) => sorted.filter((at) => at >= from && at < from + 1_000).length);
      expect(Math.max(...inSecond)).toBeLessThanOrEqual(asking.perSecond + 2);
    },
  );

  test('on a budget that nobody has used since long before: no wait at all', async () => {
    const { machine } = someMachine();
    const database = new Database({ databaseUrl, machine });
    databases.push(database);
    const budgets = budgetsOn(database);
    await budgets.reserve(key('vpc:Idle'), asking);
    const before = await setDatabaseClock(owner, -600_000, { more: true });
    const answer = await budgets.reserve(key('vpc:Idle'), asking);
    await setDatabaseClock(owner, before);
    expect(answer).toMatchObject({ waitMs: expect.any(Number) });
    expect((answer as { waitMs: number }).waitMs).toBeLessThan(500);
  });
});

describe('durability', () => {
  test.each(['off', 'local', 'on', 'remote_apply'])(
    'is asked for by the ledger itself, where the database says %s',
    async (setting) => {
      const client = new pg.Client({ connectionString: databaseUrl, options: `-c synchronous_commit=${setting}` });
      await client.connect();
      const target = `o/vpc/1/r/VPC/vpc-${setting}`;
      const writes = [
        `select ledger.take_fence('${target}', 'h')`,
        `select ledger.append(jsonb_populate_record(null::ledger.entries, '{"workflow_id":"w-${setting}","run_id":"r","kind":"note"}'))`,
      ];
      for (const write of writes) {
        await client.query('begin');
        await client.query(write);
        const { rows } = await client.query('show synchronous_commit');
        expect(rows, write).toEqual([{ synchronous_commit: setting === 'remote_apply' ? setting : 'on' }]);
        await client.query('commit');
      }
      const { rows } = await client.query('show synchronous_commit');
      expect(rows).toEqual([{ synchronous_commit: setting }]);
      await client.end();
    },
  );
});

describe('an intent that the ledger has lost', () => {
  test('leaves its outcome as an orphan with all that is known of the call, and the target in doubt', async () => {
    const { machine } = someMachine();
    const ledger = await ledgerOf(machine);
    const target = someTarget();
    const attempt = attemptOf(someRun(target));
    const intent = createIntent(attempt, target, 1, { clientToken: 'token-1', params: { ResourceId: 'vpc-1' } });
    const outcome = {
      intentId: 'lost-1',
      attempt,
      result: 'accepted',
      flowLogId: 'fl-lost',
      requestId: 'R-lost',
    } as const;
    await ledger.recordOutcome({ ...outcome, intent });
    // Recorded twice, as a carried outcome may be.
    await ledger.recordOutcome({ ...outcome, attempt: attemptOf(attempt.operation, 2), intent });
    const { rows } = await owner.query<{ kind: string; body: string }>(
      `select kind, action, verb, target, flow_log_id, result, body from ledger.entries where intent_id = 'lost-1' order by seq`,
    );
    expect(rows.map(({ kind }) => kind)).toEqual(['intent', 'orphan']);
    expect(rows[1]).toMatchObject({ action: 'CreateFlowLog', flow_log_id: 'fl-lost', result: 'accepted' });
    expect(JSON.parse(rows[1]?.body ?? '{}')).toMatchObject({
      requestId: 'R-lost',
      intent: { params: { ResourceId: 'vpc-1' }, clientToken: 'token-1' },
    });
    const state = await ledger.readTarget(target);
    expect(state.pending).toMatchObject([{ intentId: 'lost-1', state: 'open', clientToken: 'token-1' }]);
    // Other intents may have been lost with it: no create is sent for one grace, anywhere.
    const elsewhere = someTarget();
    const other = attemptOf(someRun(elsewhere));
    const { fence } = await ledger.takeFence(elsewhere, other);
    const meant = createIntent(other, elsewhere, fence, { graceMs: 60_000 });
    const refused = await ledger.commitIntent(meant).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(IntentRefused);
    expect(refused).toMatchObject({ reason: 'failed-over' });
    expect((await ledger.readTarget(elsewhere)).failedOverMs).toBeLessThan(10_000);
    await ledger.commitIntent({ ...meant, graceMs: 0 });
    await ledger.resolveIntent({
      intentId: 'lost-1',
      by: attempt,
      resolution: 'effect-seen',
      flowLogId: 'fl-lost',
      readAt: new Date().toISOString(),
    });
    expect(await ledger.createdHere(target, 'fl-lost')).toBe(true);
    const auditor = await openAuditor({ databaseUrl });
    expect(await auditor.verify()).toMatchObject({ ok: true });
    await auditor.close();
  });

  test('keeps a create from being admitted on a look from before the end of the grace, however late it comes', async () => {
    const ledger = await ledgerOf(someMachine().machine);
    const lostOn = someTarget();
    const lost = attemptOf(someRun(lostOn));
    await ledger.recordOutcome({
      intentId: 'lost-3',
      attempt: lost,
      result: 'accepted',
      intent: createIntent(lost, lostOn, 1),
    });
    const target = someTarget();
    const attempt = attemptOf(someRun(target));
    const graceMs = 500;
    const meant = async () => {
      const { fence } = await ledger.takeFence(target, attempt);
      return createIntent(attempt, target, fence, { graceMs });
    };
    const early = await meant();
    const overMs = async () => ((await ledger.readTarget(target)).failedOverMs ?? 0) - graceMs;
    await vi.waitUntil(async () => (await overMs()) > 0, { timeout: 60_000 });
    const refused = await ledger.commitIntent(early).catch((error: unknown) => error);
    expect(refused).toMatchObject({
      reason: 'failed-over',
      message: expect.stringContaining('when this attempt looked'),
    });
    await ledger.commitIntent(await meant());
  });

  test('leaves nothing where nothing was sent', async () => {
    const { machine } = someMachine();
    const ledger = await ledgerOf(machine);
    const target = someTarget();
    const attempt = attemptOf(someRun(target));
    const intent = createIntent(attempt, target, 1);
    await ledger.recordOutcome({ intentId: 'lost-2', attempt, result: 'not-sent', intent });
    expect((await owner.query(`select from ledger.entries where intent_id = 'lost-2'`)).rowCount).toBe(0);
  });
});

describe('an effect is seen', () => {
  test('only in a flow log that the ledger did not know before the intent', async () => {
    const { machine } = someMachine();
    const ledger = await ledgerOf(machine);
    const target = someTarget();
    await wholeOperation(ledger, target, 'fl-before');
    const attempt = attemptOf(someRun(target));
    await takeAndCommit(ledger, target, attempt);
    const { pending } = await ledger.readTarget(target);
    expect(pending).toMatchObject([{ earlierFlowLogs: ['fl-before'] }]);
  });
});
