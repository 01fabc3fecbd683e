-- Up Migration
-- Rows of reports go by age. The bulk stays, with its counts, and says since when its rows are gone.
alter table flowlog.bulks add column rows_removed_at timestamptz;

-- Of bulks that ended before then. Runs with its owner's rights: whoever archives may do nothing else here.
create function flowlog.remove_report_rows(in_before timestamptz) returns json
language plpgsql security definer set search_path = pg_catalog as $$
declare bulks integer; removed integer;
begin
  with aged as (
    update flowlog.bulks set rows_removed_at = ledger.clock_now()
      where ended_at < in_before and rows_removed_at is null returning run
  ), gone as (
    delete from flowlog.targets t using aged where t.run = aged.run returning 1
  )
  select (select count(*) from aged), (select count(*) from gone) into bulks, removed;
  return json_build_object('bulks', bulks, 'rows', removed);
end $$;
revoke all on function flowlog.remove_report_rows(timestamptz) from public;

create or replace function flowlog.grant_roles() returns void language plpgsql as $$
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
  if exists (select from pg_roles where rolname = 'flowlog_archiver') then
    grant usage on schema flowlog to flowlog_archiver;
    grant select on all tables in schema flowlog to flowlog_archiver;
    grant execute on function flowlog.remove_report_rows(timestamptz) to flowlog_archiver;
  end if;
end $$;
select flowlog.grant_roles();
