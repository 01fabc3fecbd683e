-- Up Migration
-- An accepted create, or one whose effect was seen, keeps an absence from being believed for a whole grace, whatever was changed since:
-- it is remembered apart from the last change. And an effect is seen only in a flow log that the ledger did not know before the intent.
alter table ledger.targets add column created_at timestamptz, add column created_flow_log_id text;
update ledger.targets set created_at = accepted_at, created_flow_log_id = accepted_flow_log_id where accepted_verb = 'create';

create function ledger.remember_create() returns trigger language plpgsql as $$
begin
  if new.accepted_verb = 'create' then
    new.created_at := new.accepted_at;
    new.created_flow_log_id := new.accepted_flow_log_id;
  elsif new.accepted_verb = 'delete' and new.created_flow_log_id is not distinct from new.accepted_flow_log_id then
    new.created_at := null;
    new.created_flow_log_id := null;
  end if;
  return new;
end $$;
create trigger targets_remember_create before update on ledger.targets for each row
  when (new.accepted_at is distinct from old.accepted_at)
  execute function ledger.remember_create();

-- Flow logs of the target that rows about other changes name.
create function ledger.flow_logs_beside(in_target text, in_intent text) returns json language sql stable
  return (select coalesce(json_agg(distinct flow_log_id), '[]'::json) from ledger.entries
    where target = in_target and flow_log_id is not null and intent_id is distinct from in_intent);

create or replace function ledger.pending_intent(in_intent_id text) returns json language sql volatile
  return (select json_build_object(
      'intentId', intent_id, 'operation', json_build_object('workflowId', workflow_id, 'runId', run_id),
      'verb', verb, 'action', action, 'flowLogId', flow_log_id, 'body', body,
      'state', case when ledger.is_open(intent_id) then 'open' else 'unclear' end,
      'ageMs', ledger.age_ms(at), 'committedAt', ledger.iso(at),
      'earlierFlowLogs', ledger.flow_logs_beside(target, intent_id))
    from ledger.entries where intent_id = in_intent_id and kind = 'intent');

create or replace function ledger.target_state(t ledger.targets) returns json language plpgsql volatile as $$
declare failed_over timestamptz := (ledger.last_fail_over()).changed_at;
begin
  return json_build_object(
    'fence', t.fence, 'version', t.version,
    'pending', case when t.pending_intent is null then '[]'::json
      else json_build_array(ledger.pending_intent(t.pending_intent)) end,
    'lastAccepted', case when t.accepted_at is not null then json_build_object(
      'verb', t.accepted_verb, 'flowLogId', t.accepted_flow_log_id, 'ageMs', ledger.age_ms(t.accepted_at),
      'operation', json_build_object('workflowId', t.accepted_workflow_id, 'runId', t.accepted_run_id),
      'version', t.accepted_version) end,
    'lastAnswer', ledger.last_answer(t.target),
    'lastCreated', case when t.created_at is not null then json_build_object(
      'flowLogId', t.created_flow_log_id, 'ageMs', ledger.age_ms(t.created_at)) end,
    'failedOverMs', case when failed_over is not null then ledger.age_ms(failed_over) end);
end $$;

select ledger.grant_roles();
