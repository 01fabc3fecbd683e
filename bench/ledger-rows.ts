import pg from 'pg';

/** Rows of one operation: opened, intent, outcome, joined, closed. */
export const ROWS_PER_OPERATION = 5;

/** Operations of one statement: long enough that the round trip does not count. */
const BATCH = 2_000;

/**
 * Writes whole operations by the functions of the schema that the service itself appends with, without a round trip for each row.
 * @param first number of the first operation, from 1
 */
export async function writeOperations(databaseUrl: string, first: number, count: number): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    for (let from = first; from < first + count; from += BATCH)
      await client.query(insertOperations(from, Math.min(from + BATCH, first + count) - 1));
  } finally {
    await client.end();
  }
}

const insertOperations = (from: number, to: number): string => `
  do $$
  declare
    chain jsonb; wf text; tg text; attempt jsonb; reason text := repeat('x', 200); state json; holder text;
  begin
    for n in ${from}..${to} loop
      wf := 'flow-log/vpc/1000000000000001/cn-hangzhou/VPC/vpc-' || n;
      tg := 'local/vpc/1000000000000001/cn-hangzhou/VPC/vpc-' || n;
      chain := jsonb_build_object('workflow_id', wf, 'run_id', 'run-' || n);
      attempt := chain || jsonb_build_object('activity_id', '1', 'attempt', 1, 'intent_id', 'intent-' || n);
      holder := wf || '/run-' || n || '/1/1';
      perform ledger.append_once(jsonb_populate_record(null::ledger.entries, chain || jsonb_build_object(
        'kind', 'opened', 'target', tg, 'body', json_build_object('requestedBy', 'bench', 'reason', reason)::text)));
      state := ledger.take_fence(tg, holder);
      perform ledger.commit_intent(attempt || jsonb_build_object('kind', 'intent', 'target', tg, 'verb', 'create',
        'action', 'CreateFlowLog', 'body', json_build_object('fence', (state ->> 'fence')::bigint, 'params', '{}'::json)::text),
        (state ->> 'fence')::bigint, holder);
      perform ledger.record_outcome(attempt || jsonb_build_object('result', 'accepted', 'flow_log_id', 'fl-' || n,
        'body', '{"httpStatus":200,"requestId":"R"}'));
      perform ledger.append(jsonb_populate_record(null::ledger.entries, chain || '{"kind": "joined", "body": "{}"}'));
      perform ledger.append_once(jsonb_populate_record(null::ledger.entries, chain || '{"kind": "closed", "body": "{}"}'));
    end loop;
  end $$`;
