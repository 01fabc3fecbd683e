import type { Anchor } from './anchor.js';
import type { Database, Stream } from './database.js';
import { anchorChain, entryColumns, entryHash, GENESIS, type Entry } from './entry.js';
import type { OperationRef } from './ledger.js';

/** The first place where the record is not what it was. */
export interface Broken {
  readonly operation: OperationRef;
  /** The row in that chain, from 1; 0 where it is not one row. */
  readonly seq: number;
  /** What is wrong with it, as a sentence. */
  readonly what: string;
}

/** What a verification found. */
export interface Verification {
  readonly ok: boolean;
  /** Rows looked at. */
  readonly entries: number;
  readonly chains: number;
  /** The last anchor in the ledger. */
  readonly anchor?: Anchor;
  /** Chains that have rows after their last anchor: only from there on could rows go without a trace. */
  readonly unanchoredChains: number;
  readonly broken?: Broken;
}

/**
 * Recomputes every hash of every chain, then compares chains, heads, anchors and pending intents with each other, from one snapshot
 * and in constant memory. Stops at the first thing that is wrong: chains in the order of their ids, rows in the order of their numbers.
 * @param outside an anchor kept elsewhere: proves that nothing up to it was changed or removed, even by one who can write hashes
 * @throws {LedgerUnavailable}
 */
export async function verify(database: Database, outside?: Pick<Anchor, 'count' | 'head'>): Promise<Verification> {
  return database.snapshot(async (stream) => {
    const chains = await verifyChains(stream);
    const broken = chains.broken ?? (await verifyPointers(stream, outside));
    const anchor = await first<Anchor>(stream, LAST_ANCHOR, [anchorChain.workflowId]);
    const unanchored = await first<{ count: number }>(stream, UNANCHORED, [anchorChain.workflowId]);
    return {
      ok: !broken,
      entries: chains.entries,
      chains: chains.chains,
      unanchoredChains: unanchored?.count ?? 0,
      ...(anchor && { anchor }),
      ...(broken && { broken }),
    };
  });
}

type EntryWithHead = Entry & { readonly head_count: number | null; readonly head_hash: string | null };

async function verifyChains(stream: Stream): Promise<{ entries: number; chains: number; broken?: Broken }> {
  let entries = 0;
  let chains = 0;
  let last: EntryWithHead | undefined;
  for await (const row of stream<EntryWithHead>(ALL_ENTRIES)) {
    const follows = last?.workflow_id === row.workflow_id && last.run_id === row.run_id;
    const broken = (!follows && last && endOfChain(last)) || brokenRow(row, follows ? last : undefined);
    if (broken) return { entries, chains, broken };
    entries += 1;
    if (!follows) chains += 1;
    last = row;
  }
  const broken = last && endOfChain(last);
  return { entries, chains, ...(broken && { broken }) };
}

function brokenRow(row: Entry, before: Entry | undefined): Broken | undefined {
  const expected = (before?.seq ?? 0) + 1;
  if (row.seq !== expected) return broken(row, expected, `is missing; the next one there is number ${row.seq}`);
  if (row.hash !== entryHash(row)) return broken(row, row.seq, 'was changed: its hash is not that of its contents');
  if (row.prev_hash !== (before?.hash ?? GENESIS)) return broken(row, row.seq, 'does not follow the row before it');
  return undefined;
}

function endOfChain(last: EntryWithHead): Broken | undefined {
  if (last.head_count === last.seq && last.head_hash === last.hash) return undefined;
  if (last.head_count === null) return broken(last, last.seq, 'is the end of a chain whose head is missing');
  if (last.head_count > last.seq)
    return broken(last, last.seq + 1, `is missing; the head counts ${last.head_count} rows`);
  return broken(last, last.seq, `is the last one, but the head names number ${last.head_count} with another hash`);
}

const broken = ({ workflow_id, run_id }: Pick<Entry, 'workflow_id' | 'run_id'>, seq: number, what: string): Broken => ({
  operation: { workflowId: workflow_id, runId: run_id },
  seq,
  what: `row ${seq} of ${workflow_id} (run ${run_id}) ${what}`,
});

