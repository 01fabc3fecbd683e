-- Up Migration
-- Changes in doubt, for people: what is in doubt, what looks saw of it, and how somebody settles one by hand.

create index targets_pending on ledger.targets (target) where pending_intent is not null;

-- What the last look at a target with a change in doubt saw. Kept for people; nothing is decided by it, so it is no row of the record.
create table ledger.looks (
  target    text primary key,
  intent_id text not null,
  at        timestamptz not null,
  body      text not null
);

-- Takes down a look. Runs with its owner's rights: workers cannot write the table otherwise.
create function ledger.note_look(in_intent text, in_body text) returns void
language sql volatile security definer set search_path = pg_catalog
begin atomic
  insert into ledger.looks (target, intent_id, at, body)
    select i.target, in_intent, ledger.clock_now(), in_body from ledger.entries i
      where i.intent_id = in_intent and i.kind = 'intent' limit 1
    on conflict (target) do update set intent_id = excluded.intent_id, at = excluded.at, body = excluded.body;
end;

-- What was seen last of this change; null: nobody has looked.
create function ledger.last_look(in_target text, in_intent text) returns jsonb
language sql stable security definer set search_path = pg_catalog
  return (select jsonb_build_object('at', ledger.iso(at), 'body', body) from ledger.looks
    where target = in_target and intent_id = in_intent);

-- Targets with a change in doubt, in the order of their names, `in_limit` from `in_after` on. A call that was committed less than
-- `in_call_ms` ago and has no end yet is under way: nobody doubts it. Null in a part of the scope: any.
create function ledger.doubts(
  in_owner text, in_product text, in_account text, in_place text, in_intent text, in_after text, in_limit integer, in_call_ms bigint
) returns jsonb language plpgsql volatile as $$
begin
  return (
    with found as materialized (
      select t as held, t.target, t.pending_intent as intent_id from ledger.targets t
      where t.pending_intent is not null and split_part(t.target, '/', 1) = in_owner
        and coalesce(split_part(t.target, '/', 2) = in_product, true)
        and coalesce(split_part(t.target, '/', 3) = in_account, true)
        and coalesce(split_part(t.target, '/', 4) = in_place, true)
        and coalesce(starts_with(t.pending_intent, in_intent), true)
        and (in_intent is not null or not ledger.is_open(t.pending_intent)
          or (select ledger.age_ms(i.at) from ledger.entries i where i.intent_id = t.pending_intent and i.kind = 'intent') >= in_call_ms)
    ), page as (
      select * from found where target collate "C" > coalesce(in_after, '') order by target collate "C" limit in_limit
    )
    select jsonb_build_object('total', (select count(*) from found), 'doubts', coalesce((
      select jsonb_agg(ledger.target_state(p.held)::jsonb || jsonb_build_object(
          'target', p.target,
          'opened', (select o.body from ledger.entries i join ledger.entries o
              on o.workflow_id = i.workflow_id and o.run_id = i.run_id and o.kind = 'opened'
            where i.intent_id = p.intent_id and i.kind = 'intent' limit 1),
          'end', (select o.body from ledger.entries o
            where o.intent_id = p.intent_id and o.kind = 'outcome' order by o.at desc limit 1),
          'look', ledger.last_look(p.target, p.intent_id))
        order by p.target collate "C") from page p), '[]'::jsonb)));
end $$;

-- How an intent ended, by the row that says so clearly; null where none does.
create function ledger.clear_end(in_intent text) returns jsonb language sql stable
  return (select jsonb_build_object('kind', kind, 'result', result, 'at', ledger.iso(at), 'workflowId', workflow_id, 'runId', run_id,
      'activityId', activity_id, 'flowLogId', flow_log_id, 'target', target, 'verb', verb)
    from ledger.entries where intent_id = in_intent and (kind = 'resolution' or kind = 'outcome' and result <> 'ambiguous')
    order by at limit 1);

-- As `resolve_intent`, for somebody who says how a change ended. Whatever the look saw, none is said not to have happened before its grace is
-- over: the ledger itself refuses that.
create function ledger.settle_intent(entry jsonb, in_grace_ms bigint) returns jsonb language plpgsql as $$
declare
  e ledger.entries := jsonb_populate_record(null::ledger.entries, entry);
  i ledger.entries := ledger.lock_intent(e.intent_id);
begin
  if e.result = 'effect-absent' and i.intent_id is not null and ledger.age_ms(i.at) < in_grace_ms
      and exists (select from ledger.targets where target = i.target and pending_intent = i.intent_id) then
    return jsonb_build_object('recorded', 'too-young', 'leftMs', in_grace_ms - ledger.age_ms(i.at));
  end if;
  return jsonb_build_object('recorded', ledger.resolve_intent(entry));
end $$;

revoke all on function ledger.note_look(text, text), ledger.last_look(text, text) from public;
select ledger.grant_roles();
