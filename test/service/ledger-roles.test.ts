import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { migrate, openAuditor, openLedger } from '../../audit/index.js';
import { ledgerFixture, someTarget, wholeOperation, type LedgerFixture } from './ledger-fixture.js';
import { freshDatabase } from './servers.js';

let fixture: LedgerFixture;
beforeAll(async () => {
  fixture = await ledgerFixture();
  await wholeOperation(fixture.ledger);
});
afterAll(() => fixture.close());

/** The same database, in one of the restricted roles. */
function as(role: 'flowlog_service' | 'flowlog_auditor'): string {
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

describe.each(['flowlog_service', 'flowlog_auditor'] as const)('the role %s', (role) => {
  test.each(changes)('is refused $what', async ({ sql }) => {
    const client = new pg.Client({ connectionString: as(role) });
    await client.connect();
    // 42501 is insufficient_privilege.
    await expect(client.query(sql)).rejects.toMatchObject({ code: '42501' });
    await client.end();
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
