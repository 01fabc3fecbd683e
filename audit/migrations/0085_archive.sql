-- Up Migration
-- Retention: rows of operations that have ended leave the database for a file, and one row stands in their place. What is kept of each chain is
-- its head, and of each target what decides whether a change may be sent. The row holds digests of both, so that neither can be edited unseen.

alter table ledger.heads
  -- Rows up to this one are in the file of the archive of this number, the last of them with this hash.
  add column archived      integer not null default 0,
  add column archived_hash text,
  add column archive       integer;
create index heads_archive on ledger.heads (archive, workflow_id, run_id) where archive is not null;

-- What the archived intents of a target sum up to. All of them came before all that are still here.
create table ledger.archived_targets (
  archive              integer not null,
  target               text collate "C" not null,
  intents              bigint not null,
  -- Those with a clear end.
  ends                 bigint not null,
  fence                bigint not null,
  holder               text,
  -- The last that took effect, and which one it was among the target's intents of this archive, from 1.
  accepted_rank        bigint,
  accepted_verb        text,
  accepted_flow_log_id text,
  accepted_at          timestamptz,
  accepted_workflow_id text,
  accepted_run_id      text,
  primary key (target, archive)
);
create index archived_targets_archive on ledger.archived_targets (archive, target);

-- Flow logs that archived rows about a target name.
create table ledger.archived_flow_logs (
  archive     integer not null,
  target      text collate "C" not null,
  flow_log_id text collate "C" not null,
  -- The last change that took effect; null: there was none.
  verb        text,
  changed_at  timestamptz,
  -- A create of ours made it.
  is_created  boolean not null,
  primary key (target, flow_log_id, archive)
);
create index archived_flow_logs_id on ledger.archived_flow_logs (flow_log_id);
create index archived_flow_logs_archive on ledger.archived_flow_logs (archive, target, flow_log_id);

-- A row may go once its chain's head says that it is archived: only `archive_chains` says so and removes.
create or replace function ledger.refuse_change() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    if exists (select from ledger.heads h
        where h.workflow_id = old.workflow_id and h.run_id = old.run_id and h.archive is not null and old.seq <= h.archived) then
      return old;
    end if;
  end if;
  raise exception 'the ledger is append-only: % on %.% is refused', tg_op, tg_table_schema, tg_table_name
    using errcode = 'insufficient_privilege';
end $$;

create function ledger.is_archived(in_workflow_id text, in_run_id text) returns boolean language sql stable
  return exists (select from ledger.heads where workflow_id = in_workflow_id and run_id = in_run_id and archived > 0);

