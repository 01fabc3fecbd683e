import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { entryColumns, entryHash, hashedColumns, type Entry } from '../../audit/entry.js';
import { openAuditor, type Anchor, type Auditor, type OutsideAnchor } from '../../audit/index.js';
import {
  attemptOf,
  ledgerFixture,
  someRun,
  someTarget,
  takeAndCommit,
  wholeOperation,
  type LedgerFixture,
} from './fixtures/ledger-fixture.js';

let fixture: LedgerFixture;
let auditor: Auditor;
/** The true anchor at the time when it was kept outside. */
let kept: Anchor;
let outside: { readonly outside: readonly OutsideAnchor[] };

beforeAll(async () => {
  fixture = await ledgerFixture();
  auditor = await openAuditor({ databaseUrl: fixture.databaseUrl });
  for (let index = 0; index < 4; index++) await wholeOperation(fixture.ledger);
  await auditor.anchor();
  const target = someTarget();
  const operation = someRun(target);
  const intentId = await takeAndCommit(fixture.ledger, target, attemptOf(operation));
  await fixture.ledger.closeUnknown(intentId, attemptOf(operation, 2));
  await auditor.freeze({ reason: 'incident 7: "ü" 🔒', by: 'ops', region: 'cn-hangzhou' });
  await auditor.thaw({ reason: 'over', by: 'ops', region: 'cn-hangzhou' });
  kept = (await auditor.anchor()) as Anchor;
  outside = { outside: [{ ...kept, from: 'a test' }] };
});
afterAll(async () => {
  await auditor.close();
  await fixture.close();
});

/** Columns of an entry and how to write any value of them into the row. */
const columns = {
  workflow_id: 'text',
  run_id: 'text',
  seq: 'integer',
  kind: 'text',
  at: 'timestamptz',
  activity_id: 'text',
  attempt: 'integer',
  intent_id: 'text',
  target: 'text',
  verb: 'text',
  action: 'text',
  flow_log_id: 'text',
  result: 'text',
  error_kind: 'text',
  body: 'text',
  prev_hash: 'text',
  hash: 'text',
} as const;
type Column = keyof typeof columns;

/** Another value, one byte away from this one. */
function nudged(column: Column, value: string | null, place: number): string | null {
  if (value === null) return columns[column] === 'integer' ? '1' : '';
  if (columns[column] === 'integer') return String(Number(value) + 1);
  // The smallest step in time that the database keeps.
  if (column === 'at') {
    const next = (micros: string): string => String((Number(micros.padEnd(6, '0')) + 1) % 1_000_000).padStart(6, '0');
    return value.replace(/(?:\.(\d+))?\+/, (_, micros = '0') => `.${next(micros as string)}+`);
  }
  const at = value.length ? place % value.length : 0;
  return value.slice(0, at) + (value[at] === 'x' ? 'y' : 'x') + value.slice(at + 1);
}

/** Does something only the tables' owner can, shows the ledger to `judge`, and undoes it. */
async function tampered(sql: string, values: readonly unknown[], judge: () => Promise<void>): Promise<void> {
  await fixture.owner.query(`
    create table public.kept_entries as table ledger.entries;
    create table public.kept_heads as table ledger.heads;
    create table public.kept_targets as table ledger.targets;
    alter table ledger.entries disable trigger user`);
  try {
    await fixture.owner.query(sql, [...values]);
    await judge();
  } finally {
    await fixture.owner.query(`
      truncate ledger.entries, ledger.heads, ledger.targets;
      insert into ledger.entries table public.kept_entries;
      insert into ledger.heads table public.kept_heads;
      insert into ledger.targets table public.kept_targets;
      alter table ledger.entries enable always trigger entries_append_only;
      alter table ledger.entries enable always trigger entries_no_truncate;
      drop table public.kept_entries, public.kept_heads, public.kept_targets`);
  }
}

