-- Up Migration
-- Budgets hold no time by the clock: what a row says counts from when it was written (`seen_at`), and how long ago that was is an age of
-- the ledger's kind (audit/migrations/0030_clocks.sql). After a jump of the clock, either way, as much is still ahead as was before it: a
-- clock that went back closes no budget, and one that went ahead forgets no slot that was given.
alter table flowlog.budgets add column seen_at timestamptz;

alter table flowlog.rows alter column written_at set default ledger.clock_now();
alter table flowlog.manifests alter column stored_at set default ledger.clock_now();
alter table flowlog.bulks alter column started_at set default ledger.clock_now();

-- The row as it would be had it been written by the clock as it is now.
create function flowlog.rebased(b flowlog.budgets, moment timestamptz) returns flowlog.budgets language plpgsql volatile as $$
declare shift interval := moment - ledger.age(b.seen_at) - b.seen_at;
begin
  -- Within a second they are alike.
  if b.seen_at is not null and (shift > interval '1 s' or shift < interval '-1 s') then
    b.next_at := b.next_at + shift;
    b.queue_at := b.queue_at + shift;
    b.paced_at := b.paced_at + shift;
  end if;
  return b;
end $$;

create or replace function flowlog.announce_caller(in_caller text) returns void language plpgsql as $$
begin
  delete from flowlog.callers where seen_at < ledger.clock_now() - interval '1 h';
  insert into flowlog.callers (caller, seen_at) values (in_caller, ledger.clock_now())
    on conflict (caller) do update set seen_at = excluded.seen_at;
end $$;

-- As in 0002.
create or replace function flowlog.reserve_slot(
  in_account text, in_place text, in_api text, in_caller text, per_second double precision, most_ms double precision, waited boolean, probe boolean
) returns json language plpgsql as $$
declare
  locked flowlog.budgets := flowlog.lock_budget(in_account, in_place, in_api);
  moment timestamptz := ledger.clock_now();
  b flowlog.budgets := flowlog.rebased(locked, moment);
  spacing interval := make_interval(secs => 1 / (per_second * flowlog.pace_at(b, moment)));
  most interval := make_interval(secs => most_ms / 1000);
  -- A row of the release before may say anything.
  furthest timestamptz := moment + greatest(interval '60 s', most + spacing);
  slot timestamptz := greatest(moment, least(b.next_at, furthest));
  -- The end of the queue.
  tail timestamptz := greatest(slot, least(b.queue_at, moment + interval '1 h'));
  is_idle boolean := slot < moment + most / 4;
begin
  if (case when waited or is_idle then slot else tail end) <= moment + most then
    if not probe then
      update flowlog.budgets set next_at = slot + spacing, queue_at = tail + case when waited then interval '0' else spacing end,
          paced_at = b.paced_at, seen_at = moment
        where (account_id, place, api) = (in_account, in_place, in_api);
    end if;
    return json_build_object('waitMs', flowlog.ms(slot - moment), 'atMs', flowlog.ms(moment),
      'shared', exists (select from flowlog.callers where caller <> in_caller and ledger.age(seen_at) < interval '30 s'));
  end if;
  if waited then
    -- Slots have moved away from those who were told their times, as many as they are: the next ones are theirs.
    tail := slot;
  else
    tail := tail + spacing;
    update flowlog.budgets set next_at = b.next_at, queue_at = tail, paced_at = b.paced_at, seen_at = moment
      where (account_id, place, api) = (in_account, in_place, in_api);
  end if;
  -- Not longer than a minute: those before may never come.
  return json_build_object('refusedForMs', least(60000, flowlog.ms(tail - moment) - most_ms / 2));
end $$;

-- As in 0002.
create or replace function flowlog.slow_down(in_account text, in_place text, in_api text, retry_after_ms double precision) returns void language plpgsql as $$
declare
  locked flowlog.budgets := flowlog.lock_budget(in_account, in_place, in_api);
  moment timestamptz := ledger.clock_now();
  b flowlog.budgets := flowlog.rebased(locked, moment);
  -- Answers to calls of one instant all say the same.
  is_news boolean := moment - b.paced_at > interval '1 s';
begin
  update flowlog.budgets set
      pace = case when is_news then greatest(flowlog.pace_at(b, moment) / 2, 1.0 / 16) else pace end,
      paced_at = case when is_news then moment else b.paced_at end,
      next_at = greatest(b.next_at, moment + make_interval(secs => retry_after_ms / 1000)),
      queue_at = b.queue_at, seen_at = moment
    where (account_id, place, api) = (in_account, in_place, in_api);
end $$;

select flowlog.grant_roles();
