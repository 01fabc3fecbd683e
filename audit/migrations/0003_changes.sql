-- Up Migration
-- Law 2: a change is never sent blindly twice. Each function is one transaction in one round trip.
-- Lock order everywhere: the target's row, then one chain's head. A refusal is an answer, not an exception.

create function ledger.iso(at timestamptz) returns text language sql stable
  return to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
create function ledger.age_ms(at timestamptz) returns bigint language sql volatile
  return (extract(epoch from clock_timestamp() - at) * 1000)::bigint;

-- An intent is open until a row says how it ended; a pending one that is no longer open is unclear.
create function ledger.is_open(in_intent_id text) returns boolean language sql stable
  return not exists (select from ledger.entries 
    where intent_id = in_intent_id and kind in ('outcome', 'unknown', 'resolution'));

create function ledger.pending_intent(in_intent_id text) returns json language sql volatile
  return (select json_build_object(
      'intentId', intent_id, 'operation', json_build_object('workflowId', workflow_id, 'runId', run_id),
      'verb', verb, 'action', action, 'flowLogId', flow_log_id, 'body', body,
      'state', case when ledger.is_open(intent_id) then 'open' else 'unclear' end,
      'ageMs', ledger.age_ms(at), 'committedAt', ledger.iso(at))
    from ledger.entries where intent_id = in_intent_id and kind = 'intent');

create function ledger.target_state(t ledger.targets) returns json language sql volatile
  return json_build_object(
    'fence', t.fence, 'version', t.version,
    'pending', case when t.pending_intent is null then '[]'::json
      else json_build_array(ledger.pending_intent(t.pending_intent)) end,
    'lastAccepted', case when t.accepted_at is not null then json_build_object(
      'verb', t.accepted_verb, 'flowLogId', t.accepted_flow_log_id, 'ageMs', ledger.age_ms(t.accepted_at),
      'operation', json_build_object('workflowId', t.accepted_workflow_id, 'runId', t.accepted_run_id)) end);

create function ledger.read_target(in_target text) returns json language plpgsql as $$
declare t ledger.targets;
begin
  select * into t from ledger.targets where target = in_target;
  t.fence := coalesce(t.fence, 0);
  t.version := coalesce(t.version, 0);
  return ledger.target_state(t);
end $$;

create function ledger.take_fence(in_target text, in_holder text) returns json language plpgsql as $$
declare t ledger.targets;
begin
  insert into ledger.targets as held (target, fence, holder) values (in_target, 1, in_holder)
    on conflict (target) do update set fence = held.fence + 1, holder = in_holder
    returning * into t;
  return ledger.target_state(t);
end $$;

-- The freeze that holds changes of this target, if any; `owner/product/account/place/key` is taken apart here and nowhere else.
create function ledger.freeze_over(in_target text) returns ledger.freezes language sql stable
  return (select f from ledger.freezes f
    where f.thawed_at is null
      and coalesce(f.product = split_part(in_target, '/', 2), true)
      and coalesce(f.account_id = split_part(in_target, '/', 3), true)
      and coalesce(f.region = split_part(in_target, '/', 4), true)
    order by f.at limit 1);

-- Admits a change, or says why not: {"refused": reason, "detail": …}. A rehearsal (kind `dry-run`) changes nothing in the cloud:
-- it needs no fence, is never pending and leaves the version as it is, but a freeze holds it too.
create function ledger.commit_intent(entry jsonb, in_fence bigint, in_holder text) returns json language plpgsql as $$
declare
  e ledger.entries := jsonb_populate_record(null::ledger.entries, entry);
  t ledger.targets;
  f ledger.freezes;
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
  e := ledger.append(e);
  if e.kind = 'intent' then
    update ledger.targets set version = version + 1, pending_intent = e.intent_id where target = e.target;
  end if;
  return json_build_object('intentId', e.intent_id);
end $$;

-- Locks the target of an intent and returns the intent. Null: no such intent was ever committed.
create function ledger.lock_intent(in_intent_id text) returns ledger.entries language plpgsql as $$
declare i ledger.entries;
begin
  select * into i from ledger.entries where intent_id = in_intent_id and kind in ('intent', 'dry-run');
  perform from ledger.targets where target = i.target for update;
  return i;
end $$;

-- The words of the intent go into every row about it, so that each row can be read by itself.
create function ledger.about(e ledger.entries, i ledger.entries) returns ledger.entries language plpgsql as $$
begin
  e.target := i.target;
  e.verb := i.verb;
  e.action := i.action;
  e.flow_log_id := coalesce(e.flow_log_id, i.flow_log_id);
  return e;
end $$;

-- What is known of a change that took effect.
create function ledger.accept(e ledger.entries, i ledger.entries) returns void language sql volatile
begin atomic
  update ledger.targets set accepted_verb = i.verb, accepted_flow_log_id = e.flow_log_id, accepted_at = e.at,
      accepted_workflow_id = i.workflow_id, accepted_run_id = i.run_id
    where target = i.target;
end;

-- Records how a call ended. Answers the kind of row it became: `outcome`; `late-outcome` when the intent had ended otherwise
-- before, and then the target stays as it is; `duplicate` when this attempt has spoken already, or another one has said the very same
-- (an outcome whose writing went unanswered is carried to the next attempt and written again); `no-intent`.
create function ledger.record_outcome(entry jsonb) returns text language plpgsql as $$
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
  return e.kind;
end $$;

-- Closes the open intent of an attempt that is no more. It stays pending, now unclear, until it is resolved.
create function ledger.close_unknown(entry jsonb) returns text language plpgsql as $$
declare
  e ledger.entries := jsonb_populate_record(null::ledger.entries, entry);
  i ledger.entries := ledger.lock_intent(e.intent_id);
begin
  if i.intent_id is null then
    return 'no-intent';
  end if;
  if not ledger.is_open(e.intent_id) then
    return 'duplicate';
  end if;
  perform ledger.append(ledger.about(e, i));
  return e.kind;
end $$;

-- Clears a pending intent by what later looks proved.
create function ledger.resolve_intent(entry jsonb) returns text language plpgsql as $$
declare
  e ledger.entries := jsonb_populate_record(null::ledger.entries, entry);
  i ledger.entries := ledger.lock_intent(e.intent_id);
begin
  if i.intent_id is null then
    return 'no-intent';
  end if;
  if not exists (select from ledger.targets where target = i.target and pending_intent = i.intent_id) then
    return 'duplicate';
  end if;
  e := ledger.append(ledger.about(e, i));
  update ledger.targets set pending_intent = null where target = i.target;
  if e.result = 'effect-seen' then
    perform ledger.accept(e, i);
  end if;
  return e.kind;
end $$;