/** Checks that need more than one chain. Each query answers the first row that is wrong, if any. */
async function verifyPointers(
  stream: Stream,
  outside: Pick<Anchor, 'count' | 'head'> | undefined,
): Promise<Broken | undefined> {
  type Wrong = Pick<Entry, 'workflow_id' | 'run_id' | 'seq'>;
  const checks: [query: string, values: readonly unknown[], what: string][] = [
    [HEAD_WITHOUT_ENTRIES, [], 'is missing; its head is all that is left of the chain'],
    [ANCHORED_BUT_NOT_THERE, [anchorChain.workflowId], 'is missing or not what an anchor says it was'],
    [
      ANCHORED_OTHERWISE,
      [anchorChain.workflowId],
      'is where its head says that the last anchor ends; the anchors say otherwise',
    ],
    [PENDING_FORGOTTEN, [], 'is an intent without a clear end, but its target does not know that it is pending'],
    [PENDING_INVENTED, [], 'is held to be pending by its target, but it has a clear end or never was'],
  ];
  if (outside) {
    const values = [anchorChain.workflowId, anchorChain.runId, outside.count, outside.head];
    checks.unshift([OUTSIDE_ANCHOR, values, 'is not the anchor that was kept outside']);
  }
  for (const [query, values, what] of checks) {
    const wrong = await first<Wrong>(stream, query, values);
    if (wrong) return broken(wrong, wrong.seq, what);
  }
  return undefined;
}

async function first<Row extends object>(
  stream: Stream,
  query: string,
  values: readonly unknown[],
): Promise<Row | undefined> {
  for await (const row of stream<Row>(query, values)) return row;
  return undefined;
}

const ALL_ENTRIES = `
  select e.*, h.count as head_count, h.hash as head_hash
  from (select ${entryColumns} from ledger.entries) e left join ledger.heads h using (workflow_id, run_id)
  order by workflow_id, run_id, seq`;

const HEAD_WITHOUT_ENTRIES = `
  select workflow_id, run_id, count as seq from ledger.heads h
  where count > 0 and not exists
    (select from ledger.entries e where e.workflow_id = h.workflow_id and e.run_id = h.run_id)
  order by workflow_id, run_id limit 1`;

/** What the anchors ($1: their workflow id) say: which chain was how long, with which hash. */
const ANCHORED = `(
  select a.seq as anchor, l.head ->> 0 as workflow_id, l.head ->> 1 as run_id, (l.head ->> 2)::int as seq, l.head ->> 3 as hash
  from ledger.entries a cross join lateral json_array_elements(a.body::json -> 'heads') l (head)
  where a.workflow_id = $1 and a.kind = 'anchor') a`;

const ANCHORED_BUT_NOT_THERE = `
  select a.workflow_id, a.run_id, a.seq from ${ANCHORED} left join ledger.entries e using (workflow_id, run_id, seq)
  where e.hash is distinct from a.hash order by a.anchor, 1, 2 limit 1`;

const ANCHORED_OTHERWISE = `
  select workflow_id, run_id, h.anchored as seq from ledger.heads h
  left join (select workflow_id, run_id, max(seq) as seq from ${ANCHORED} group by 1, 2) l using (workflow_id, run_id)
  where h.anchored <> coalesce(l.seq, 0) order by 1, 2 limit 1`;

const OUTSIDE_ANCHOR = `
  select $1 as workflow_id, $2 as run_id, $3::int as seq
  where not exists
    (select from ledger.entries where workflow_id = $1 and run_id = $2 and seq = $3 and kind = 'anchor' and hash = $4)`;

/** By the entries alone: no resolution, and no outcome that says clearly how it ended. */
const HAS_NO_CLEAR_END = `not exists (
  select from ledger.entries e where e.intent_id = i.intent_id
    and (e.kind = 'resolution' or e.kind = 'outcome' and e.result <> 'ambiguous'))`;

const PENDING_FORGOTTEN = `
  select i.workflow_id, i.run_id, i.seq from ledger.entries i left join ledger.targets t on t.target = i.target
  where i.kind = 'intent' and t.pending_intent is distinct from i.intent_id and ${HAS_NO_CLEAR_END}
  order by 1, 2, 3 limit 1`;

const PENDING_INVENTED = `
  select coalesce(i.workflow_id, t.target) as workflow_id, coalesce(i.run_id, '') as run_id, coalesce(i.seq, 0) as seq
  from ledger.targets t
  left join ledger.entries i on i.intent_id = t.pending_intent and i.kind = 'intent' and i.target = t.target
  where t.pending_intent is not null and (i.intent_id is null or not ${HAS_NO_CLEAR_END})
  order by 1, 2, 3 limit 1`;

const LAST_ANCHOR = `
  select seq as count, hash as head, ledger.iso(at) as at from ledger.entries
  where workflow_id = $1 and kind = 'anchor' order by seq desc limit 1`;

const UNANCHORED = `select count(*)::int as count from ledger.heads where count > anchored and workflow_id <> $1`;
