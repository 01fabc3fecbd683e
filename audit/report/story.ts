import type { Database } from '../../database/database.js';
import { entryColumns, type Entry } from '../entry.js';
import type { OperationRef } from '../ledger.js';
import { sentence, title } from './sentence.js';

/** One row of an operation: its time, and the row in words. */
export interface StoryLine {
  /** ISO 8601 UTC, by the database's clock. */
  readonly at: string;
  readonly kind: string;
  /** The row in words. */
  readonly says: string;
  /** Body of the row, with all that those words leave out. */
  readonly body: unknown;
}

/** One run of an operation, from its first row to its last. */
export interface Story {
  readonly operation: OperationRef;
  /** Subject of the operation, in words. */
  readonly title: string;
  /** `owner/product/account/place/key`; a bulk's scope in words. */
  readonly target?: string;
  readonly lines: readonly StoryLine[];
}

/** Stories found about a subject. */
export interface Stories {
  /** The latest ones, in the order in which they began. */
  readonly stories: readonly Story[];
  /** Runs there are in all. */
  readonly total: number;
}

/**
 * Everything the ledger holds about one thing, as stories.
 * @param subject a workflow or run id, a flow log id, a resource (its id, key, or whole target) or an account's uid
 * @param limit runs at most, the latest; default 20
 * @param place only operations on targets in this region, or `central`
 */
export async function show(database: Database, subject: string, limit = 20, place?: string): Promise<Stories> {
  const rows = await database.query<OperationRef & { total: number }>(CHAINS_ABOUT, [subject, limit, place ?? null]);
  const stories: Story[] = [];
  for (const { workflowId, runId } of rows) {
    const entries = await database.query<Entry>(ONE_CHAIN, [workflowId, runId]);
    stories.push(storyOf({ workflowId, runId }, entries));
  }
  return { stories, total: rows[0]?.total ?? 0 };
}

function storyOf(operation: OperationRef, entries: readonly Entry[]): Story {
  const target = entries.find((entry) => entry.target !== null)?.target;
  const lines = entries.map((entry): StoryLine => {
    const body = bodyOf(entry);
    return { at: isoOf(entry), kind: entry.kind, says: sentence(entry, body), body };
  });
  return { operation, title: title(operation.workflowId, target), ...(target && { target }), lines };
}

/** The body as a value; text that is no JSON (somebody changed it) as the text it is. */
export const bodyOf = ({ body }: Pick<Entry, 'body'>): unknown => (isJson(body) ? (JSON.parse(body) as unknown) : body);

/** Tells whether the text is JSON; every body is, until somebody changes it. */
export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Time at which the row was written, ISO 8601 UTC with all six decimals. */
export function isoOf({ epoch }: Pick<Entry, 'epoch'>): string {
  const [seconds = '0', decimals = '000000'] = epoch.split('.');
  const date = new Date(Number(seconds) * 1000);
  // A time that is none (somebody changed it) is shown as it stands.
  return Number.isNaN(date.getTime()) ? epoch : date.toISOString().replace('.000Z', `.${decimals}Z`);
}

const CHAINS_ABOUT = `
  with about as (
    select workflow_id, run_id from ledger.heads where workflow_id = $1 or run_id = $1
    union select workflow_id, run_id from ledger.entries where flow_log_id = $1
    union select workflow_id, run_id from ledger.entries where target = $1
    union select workflow_id, run_id from ledger.entries
      where target is not null and split_part(target, '/', 3) = $1
    union select workflow_id, run_id from ledger.entries
      where target is not null
        and reverse(split_part(reverse(target), '/', 1)) = reverse(split_part(reverse($1), '/', 1))
        and right('/' || target, length($1) + 1) = '/' || $1
  ), latest as (
    select workflow_id, run_id, e.at, count(*) over ()::int as total
    from about join ledger.entries e using (workflow_id, run_id)
    where e.seq = 1 and ($3::text is null or (workflow_id like 'flow-log%' and split_part(workflow_id, '/', 4) = $3)) order by e.at desc limit $2
  )
  select workflow_id as "workflowId", run_id as "runId", total from latest order by at`;

const ONE_CHAIN = `select ${entryColumns} from ledger.entries where workflow_id = $1 and run_id = $2 order by seq`;
