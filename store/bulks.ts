import { omitUndefined } from '../cloud/omit-undefined.js';
import { canonicalJson } from '../database/canonical-json.js';
import type { Database } from '../database/database.js';
import type { BulkPage, PageTarget, RowEnding } from '../workflows/contract/bulk-activities.js';
import type { BulkCause, BulkItem, BulkReport, BulkSummary, BulkTally, RowState } from '../workflows/contract/bulk.js';
import type { Operation } from '../workflows/contract/operation.js';
import { FETCHED_ROWS, type RowsPage, pageOf } from './rows.js';

/** A bulk as the caller asks for it. */
export interface BulkOpening {
  /** First run id of its workflow. */
  readonly run: string;
  /** Its workflow id. */
  readonly bulk: string;
  readonly operation: Operation;
  readonly requestedBy: string;
  readonly reason?: string;
  readonly retryOf?: string;
  /** SHA-256 (hex) of the bulk's input: see `requestDigest`. Absent where the input could not be read. */
  readonly manifestDigest?: string;
}

/** A target to be gathered. */
export interface BulkTarget extends BulkItem {
  readonly workflowId: string;
  /** Product, account and region: targets of one page share it. */
  readonly place: string;
  /** Its end, where it ended before it began: its place has no flow logs. */
  readonly ending?: Omit<RowEnding, 'ordinal'>;
}

/** Bulks and their targets, in PostgreSQL: they outlast Temporal's retention. */
export interface BulkStore {
  /** Begins gathering; targets that an earlier attempt gathered and did not seal are deleted. False where the bulk is sealed already. */
  open(opening: BulkOpening): Promise<boolean>;
  /** The digest that the bulk of this run was opened with; undefined where there is no such bulk, or an earlier release opened it. */
  manifestDigest(run: string): Promise<string | undefined>;
  /** Adds targets; one that is there already stays as it is. */
  add(run: string, targets: readonly BulkTarget[], selected: boolean): Promise<void>;
  /** Adds the targets of an earlier bulk that did not end well, as they were asked for then. False where there is no such bulk, or its rows are removed. */
  addRemainder(run: string, bulk: string): Promise<boolean>;
  /** Number of targets that have not ended. */
  count(run: string): Promise<number>;
  /** Cuts the gathered targets into pages of one place each; called again, it returns the same pages. */
  seal(run: string, canary: number): Promise<readonly BulkPage[]>;
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

/** Targets of one page, at most, and about so many bytes of their JSON: well below one payload's 256 KB. */
const TARGETS_PAGE = { targets: 500, bytes: 120_000 } as const;

export function bulksOn(database: Database): BulkStore {
  return { ...opening(database), ...gathering(database), ...ending(database), ...telling(database) };
}

const opening = (database: Database): Pick<BulkStore, 'open' | 'manifestDigest'> => ({
  async open({ run, bulk, operation, requestedBy, reason, retryOf, manifestDigest }) {
    await database.query(
      `insert into flowlog.bulks (run, bulk, operation, requested_by, reason, retry_of, manifest_digest)
       values ($1, $2, $3, $4, $5, $6, $7) on conflict (run) do nothing`,
      [run, bulk, operation, requestedBy, reason ?? null, retryOf ?? null, manifestDigest ?? null],
    );
    const [open] = await database.query(
      `with open as (select run from flowlog.bulks where run = $1 and sealed_at is null for update),
            gone as (delete from flowlog.targets using open where targets.run = open.run)
       select 1 from open`,
      [run],
    );
    return open !== undefined;
  },
  async manifestDigest(run) {
    const [found] = await database.query<{ digest: string | null }>(
      'select manifest_digest as digest from flowlog.bulks where run = $1',
      [run],
    );
    return found?.digest ?? undefined;
  },
});

const gathering = (database: Database): Pick<BulkStore, 'add' | 'addRemainder' | 'count' | 'seal'> => ({
  async add(run, targets, selected) {
    await database.query(
      `with open as (select run from flowlog.bulks where run = $1 and sealed_at is null for update),
            last as (select coalesce(max(ordinal), 0) as ordinal from flowlog.targets where run = $1)
       insert into flowlog.targets (run, ordinal, workflow_id, place, target, spec, options, selected, state, ending)
       select open.run, last.ordinal + row_number() over (order by nth), given->>'workflowId', given->>'place',
              given->'target', given->'spec', given->'options', $3,
              given->'ending'->>'state', given->'ending'
       from open, last, jsonb_array_elements($2::jsonb) with ordinality as each (given, nth)
       where not exists (select from flowlog.targets as t where t.run = $1 and t.workflow_id = given->>'workflowId')
       on conflict (run, workflow_id) do nothing`,
      [run, canonicalJson(targets), selected],
    );
  },
  async addRemainder(run, bulk) {
    const [earlier] = await database.query<{ run: string }>(
      'select run from flowlog.bulks where bulk = $1 and run <> $2 and sealed_at is not null and rows_removed_at is null order by started_at desc limit 1',
      [bulk, run],
    );
    if (!earlier) return false;
    await database.query(
      `insert into flowlog.targets (run, ordinal, workflow_id, place, target, spec, options, selected)
       select $1, row_number() over (order by ordinal), workflow_id, place, target, spec, options, selected
       from flowlog.targets where run = $2 and (state is null or state in ('failed', 'skipped', 'cancelled'))
       on conflict (run, workflow_id) do nothing`,
      [run, earlier.run],
    );
    return true;
  },
  async count(run) {
    const [row] = await database.query<{ count: number }>(
      'select count(*)::int as count from flowlog.targets where run = $1 and state is null',
      [run],
    );
    return row?.count ?? 0;
  },
  async seal(run, canary) {
    await database.query(SEAL, [run, canary, TARGETS_PAGE.targets, TARGETS_PAGE.bytes]);
    return database.query<BulkPage>(
      `select page, min(place) as place, count(*)::int as count from flowlog.targets where run = $1 and page is not null group by page order by page`,
      [run],
    );
  },
});

/** The canary takes the first of every place, then the second of every place, and so on; the rest is cut place by place. */
const SEAL = `
  with open as (update flowlog.bulks set sealed_at = ledger.clock_now() where run = $1 and sealed_at is null returning run),
  ranked as (
    select t.run, t.ordinal, t.place, octet_length(t.target::text) + coalesce(octet_length(t.spec::text), 0) as bytes,
           row_number() over (partition by t.place order by t.ordinal) as nth
    from flowlog.targets t join open using (run) where t.state is null
  ),
  chosen as (select *, row_number() over (order by nth, place) <= $2 as canary from ranked),
  cut as (
    select *, (row_number() over rest - 1) / $3::int as by_count, ((sum(bytes) over rest - bytes) / $4::int)::bigint as by_bytes
    from chosen window rest as (partition by canary, place order by ordinal rows unbounded preceding)
  ),
  paged as (
    -- Of the canary nothing is ranked: its rows come last in the order, so that the others count from 1.
    select run, ordinal, case when canary then 0 else dense_rank() over (order by canary, place, by_count, by_bytes) end as page
    from cut
  )
  update flowlog.targets t set page = paged.page from paged where t.run = paged.run and t.ordinal = paged.ordinal`;

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
    await database.query(
      `update flowlog.targets t set state = row->>'state', ending = row - 'ordinal'
       from jsonb_array_elements($2::jsonb) as row
       where t.run = $1 and t.ordinal = (row->>'ordinal')::int and t.state is null`,
      [run, canonicalJson(rows)],
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
