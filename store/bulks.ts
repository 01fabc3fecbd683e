import { omitUndefined } from '../cloud/omit-undefined.js';
import { canonicalJson } from '../database/canonical-json.js';
import type { Database } from '../database/database.js';
import type { PageTarget, RowEnding } from '../workflows/contract/bulk-activities.js';
import type { BulkCause, BulkReport, BulkSummary, BulkTally, RowState } from '../workflows/contract/bulk.js';
import { type BulkGathering, gatheringOn } from './gathering.js';
import { FETCHED_ROWS, type RowsPage, pageOf } from './rows.js';

/** Bulks and their targets, in PostgreSQL: they outlast Temporal's retention. */
export interface BulkStore extends BulkGathering {
  readPage(run: string, page: number): Promise<readonly PageTarget[]>;
  /** Numbers of targets of a page that have ended, by how they did. */
  endedOfPage(run: string, page: number): Promise<Readonly<Partial<Record<RowState, number>>>>;
  /** Stores the ends of targets; one that has ended already keeps its end. */
  end(run: string, rows: readonly RowEnding[]): Promise<void>;
  /** Gives this end to all targets that have not ended yet. */
  endRest(run: string, ending: Omit<RowEnding, 'ordinal'>): Promise<void>;
  tally(run: string): Promise<BulkTally>;
  /** Number of targets with more than one own flow log, and of targets of which something was not applied; each absent where it is 0. */
  flaws(run: string): Promise<Pick<BulkReport, 'surplus' | 'notApplied'>>;
  /** The causes for which targets did not end well. */
  causes(run: string): Promise<Pick<BulkReport, 'causes' | 'moreCauses'>>;
  close(run: string, report: BulkReport): Promise<void>;
  /** Rows of the report, as {@link RowsPage}. */
  readReport(run: string, after: number): Promise<RowsPage>;
  /** Removes the report rows of bulks that ended before that time; the bulks stay, with their counts. */
  removeReportRows(before: Date): Promise<RemovedReportRows>;
  /** Lists bulks, newest first: of one workflow id, of certain runs, or older than one run, if given. */
  list(
    limit: number,
    only?: { readonly bulk?: string; readonly runs?: readonly string[]; readonly after?: string },
  ): Promise<readonly BulkSummary[]>;
  /** Counts all runs of bulks, or those of one workflow id. */
  countAll(only?: { readonly bulk?: string }): Promise<number>;
}

/** Report rows that were removed. */
export interface RemovedReportRows {
  readonly bulks: number;
  readonly rows: number;
}

export function bulksOn(database: Database): BulkStore {
  return { ...gatheringOn(database), ...ending(database), ...telling(database) };
}

const ending = (database: Database): Pick<BulkStore, 'readPage' | 'endedOfPage' | 'end' | 'endRest' | 'close'> => ({
  readPage: (run, page) =>
    database.query<PageTarget>(
      `select ordinal, target, spec, options, selected from flowlog.targets
       where run = $1 and page = $2 and state is null order by ordinal`,
      [run, page],
    ),
  async endedOfPage(run, page) {
    const counts = await database.query<{ state: RowState; count: number }>(
      'select state, count(*)::int as count from flowlog.targets where run = $1 and page = $2 and state is not null group by state',
      [run, page],
    );
    return Object.fromEntries(counts.map(({ state, count }) => [state, count]));
  },
  async end(run, rows) {
    // The ordinals by themselves: then the rows are found by the key, whatever the planner believes of a table that has just grown.
    await database.query(
      `with given as materialized (
         select (row->>'ordinal')::int as ordinal, row->>'state' as state, row - 'ordinal' as ending
         from jsonb_array_elements($2::jsonb) as row
       )
       update flowlog.targets t set state = given.state, ending = given.ending
       from given where t.run = $1 and t.ordinal = any($3) and t.ordinal = given.ordinal and t.state is null`,
      [run, canonicalJson(rows), rows.map(({ ordinal }) => ordinal)],
    );
  },
  async endRest(run, rest) {
    await database.query('update flowlog.targets set state = $2, ending = $3 where run = $1 and state is null', [
      run,
      rest.state,
      canonicalJson(rest),
    ]);
  },
  async close(run, report) {
    await database.query(
      'update flowlog.bulks set ended_at = ledger.clock_now(), report = $2 where run = $1 and ended_at is null',
      [run, canonicalJson(report)],
    );
  },
});

