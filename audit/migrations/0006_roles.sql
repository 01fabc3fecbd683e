-- Up Migration
-- Two roles that log in nowhere by themselves: `grant flowlog_service to <the worker's login>`.
--   flowlog_service  may do what the service does: append entries, move heads and targets, freeze. It can change or remove no entry.
--   flowlog_auditor  may read everything and change nothing.
-- They are made where the migrating role may make roles; elsewhere an administrator runs this file's statements (docs/ledger.md).
do $$
declare service_role text;
begin
  foreach service_role in array array['flowlog_service', 'flowlog_auditor'] loop
    if not exists (select from pg_roles where rolname = service_role) then
      begin
        execute format('create role %I nologin', service_role);
      exception
        -- Roles belong to the whole cluster: another database's migration may be making the same one now.
        when duplicate_object or unique_violation then null;
        when insufficient_privilege then raise notice 'role % is not made: % may not make roles', service_role, current_user;
      end;
    end if;
  end loop;
end $$;

revoke all on schema ledger from public;
revoke all on all functions in schema ledger from public;

-- A later migration that adds a table or a function ends with `select ledger.grant_roles()`.
create function ledger.grant_roles() returns void language plpgsql as $$
begin
  if exists (select from pg_roles where rolname = 'flowlog_service') then
    grant usage on schema ledger to flowlog_service;
    grant select, insert on ledger.entries to flowlog_service;
    grant select, insert, update on ledger.heads, ledger.targets to flowlog_service;
    grant select, insert on ledger.freezes to flowlog_service;
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
revoke all on function ledger.grant_roles() from public;
select ledger.grant_roles();
