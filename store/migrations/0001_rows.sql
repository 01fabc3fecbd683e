-- Up Migration
-- What the service keeps beside its ledger: working state that may be changed and thrown away. Nothing here is evidence.
-- Answers too long for one payload of Temporal are left here by the worker and read page by page.
create table flowlog.rows (
  run text not null,
  ordinal integer not null,
  body jsonb not null,
  written_at timestamptz not null default now(),
  primary key (run, ordinal)
);
create index rows_by_age on flowlog.rows (written_at);

revoke all on schema flowlog from public;

-- A later migration that adds a table or a function ends with `select flowlog.grant_roles()`.
create function flowlog.grant_roles() returns void language plpgsql as $$
begin
  if exists (select from pg_roles where rolname = 'flowlog_service') then
    grant usage on schema flowlog to flowlog_service;
    grant select, insert, update, delete on all tables in schema flowlog to flowlog_service;
    grant execute on all functions in schema flowlog to flowlog_service;
  end if;
  if exists (select from pg_roles where rolname = 'flowlog_auditor') then
    grant usage on schema flowlog to flowlog_auditor;
    grant select on all tables in schema flowlog to flowlog_auditor;
  end if;
end $$;
revoke all on function flowlog.grant_roles() from public;
select flowlog.grant_roles();
