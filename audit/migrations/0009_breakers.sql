-- Up Migration
-- Law 12: what the cloud refused to a whole account is not asked again by the same bulk. The first refusal opens a breaker for its account,
-- place, product and action, in the transaction of its outcome; every intent of the bulk reads it in its own. A later bulk, a retry and
-- whatever is asked for by itself ask the cloud anew. And few intents of a bulk are open at a time in one place, so that the first
-- refusal comes while few others are under way.

create table ledger.breakers (
  -- The bulk whose operation was refused, and whose others are not sent.
  bulk       text not null,
  product    text not null,
  account_id text not null,
  place      text not null,
  action     text not null,
  kind       text not null,
  code       text,
  message    text,
  request_id text,
  opened_at  timestamptz not null,
  primary key (bulk, product, account_id, place, action)
);

-- Of a bulk's intent while it is open: `product/account/place/Action`, and since when.
alter table ledger.targets add column open_call text, add column open_since timestamptz;
create index targets_open_call on ledger.targets (open_call, open_since) where open_call is not null;

create function ledger.close_call() returns trigger language plpgsql as $$
begin
  update ledger.targets set open_call = null, open_since = null where target = new.target and open_call is not null;
  return null;
end $$;
create trigger entries_close_call after insert on ledger.entries for each row
  when (new.kind in ('outcome', 'unknown', 'resolution') and new.target is not null)
  execute function ledger.close_call();

-- The bulk that the run is part of: the first row of its chain says so. Null: none.
create function ledger.bulk_of(in_workflow_id text, in_run_id text) returns text language sql stable
  return (select body::jsonb ->> 'bulk' from ledger.entries
    where workflow_id = in_workflow_id and run_id = in_run_id and seq = 1 and kind = 'opened');

create function ledger.call_scope(e ledger.entries) returns text language sql immutable
  return array_to_string((string_to_array(e.target, '/'))[2:4], '/') || '/' || e.action;

-- Why an intent of this bulk may not be committed now: the answer of `commit_intent`, or null. An intent that was never closed, its run
-- ended by force, counts as open for a minute.
create function ledger.hold_over(in_bulk text, e ledger.entries, in_flight integer) returns json language plpgsql as $$
declare
  b ledger.breakers;
  open_calls integer;
begin
  select * into b from ledger.breakers where bulk = in_bulk and product = split_part(e.target, '/', 2)
    and account_id = split_part(e.target, '/', 3) and place = split_part(e.target, '/', 4) and action = e.action;
  if found then
    return json_build_object('refused', 'breaker', 'detail', json_strip_nulls(json_build_object(
      'kind', b.kind, 'code', b.code, 'message', b.message, 'requestId', b.request_id, 'action', b.action, 'place', b.place,
      'accountId', b.account_id, 'since', ledger.iso(b.opened_at))));
  end if;
  select count(*) into open_calls from ledger.targets
    where open_call = ledger.call_scope(e) and open_since > clock_timestamp() - interval '1 min';
  if open_calls >= in_flight then
    return json_build_object('refused', 'busy-scope', 'detail', json_build_object('open', open_calls, 'action', e.action));
  end if;
  return null;
end $$;

-- As in 0003; and an intent of a bulk is also held by the bulk's breaker, and while `in_flight` of its kind are open.
drop function ledger.commit_intent(jsonb, bigint, text);
create function ledger.commit_intent(entry jsonb, in_fence bigint, in_holder text, in_flight integer default null)
returns json language plpgsql as $$
declare
  e ledger.entries := jsonb_populate_record(null::ledger.entries, entry);
  t ledger.targets;
  f ledger.freezes;
  bulk text;
  hold json;
