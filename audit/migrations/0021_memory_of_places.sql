-- Up Migration
-- Whoever reads the cloud asks the ledger too: lists lag behind what was accepted, and show nothing of what is in doubt. Places are told as
-- targets begin: `owner/product/account/place/`.

-- The target that a flow log of this place belongs to, where a change of ours has named it. Null: the ledger does not know the flow log.
create function ledger.target_of_flow_log(in_place text, in_flow_log_id text) returns text language sql stable
  return (select target from ledger.entries
    where flow_log_id = in_flow_log_id and starts_with(target, in_place)
      and kind in ('outcome', 'late-outcome', 'resolution') and result in ('accepted', 'effect-seen')
    order by at desc limit 1);

-- What is in doubt, or was accepted in the last `in_within_ms`, on the targets of a place.
create function ledger.memory_of_place(in_place text, in_within_ms bigint) returns jsonb language plpgsql volatile as $$
begin
  return (select coalesce(jsonb_agg(ledger.target_state(t)::jsonb || jsonb_build_object('target', t.target) order by t.target), '[]'::jsonb)
    from ledger.targets t
    where starts_with(t.target, in_place)
      and (t.pending_intent is not null or ledger.age_ms(t.accepted_at) < in_within_ms));
end $$;

select ledger.grant_roles();
