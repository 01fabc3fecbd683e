-- Up Migration
-- Law 5: a change that was answered with a code which proves nothing is in doubt, but for less time than one that nobody answered. What was
-- answered last on a target, and how long ago, is told with the target. The outcome's own words are the record of it.
-- Volatile, and not inlined: asked after the lock on the target was waited for, it has to see what was committed meanwhile.
create function ledger.last_answer(in_target text) returns json language plpgsql volatile as $$
begin
  return (select json_build_object(
      'intentId', intent_id, 'operation', json_build_object('workflowId', workflow_id, 'runId', run_id),
      'verb', verb, 'action', action, 'flowLogId', flow_log_id, 'kind', error_kind, 'body', body, 'ageMs', ledger.age_ms(at))
    from ledger.entries
    where target = in_target and kind = 'outcome' and result = 'ambiguous' and body::jsonb ->> 'answered' = 'true'
    order by at desc, seq desc limit 1);
end $$;

create or replace function ledger.target_state(t ledger.targets) returns json language sql volatile
  return json_build_object(
    'fence', t.fence, 'version', t.version,
    'pending', case when t.pending_intent is null then '[]'::json
      else json_build_array(ledger.pending_intent(t.pending_intent)) end,
    'lastAccepted', case when t.accepted_at is not null then json_build_object(
      'verb', t.accepted_verb, 'flowLogId', t.accepted_flow_log_id, 'ageMs', ledger.age_ms(t.accepted_at),
      'operation', json_build_object('workflowId', t.accepted_workflow_id, 'runId', t.accepted_run_id),
      'version', t.accepted_version) end,
    'lastAnswer', ledger.last_answer(t.target));

select ledger.grant_roles();