begin
  select * into t from ledger.targets where target = e.target for update;
  if e.kind = 'intent' then
    if t.fence is distinct from in_fence or t.holder is distinct from in_holder then
      return json_build_object('refused', 'superseded', 'detail', json_build_object('fence', t.fence, 'holder', t.holder));
    end if;
    if t.pending_intent is not null then
      return json_build_object('refused', 'pending', 'detail', ledger.pending_intent(t.pending_intent));
    end if;
  end if;
  f := ledger.freeze_over(e.target);
  if f.freeze_id is not null then
    return json_build_object('refused', 'frozen', 'detail', json_build_object(
      'freezeId', f.freeze_id, 'reason', f.reason, 'by', f.frozen_by, 'since', ledger.iso(f.at)));
  end if;
  bulk := ledger.bulk_of(e.workflow_id, e.run_id);
  if bulk is not null and e.kind = 'intent' then
    hold := ledger.hold_over(bulk, e, in_flight);
    if hold is not null then
      return hold;
    end if;
  end if;
  e := ledger.append(e);
  if e.kind = 'intent' then
    update ledger.targets set version = version + 1, pending_intent = e.intent_id,
        open_call = case when bulk is not null then ledger.call_scope(e) end, open_since = case when bulk is not null then e.at end
      where target = e.target;
  end if;
  return json_build_object('intentId', e.intent_id);
end $$;

-- Opens the breaker of the bulk that the refused call was part of, and says so in the operation's chain; the first refusal stands.
create function ledger.open_breaker(o ledger.entries) returns void language plpgsql as $$
declare
  in_bulk text := ledger.bulk_of(o.workflow_id, o.run_id);
  said jsonb := o.body::jsonb;
  e ledger.entries;
begin
  insert into ledger.breakers (bulk, product, account_id, place, action, kind, code, message, request_id, opened_at)
    select in_bulk, split_part(o.target, '/', 2), split_part(o.target, '/', 3), split_part(o.target, '/', 4), o.action, o.error_kind,
      said ->> 'code', said ->> 'message', said ->> 'requestId', o.at
    where in_bulk is not null
    on conflict do nothing;
  if found then
    e := o;
    e.kind := 'breaker';
    e.result := null;
    e.body := json_strip_nulls(json_build_object('bulk', in_bulk, 'code', said ->> 'code', 'message', said ->> 'message',
      'requestId', said ->> 'requestId'))::text;
    perform ledger.append(e);
  end if;
end $$;

-- As in 0003; `account_wide`: the cloud refused something to the whole account, and will again.
drop function ledger.record_outcome(jsonb);
create function ledger.record_outcome(entry jsonb, account_wide boolean default false) returns text language plpgsql as $$
declare
  e ledger.entries := jsonb_populate_record(null::ledger.entries, entry);
  i ledger.entries := ledger.lock_intent(e.intent_id);
begin
  if i.intent_id is null then
    return 'no-intent';
  end if;
  if exists (select from ledger.entries o where o.intent_id = e.intent_id and o.kind in ('outcome', 'late-outcome')
      and ((o.run_id, o.activity_id, o.attempt) = (e.run_id, e.activity_id, e.attempt)
        or (o.result, o.error_kind, o.body) is not distinct from (e.result, e.error_kind, e.body))) then
    return 'duplicate';
  end if;
  e.kind := case when ledger.is_open(e.intent_id) then 'outcome' else 'late-outcome' end;
  e := ledger.append(ledger.about(e, i));
  if e.kind = 'outcome' and i.kind = 'intent' and e.result <> 'ambiguous' then
    update ledger.targets set pending_intent = null where target = i.target and pending_intent = i.intent_id;
    if e.result = 'accepted' then
      perform ledger.accept(e, i);
    end if;
  end if;
  if account_wide and i.kind = 'intent' then
    perform ledger.open_breaker(e);
  end if;
  return e.kind;
end $$;

create or replace function ledger.grant_roles() returns void language plpgsql as $$
begin
  if exists (select from pg_roles where rolname = 'flowlog_service') then
    grant usage on schema ledger to flowlog_service;
    grant select, insert on ledger.entries to flowlog_service;
    grant select, insert, update on ledger.heads, ledger.targets to flowlog_service;
    grant select, insert on ledger.freezes, ledger.breakers to flowlog_service;
    grant update (thawed_at) on ledger.freezes to flowlog_service;
    grant select on ledger.migrations to flowlog_service;
    grant execute on all functions in schema ledger to flowlog_service;
  end if;
  if exists (select from pg_roles where rolname = 'flowlog_auditor') then
    grant usage on schema ledger to flowlog_auditor;
    grant select on all tables in schema ledger to flowlog_auditor;
    grant execute on all functions in schema ledger to flowlog_auditor;
  end if;
end $$;
select ledger.grant_roles();