-- Chains that may be archived: at most `in_most`, those first that ended first. An operation has ended where its chain is closed, or where a later
-- run of its workflow has begun: Temporal runs one at a time. What stays:
--   an operation with a row at `in_before` or later;
--   one with a change in doubt, and whatever is recorded about it;
--   for a day, one whose answer in doubt or breaker is still asked for;
--   of each target, all that comes after what stays.
-- They are also in `pg_temp.archivable_chains` until the transaction ends. Runs with its owner's rights: who asks may be allowed no temporary table.
create function ledger.archivable(in_before timestamptz, in_most integer)
returns table (workflow_id text, run_id text, count integer, hash text)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare removed integer;
begin
  drop table if exists pg_temp.archivable_chains, pg_temp.archivable_links, pg_temp.archivable_turns;
  create temp table archivable_chains on commit drop as
    with spans as (
      select workflow_id, run_id, min(at) as began, max(at) as ended, bool_or(kind = 'closed') as is_closed,
        bool_or(kind = 'breaker' or kind = 'outcome' and result = 'ambiguous' and position('"answered":true' in body) > 0) as is_asked_for
      from ledger.entries where left(workflow_id, 7) <> 'ledger/' group by workflow_id, run_id
    ), followed as (
      select *, max(began) over (partition by workflow_id) as last_began from spans
    )
    select h.workflow_id, h.run_id, h.count, h.hash
    from followed f join ledger.heads h using (workflow_id, run_id)
    where f.ended < in_before and h.archived = 0
      and (f.is_closed or f.last_began > f.ended and f.last_began < in_before)
      and not (f.is_asked_for and ledger.age(f.ended) < interval '1 day')
    order by f.ended, h.workflow_id, h.run_id limit in_most;
  delete from pg_temp.archivable_chains c using ledger.targets t join ledger.entries i on i.intent_id = t.pending_intent and i.kind = 'intent'
    where (i.workflow_id, i.run_id) = (c.workflow_id, c.run_id);
  -- Rows about an intent of another chain: both go, or none.
  create temp table archivable_links on commit drop as
    select distinct e.workflow_id, e.run_id, i.workflow_id as of_workflow_id, i.run_id as of_run_id
    from ledger.entries e join ledger.entries i on i.intent_id = e.intent_id and i.kind in ('intent', 'dry-run')
    where (e.workflow_id, e.run_id) <> (i.workflow_id, i.run_id);
  -- The order of the intents of a target, as verification has it.
  create temp table archivable_turns on commit drop as
    select target, workflow_id, run_id, min(turn) as first_turn, max(turn) as last_turn
    from (select target, workflow_id, run_id,
          row_number() over (partition by target order by (body::json ->> 'fence')::bigint, seq) as turn
        from ledger.entries where kind = 'intent') i
    group by target, workflow_id, run_id;
  analyze pg_temp.archivable_chains;
  analyze pg_temp.archivable_links;
  analyze pg_temp.archivable_turns;
  loop
    with staying as (
      select target, min(first_turn) as turn from pg_temp.archivable_turns t
        where not exists (select from pg_temp.archivable_chains c where (c.workflow_id, c.run_id) = (t.workflow_id, t.run_id))
        group by target
    ), kept as (
      select t.workflow_id, t.run_id from pg_temp.archivable_turns t join staying s on s.target = t.target and t.last_turn > s.turn
      union
      select l.workflow_id, l.run_id from pg_temp.archivable_links l
        where not exists (select from pg_temp.archivable_chains c where (c.workflow_id, c.run_id) = (l.of_workflow_id, l.of_run_id))
      union
      select l.of_workflow_id, l.of_run_id from pg_temp.archivable_links l
        where not exists (select from pg_temp.archivable_chains c where (c.workflow_id, c.run_id) = (l.workflow_id, l.run_id))
    )
    delete from pg_temp.archivable_chains c using kept k where (c.workflow_id, c.run_id) = (k.workflow_id, k.run_id);
    get diagnostics removed = row_count;
    exit when removed = 0;
  end loop;
  grant select on pg_temp.archivable_chains to public;
  return query select workflow_id, run_id, count, hash from pg_temp.archivable_chains order by 1, 2;
end $$;

-- SHA-256 of heads as verification computes it again: netstrings, in the order of the ids.
create function ledger.head_field(workflow_id text, run_id text, count integer, hash text) returns text language sql immutable parallel safe
  return ledger.field(workflow_id) || ledger.field(run_id) || ledger.field(count::text) || ledger.field(hash);

create function ledger.text_digest(words text) returns text language sql immutable parallel safe
  return encode(sha256(convert_to(coalesce(words, ''), 'UTF8')), 'hex');