interface Row {
  workflow_id: string;
  run_id: string;
  seq: number;
  texts: Record<string, string | null>;
}
const allRows = async (): Promise<Row[]> => {
  const texts = Object.keys(columns).map((name) => `'${name}', ${name}::text`);
  const query = `select workflow_id, run_id, seq, json_build_object(${texts.join()}) as texts from ledger.entries order by 1, 2, 3`;
  return (await fixture.owner.query<Row>(query)).rows;
};

const keyOf = ({ workflow_id, run_id, seq }: Row): unknown[] => [workflow_id, run_id, seq];

describe('a record nobody touched', () => {
  test('verifies, with and without the anchor kept outside', async () => {
    const found = { ok: true, chains: 7, unanchoredChains: 0 };
    expect(await auditor.verify()).toMatchObject(found);
    expect(await auditor.verify(outside)).toMatchObject({ ...found, anchor: kept, stand: { entriesAfter: 0 } });
  });
});

describe('tampering is found', () => {
  test('any one byte of any column of any row', async () => {
    const rows = await allRows();
    const seed = Date.now() % 1_000_000;
    console.log(`seed ${seed}, ${rows.length} rows`);
    const cases = fc.record({
      row: fc.constantFrom(...rows),
      column: fc.constantFrom(...(Object.keys(columns) as Column[])),
      place: fc.nat(500),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ row, column, place }) => {
        const next = nudged(column, row.texts[column] ?? null, place);
        const sql = `update ledger.entries set ${column} = $4::${columns[column]} where workflow_id = $1 and run_id = $2 and seq = $3`;
        // Number 2 of a chain cannot become number 3 while there is one; out of the way it goes.
        const values = [...keyOf(row), column === 'seq' ? '900' : next];
        await tampered(sql, values, async () =>
          expect((await auditor.verify()).ok, `${column} of row ${row.seq}`).toBe(false),
        );
      }),
      { seed, numRuns: 100 },
    );
  });

  test('every single byte of every row, by the hash alone', async () => {
    const { rows } = await fixture.owner.query<Entry>(`select ${entryColumns} from ledger.entries`);
    let changes = 0;
    for (const row of rows) {
      expect(entryHash(row)).toBe(row.hash);
      for (const column of hashedColumns) {
        const text = String(row[column] ?? '');
        for (let at = 0; at < text.length; at++) {
          const changed = text.slice(0, at) + (text[at] === '7' ? '8' : '7') + text.slice(at + 1);
          if (entryHash({ ...row, [column]: changed }) === row.hash)
            expect.fail(`${column}[${at}] of ${row.workflow_id}`);
          changes += 1;
        }
        const emptied = row[column] === null ? '' : null;
        if (entryHash({ ...row, [column]: emptied }) === row.hash) expect.fail(`${column} of ${row.workflow_id}`);
      }
    }
    expect(changes).toBeGreaterThan(5_000);
  });

  test('every column of one row, by name', async () => {
    const row = (await allRows()).find(({ texts }) => texts.kind === 'outcome') as Row;
    for (const column of Object.keys(columns) as Column[]) {
      const next = column === 'seq' ? '900' : nudged(column, row.texts[column] ?? null, 3);
      const sql = `update ledger.entries set ${column} = $4::${columns[column]} where workflow_id = $1 and run_id = $2 and seq = $3`;
      await tampered(sql, [...keyOf(row), next], async () => {
        const { ok, broken } = await auditor.verify();
        expect(ok, column).toBe(false);
        expect(broken?.seq, column).toBeGreaterThan(0);
      });
    }
  });

  test('a time moved to the same day before Christ', async () => {
    const [row] = await allRows();
    const sql = `update ledger.entries set at = (to_char(at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') || '+00 BC')::timestamptz
      where workflow_id = $1 and run_id = $2 and seq = $3`;
    await tampered(sql, keyOf(row as Row), async () => expect((await auditor.verify()).ok).toBe(false));
  });

  test('any row removed, also with the head set back to hide it', async () => {
    for (const row of await allRows()) {
      const remove = `delete from ledger.entries where workflow_id = $1 and run_id = $2 and seq = $3`;
      await tampered(remove, keyOf(row), async () => expect((await auditor.verify(outside)).ok).toBe(false));
      const hide = `with gone as (${remove.replace('seq =', 'seq >=')} returning workflow_id, run_id, seq, prev_hash)
        update ledger.heads h set count = g.seq - 1, hash = g.prev_hash from
          (select * from gone order by seq limit 1) g where h.workflow_id = g.workflow_id and h.run_id = g.run_id`;
      await tampered(hide, keyOf(row), async () => {
        const { ok, broken } = await auditor.verify(outside);
        expect({ ok, what: broken?.what }, `row ${row.seq} of ${row.workflow_id}`).toMatchObject({ ok: false });
      });
    }
  });

  test('a whole operation removed with its head', async () => {
    const [row] = await allRows();
    const sql = `with gone as (delete from ledger.entries where workflow_id = $1 and run_id = $2)
      delete from ledger.heads where workflow_id = $1 and run_id = $2`;
    await tampered(sql, keyOf(row as Row).slice(0, 2), async () => {
      const { broken } = await auditor.verify();
      expect(broken).toMatchObject({
        operation: { workflowId: row?.workflow_id },
        what: expect.stringContaining('anchor') as string,
      });
    });
  });

  test('the last anchor removed with its head: by the one kept outside', async () => {
    const sql = `with gone as (delete from ledger.entries where workflow_id = 'ledger/anchors' and seq = 2 returning prev_hash)
      update ledger.heads h set count = 1, hash = gone.prev_hash from gone where h.workflow_id = 'ledger/anchors'`;
    await tampered(sql, [], async () => {
      await fixture.owner.query(`update ledger.heads h set anchored = coalesce((select max((l ->> 2)::int)
        from ledger.entries a, json_array_elements(a.body::json -> 'heads') l
        where a.kind = 'anchor' and l ->> 0 = h.workflow_id and l ->> 1 = h.run_id), 0)`);
      expect(await auditor.verify()).toMatchObject({ ok: true });
      const { ok, broken } = await auditor.verify(outside);
      expect({ ok, seq: broken?.seq }).toEqual({ ok: false, seq: 2 });
    });
  });

  test('a head that counts more, hashes otherwise, is gone, or claims to be anchored', async () => {
    for (const change of [
      'count = count + 1',
      `hash = repeat('a', 64)`,
      'anchored = anchored - 1',
      'anchored = 1000',
    ]) {
      const sql = `update ledger.heads set ${change} where workflow_id = $1`;
      await tampered(sql, [(await allRows())[0]?.workflow_id], async () =>
        expect((await auditor.verify()).ok, change).toBe(false),
      );
    }
    await tampered('delete from ledger.heads', [], async () => expect((await auditor.verify()).ok).toBe(false));
  });

  test('a pending intent that its target forgot, and one that it invented', async () => {
    const changes = [
      'update ledger.targets set pending_intent = null where pending_intent is not null',
      `update ledger.targets set pending_intent = 'invented' where pending_intent is null`,
    ];
    for (const sql of changes) {
      await tampered(sql, [], async () => expect((await auditor.verify()).broken?.what).toMatch(/pending/));
    }
  });

  test('the first broken row is named, in words', async () => {
    const row = (await allRows()).find(({ seq, texts }) => seq === 2 && texts.kind === 'intent') as Row;
    const sql = `update ledger.entries set action = 'DeleteFlowLog' where workflow_id = $1 and run_id = $2 and seq = $3`;
    await tampered(sql, keyOf(row), async () => {
      const { broken } = await auditor.verify();
      expect(broken).toMatchObject({ operation: { workflowId: row.workflow_id, runId: row.run_id }, seq: 2 });
      expect(broken?.what).toContain('was changed: its hash is not that of its contents');
    });
  });
});
