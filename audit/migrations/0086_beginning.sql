-- Up Migration
-- How this ledger began. An empty one is either that of a first start, or in the place of one that is lost: then the memory that keeps a change from
-- being sent twice is gone, and nothing is changed until a person says that it may be (`adopt_empty`).
create table ledger.beginning (
  only_row boolean primary key default true check (only_row),
  how      text not null check (how in ('first-start', 'lost', 'adopted')),
  since    timestamptz not null,
  -- What speaks for a lost one, or why it was adopted.
  why      text
);
insert into ledger.beginning (how, since, why)
  select 'first-start', ledger.clock_now(), 'in use before this was asked' where exists (select from ledger.heads where count > 0);

-- Takes down how it began, once: the first word stands. `in_evidence`: of a lost one; null: there is none. Answers what stands.
create function ledger.begin_ledger(in_evidence text) returns json
language plpgsql security definer set search_path = pg_catalog as $$
begin
  insert into ledger.beginning (how, since, why)
    values (case when in_evidence is null then 'first-start' else 'lost' end, ledger.clock_now(), in_evidence) on conflict do nothing;
  return ledger.how_it_began();
end $$;

create function ledger.how_it_began() returns json language sql stable security definer set search_path = pg_catalog
  return (select json_build_object('how', how, 'since', ledger.iso(since), 'why', why) from ledger.beginning);

-- A person takes an empty ledger in the place of a lost one. From now on no flow log is created for one grace, as after a fail-over: by then lists show
-- what calls nobody knows of have made. Answers what stood before; null: nobody had asked yet.
create function ledger.adopt_empty(in_reason text, in_by text) returns json
language plpgsql security definer set search_path = pg_catalog as $$
declare before json := ledger.how_it_began(); e ledger.entries;
begin
  perform ledger.lock_head('ledger/beginning', 'ledger');
  if before ->> 'how' in ('first-start', 'adopted') then
    return before;
  end if;
  e.workflow_id := 'ledger/beginning';
  e.run_id := 'ledger';
  e.kind := 'adopted-empty';
  e.body := json_build_object('by', in_by, 'evidence', before -> 'why', 'reason', in_reason)::text;
  e := ledger.append(e);
  insert into ledger.beginning as b (how, since, why) values ('adopted', e.at, in_reason)
    on conflict (only_row) do update set how = excluded.how, since = excluded.since, why = excluded.why;
  insert into ledger.cluster as c (identity, changed_at, was) values (coalesce(ledger.cluster_identity(), 'unknown'), e.at, 'a ledger that is lost')
    on conflict (only_row) do update set changed_at = excluded.changed_at, was = excluded.was;
  return before;
end $$;
revoke all on function ledger.begin_ledger(text), ledger.adopt_empty(text, text) from public;

-- As in 0010. `unproven`: nobody has asked yet how this ledger began, and whoever means to change the target has to.
create or replace function ledger.take_fence_and_recall(in_target text, in_holder text) returns json language plpgsql volatile as $$
declare state jsonb := ledger.take_fence(in_target, in_holder);
begin
  return state || jsonb_build_object('known', ledger.known_flow_logs(in_target))
    || case when exists (select from ledger.beginning) then '{}' else '{"unproven": true}' end::jsonb;
end $$;

-- As in 0031. A ledger in the place of a lost one admits nothing.
alter function ledger.admit_intent(jsonb, bigint, text, integer, bigint) rename to admit_intent_itself;
create function ledger.admit_intent(entry jsonb, in_fence bigint, in_holder text, in_flight integer, in_grace_ms bigint)
returns json language plpgsql as $$
declare began json := ledger.how_it_began();
begin
  if began ->> 'how' = 'lost' and entry ->> 'kind' = 'intent' then
    return json_build_object('refused', 'lost-ledger', 'detail', began);
  end if;
  return ledger.admit_intent_itself(entry, in_fence, in_holder, in_flight, in_grace_ms);
end $$;

-- As in 0009. The archiver reads as the auditor does, and only it archives; what only the service may do is not for readers.
create or replace function ledger.grant_roles() returns void language plpgsql as $$
declare reader text;
begin
  if exists (select from pg_roles where rolname = 'flowlog_service') then
    grant usage on schema ledger to flowlog_service;
    grant select, insert on ledger.entries to flowlog_service;
    grant select, insert, update on ledger.heads, ledger.targets to flowlog_service;
    grant select, insert on ledger.freezes, ledger.breakers to flowlog_service;
    grant update (thawed_at) on ledger.freezes to flowlog_service;
    grant select on ledger.migrations, ledger.archived_targets, ledger.archived_flow_logs, ledger.beginning to flowlog_service;
    grant execute on all functions in schema ledger to flowlog_service;
    revoke execute on function ledger.archive_chains(timestamptz, integer, text, jsonb) from flowlog_service;
  end if;
  foreach reader in array array['flowlog_auditor', 'flowlog_archiver'] loop
    if exists (select from pg_roles where rolname = reader) then
      execute format('grant usage on schema ledger to %I', reader);
      execute format('grant select on all tables in schema ledger to %I', reader);
      execute format('grant execute on all functions in schema ledger to %I', reader);
      execute format('revoke execute on function ledger.begin_ledger(text), ledger.adopt_empty(text, text) from %I', reader);
      if reader <> 'flowlog_archiver' then
        execute format('revoke execute on function ledger.archive_chains(timestamptz, integer, text, jsonb) from %I', reader);
      end if;
    end if;
  end loop;
end $$;
select ledger.grant_roles();
