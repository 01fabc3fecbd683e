import { Writable } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openAuditor, type Auditor } from '../../audit/index.js';
import { ledgerFixture, type LedgerFixture } from './fixtures/ledger-fixture.js';

const CHAINS = 20_000;
const ROWS = CHAINS * 5;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Memory really held: the heap after a collection, in bytes. */
function liveHeapBytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}
const STEP_BYTES = 5_000_000;

let fixture: LedgerFixture;
let auditor: Auditor;
beforeAll(async () => {
  fixture = await ledgerFixture();
  auditor = await openAuditor({ databaseUrl: fixture.databaseUrl });
  // Written by the database's own function, as the service does, without a round trip for each row.
  await fixture.owner.query(
    `do $$ declare e ledger.entries; begin
       for c in 1..${CHAINS} loop
         for r in 1..5 loop
           e.workflow_id := 'flow-log/vpc/1000000000000001/cn-hangzhou/VPC/vpc-' || c;
           e.run_id := 'run-' || c;
           e.kind := 'joined';
           e.target := 'local/vpc/1000000000000001/cn-hangzhou/VPC/vpc-' || c;
           e.body := '{"reason":"' || repeat('x', 300) || '"}';
           perform ledger.append(e);
         end loop;
       end loop;
     end $$`,
  );
  await auditor.anchor();
});
afterAll(async () => {
  await auditor.close();
  await fixture.close();
});

test('100,000 rows are verified in seconds', async () => {
  const begun = performance.now();
  const found = await auditor.verify();
  const tookMs = performance.now() - begun;
  console.log(`verified ${found.entries} rows in ${Math.round(tookMs)} ms`);
  expect(found).toMatchObject({ ok: true, chains: CHAINS + 1, unanchoredChains: 0, anchor: { count: CHAINS / 500 } });
  expect(found.entries).toBe(ROWS + CHAINS / 500);
  expect(tookMs).toBeLessThan(20_000);
});

test('rows are read a fixed number of times, however many anchors there are', async () => {
  const read = async () => {
    // The reads of a connection are counted when it ends.
    await fixture.owner.query('select pg_stat_clear_snapshot(), pg_stat_force_next_flush()');
    const { rows } = await fixture.owner.query<{ read: string }>(
      `select seq_tup_read + coalesce(idx_tup_fetch, 0) as read from pg_stat_user_tables where relid = 'ledger.entries'::regclass`,
    );
    return Number(rows[0]?.read);
  };
  const before = await read();
  await auditor.verify();
  await expect.poll(read, { timeout: 60_000 }).toBeGreaterThan(before);
  expect(CHAINS / 500).toBeGreaterThan(30);
  expect(((await read()) - before) / ROWS).toBeLessThan(16);
});

test.each(['jsonl', 'csv', 'html'] as const)('100,000 rows are exported as %s in constant memory', async (format) => {
  let bytes = 0;
  let peak = 0;
  const sink = new Writable({
    write(piece: Buffer, _, done) {
      if ((bytes + piece.length) % STEP_BYTES < bytes % STEP_BYTES) peak = Math.max(peak, liveHeapBytes());
      bytes += piece.length;
      // Slower than the database: what is not waited for piles up.
      setImmediate(done);
    },
  });
  const before = liveHeapBytes();
  await auditor.export(sink, { format });
  const grewMb = (peak - before) / 1e6;
  console.log(`${format}: ${Math.round(bytes / 1e6)} MB written, heap grew by ${Math.round(grewMb)} MB at most`);
  expect(bytes).toBeGreaterThan(ROWS * 300);
  expect(grewMb).toBeLessThan(15);
});

test('an account with 20,000 operations is shown at once, the latest first to be kept', async () => {
  const begun = performance.now();
  const { stories, total } = await auditor.show('1000000000000001', 3);
  console.log(`shown in ${Math.round(performance.now() - begun)} ms`);
  expect(total).toBe(CHAINS);
  expect(stories.map(({ operation }) => operation.runId)).toEqual([
    `run-${CHAINS - 2}`,
    `run-${CHAINS - 1}`,
    `run-${CHAINS}`,
  ]);
});
