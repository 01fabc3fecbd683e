-- Up Migration
-- Law 8: the ledger sets the durability it needs itself, whatever role, database or server say. A stronger setting is kept.
create function ledger.be_durable() returns trigger language plpgsql as $$
begin
  if current_setting('synchronous_commit') <> 'remote_apply' then
    perform set_config('synchronous_commit', 'on', true);
  end if;
  return null;
end $$;
create trigger entries_durable before insert on ledger.entries for each statement execute function ledger.be_durable();
create trigger targets_durable before insert or update on ledger.targets for each statement execute function ledger.be_durable();
create trigger freezes_durable before insert or update on ledger.freezes for each statement execute function ledger.be_durable();
alter table ledger.entries enable always trigger entries_durable;
alter table ledger.targets enable always trigger targets_durable;
alter table ledger.freezes enable always trigger freezes_durable;

-- Which history of which cluster this is. A replica that was promoted goes on with a timeline of its own; a cluster made anew has
-- another identifier. `pg_walfile_name` names the timeline at once, the control file only after the next checkpoint. Where a managed
-- database lets nobody ask, a restart counts as a fail-over. Null on a replica, which can record nothing.
create function ledger.cluster_identity() returns text language plpgsql volatile security definer set search_path = pg_catalog as $$
declare
  of_system text;
  of_timeline text;
begin
  if pg_is_in_recovery() then
    return null;
  end if;
  begin
    of_system := (select system_identifier::text from pg_control_system());
    of_timeline := left(pg_walfile_name(pg_current_wal_lsn()), 8);
  exception when others then
    return 'started ' || extract(epoch from pg_postmaster_start_time());
  end;
  return of_system || '/' || of_timeline;
end $$;

-- One row: which history the ledger was last written in, and since when.
create table ledger.cluster (
  only_row   boolean primary key default true check (only_row),
  identity   text not null,
  -- By the database's clock; null while the history never changed.
  changed_at timestamptz,
  was        text
);

-- Compares, and takes down what changed. At each connection of a worker, and in the transaction of each create. `in_intent`: one that
-- this worker was told is committed; where it is gone, the history has changed whatever else says that it has not. Answers whether it did.
create function ledger.meet_cluster(in_intent text) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog as $$
declare
  found_identity text := ledger.cluster_identity();
  is_lost boolean := in_intent is not null and not exists (select from ledger.entries where intent_id = in_intent);
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

-- The last change of the history. Null: there was none.
create function ledger.last_fail_over() returns ledger.cluster
language sql stable security definer set search_path = pg_catalog
  return (select c from ledger.cluster c where changed_at is not null);

-- As `commit_intent`. After a fail-over the ledger may have lost what it had promised to keep: no create is admitted for one grace, on any
-- target; by then lists show what the lost ones made.
create function ledger.admit_intent(entry jsonb, in_fence bigint, in_holder text, in_flight integer, in_grace_ms bigint)
returns json language plpgsql as $$
declare c ledger.cluster;
begin
  if entry ->> 'verb' = 'create' and entry ->> 'kind' = 'intent' then
    perform ledger.meet_cluster(null);
    c := ledger.last_fail_over();
    if c.changed_at is not null and ledger.age_ms(c.changed_at) < in_grace_ms then
      return json_build_object('refused', 'failed-over', 'detail', json_build_object(
        'since', ledger.iso(c.changed_at), 'leftMs', in_grace_ms - ledger.age_ms(c.changed_at), 'was', c.was, 'is', c.identity));
    end if;
  end if;
  return ledger.commit_intent(entry, in_fence, in_holder, in_flight);
end $$;

-- As `record_outcome`. Where the intent is gone, the outcome is kept as an orphan with all that the attempt knows of the call, and the
-- target is in doubt: `intent` stands for the lost one from now on. Others may have been lost with it, so no create is admitted for one grace.
create function ledger.record_call(entry jsonb, account_wide boolean, intent jsonb, orphan_body text) returns text language plpgsql as $$
declare
  e ledger.entries := jsonb_populate_record(null::ledger.entries, entry);
  i ledger.entries := jsonb_populate_record(null::ledger.entries, intent);
  t ledger.targets;
  answer text;
begin
  if exists (select from ledger.entries where intent_id = e.intent_id and kind = 'orphan') then
    return 'duplicate';
  end if;
  answer := ledger.record_outcome(entry, account_wide);
  if answer <> 'no-intent' or intent is null or e.result = 'not-sent' then
    return answer;
  end if;
  perform ledger.meet_cluster(e.intent_id);
  insert into ledger.targets (target) values (i.target) on conflict do nothing;
  select * into t from ledger.targets where target = i.target for update;
  if i.kind = 'intent' and t.pending_intent is null then
    -- The last in the order of the target's intents, whatever number it had in the history that is gone.
    i.body := jsonb_set(i.body::jsonb, '{fence}', to_jsonb(t.fence + 1))::text;
    i := ledger.append(i);
    update ledger.targets set fence = t.fence + 1, holder = concat_ws('/', i.workflow_id, i.run_id, i.activity_id, i.attempt),
        version = version + 1, pending_intent = i.intent_id
      where target = i.target;
  end if;
  e.kind := 'orphan';
  e.body := orphan_body;
  e := ledger.append(ledger.about(e, i));
  -- Another is in doubt already: this one is remembered as what keeps an absence from being believed.
  if i.verb = 'create' and t.pending_intent is not null and e.result = 'accepted' then
    update ledger.targets set created_at = e.at, created_flow_log_id = e.flow_log_id where target = i.target;
  end if;
  return e.kind;
end $$;

select ledger.grant_roles();
