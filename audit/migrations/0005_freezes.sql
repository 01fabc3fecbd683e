-- Up Migration
-- Freeze and thaw: the row that every intent reads, and the audit row beside it, in one transaction.

-- `entry` is the audit row; `scope` {"accountId"?, "region"?, "product"?}. Answers since when.
create function ledger.freeze_changes(in_freeze_id text, scope jsonb, in_reason text, in_by text, entry jsonb)
returns text language plpgsql as $$
declare e ledger.entries := ledger.append(jsonb_populate_record(null::ledger.entries, entry));
begin
  insert into ledger.freezes (freeze_id, account_id, region, product, reason, frozen_by, at)
    values (in_freeze_id, scope ->> 'accountId', scope ->> 'region', scope ->> 'product', in_reason, in_by, e.at);
  return ledger.iso(e.at);
end $$;

-- Lifts the freeze with that id, or every standing freeze of exactly that scope. Answers the ids lifted; an audit row if any.
create function ledger.thaw_changes(in_freeze_id text, scope jsonb, entry jsonb) returns json language plpgsql as $$
declare lifted json;
begin
  perform ledger.lock_head(entry ->> 'workflow_id', entry ->> 'run_id');
  with thawed as (
    update ledger.freezes set thawed_at = clock_timestamp()
      where thawed_at is null and case when in_freeze_id is not null then freeze_id = in_freeze_id
        else (account_id, region, product) is not distinct from
          (scope ->> 'accountId', scope ->> 'region', scope ->> 'product') end
      returning freeze_id
  )
  select json_agg(freeze_id) into lifted from thawed;
  if lifted is not null then
    perform ledger.append(jsonb_populate_record(null::ledger.entries, entry));
  end if;
  return coalesce(lifted, '[]');
end $$;
