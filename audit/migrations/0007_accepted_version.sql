-- Up Migration
-- Which intent the last accepted change was, by the target's version when it was committed: an attempt that finds a change of its own
-- accepted since the look it was decided upon knows that a predecessor made it, however long ago that was.
alter table ledger.targets add column accepted_version bigint;

create or replace function ledger.target_state(t ledger.targets) returns json language sql volatile
  return json_build_object(
    'fence', t.fence, 'version', t.version,
    'pending', case when t.pending_intent is null then '[]'::json
      else json_build_array(ledger.pending_intent(t.pending_intent)) end,
    'lastAccepted', case when t.accepted_at is not null then json_build_object(
      'verb', t.accepted_verb, 'flowLogId', t.accepted_flow_log_id, 'ageMs', ledger.age_ms(t.accepted_at),
      'operation', json_build_object('workflowId', t.accepted_workflow_id, 'runId', t.accepted_run_id),
      'version', t.accepted_version) end);

-- While an intent is pending no other is admitted, so the version is still that of this one.
create or replace function ledger.accept(e ledger.entries, i ledger.entries) returns void language sql volatile
begin atomic
  update ledger.targets set accepted_verb = i.verb, accepted_flow_log_id = e.flow_log_id, accepted_at = e.at,
      accepted_workflow_id = i.workflow_id, accepted_run_id = i.run_id, accepted_version = version
    where target = i.target;
end;
