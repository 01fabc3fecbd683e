-- Up Migration
-- As in 0086, and whoever only reads may call no function that writes with its owner's rights: not tell of a fail-over, not take clocks as alike, not note
-- a look. What PostgreSQL grants to everybody for a new function is taken back: it would reach whoever may use the schema.
create or replace function ledger.grant_roles() returns void language plpgsql as $$
declare reader text; writing regprocedure;
begin
  revoke execute on all functions in schema ledger from public;
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
      for writing in
        select p.oid::regprocedure from pg_proc p where p.pronamespace = 'ledger'::regnamespace and p.prosecdef and p.provolatile = 'v'
          and not (reader = 'flowlog_archiver' and p.proname in ('archivable', 'archive_chains'))
      loop
        execute format('revoke execute on function %s from %I', writing, reader);
      end loop;
    end if;
  end loop;
end $$;
select ledger.grant_roles();
