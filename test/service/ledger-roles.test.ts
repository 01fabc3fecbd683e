import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { migrate, openAuditor, openLedger } from '../../audit/index.js';
import { ledgerFixture, someTarget, wholeOperation, type LedgerFixture } from './fixtures/ledger-fixture.js';
import { freshDatabase } from './fixtures/servers.js';

/** A row of a chain that no operation has. */
function rowOf(kind: string): string {
  return `jsonb_populate_record(null::ledger.entries, '{"workflow_id": "w", "run_id": "r", "kind": "${kind}", "body": "{}"}')`;
}

let fixture: LedgerFixture;
beforeAll(async () => {
  fixture = await ledgerFixture();
  await wholeOperation(fixture.ledger);
});
afterAll(() => fixture.close());

/** The same database, in one of the restricted roles. */
function as(role: 'flowlog_service' | 'flowlog_auditor' | 'flowlog_archiver'): string {
  const url = new URL(fixture.databaseUrl);
  url.searchParams.set('options', `-c role=${role}`);
  return url.href;
}

const changes = [
  { sql: `update ledger.entries set body = '{}'`, what: 'changing a row' },
  { sql: `update ledger.entries set at = at where false`, what: 'changing no row' },
  { sql: 'delete from ledger.entries', what: 'removing rows' },
  { sql: 'truncate ledger.entries', what: 'emptying the table' },
  { sql: 'drop table ledger.entries', what: 'dropping the table' },
  { sql: 'alter table ledger.entries disable trigger all', what: 'switching the triggers off' },
  { sql: 'delete from ledger.heads', what: 'removing heads' },
  { sql: 'delete from ledger.targets', what: 'removing targets' },
  { sql: 'delete from ledger.freezes', what: 'removing freezes' },
  { sql: 'delete from ledger.breakers', what: 'removing breakers' },
  { sql: `update ledger.freezes set reason = 'other'`, what: 'rewriting a freeze' },
  { sql: `set session_replication_role = 'replica'`, what: 'pretending to be a replica' },
  {
    sql: `create or replace function ledger.field(value text) returns text language sql return ''`,
    what: 'replacing the hash',
  },
  { sql: 'delete from ledger.migrations', what: 'removing migrations' },
];

describe.each(['flowlog_service', 'flowlog_auditor', 'flowlog_archiver'] as const)('the role %s', (role) => {
  test.each(changes)('is refused $what', async ({ sql }) => {
    const client = new pg.Client({ connectionString: as(role) });
    await client.connect();
    // 42501 is insufficient_privilege.
    await expect(client.query(sql)).rejects.toMatchObject({ code: '42501' });
    await client.end();
  });
});

/** Actions of the service by functions of the schema; some of them run with their owner's rights. */
const serviceOnly = [
  { what: 'opening an operation', sql: `select ledger.append_once(${rowOf('opened')})` },
  { what: 'appending a row', sql: `select ledger.append(${rowOf('surplus')})` },
  { what: 'appending a row once', sql: `select ledger.append_event_once(${rowOf('joined')}, 'x')` },
  {
    what: 'appending a row by hand',
    sql: `insert into ledger.entries select (${rowOf('x')}).* from ledger.entries limit 1`,
  },
  { what: 'taking a fence', sql: `select ledger.take_fence('o/vpc/1/cn-x/VPC/x', 'me')` },
  { what: 'moving a head', sql: 'update ledger.heads set anchored = 0' },
  { what: 'clearing a doubt', sql: 'update ledger.targets set pending_intent = null' },
  { what: 'settling a doubt', sql: `select ledger.settle_intent('{"intent_id": "x", "result": "effect-seen"}', 0)` },
  { what: 'noting a look', sql: `select ledger.note_look((select intent_id from ledger.entries where kind = 'intent' limit 1), '{}')` }, // prettier-ignore
  { what: 'taking the clocks as alike', sql: `select ledger.agree_clock('boot', 0)` },
  { what: 'comparing clocks, which takes them down', sql: `select ledger.compare_clocks('boot', 0)` },
  { what: 'telling of a fail-over, after which nothing is created for a grace', sql: `select ledger.meet_cluster('no-such-intent')` }, // prettier-ignore
  { what: 'saying how the ledger began', sql: `select ledger.begin_ledger('it is lost')` },
  { what: 'adopting an empty ledger', sql: `select ledger.adopt_empty('x', 'x')` },
  { what: 'anchoring', sql: `select ledger.anchor(interval '0', 500)` },
  { what: 'inventing memory of archived operations', sql: `insert into ledger.archived_targets (archive, target, intents, ends, fence) values (9, 'x', 1, 1, 1)` }, // prettier-ignore
  { what: 'making tables', sql: 'create table ledger.more (x text)' },
  { what: 'removing rows of reports by hand', sql: 'delete from flowlog.targets' },
  { what: 'changing a bulk', sql: 'update flowlog.bulks set report = null' },
  { what: 'taking a turn of the budget', sql: 'delete from flowlog.budgets' },
];

