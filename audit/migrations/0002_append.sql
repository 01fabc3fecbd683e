-- Up Migration
-- How a chain grows. audit/entry.ts computes the same hash in another language: that is what verification is worth.

-- A netstring, so that no two different rows ever spell the same text; null is told from the empty string.
create function ledger.field(value text) returns text language sql immutable parallel safe
  return case when value is null then '-' else octet_length(convert_to(value, 'UTF8')) || ':' || value end || ',';

create function ledger.entry_hash(e ledger.entries) returns text language sql stable
  return encode(sha256(convert_to(
    ledger.field(e.workflow_id) || ledger.field(e.run_id) || ledger.field(e.seq::text) || ledger.field(e.kind)
    || ledger.field(extract(epoch from e.at)::text) || ledger.field(e.activity_id) || ledger.field(e.attempt::text)
    || ledger.field(e.intent_id) || ledger.field(e.target) || ledger.field(e.verb) || ledger.field(e.action)
    || ledger.field(e.flow_log_id) || ledger.field(e.result) || ledger.field(e.error_kind)
    || ledger.field(e.body) || ledger.field(e.prev_hash), 'UTF8')), 'hex');

-- The chain's head, locked. A chain begins with its first row.
create function ledger.lock_head(in_workflow_id text, in_run_id text) returns ledger.heads language plpgsql as $$
declare head ledger.heads;
begin
  select * into head from ledger.heads where workflow_id = in_workflow_id and run_id = in_run_id for update;
  if not found then
    insert into ledger.heads (workflow_id, run_id) values (in_workflow_id, in_run_id) on conflict do nothing;
    select * into head from ledger.heads where workflow_id = in_workflow_id and run_id = in_run_id for update;
  end if;
  return head;
end $$;

-- Appends one row under the lock of the chain's head and returns it as it was stored.
create function ledger.append(e ledger.entries) returns ledger.entries language plpgsql as $$
declare head ledger.heads := ledger.lock_head(e.workflow_id, e.run_id);
begin
  e.seq := head.count + 1;
  e.at := clock_timestamp();
  e.body := coalesce(e.body, '{}');
  e.prev_hash := head.hash;
  e.hash := ledger.entry_hash(e);
  insert into ledger.entries select e.*;
  update ledger.heads set count = e.seq, hash = e.hash where workflow_id = e.workflow_id and run_id = e.run_id;
  return e;
end $$;

-- Appends a row of which each chain has one at most; the one that is there wins.
create function ledger.append_once(e ledger.entries) returns ledger.entries language plpgsql as $$
declare head ledger.heads := ledger.lock_head(e.workflow_id, e.run_id); earlier ledger.entries;
begin
  select * into earlier from ledger.entries
    where workflow_id = e.workflow_id and run_id = e.run_id and kind = e.kind and head.count > 0 limit 1;
  return case when found then earlier else ledger.append(e) end;
end $$;