-- Takes down what the chains in `pg_temp.going` leave of the targets. Answers the digests of both tables.
create function ledger.remember_archived(in_archive integer) returns json language plpgsql volatile as $$
begin
  insert into ledger.archived_targets
    with rows as (
      select e.* from ledger.entries e join pg_temp.going g using (workflow_id, run_id)
    ), ends as (
      select intent_id, flow_log_id, at, result in ('accepted', 'effect-seen') as took_effect
      from rows where kind = 'resolution' or kind = 'outcome' and result <> 'ambiguous'
    ), ranked as (
      select i.target, i.verb, i.workflow_id, i.run_id, (i.body::json ->> 'fence')::bigint as fence,
        i.workflow_id || '/' || i.run_id || '/' || i.activity_id || '/' || i.attempt as holder,
        e.flow_log_id, e.at, coalesce(e.took_effect, false) as took_effect, e.intent_id is not null as ended,
        row_number() over (partition by i.target order by (i.body::json ->> 'fence')::bigint, i.seq) as rank
      from rows i left join ends e using (intent_id) where i.kind = 'intent'
    ), summed as (
      select target, count(*) as intents, count(*) filter (where ended) as ends, max(rank) as last,
        max(rank) filter (where took_effect) as accepted
      from ranked group by target
    )
    select in_archive, s.target, s.intents, s.ends, l.fence, l.holder, s.accepted, a.verb, a.flow_log_id, a.at, a.workflow_id, a.run_id
    from summed s join ranked l on l.target = s.target and l.rank = s.last
      left join ranked a on a.target = s.target and a.rank = s.accepted;
  insert into ledger.archived_flow_logs
    with rows as (
      select e.target, e.flow_log_id, e.verb, e.at, e.seq, e.kind in ('outcome', 'late-outcome', 'resolution')
          and e.result in ('accepted', 'effect-seen') and i.intent_id is not null as took_effect
      from ledger.entries e join pg_temp.going g using (workflow_id, run_id)
        left join ledger.entries i on i.intent_id = e.intent_id and i.kind = 'intent'
      where e.target is not null and e.flow_log_id is not null
    ), changes as (
      select distinct on (target, flow_log_id) target, flow_log_id, verb, at from rows where took_effect
        order by target, flow_log_id, at desc, seq desc
    )
    select in_archive, n.target, n.flow_log_id, c.verb, c.at, n.is_created
    from (select target, flow_log_id, bool_or(took_effect and verb = 'create') as is_created from rows group by 1, 2) n
      left join changes c using (target, flow_log_id);
  return json_build_object(
    'targets', (select ledger.text_digest(string_agg(ledger.archived_target_field(t), '' order by t.target))
      from ledger.archived_targets t where t.archive = in_archive),
    'flowLogs', (select ledger.text_digest(string_agg(ledger.archived_flow_log_field(f), '' order by f.target, f.flow_log_id))
      from ledger.archived_flow_logs f where f.archive = in_archive));
end $$;

create function ledger.archived_target_field(t ledger.archived_targets) returns text language sql stable
  return ledger.field(t.target) || ledger.field(t.intents::text) || ledger.field(t.ends::text) || ledger.field(t.fence::text)
    || ledger.field(t.holder) || ledger.field(t.accepted_rank::text) || ledger.field(t.accepted_verb)
    || ledger.field(t.accepted_flow_log_id) || ledger.field(extract(epoch from t.accepted_at)::text)
    || ledger.field(t.accepted_workflow_id) || ledger.field(t.accepted_run_id);

create function ledger.archived_flow_log_field(f ledger.archived_flow_logs) returns text language sql stable
  return ledger.field(f.target) || ledger.field(f.flow_log_id) || ledger.field(f.verb)
    || ledger.field(extract(epoch from f.changed_at)::text) || ledger.field(f.is_created::text);

-- Removes the chains that `archivable` names, which are in a file that was read back: `in_heads` is the digest of their heads as the file has
-- them, `in_file` names the file and its SHA-256. One row of the chain of archives stands in their place, anchored at once. Answers that row's number
-- and hash, or {"refused": "changed"} where the chains are not those of the file any more: nothing is removed then.
-- Runs with its owner's rights, and is granted to flowlog_archiver alone: no role may delete from the table.
create function ledger.archive_chains(in_before timestamptz, in_most integer, in_heads text, in_file jsonb) returns json
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  -- As an anchor does first: nobody else holds many heads.
  anchors ledger.heads := ledger.lock_head('ledger/anchors', 'ledger');
  head ledger.heads := ledger.lock_head('ledger/archives', 'ledger');
  number integer := head.count + 1;
  sums record;
  e ledger.entries;
  anchored json;
