-- Up Migration
-- What lost intents made may show only at the end of the grace after a fail-over. So a look from before that end is worth nothing, however
-- late its attempt commits: an attempt looks after it has taken the fence, which tells how old its look can be.
alter table ledger.targets add column fenced_at timestamptz;

-- As in 0003.
create or replace function ledger.take_fence(in_target text, in_holder text) returns json language plpgsql as $$
declare t ledger.targets;
begin
  insert into ledger.targets as held (target, fence, holder, fenced_at) values (in_target, 1, in_holder, ledger.clock_now())
    on conflict (target) do update set fence = held.fence + 1, holder = in_holder, fenced_at = ledger.clock_now()
    returning * into t;
  return ledger.target_state(t);
end $$;

-- The fail-over within whose grace this fence was taken. Null: there is none. After a jump of the clock both are equally old, so one
-- grace is waited out.
create function ledger.fail_over_over_fence(in_target text, in_fence bigint, in_holder text, in_grace_ms bigint) returns ledger.cluster
language sql volatile
  return (select c from ledger.last_fail_over() c, ledger.targets t
    where c.changed_at is not null and in_grace_ms > 0 and t.target = in_target and t.fence = in_fence and t.holder = in_holder
      and (t.fenced_at is null or ledger.age_ms(c.changed_at) - ledger.age_ms(t.fenced_at) < in_grace_ms));

-- As in 0086. No create on a look from before the end of the grace after a fail-over.
create or replace function ledger.admit_intent(entry jsonb, in_fence bigint, in_holder text, in_flight integer, in_grace_ms bigint)
returns json language plpgsql as $$
declare
  began json := ledger.how_it_began();
  c ledger.cluster;
begin
  if began ->> 'how' = 'lost' and entry ->> 'kind' = 'intent' then
    return json_build_object('refused', 'lost-ledger', 'detail', began);
  end if;
  if entry ->> 'verb' = 'create' and entry ->> 'kind' = 'intent' then
    c := ledger.fail_over_over_fence(entry ->> 'target', in_fence, in_holder, in_grace_ms);
    if c.changed_at is not null then
      return json_build_object('refused', 'failed-over', 'detail', json_build_object('since', ledger.iso(c.changed_at),
        'leftMs', greatest(0, in_grace_ms - ledger.age_ms(c.changed_at)), 'was', c.was, 'is', c.identity));
    end if;
  end if;
  return ledger.admit_intent_itself(entry, in_fence, in_holder, in_flight, in_grace_ms);
end $$;

select ledger.grant_roles();
