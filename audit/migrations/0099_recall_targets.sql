-- Up Migration
-- What the ledger remembers of many targets, in the order in which they are asked for: a drift check asks for thousands.
create function ledger.recall_targets(in_targets text[]) returns json language plpgsql volatile as $$
begin
  return (select coalesce(json_agg(ledger.recall_target(target) order by place), '[]'::json)
    from unnest(in_targets) with ordinality as asked (target, place));
end $$;

select ledger.grant_roles();
