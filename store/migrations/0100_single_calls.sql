-- Up Migration
-- A call that is no part of a bulk does not stand behind those that bulks have queued: there is a queue of single calls, ahead of the other.
alter table flowlog.budgets
  -- How far those single calls reach that were told to come back.
  add column singles_at timestamptz not null default 'epoch';

-- As in 0030.
create or replace function flowlog.rebased(b flowlog.budgets, moment timestamptz) returns flowlog.budgets language plpgsql volatile as $$
declare shift interval := moment - ledger.age(b.seen_at) - b.seen_at;
begin
  -- Within a second they are alike.
  if b.seen_at is not null and (shift > interval '1 s' or shift < interval '-1 s') then
    b.next_at := b.next_at + shift;
    b.queue_at := b.queue_at + shift;
    b.singles_at := b.singles_at + shift;
    b.paced_at := b.paced_at + shift;
  end if;
  return b;
end $$;

-- As in 0030. `single`: is no part of a bulk. It takes the next slot where only bulks wait for it, and else goes behind the single calls that
-- were told to come back; each makes the queue of the others one slot longer.
create function flowlog.reserve_slot(
  in_account text, in_place text, in_api text, in_caller text, per_second double precision, most_ms double precision, waited boolean, probe boolean,
  single boolean
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
  -- The ends of the queues: of all calls, and of the single ones.
  tail timestamptz := greatest(slot, least(b.queue_at, moment + interval '1 h'));
  singles timestamptz := greatest(slot, least(b.singles_at, moment + interval '1 h'));
  is_idle boolean := slot < moment + most / 4;
  is_given boolean := (case when waited or is_idle then slot when single then singles else tail end) <= moment + most;
begin
  -- Who comes back has its place in the queue already.
  if not waited then
    tail := tail + spacing;
    if single then singles := singles + spacing; end if;
  end if;
  if not (is_given and probe) and not (waited and not is_given) then
    update flowlog.budgets set next_at = case when is_given then slot + spacing else b.next_at end, queue_at = tail, singles_at = singles,
        paced_at = b.paced_at, seen_at = moment
      where (account_id, place, api) = (in_account, in_place, in_api);
  end if;
  if is_given then
    return json_build_object('waitMs', flowlog.ms(slot - moment), 'atMs', flowlog.ms(moment),
      'shared', exists (select from flowlog.callers where caller <> in_caller and ledger.age(seen_at) < interval '30 s'));
  end if;
  -- Slots have moved away from those who were told their times, as many as they are: the next ones are theirs. Not longer than a minute:
  -- those before may never come.
  return json_build_object('refusedForMs',
    least(60000, flowlog.ms((case when waited then slot when single then singles else tail end) - moment) - most_ms / 2));
end $$;

-- For workers of the release before.
create or replace function flowlog.reserve_slot(
  in_account text, in_place text, in_api text, in_caller text, per_second double precision, most_ms double precision, waited boolean, probe boolean
) returns json language sql as $$
  select flowlog.reserve_slot(in_account, in_place, in_api, in_caller, per_second, most_ms, waited, probe, false);
$$;

-- As in 0030.
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
      queue_at = b.queue_at, singles_at = b.singles_at, seen_at = moment
    where (account_id, place, api) = (in_account, in_place, in_api);
end $$;

select flowlog.grant_roles();
