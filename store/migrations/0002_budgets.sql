-- Up Migration
-- Budgets of calls, shared by every worker: one row for each API of one account in one region. A slot is given by the generic cell rate
-- algorithm on the database's clock, the only one that all workers share. Lost with a crash of the database, a few slots do no harm.
create table flowlog.budgets (
  account_id text not null,
  -- The region, or `central`.
  place      text not null,
  -- `service:Action`.
  api        text not null,
  -- The first slot that nobody has.
  next_at    timestamptz not null,
  -- How far those reach who were told to come back.
  queue_at   timestamptz not null,
  -- Which share of the rate is used, at `paced_at`; it grows from there by a tenth a second until it is whole again.
  pace       double precision not null default 1,
  paced_at   timestamptz not null default 'epoch',
  primary key (account_id, place, api)
) with (fillfactor = 50);

create function flowlog.ms(length interval) returns double precision language sql immutable
  return extract(epoch from length)::double precision * 1000;
create function flowlog.ms(at timestamptz) returns double precision language sql immutable
  return extract(epoch from at)::double precision * 1000;

-- 1 where nothing was throttled lately.
create function flowlog.pace_at(b flowlog.budgets, moment timestamptz) returns double precision language sql immutable
  return case when b.pace >= 1 then 1 else least(1, b.pace + 0.1 * extract(epoch from moment - b.paced_at)) end;

-- The row, locked until the end of the statement.
create function flowlog.lock_budget(in_account text, in_place text, in_api text) returns flowlog.budgets language plpgsql as $$
declare b flowlog.budgets;
begin
  -- Nothing here is worth waiting for the disk.
  perform set_config('synchronous_commit', 'off', true);
  loop
    select * into b from flowlog.budgets where (account_id, place, api) = (in_account, in_place, in_api) for update;
    exit when found;
    insert into flowlog.budgets (account_id, place, api, next_at, queue_at)
      values (in_account, in_place, in_api, 'epoch', 'epoch') on conflict do nothing;
  end loop;
  return b;
end $$;

-- Workers that make calls; each says so every few seconds, and takes its row away when it ends.
create table flowlog.callers (
  caller  text primary key,
  seen_at timestamptz not null
);

create function flowlog.announce_caller(in_caller text) returns void language plpgsql as $$
begin
  delete from flowlog.callers where seen_at < clock_timestamp() - interval '1 h';
  insert into flowlog.callers (caller, seen_at) values (in_caller, clock_timestamp())
    on conflict (caller) do update set seen_at = excluded.seen_at;
end $$;

-- Reserves the next slot if it is at most `most_ms` away, or says when to come back; then nothing is reserved.
-- `waited`: was told to come back before. Who was not goes behind those who were, unless fewer come than the slots there are.
-- Who is told to come back gets a place in that queue, and comes half of `most_ms` before its slot: so many come as there are slots.
-- `probe`: only whether it would be refused; takes no slot, but a place in the queue.
create function flowlog.reserve_slot(
  in_account text, in_place text, in_api text, in_caller text, per_second double precision, most_ms double precision, waited boolean, probe boolean
) returns json language plpgsql as $$
declare
  b flowlog.budgets := flowlog.lock_budget(in_account, in_place, in_api);
  moment timestamptz := clock_timestamp();
  spacing interval := make_interval(secs => 1 / (per_second * flowlog.pace_at(b, moment)));
  most interval := make_interval(secs => most_ms / 1000);
  -- A clock that was set back must not close the budget until it is where it was.
  furthest timestamptz := moment + greatest(interval '60 s', most + spacing);
  slot timestamptz := greatest(moment, least(b.next_at, furthest));
  -- The end of the queue.
  tail timestamptz := greatest(slot, least(b.queue_at, moment + interval '1 h'));
  is_idle boolean := slot < moment + most / 4;
begin
  if (case when waited or is_idle then slot else tail end) <= moment + most then
    if not probe then
      update flowlog.budgets set next_at = slot + spacing, queue_at = tail + case when waited then interval '0' else spacing end
        where (account_id, place, api) = (in_account, in_place, in_api);
    end if;
    return json_build_object('waitMs', flowlog.ms(slot - moment), 'atMs', flowlog.ms(moment),
      'shared', exists (select from flowlog.callers where caller <> in_caller and seen_at > moment - interval '30 s'));
  end if;
  if waited then
    -- Slots have moved away from those who were told their times, as many as they are: the next ones are theirs.
    tail := slot;
  else
    tail := tail + spacing;
    update flowlog.budgets set queue_at = tail where (account_id, place, api) = (in_account, in_place, in_api);
  end if;
  -- Not longer than a minute: those before may never come.
  return json_build_object('refusedForMs', least(60000, flowlog.ms(tail - moment) - most_ms / 2));
end $$;

-- The cloud throttled a call: half the rate from now on, once a second, and no slot before `retry_after_ms`.
create function flowlog.slow_down(in_account text, in_place text, in_api text, retry_after_ms double precision) returns void language plpgsql as $$
declare
  b flowlog.budgets := flowlog.lock_budget(in_account, in_place, in_api);
  moment timestamptz := clock_timestamp();
  -- Answers to calls of one instant all say the same.
  is_news boolean := moment - b.paced_at > interval '1 s';
begin
  update flowlog.budgets set
      pace = case when is_news then greatest(flowlog.pace_at(b, moment) / 2, 1.0 / 16) else pace end,
      paced_at = case when is_news then moment else paced_at end,
      next_at = greatest(next_at, moment + make_interval(secs => retry_after_ms / 1000))
    where (account_id, place, api) = (in_account, in_place, in_api);
end $$;

select flowlog.grant_roles();
