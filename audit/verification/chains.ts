import type { Stream } from '../../database/database.js';
import { entryColumns, entryHash, GENESIS, type Entry } from '../entry.js';
import { brokenAt, type Broken } from './broken.js';

/** Rows between two reports of progress. */
const PROGRESS_EVERY = 5_000;

/** Rows and chains that were read, and the first fault. */
export interface ChainsVerified {
  readonly entries: number;
  readonly chains: number;
  readonly broken?: Broken;
}

type EntryWithHead = Entry & {
  readonly head_count: number | null;
  readonly head_hash: string | null;
  /** Rows of the chain that are in an archive, from its beginning, and the hash of the last of them. */
  readonly archived: number | null;
  readonly archived_hash: string | null;
};

/**
 * Recomputes the hash of every row and compares each chain with its head, in constant memory: chains in the order of their ids, rows in
 * the order of their numbers. Stops at the first fault.
 * @param onProgress called every 5,000 rows with the number of rows read
 */
export async function verifyChains(stream: Stream, onProgress?: (entries: number) => void): Promise<ChainsVerified> {
  let entries = 0;
  let chains = 0;
  let last: EntryWithHead | undefined;
  for await (const row of stream<EntryWithHead>(ALL_ENTRIES)) {
    const follows = last?.workflow_id === row.workflow_id && last.run_id === row.run_id;
    const broken = (!follows && last && endOfChain(last)) || brokenHere(row, follows ? last : undefined);
    if (broken) return { entries, chains, broken };
    entries += 1;
    if (!follows) chains += 1;
    if (entries % PROGRESS_EVERY === 0) onProgress?.(entries);
    last = row;
  }
  const broken = last && endOfChain(last);
  return { entries, chains, ...(broken && { broken }) };
}

function brokenHere(row: EntryWithHead, before: Entry | undefined): Broken | undefined {
  const { archived, archived_hash } = row;
  return brokenRow(row, before ?? (archived && archived_hash ? { seq: archived, hash: archived_hash } : undefined));
}

/** Finds the fault of a row after the one `before` it, or as the first of its chain. */
export function brokenRow(row: Entry, before: Pick<Entry, 'seq' | 'hash'> | undefined): Broken | undefined {
  const expected = (before?.seq ?? 0) + 1;
  if (row.seq !== expected) return brokenAt(row, expected, `is missing; the next one there is number ${row.seq}`);
  if (row.hash !== entryHash(row)) return brokenAt(row, row.seq, 'was changed: its hash is not that of its contents');
  if (row.prev_hash !== (before?.hash ?? GENESIS)) return brokenAt(row, row.seq, 'does not follow the row before it');
  return undefined;
}

function endOfChain(last: EntryWithHead): Broken | undefined {
  if (last.head_count === last.seq && last.head_hash === last.hash) return undefined;
  if (last.head_count === null) return brokenAt(last, last.seq, 'is the end of a chain whose head is missing');
  if (last.head_count > last.seq)
    return brokenAt(last, last.seq + 1, `is missing; the head counts ${last.head_count} rows`);
  return brokenAt(last, last.seq, `is the last one, but the head names number ${last.head_count} with another hash`);
}

const ALL_ENTRIES = `
  select e.*, h.count as head_count, h.hash as head_hash, h.archived, h.archived_hash
  from (select ${entryColumns} from ledger.entries) e left join ledger.heads h using (workflow_id, run_id)
  order by workflow_id, run_id, seq`;
