-- Up Migration
-- Appends a row unless the chain has one of its kind whose body holds the same words: who joined a run, what a person told a bulk, which signal was
-- ignored, once each, whoever repeats it. The lock of the chain's head, which every append takes, comes first.
create function ledger.append_event_once(e ledger.entries, in_words text) returns ledger.entries language plpgsql as $$
declare head ledger.heads := ledger.lock_head(e.workflow_id, e.run_id); earlier ledger.entries;
begin
  select * into earlier from ledger.entries
    where workflow_id = e.workflow_id and run_id = e.run_id and kind = e.kind and position(in_words in body) > 0
      and head.count > 0 limit 1;
  return case when found then earlier else ledger.append(e) end;
end $$;

revoke all on function ledger.append_event_once(ledger.entries, text) from public;
select ledger.grant_roles();
