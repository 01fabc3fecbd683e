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
export async function writeOperations(databaseUrl: string, operations: Iterable<WrittenOperation>): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query('create temporary table given (wf text, run text, tg text, fl text)');
    let batch: WrittenOperation[] = [];
    const write = async () => {
      await client.query('truncate given');
      const columns = (['workflowId', 'runId', 'target', 'flowLogId'] as const).map((name) =>
        batch.map((operation) => operation[name]),
      );
      await client.query(
        'insert into given select * from unnest($1::text[], $2::text[], $3::text[], $4::text[])',
        columns,
      );
      await client.query(insertGiven);
      batch = [];
    };
    for (const operation of operations) if (batch.push(operation) === BATCH) await write();
    if (batch.length > 0) await write();
  } finally {
    await client.end();
  }
}

const insertGiven = `
  do $$
  declare
    given record; chain jsonb; attempt jsonb; reason text := repeat('x', 200); state json; holder text;
  begin
    for given in select * from pg_temp.given loop
      chain := jsonb_build_object('workflow_id', given.wf, 'run_id', given.run);
      attempt := chain || jsonb_build_object('activity_id', '1', 'attempt', 1, 'intent_id', 'intent-' || given.run);
      holder := given.wf || '/' || given.run || '/1/1';
      perform ledger.append_once(jsonb_populate_record(null::ledger.entries, chain || jsonb_build_object(
        'kind', 'opened', 'target', given.tg, 'body', json_build_object('requestedBy', 'bench', 'reason', reason)::text)));
      state := ledger.take_fence(given.tg, holder);
      perform ledger.commit_intent(attempt || jsonb_build_object('kind', 'intent', 'target', given.tg, 'verb', 'create',
        'action', 'CreateFlowLog', 'body', json_build_object('fence', (state ->> 'fence')::bigint, 'params', '{}'::json)::text),
        (state ->> 'fence')::bigint, holder);
      perform ledger.record_outcome(attempt || jsonb_build_object('result', 'accepted', 'flow_log_id', given.fl,
        'body', '{"httpStatus":200,"requestId":"R"}'));
      perform ledger.append(jsonb_populate_record(null::ledger.entries, chain || '{"kind": "joined", "body": "{}"}'));
      perform ledger.append_once(jsonb_populate_record(null::ledger.entries, chain || '{"kind": "closed", "body": "{}"}'));
    end loop;
  end $$`;
