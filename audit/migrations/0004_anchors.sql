-- Up Migration
-- One global chain over all others: an anchor row lists the heads that moved since the anchor before it. Whoever keeps the last
-- anchor outside can show that no row up to it was changed or removed, not even a whole operation.

-- Appends one anchor over at most `max_heads` moved heads, unless the last anchor is younger than `min_age`.
-- Lock order: the anchors' head, then the heads listed; nobody else holds two heads.
-- Answers {"count", "head", "at", "covered", "left"}: the last anchor there is, null if there is none.
create function ledger.anchor(min_age interval, max_heads integer)
returns json language plpgsql as $$
declare
  head ledger.heads := ledger.lock_head('ledger/anchors', 'ledger');
  last ledger.entries;
  e ledger.entries;
  listed text;
  covered integer := 0;
begin
  select * into last from ledger.entries
    where workflow_id = head.workflow_id and run_id = head.run_id and seq = head.count;
  if last.at is null or last.at <= clock_timestamp() - min_age then
    with moved as (
      select workflow_id, run_id, count, hash from ledger.heads
        where count > anchored and workflow_id <> head.workflow_id
        order by workflow_id, run_id limit max_heads for update
    ), marked as (
      update ledger.heads h set anchored = m.count from moved m
        where h.workflow_id = m.workflow_id and h.run_id = m.run_id
    )
    select count(*), string_agg(
        format('[%s,%s,%s,%s]', to_json(workflow_id), to_json(run_id), count, to_json(hash)), ',' order by workflow_id, run_id)
      into covered, listed from moved;
    if covered > 0 then
      e.workflow_id := head.workflow_id;
      e.run_id := head.run_id;
      e.kind := 'anchor';
      e.body := '{"heads":[' || listed || ']}';
      last := ledger.append(e);
    end if;
  end if;
  return case when last.seq is not null then json_build_object(
    'count', last.seq, 'head', last.hash, 'at', ledger.iso(last.at), 'covered', covered,
    'left', (select count(*) from ledger.heads where count > anchored and workflow_id <> head.workflow_id)) end;
end $$;