/** Causes told in a report, at most. */
const MOST_CAUSES = 10;

/** Failures of one code are one cause, whatever they say of their targets; what has no code is told apart by its reason. */
const CAUSES = `
  select state, ending->>'kind' as kind, ending->>'code' as code, count(*)::int as count,
         left((array_agg(ending->>'reason' order by ordinal))[1], 300) as reason,
         left((array_agg(ending->>'advice' order by ordinal))[1], 300) as advice,
         to_jsonb((array_agg(target order by ordinal))[1:3]) as examples
  from flowlog.targets where run = $1 and state in ('failed', 'skipped', 'cancelled')
  group by state, ending->>'kind', ending->>'code', case when ending->>'code' is null then ending->>'reason' end
  order by state <> 'failed', count(*) desc, ending->>'code'`;

type ReportReads = Pick<
  BulkStore,
  'tally' | 'flaws' | 'causes' | 'readReport' | 'removeReportRows' | 'list' | 'countAll'
>;

const telling = (database: Database): ReportReads => ({
  tally: (run) => bulkTally(database, run),
  async flaws(run) {
    const [row] = await database.query<{ surplus: number; notApplied: number }>(
      `select count(*) filter (where ending ? 'surplus')::int as surplus,
              count(*) filter (where ending ? 'notApplied')::int as "notApplied"
       from flowlog.targets where run = $1`,
      [run],
    );
    const { surplus = 0, notApplied = 0 } = row ?? {};
    return omitUndefined({
      surplus: surplus > 0 ? surplus : undefined,
      notApplied: notApplied > 0 ? notApplied : undefined,
    });
  },
  async causes(run) {
    const found = await database.query<BulkCause>(CAUSES, [run]);
    const told = found.slice(0, MOST_CAUSES).map((cause) => withoutNulls(cause));
    const more = found.length - told.length;
    return omitUndefined({ causes: told.length > 0 ? told : undefined, moreCauses: more > 0 ? more : undefined });
  },
  async countAll({ bulk } = {}) {
    const [row] = await database.query<{ count: number }>(
      'select count(*)::int as count from flowlog.bulks where ($1::text is null or bulk = $1)',
      [bulk ?? null],
    );
    return row?.count ?? 0;
  },
  readReport: async (run, after) =>
    pageOf(
      await database.query(
        `select ordinal, jsonb_build_object('ordinal', ordinal, 'target', target, 'workflowId', workflow_id) || coalesce(ending, '{}') as body
         from flowlog.targets where run = $1 and ordinal > $2 order by ordinal limit ${FETCHED_ROWS}`,
        [run, after],
      ),
    ),
  removeReportRows: (before) => database.call('flowlog.remove_report_rows', before.toISOString()),
  async list(limit, { bulk, runs, after } = {}) {
    const found = await database.query<Omit<BulkSummary, 'tally'>>(
      `select run, bulk, operation, requested_by as "requestedBy", reason, retry_of as "retryOf", report,
              to_char(started_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "startedAt",
              to_char(ended_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "endedAt",
              to_char(rows_removed_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "rowsRemovedAt"
       from flowlog.bulks where ($2::text is null or bulk = $2) and ($3::text[] is null or run = any($3))
         and ($4::text is null or (started_at, run) < (select started_at, run from flowlog.bulks where run = $4))
       order by started_at desc, run desc limit $1`,
      [limit, bulk ?? null, runs ?? null, after ?? null],
    );
    return Promise.all(
      found.map(async (one) => {
        const told = withoutNulls(one);
        return { ...told, tally: told.report?.tally ?? (await bulkTally(database, one.run)) };
      }),
    );
  },
});

/** Leaves out what a database knows as null. */
const withoutNulls = <Row extends object>(row: Row): Row =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as Row;

async function bulkTally(database: Database, run: string): Promise<BulkTally> {
  const counts = await database.query<{ state: RowState | null; count: number }>(
    'select state, count(*)::int as count from flowlog.targets where run = $1 group by state',
    [run],
  );
  const total = counts.reduce((sum, { count }) => sum + count, 0);
  return { total, ...Object.fromEntries(counts.flatMap(({ state, count }) => (state ? [[state, count]] : []))) };
}