describe.each(['flowlog_auditor', 'flowlog_archiver'] as const)('the role %s, which reads,', (role) => {
  test.each(serviceOnly)('is refused $what', async ({ sql }) => {
    const client = new pg.Client({ connectionString: as(role) });
    await client.connect();
    await expect(client.query(sql).finally(() => client.end())).rejects.toMatchObject({ code: '42501' });
  });
});

describe('taking rows out', () => {
  const removals = {
    'ended operations': `select ledger.archive_chains(now(), 10, 'no such digest', '{}') as answer`,
    'rows of reports': `select flowlog.remove_report_rows('-infinity') as answer`,
  };
  const by = async (role: Parameters<typeof as>[0], sql: string): Promise<unknown> => {
    const client = new pg.Client({ connectionString: as(role) });
    await client.connect();
    const asked = client.query<{ answer: unknown }>(sql).finally(() => client.end());
    return (await asked).rows[0]?.answer;
  };

  test.each(Object.entries(removals))('of %s is refused to the auditor', async (_, sql) => {
    await expect(by('flowlog_auditor', sql)).rejects.toMatchObject({ code: '42501' });
  });

  test('of ended operations is refused to the service', async () => {
    await expect(by('flowlog_service', removals['ended operations'])).rejects.toMatchObject({ code: '42501' });
  });

  test('is what the archiver may do, and only of chains that are in a file as they are', async () => {
    const count = async () => (await fixture.owner.query('select from ledger.entries')).rowCount;
    const before = await count();
    expect(await by('flowlog_archiver', removals['ended operations'])).toMatchObject({ refused: 'changed' });
    expect(await count()).toBe(before);
    expect(await by('flowlog_archiver', removals['rows of reports'])).toEqual({ bulks: 0, rows: 0 });
  });
});

describe('the service role', () => {
  test('does all that the service does', async () => {
    await migrate(as('flowlog_service'));
    const ledger = await openLedger({ databaseUrl: as('flowlog_service'), anchorEveryMs: 0 });
    const target = someTarget();
    const operation = await wholeOperation(ledger, target, 'fl-by-role');
    expect(await ledger.createdHere(target, 'fl-by-role', operation)).toBe(true);
    await ledger.close();
    const auditor = await openAuditor({ databaseUrl: as('flowlog_service') });
    const { freezeId } = await auditor.freeze({ reason: 'incident', by: 'ops' });
    expect(await auditor.thaw({ freezeId, reason: 'over', by: 'ops' })).toEqual([freezeId]);
    expect(await auditor.anchor()).toMatchObject({ count: 1 });
    await auditor.close();
  });
});

describe('an owner who is no superuser', () => {
  test('may migrate with nothing but the right to make a schema', async () => {
    const url = new URL(await freshDatabase());
    const name = url.pathname.slice(1);
    const admin = new pg.Client({ connectionString: url.href });
    await admin.connect();
    await admin.query(`create role ${name} login password 'owner'; grant create on database ${name} to ${name}`);
    [url.username, url.password] = [name, 'owner'];
    await migrate(url.href);
    url.searchParams.set('options', '-c role=flowlog_service');
    await admin.query(`grant flowlog_service to ${name}`);
    const ledger = await openLedger({ databaseUrl: url.href, anchorEveryMs: 0 });
    await wholeOperation(ledger);
    await ledger.close();
    await admin.end();
  });

  test('who may not even do that is told so by the database', async () => {
    const url = new URL(await freshDatabase());
    url.searchParams.set('options', '-c role=flowlog_service');
    await expect(migrate(url.href)).rejects.toMatchObject({ code: '42501' });
  });
});

describe('the auditor role', () => {
  test('reads and verifies, and can neither append nor freeze', async () => {
    const auditor = await openAuditor({ databaseUrl: as('flowlog_auditor') });
    expect(await auditor.verify()).toMatchObject({ ok: true });
    expect((await auditor.show('1000000000000001')).total).toBeGreaterThan(0);
    await expect(auditor.freeze({ reason: 'x', by: 'x' })).rejects.toMatchObject({ code: '42501' });
    await expect(auditor.anchor()).rejects.toMatchObject({ code: '42501' });
    await auditor.close();
  });
});

describe("the tables' owner", () => {
  test.each(changes.slice(0, 4).filter(({ what }) => what !== 'changing no row'))(
    'is refused $what by the trigger',
    async ({ sql }) => {
      await expect(fixture.owner.query(sql)).rejects.toThrow('the ledger is append-only');
    },
  );

  test('is refused it as a replica too', async () => {
    await fixture.owner.query(`set session_replication_role = 'replica'`);
    await expect(fixture.owner.query('delete from ledger.entries')).rejects.toThrow('the ledger is append-only');
    await fixture.owner.query('reset session_replication_role');
  });
});