begin
  drop table if exists pg_temp.going;
  create temp table going on commit drop as select a.workflow_id, a.run_id from ledger.archivable(in_before, in_most) a;
  analyze pg_temp.going;
  perform from ledger.heads h join pg_temp.going g using (workflow_id, run_id) order by h.workflow_id, h.run_id for update of h;
  select count(*) as chains, coalesce(sum(h.count), 0) as entries,
      ledger.text_digest(string_agg(ledger.head_field(h.workflow_id, h.run_id, h.count, h.hash), '' order by h.workflow_id, h.run_id)) as heads
    into sums from ledger.heads h join pg_temp.going g using (workflow_id, run_id);
  if sums.heads is distinct from in_heads or sums.chains = 0 then
    return json_build_object('refused', 'changed', 'chains', sums.chains);
  end if;
  e.workflow_id := head.workflow_id;
  e.run_id := head.run_id;
  e.kind := 'archive';
  e.body := (in_file || jsonb_build_object('archive', number, 'before', ledger.iso(in_before), 'chains', sums.chains,
    'entries', sums.entries, 'heads', sums.heads) || ledger.remember_archived(number)::jsonb)::text;
  e := ledger.append(e);
  update ledger.heads h set archived = h.count, archived_hash = h.hash, archive = number
    from pg_temp.going g where h.workflow_id = g.workflow_id and h.run_id = g.run_id;
  -- A breaker is remembered as long as its row.
  delete from ledger.breakers b using ledger.entries o join pg_temp.going g using (workflow_id, run_id)
    where o.kind = 'breaker' and b.bulk = o.body::json ->> 'bulk' and b.product = split_part(o.target, '/', 2)
      and b.account_id = split_part(o.target, '/', 3) and b.place = split_part(o.target, '/', 4) and b.action = o.action;
  delete from ledger.entries o using pg_temp.going g where o.workflow_id = g.workflow_id and o.run_id = g.run_id;
  loop
    anchored := ledger.anchor(interval '0', 500);
    exit when (anchored ->> 'left')::integer = 0;
  end loop;
  return json_build_object('archive', number, 'head', e.hash, 'at', ledger.iso(e.at), 'chains', sums.chains, 'entries', sums.entries,
    'anchor', json_build_object('count', anchored -> 'count', 'head', anchored -> 'head', 'at', anchored -> 'at'));
end $$;
revoke all on function ledger.archive_chains(timestamptz, integer, text, jsonb) from public;

-- Flow logs of a target, as in 0010 and 0032; those that archived rows tell of are known as well.
create or replace function ledger.known_flow_logs(in_target text) returns jsonb language plpgsql volatile as $$
begin
  return (select coalesce(jsonb_agg(flow_log_id order by flow_log_id), '[]'::jsonb)
    from (select distinct on (flow_log_id) flow_log_id, verb
        from (select flow_log_id, verb, at, seq from ledger.entries e
            where target = in_target
              and not exists (select from ledger.entries r where r.intent_id = e.intent_id and r.kind = 'dry-run') and flow_log_id is not null
              and kind in ('outcome', 'late-outcome', 'resolution') and result in ('accepted', 'effect-seen')
          union all
          select flow_log_id, verb, changed_at, 0 from ledger.archived_flow_logs where target = in_target and verb is not null) as changes
        order by flow_log_id, at desc, seq desc) as last_change
    where verb <> 'delete');
end $$;

