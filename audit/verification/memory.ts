import { first, type Stream } from '../../database/database.js';
import { freezeChain, type Entry } from '../entry.js';
import { brokenAt, type Broken, type WrongRow } from './broken.js';

/**
 * Compares what the mutable tables remember with the entries that made them so: the targets' fence, version, last accepted change and last create,
 * the freezes, and the breakers. Answers the first that differs, if any.
 *
 * Edits of what has no row in the record are not found: a fence raised, which only makes an attempt look again; the moment of a fence, and the call
 * under way that is counted for a minute; and the time of a thaw that the record holds too.
 */
export async function verifyMemory(stream: Stream): Promise<Broken | undefined> {
  const target = await first<WrongRow & { readonly what: string }>(stream, TARGET_DIFFERS);
  if (target) return brokenAt(target, target.seq, target.what);
  const created = await first<WrongRow>(stream, CREATED_DIFFERS);
  if (created) return brokenAt(created, created.seq, 'is the last create of its target, which remembers another one');
  const breaker = await first<WrongRow>(stream, BREAKER_DIFFERS);
  if (breaker)
    return brokenAt(breaker, breaker.seq, 'opened a breaker that the table of breakers does not hold as such');
  return verifyFreezes(stream);
}

/**
 * An intent of a target has no lower fence than the one before, those of one fence stand in one chain, and one is pending at a time: so
 * fence and row number give the order of intents and of their ends, by no clock. The version rises with each intent and each clear end.
 * Archived intents came before all others of their target; what they sum up to is told by `archived_targets`.
 */
const TARGET_DIFFERS = `
  with intents as (
    select target, intent_id, workflow_id, run_id, seq, verb, (body::json ->> 'fence')::bigint as fence,
      workflow_id || '/' || run_id || '/' || activity_id || '/' || attempt as holder
    from ledger.entries where kind = 'intent'
  ), ends as (
    select intent_id, flow_log_id, at, result in ('accepted', 'effect-seen') as took_effect
    from ledger.entries where kind = 'resolution' or kind = 'outcome' and result <> 'ambiguous'
  ), archived as (
    select *, coalesce(sum(intents) over (partition by target order by archive rows between unbounded preceding and 1 preceding), 0) as earlier
    from ledger.archived_targets
  ), base as (
    select target, sum(intents) as intents, sum(intents + ends) as version, max(fence) as fence,
      (array_agg(holder order by archive desc))[1] as holder
    from ledger.archived_targets group by target
  ), base_accepted as (
    select distinct on (target) target, accepted_verb as verb, accepted_flow_log_id as flow_log_id, accepted_at as at,
      accepted_workflow_id as workflow_id, accepted_run_id as run_id, earlier + accepted_rank as rank
    from archived where accepted_rank is not null order by target, archive desc
  ), ranked as (
    select i.*, e.flow_log_id, e.at, e.took_effect, e.intent_id is not null as ended,
      coalesce(b.intents, 0) + row_number() over (partition by target order by i.fence, i.seq) as rank
    from intents i left join ends e using (intent_id) left join base b using (target)
  ), live as (
    select target, count(*) + count(*) filter (where ended) as version, max(fence) as fence,
      max(rank) as last, max(rank) filter (where took_effect) as accepted
    from ranked group by target
  ), remembered as (
    select target, coalesce(r.version, 0) + coalesce(b.version, 0) as version, greatest(r.fence, b.fence) as fence, r.last, r.accepted, b.holder
    from live r full join base b using (target)
  ), accepted as (
    select r.target, a.verb, a.flow_log_id, a.at, a.workflow_id, a.run_id, a.rank
    from remembered r join ranked a on a.target = r.target and a.rank = r.accepted
    union all
    select b.* from base_accepted b join remembered r using (target) where r.accepted is null
  )
  select coalesce(l.workflow_id, t.target, r.target) as workflow_id, coalesce(l.run_id, '') as run_id, coalesce(l.seq, 0) as seq,
    case
      when t.target is null then 'is an intent of a target that the table of targets does not hold'
      when t.version <> coalesce(r.version, 0)
        then 'is the last intent of its target, whose version is not the number of intents and ends'
      when t.fence < r.fence then 'is an intent under a higher fence than its target holds'
      when t.fence = r.fence and t.holder is distinct from coalesce(l.holder, r.holder)
        then 'holds the fence of its target, which names another holder'
      else 'is the last intent of its target, which remembers another accepted change than the record holds'
    end as what
  from ledger.targets t
  full join remembered r on r.target = t.target
  left join ranked l on l.target = r.target and l.rank = r.last
  left join accepted a on a.target = r.target
  where t.target is null or t.version <> coalesce(r.version, 0) or t.fence < r.fence
    or t.fence = r.fence and t.holder is distinct from coalesce(l.holder, r.holder)
    or (t.accepted_verb, t.accepted_flow_log_id, t.accepted_at, t.accepted_workflow_id, t.accepted_run_id, t.accepted_version)
      is distinct from (a.verb, a.flow_log_id, a.at, a.workflow_id, a.run_id, 2 * a.rank)
  order by 1, 2, 3 limit 1`;

