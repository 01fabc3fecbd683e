-- Up Migration
-- Flow logs of a target that this deployment is known to have made or changed, and not known to have deleted. Where there is one, no
-- scan of the whole scope calls the target empty: only a read of the target itself does. A report that came late counts as well.
-- Volatile, and not inlined: asked after the lock on the target was waited for, it has to see what was committed meanwhile.
create function ledger.known_flow_logs(in_target text) returns jsonb language plpgsql volatile as $$
begin
  return (select coalesce(jsonb_agg(flow_log_id order by flow_log_id), '[]'::jsonb)
    from (select distinct on (flow_log_id) flow_log_id, verb
        from ledger.entries e
        where target = in_target
          and not exists (select from ledger.entries r where r.intent_id = e.intent_id and r.kind = 'dry-run') and flow_log_id is not null
          and kind in ('outcome', 'late-outcome', 'resolution') and result in ('accepted', 'effect-seen')
        order by flow_log_id, at desc, seq desc) as last_change
    where verb <> 'delete');
end $$;

-- What the ledger remembers of a target, with these. The functions below them stay, for workers of the release before.
create function ledger.recall_target(in_target text) returns json language plpgsql volatile as $$
declare state jsonb := ledger.read_target(in_target);
begin
  return state || jsonb_build_object('known', ledger.known_flow_logs(in_target));
end $$;

create function ledger.take_fence_and_recall(in_target text, in_holder text) returns json language plpgsql volatile as $$
declare state jsonb := ledger.take_fence(in_target, in_holder);
begin
  return state || jsonb_build_object('known', ledger.known_flow_logs(in_target));
end $$;

select ledger.grant_roles();
