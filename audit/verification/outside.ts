import { first, type Stream } from '../../database/database.js';
import type { OutsideAnchor } from '../anchor.js';
import { anchorChain } from '../entry.js';
import type { ArchiveStand } from './archives.js';
import { brokenAt, type Broken } from './broken.js';
import { ANCHORED } from './pointers.js';

/** The anchor a verification stands on, and how much of the ledger it covers. */
export interface Stand {
  readonly anchor: OutsideAnchor;
  /** Rows that the anchor covers, its own chain included: none of them can have been changed or removed unseen. */
  readonly entriesBefore: number;
  /** Rows after it: those at the end of a chain could have been removed unseen, together with the anchors after this one. */
  readonly entriesAfter: number;
}

/**
 * Compares the ledger with anchors that were kept outside it. Each one must be there, with the same hash.
 * @param entries rows that were looked at; @param archives those whose file was among them
 * @returns the highest of them as the stand of the verification; or the first fault
 */
export async function compareOutside(
  stream: Stream,
  anchors: readonly OutsideAnchor[],
  entries: number,
  archives: readonly ArchiveStand[],
): Promise<{ readonly stand?: Stand; readonly broken?: Broken }> {
  const anchor = anchors.reduce<OutsideAnchor | undefined>((a, b) => (a && a.count >= b.count ? a : b), undefined);
  if (!anchor) return {};
  const kept = [anchors.map(({ count }) => count), anchors.map(({ head }) => head)];
  const wrong = await first<{ seq: number }>(stream, NOT_THERE, [anchorChain.workflowId, ...kept]);
  if (wrong) {
    const missing = anchors.find(({ count }) => count === wrong.seq) ?? anchor;
    const chain = { workflow_id: anchorChain.workflowId, run_id: anchorChain.runId };
    const last = await first<LastAnchor>(stream, LAST, [anchorChain.workflowId]);
    return { broken: brokenAt(chain, wrong.seq, whatIsWrong(missing, last)) };
  }
  const covered = await first<{ count: number }>(stream, COVERED, [
    anchorChain.workflowId,
    anchor.count,
    archives.map(({ archive }) => archive),
  ]);
  const entriesBefore = covered?.count ?? 0;
  return { stand: { anchor, entriesBefore, entriesAfter: entries - entriesBefore } };
}

interface LastAnchor {
  readonly seq: number;
  readonly at: string;
}

/** A ledger that was set back, by a backup or by somebody, ends before the anchor; what was made since then may have its number. */
function whatIsWrong({ count, from, at }: OutsideAnchor, last: LastAnchor | undefined): string {
  const kept = `the anchor that was kept outside (${from}${at === undefined ? '' : `, made ${at}`})`;
  if (last && last.seq >= count)
    return `is not ${kept}: rows from it on were changed, or are those of a ledger that was set back to before it`;
  const end = last ? `the ledger ends with anchor ${last.seq} of ${last.at}` : 'the ledger has none';
  return `is missing, ${kept}: rows are missing from anchor ${(last?.seq ?? 0) + 1} on; ${end}`;
}

const LAST = `
  select seq, ledger.iso(at) as at from ledger.entries where workflow_id = $1 and kind = 'anchor' order by seq desc limit 1`;

const NOT_THERE = `
  select k.count as seq from unnest($2::int[], $3::text[]) k (count, head)
  left join ledger.entries e on e.workflow_id = $1 and e.kind = 'anchor' and e.seq = k.count and e.hash = k.head
  where e.hash is null order by 1 limit 1`;

/** Rows up to the heads that the anchors up to number $2 list, and those anchors themselves; archived ones only where their file ($3) was read. */
const COVERED = `
  select $2::int + coalesce(sum(case when h.archive is null or h.archive = any ($3::int[]) then c.seq
      else greatest(c.seq - h.archived, 0) end), 0)::int as count
  from (select workflow_id, run_id, max(seq) as seq from ${ANCHORED} where anchor <= $2 group by workflow_id, run_id) c
    left join ledger.heads h using (workflow_id, run_id)`;