/**
 * A target remembers its last accepted create until its flow log is deleted. Not compared where the record cannot tell: what was created before targets
 * remembered it, what has been archived, and what came back as an orphan of a history that is gone.
 */
const CREATED_DIFFERS = `
  with took as (
    select i.target, i.workflow_id, i.run_id, i.seq, i.verb, e.flow_log_id, e.at,
      row_number() over (partition by i.target order by (i.body::json ->> 'fence')::bigint, i.seq) as rank
    from ledger.entries i join ledger.entries e on e.intent_id = i.intent_id
      and (e.kind = 'resolution' or e.kind = 'outcome') and e.result in ('accepted', 'effect-seen')
    where i.kind = 'intent' and i.verb in ('create', 'delete')
  ), last as (
    select distinct on (target) * from took where verb = 'create' order by target, rank desc
  ), gone as (
    select distinct c.target from last c join took d on d.target = c.target and d.rank > c.rank
      and d.verb = 'delete' and d.flow_log_id is not distinct from c.flow_log_id
  ), since as (
    select min(run_on)::timestamptz as at from ledger.migrations where name like '0032%'
  ), orphans as (select distinct target from ledger.entries where kind = 'orphan')
  select coalesce(c.workflow_id, t.target) as workflow_id, coalesce(c.run_id, '') as run_id, coalesce(c.seq, 0) as seq
  from ledger.targets t cross join since
    left join last c on c.target = t.target
    left join gone g on g.target = t.target
    left join orphans o on o.target = t.target
    left join (select distinct target from ledger.archived_targets) a on a.target = t.target
  where o.target is null and (c.target is not null or a.target is null)
    and (t.created_flow_log_id, t.created_at) is distinct from
      (case when g.target is null then c.flow_log_id end, case when g.target is null then c.at end)
    and not (t.created_at is null and c.at < since.at)
  order by 1, 2, 3 limit 1`;

/** The bulk, place and call of a breaker stand in its row of the record; the reason does too. */
const BREAKER_DIFFERS = `
  with opened as (
    select workflow_id, run_id, seq, body::json ->> 'bulk' as bulk, split_part(target, '/', 2) as product,
      split_part(target, '/', 3) as account_id, split_part(target, '/', 4) as place, action, error_kind as kind,
      body::json ->> 'code' as code
    from ledger.entries where kind = 'breaker'
  )
  select coalesce(o.workflow_id, b.bulk) as workflow_id, coalesce(o.run_id, '') as run_id, coalesce(o.seq, 0) as seq
  from opened o full join ledger.breakers b using (bulk, product, account_id, place, action)
  where o.workflow_id is null or b.opened_at is null or (o.kind, o.code) is distinct from (b.kind, b.code)
  order by 1, 2, 3 limit 1`;

