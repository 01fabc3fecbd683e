-- Up Migration
-- Whose change was answered is what its intent says: the answer may have been written down by another attempt.
create or replace function ledger.last_answer(in_target text) returns json language plpgsql volatile as $$
begin
  return (select json_build_object(
      'intentId', o.intent_id, 'operation', json_build_object('workflowId', i.workflow_id, 'runId', i.run_id),
      'verb', o.verb, 'action', o.action, 'flowLogId', o.flow_log_id, 'kind', o.error_kind, 'body', o.body,
      'ageMs', ledger.age_ms(o.at))
    from ledger.entries o join ledger.entries i on i.intent_id = o.intent_id and i.kind = 'intent'
    where o.target = in_target and o.kind = 'outcome' and o.result = 'ambiguous' and o.body::jsonb ->> 'answered' = 'true'
    order by o.at desc, o.seq desc limit 1);
end $$;

select ledger.grant_roles();