create or replace function ledger.flow_logs_beside(in_target text, in_intent text) returns json language sql stable
  return (select coalesce(json_agg(distinct flow_log_id), '[]'::json) from (
    select flow_log_id from ledger.entries
      where target = in_target and flow_log_id is not null and intent_id is distinct from in_intent
    union all
    select flow_log_id from ledger.archived_flow_logs where target = in_target) as named);

-- As in 0021.
create or replace function ledger.target_of_flow_log(in_place text, in_flow_log_id text) returns text language sql stable
  return (select target from (
      select target, at from ledger.entries
        where flow_log_id = in_flow_log_id and starts_with(target, in_place)
          and kind in ('outcome', 'late-outcome', 'resolution') and result in ('accepted', 'effect-seen')
      union all
      select target, changed_at from ledger.archived_flow_logs
        where flow_log_id = in_flow_log_id and starts_with(target, in_place) and verb is not null) as changes
    order by at desc limit 1);

-- As in 0002. What was said once and is archived is not said again: the end of the chain is answered.
create or replace function ledger.append_once(e ledger.entries) returns ledger.entries language plpgsql as $$
declare head ledger.heads := ledger.lock_head(e.workflow_id, e.run_id); earlier ledger.entries;
begin
  if head.archived > 0 then
    e.seq := head.count;
    e.hash := head.hash;
    return e;
  end if;
  select * into earlier from ledger.entries
    where workflow_id = e.workflow_id and run_id = e.run_id and kind = e.kind and head.count > 0 limit 1;
  return case when found then earlier else ledger.append(e) end;
end $$;

-- As in 0031. An intent whose chain is archived is not lost.
drop function ledger.meet_cluster(text);
create function ledger.meet_cluster(in_intent text, in_workflow_id text default null, in_run_id text default null) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog as $$
declare
  found_identity text := ledger.cluster_identity();
  is_lost boolean := in_intent is not null and not exists (select from ledger.entries where intent_id = in_intent)
    and not ledger.is_archived(in_workflow_id, in_run_id);
begin
  if found_identity is null then
    return false;
  end if;
  if exists (select from ledger.cluster where identity = found_identity) and not is_lost then
    return false;
  end if;
  insert into ledger.cluster as c (identity) values (found_identity)
    on conflict (only_row) do update set identity = found_identity, changed_at = ledger.clock_now(), was = c.identity
      where c.identity <> found_identity or is_lost;
  return is_lost or (select changed_at is not null from ledger.cluster);
end $$;

-- As `record_call` in 0031. What comes after its intent was archived is a late word in the same chain.
alter function ledger.record_call(jsonb, boolean, jsonb, text) rename to record_call_of_kept;
create function ledger.record_call(entry jsonb, account_wide boolean, intent jsonb, orphan_body text) returns text language plpgsql as $$
declare
  e ledger.entries := jsonb_populate_record(null::ledger.entries, entry);
  i ledger.entries := jsonb_populate_record(null::ledger.entries, intent);
begin
  if i.workflow_id is null or not ledger.is_archived(i.workflow_id, i.run_id)
      or exists (select from ledger.entries where intent_id = e.intent_id and kind = 'intent') then
    return ledger.record_call_of_kept(entry, account_wide, intent, orphan_body);
  end if;
  if exists (select from ledger.entries where intent_id = e.intent_id and kind = 'late-outcome') then
    return 'duplicate';
  end if;
  e.kind := 'late-outcome';
  return (ledger.append(ledger.about(e, i))).kind;
end $$;

-- As in 0009. flowlog_archiver may read everything, and take ended operations out by `archive_chains`; nobody else may, but the owner.
do $$
begin
  if not exists (select from pg_roles where rolname = 'flowlog_archiver') then
    begin
      create role flowlog_archiver nologin;
    exception
      when duplicate_object or unique_violation then null;
      when insufficient_privilege then raise notice 'role flowlog_archiver is not made: % may not make roles', current_user;
    end;
  end if;
end $$;

-- 0086 grants what readers and the archiver may do.