/** A freeze as its table has it. */
interface FreezeRow {
  readonly freeze_id: string;
  readonly account_id: string | null;
  readonly region: string | null;
  readonly product: string | null;
  readonly reason: string;
  readonly frozen_by: string;
  readonly epoch: string;
  readonly stands: boolean;
}

/** The body of a `freeze` or `thaw` row. */
interface FreezeBody {
  readonly freezeId?: string;
  readonly scope?: { readonly accountId?: string; readonly region?: string; readonly product?: string };
  readonly reason: string;
  readonly by: string;
}

/** Replays the chain of freezes and compares the end with the table. Freezes are few: they are held in memory. */
async function verifyFreezes(stream: Stream): Promise<Broken | undefined> {
  const told = new Map<string, FreezeRow & { readonly seq: number }>();
  for await (const row of stream<Entry>(FREEZE_ENTRIES, [freezeChain.workflowId])) {
    const body = JSON.parse(row.body) as FreezeBody;
    if (row.kind === 'freeze') {
      const freeze = { ...freezeRowOf(body), epoch: row.epoch, stands: true, seq: row.seq };
      told.set(freeze.freeze_id, freeze);
    } else for (const freeze of liftedBy(body, told)) told.set(freeze.freeze_id, { ...freeze, stands: false });
  }
  for await (const row of stream<FreezeRow>(FREEZES)) {
    const recorded = told.get(row.freeze_id);
    if (!recorded) return brokenFreeze(0, `freeze ${row.freeze_id}, which the table holds, was never recorded`);
    const differs = Object.entries(row).find(([column, value]) => recorded[column as keyof FreezeRow] !== value);
    if (differs) return brokenFreeze(recorded.seq, differenceOf(row, differs[0]));
    told.delete(row.freeze_id);
  }
  const [lost] = told.values();
  return lost && brokenFreeze(lost.seq, `recorded freeze ${lost.freeze_id}, which the table does not hold`);
}

const differenceOf = ({ freeze_id, stands }: FreezeRow, column: string): string =>
  column === 'stands'
    ? `recorded freeze ${freeze_id}, which the table holds as ${stands ? 'standing, though it was lifted' : 'lifted, though no thaw is recorded'}`
    : `recorded freeze ${freeze_id} with another ${column} than the table holds`;

const freezeRowOf = ({ freezeId, scope = {}, reason, by }: FreezeBody): Omit<FreezeRow, 'epoch' | 'stands'> => ({
  freeze_id: freezeId ?? '',
  account_id: scope.accountId ?? null,
  region: scope.region ?? null,
  product: scope.product ?? null,
  reason,
  frozen_by: by,
});

/** As `ledger.thaw_changes` lifts: one freeze by its id, else every standing one of exactly that scope. */
function liftedBy<Freeze extends FreezeRow>(thaw: FreezeBody, told: ReadonlyMap<string, Freeze>): Freeze[] {
  const { account_id, region, product } = freezeRowOf(thaw);
  return [...told.values()].filter(
    (freeze) =>
      freeze.stands &&
      (thaw.freezeId === undefined
        ? freeze.account_id === account_id && freeze.region === region && freeze.product === product
        : freeze.freeze_id === thaw.freezeId),
  );
}

const brokenFreeze = (seq: number, what: string): Broken =>
  brokenAt({ workflow_id: freezeChain.workflowId, run_id: freezeChain.runId }, seq, what);

const FREEZE_ENTRIES = `
  select seq, kind, body, extract(epoch from at)::text as epoch from ledger.entries
  where workflow_id = $1 and kind in ('freeze', 'thaw') order by seq`;

const FREEZES = `
  select freeze_id, account_id, region, product, reason, frozen_by, extract(epoch from at)::text as epoch,
    thawed_at is null as stands
  from ledger.freezes order by at, freeze_id`;
