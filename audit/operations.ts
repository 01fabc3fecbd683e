import { canonicalJson, type RedactText } from '../database/canonical-json.js';
import { chainColumns, entryArgument, targetText, type NewEntry } from './columns.js';
import type { Database } from '../database/database.js';
import type { ChainHead, EndCounts, Ledger, OperationRecord } from './ledger.js';

/** The part of the ledger that keeps the story of each run, and answers from it. */
export type Operations = Pick<
  Ledger,
  'openOperation' | 'recordEvent' | 'bodiesOf' | 'closeOperation' | 'head' | 'countRefusals' | 'createdHere'
>;

/** `onClosed` hears of every closing: anchors are paced by it. */
export function operationsOn(database: Database, onClosed: () => void, redact?: RedactText): Operations {
  return {
    async openOperation(record) {
      await appendEntry(database, 'append_once', openingEntry(record, redact));
    },
    async recordEvent({ operation, event, body, about, once }) {
      const words = once === undefined ? {} : { once };
      const whole = canonicalJson({ ...(body as object), ...words }, redact);
      const columns = about ? { ...about, target: targetText(about.target) } : {};
      const entry = { ...chainColumns(operation), kind: event, ...columns, body: whole };
      if (once === undefined) await appendEntry(database, 'append', entry);
      // A quote in a text of the body is escaped: only the field itself spells this.
      else await database.query(APPEND_EVENT_ONCE, [entryArgument(entry), canonicalJson(words, redact).slice(1, -1)]);
    },
    async bodiesOf({ workflowId, runId }, event) {
      const rows = await database.query<{ body: string }>(BODIES, [workflowId, runId, event]);
      return rows.map(({ body }) => body);
    },
    async closeOperation({ operation, outcome, body }) {
      const entry = { ...chainColumns(operation), kind: 'closed', body: canonicalJson({ outcome, body }, redact) };
      const closing = await appendEntry(database, 'append_once', entry);
      onClosed();
      return closing;
    },
    async head({ workflowId, runId }) {
      const [head] = await database.query<ChainHead>(
        'select hash as head, count from ledger.heads where workflow_id = $1 and run_id = $2',
        [workflowId, runId],
      );
      return head;
    },
    async countRefusals({ workflowId, runId }, verb) {
      const rows = await database.query<{ ending: string; count: number }>(COUNT_ENDS, [workflowId, runId, verb]);
      return Object.fromEntries(rows.map(({ ending, count }) => [ending, count])) as EndCounts;
    },
    async createdHere(target, flowLogId, operation) {
      const values = [targetText(target), flowLogId, operation?.workflowId ?? null, operation?.runId ?? null];
      return (await database.query(CREATED_HERE, values)).length > 0;
    },
  };
}

function openingEntry(record: OperationRecord, redact?: RedactText): NewEntry {
  const { operation, target, ...rest } = record;
  return {
    ...chainColumns(operation),
    kind: 'opened',
    target: typeof target === 'string' ? target : targetText(target),
    body: canonicalJson({ ...rest, unauthenticated: ['requestedBy', 'clientIdentity'] }, redact),
  };
}

async function appendEntry(database: Database, how: 'append' | 'append_once', entry: NewEntry): Promise<ChainHead> {
  const [head] = await database.query<ChainHead>(
    `select hash as head, seq as count from ledger.${how}(jsonb_populate_record(null::ledger.entries, $1))`,
    [entryArgument(entry)],
  );
  return head as ChainHead;
}

const BODIES = 'select body from ledger.entries where workflow_id = $1 and run_id = $2 and kind = $3 order by seq';

const APPEND_EVENT_ONCE = 'select ledger.append_event_once(jsonb_populate_record(null::ledger.entries, $1), $2)';

/**
 * Counts the ends of the intents of one run and verb, each once: by its attempt's outcome, be it late, else as `no-outcome`. A kill or
 * an outage must use up no cap.
 */
const COUNT_ENDS = `
  select ending, count(*)::int from (
    select distinct on (i.intent_id)
      case when e.kind = 'unknown' then 'no-outcome' else coalesce(e.error_kind, e.result) end as ending
    from ledger.entries i join ledger.entries e
      on e.intent_id = i.intent_id and e.kind in ('outcome', 'late-outcome', 'unknown')
    where i.workflow_id = $1 and i.run_id = $2 and i.verb = $3 and i.kind = 'intent'
    order by i.intent_id, e.kind = 'unknown', e.kind = 'late-outcome', e.at) ends
  group by ending`;

const CREATED_HERE = `
  select from ledger.entries e join ledger.entries i on i.intent_id = e.intent_id and i.kind = 'intent'
  where e.flow_log_id = $2 and e.target = $1 and e.verb = 'create'
    and (e.kind in ('outcome', 'late-outcome') and e.result = 'accepted' or e.kind = 'resolution' and e.result = 'effect-seen')
    and ($3::text is null or i.workflow_id = $3 and i.run_id = $4)
  union all
  select from ledger.archived_flow_logs where target = $1 and flow_log_id = $2 and is_created and $3 is null
  limit 1`;
