-- Up Migration
-- Law 2, ages: no single clock is trusted. An age counts back at most to the moment since which the database's clock and the boot-time
-- clock of the machine that asks have run alike. Two wall clocks would count as one: they are set together.

-- The database's clock. Every function of this database asks this one and no other, so that a test can move it: `create or replace` needs
-- the owner of the schema, which no worker is.
create function ledger.clock_now() returns timestamptz language sql volatile return clock_timestamp();

-- What this file finds says `clock_timestamp()`. Two ages are told by `ledger.age_ms` besides: a clock that was set back must not keep
-- calls of dead workers open until it is where it was, nor keep anchors from being made.
do $$
declare definition text;
begin
  for definition in
    select pg_get_functiondef(p.oid) from pg_proc p
      where p.pronamespace = 'ledger'::regnamespace and p.prokind = 'f' and p.proname not in ('clock_now', 'age_ms')
        and pg_get_functiondef(p.oid) like '%clock_timestamp()%'
  loop
    definition := replace(definition, $q$open_since > clock_timestamp() - interval '1 min'$q$, 'ledger.age_ms(open_since) < 60000');
    definition := replace(definition, 'last.at <= clock_timestamp() - min_age',
      '(last.at <= ledger.clock_now() - min_age or last.at > ledger.clock_now())');
    execute replace(definition, 'clock_timestamp()', 'ledger.clock_now()');
  end loop;
end $$;

-- One row for each start of each machine. Kept here, so that a worker that is killed does not lose the moment.
create table ledger.clocks (
  boot_id     text primary key,
  -- How far the database's clock is ahead of the boot-time clock, in ms.
  offset_ms   double precision not null,
  -- The moment since which it has been so far ahead, within half a second either way.
  alike_since timestamptz not null,
  -- Jumps that any machine had seen by then: what another machine saw, and this one slept through, counts here too.
  jumps       bigint not null
);
create index clocks_jumps on ledger.clocks (jumps);

-- Compares. `is_doubtful`: the machine is new, or the database's clock seems to have gone ahead; it may only have taken long to ask. Ages
-- count from now then, and whoever asked measures with care and says what he found (`agree_clock`). A clock cannot seem to have gone
-- back by mistake. Runs with its owner's rights: workers cannot write the table otherwise.
create function ledger.compare_clocks(in_boot text, in_boot_ms double precision, out alike_since timestamptz, out is_doubtful boolean)
language plpgsql security definer set search_path = pg_catalog as $$
declare
  moment timestamptz := ledger.clock_now();
  offset_now double precision := extract(epoch from moment)::double precision * 1000 - in_boot_ms;
  kept ledger.clocks;
  newest bigint;
begin
  select * into kept from ledger.clocks where boot_id = in_boot;
  select coalesce(max(jumps), 0) into newest from ledger.clocks;
  is_doubtful := kept.boot_id is null or offset_now > kept.offset_ms + 500;
  alike_since := case when is_doubtful then moment else kept.alike_since end;
  if offset_now < kept.offset_ms - 500 then
    update ledger.clocks c set offset_ms = offset_now, alike_since = moment, jumps = newest + 1 where boot_id = in_boot;
    alike_since := moment;
  elsif not is_doubtful and kept.jumps < newest then
    update ledger.clocks c set alike_since = moment, jumps = newest where boot_id = in_boot;
    alike_since := moment;
  end if;
end $$;

-- Takes down how far ahead the database's clock is, measured with care. It has jumped where that is not as it was.
create function ledger.agree_clock(in_boot text, in_offset_ms double precision) returns void
language plpgsql security definer set search_path = pg_catalog as $$
declare newest bigint := (select coalesce(max(jumps), 0) from ledger.clocks);
begin
  insert into ledger.clocks as c values (in_boot, in_offset_ms, ledger.clock_now(), newest)
    on conflict (boot_id) do update
      set offset_ms = excluded.offset_ms, alike_since = excluded.alike_since, jumps = newest + 1
      where abs(c.offset_ms - excluded.offset_ms) > 500;
end $$;

-- First thing in a transaction of a worker: `select …, clock from ledger.begin_work(boot id, boot-time clock in ms) as clock`. Ages are
-- told by it until the transaction ends. Answers `doubtful`, or null. Without a machine, ages are told by the database's clock alone: so
-- ask workers of the release before, and people.
create function ledger.begin_work(in_boot text, in_boot_ms double precision) returns text language plpgsql as $$
declare compared record;
begin
  if in_boot is null then
    return null;
  end if;
  select * into compared from ledger.compare_clocks(in_boot, in_boot_ms);
  perform set_config('ledger.alike_since', compared.alike_since::text, true);
  return case when compared.is_doubtful then 'doubtful' end;
end $$;

-- How old what is stamped with `stamp` is. Stamped before the moment, or in the future: as old as the moment. A second in the future is none.
create function ledger.age(stamp timestamptz) returns interval language plpgsql volatile as $$
declare
  moment timestamptz := ledger.clock_now();
  since timestamptz := nullif(current_setting('ledger.alike_since', true), '')::timestamptz;
begin
  return greatest(interval '0', case
    when since is null then moment - stamp
    when stamp > moment + interval '1 s' then moment - since
    else moment - greatest(stamp, since) end);
end $$;

create or replace function ledger.age_ms(at timestamptz) returns bigint language sql volatile
  return (extract(epoch from ledger.age(at)) * 1000)::bigint;

select ledger.grant_roles();
