import pg from 'pg';

/** Rows of one operation: opened, intent, outcome, joined, closed. */
export const ROWS_PER_OPERATION = 5;

/** Operations of one statement: long enough that the round trip does not count. */
const BATCH = 2_000;

/** An operation on the record: one create, accepted. */
export interface WrittenOperation {
  readonly workflowId: string;
  readonly runId: string;
  /** Target as the ledger names it: the owner, then the parts of the workflow id. */
  readonly target: string;
  readonly flowLogId: string;
}

/** Writes whole operations by the functions of the schema that the service itself appends with, without a round trip for each row. */
export async function writeOperations(databaseUrl: string, operations: readonly WrittenOperation[]): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query('create temporary table batch (workflow_id text, run_id text, target text, flow_log_id text)');
    for (let first = 0; first < operations.length; first += BATCH) {
      const batch = operations.slice(first, first + BATCH);
      const columns = (['workflowId', 'runId', 'target', 'flowLogId'] as const).map((name) =>
        batch.map((operation) => operation[name]),
      );
      await client.query('truncate batch');
      await client.query(
        'insert into batch select * from unnest($1::text[], $2::text[], $3::text[], $4::text[])',
        columns,
      );
      await client.query(appendBatch);
    }
  } finally {
    await client.end();
  }
}

const appendBatch = `
  do $$
  declare
    operation record; chain jsonb; attempt jsonb; reason text := repeat('x', 200); state json; holder text;
  begin
    for operation in select * from pg_temp.batch loop
      chain := jsonb_build_object('workflow_id', operation.workflow_id, 'run_id', operation.run_id);
      attempt := chain || jsonb_build_object('activity_id', '1', 'attempt', 1, 'intent_id', 'intent-' || operation.run_id);
      holder := operation.workflow_id || '/' || operation.run_id || '/1/1';
      perform ledger.append_once(jsonb_populate_record(null::ledger.entries, chain || jsonb_build_object(
        'kind', 'opened', 'target', operation.target, 'body', json_build_object('requestedBy', 'bench', 'reason', reason)::text)));
      state := ledger.take_fence(operation.target, holder);
      perform ledger.commit_intent(attempt || jsonb_build_object('kind', 'intent', 'target', operation.target, 'verb', 'create',
        'action', 'CreateFlowLog', 'body', json_build_object('fence', (state ->> 'fence')::bigint, 'params', '{}'::json)::text),
        (state ->> 'fence')::bigint, holder);
      perform ledger.record_outcome(attempt || jsonb_build_object('result', 'accepted', 'flow_log_id', operation.flow_log_id,
        'body', '{"httpStatus":200,"requestId":"R"}'));
      perform ledger.append(jsonb_populate_record(null::ledger.entries, chain || '{"kind": "joined", "body": "{}"}'));
      perform ledger.append_once(jsonb_populate_record(null::ledger.entries, chain || '{"kind": "closed", "body": "{}"}'));
    end loop;
  end $$`;
