import { first, type Stream } from '../../database/database.js';
import { anchorChain } from '../entry.js';
import { brokenAt, type Broken, type WrongRow } from './broken.js';

/**
 * Compares heads, anchors and pending intents with the entries: the checks that need more than one chain.
 * Answers the first row that is wrong, if any.
 */
export async function verifyPointers(stream: Stream): Promise<Broken | undefined> {
  const checks: [query: string, values: readonly unknown[], what: string][] = [
    [ARCHIVED_OTHERWISE, [], 'is where its head says that the archived rows end; the head itself says otherwise'],
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
  for (const [query, values, what] of checks) {
    const wrong = await first<WrongRow>(stream, query, values);
    if (wrong) return brokenAt(wrong, wrong.seq, what);
  }
  return undefined;
}

const HEAD_WITHOUT_ENTRIES = `
  select workflow_id, run_id, count as seq from ledger.heads h
  where count > archived and not exists
    (select from ledger.entries e where e.workflow_id = h.workflow_id and e.run_id = h.run_id)
  order by workflow_id, run_id limit 1`;

/** All of a chain is archived, or nothing was: what came later only follows. */
const ARCHIVED_OTHERWISE = `
  select workflow_id, run_id, archived as seq from ledger.heads
  where (archive is null) <> (archived = 0) or (archived_hash is null) <> (archived = 0) or archived > count
    or archived > 0 and archived = count and hash <> archived_hash
  order by workflow_id, run_id limit 1`;

/**
 * Heads as the anchors list them ($1: the anchors' workflow id): which chain was how long, with which hash. `offset 0` keeps what it is joined
 * with outside: the planner would put the join inside, and read all entries once for each anchor.
 */
export const ANCHORED = `(
  select a.seq as anchor, l.head ->> 0 as workflow_id, l.head ->> 1 as run_id, (l.head ->> 2)::int as seq, l.head ->> 3 as hash
  from ledger.entries a cross join lateral json_array_elements(a.body::json -> 'heads') l (head)
  where a.workflow_id = $1 and a.kind = 'anchor' offset 0) a`;

/** Anchored heads that the row they name does not have. Those within archived rows are compared with the file, where that is at hand (`archives.ts`). */
const ANCHORED_BUT_NOT_THERE = `
  select a.workflow_id, a.run_id, a.seq from ${ANCHORED} left join ledger.entries e using (workflow_id, run_id, seq)
    left join ledger.heads h using (workflow_id, run_id)
  where case when a.seq <= h.archived then a.seq = h.archived and a.hash <> h.archived_hash else e.hash is distinct from a.hash end
  order by a.anchor, 1, 2 limit 1`;

const ANCHORED_OTHERWISE = `
  select workflow_id, run_id, h.anchored as seq from ledger.heads h
  left join (select workflow_id, run_id, max(seq) as seq from ${ANCHORED} group by 1, 2) l using (workflow_id, run_id)
  where h.anchored <> coalesce(l.seq, 0) order by 1, 2 limit 1`;

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
