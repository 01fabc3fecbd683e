import { randomUUID } from 'node:crypto';
import { canonicalJson } from '../database/canonical-json.js';
import type { Database } from '../database/database.js';
import type { BulkPage, PreparedBulk, RowEnding } from '../workflows/contract/bulk-activities.js';
import type { BulkItem } from '../workflows/contract/bulk.js';
import type { Operation } from '../workflows/contract/operation.js';

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

/** What is told of a gathering beside its targets. */
export type ToldByGathering = Pick<PreparedBulk, 'problems' | 'moreProblems' | 'emptySelectors'>;

/** One attempt that gathers the targets of a bulk. */
export interface Gatherer {
  readonly run: string;
  /** Random name of the attempt. The next one that opens the bulk has another, and this one can add and seal nothing more. */
  readonly gathering: string;
}

/** Another attempt has opened the bulk since: one that was thought dead, or this one was. */
class AnotherGathers extends Error {
  override readonly name = 'AnotherGathers';

  constructor(run: string) {
    super(`the targets of the bulk ${run} are being gathered by another attempt, which opened it later`);
  }
}

/** The beginning of a bulk: its targets are gathered by one attempt, and sealed whole. */
export interface BulkGathering {
  /** Begins gathering; targets that an earlier attempt gathered and did not seal are deleted. Undefined where the bulk is sealed already. */
  open(opening: BulkOpening): Promise<Gatherer | undefined>;
  /** The digest that the bulk of this run was opened with; undefined where there is no such bulk, or an earlier release opened it. */
  manifestDigest(run: string): Promise<string | undefined>;
  /** Adds targets; one that is there already stays as it is. @throws {AnotherGathers} */
  add(gatherer: Gatherer, targets: readonly BulkTarget[], selected: boolean): Promise<void>;
  /**
   * Adds the targets of an earlier bulk that did not end well, as they were asked for then. False where there is no such bulk, or its
   * rows are removed. @throws {AnotherGathers}
   */
  addRemainder(gatherer: Gatherer, bulk: string): Promise<boolean>;
  /** Number of targets that have not ended. */
  count(run: string): Promise<number>;
  /** Cuts the gathered targets into pages of one place each, and keeps what is told of them. @throws {AnotherGathers} */
  seal(gatherer: Gatherer, canary: number, gathered: ToldByGathering): Promise<void>;
  /** Pages of a sealed bulk, and what was told when it was gathered; the same each time. */
  readSealed(run: string): Promise<{ readonly pages: readonly BulkPage[]; readonly gathered: ToldByGathering }>;
}

/** Targets of one page, at most, and about so many bytes of their JSON: well below one payload's 256 KB. */
const TARGETS_PAGE = { targets: 500, bytes: 120_000 } as const;

export const gatheringOn = (database: Database): BulkGathering => ({
  ...opening(database),
  ...adding(database),
  ...sealing(database),
});

const opening = (database: Database): Pick<BulkGathering, 'open' | 'manifestDigest'> => ({
  async open({ run, bulk, operation, requestedBy, reason, retryOf, manifestDigest }) {
    const gathering = randomUUID();
    const [open] = await database.query(
      `insert into flowlog.bulks (run, bulk, operation, requested_by, reason, retry_of, manifest_digest, gathering)
       values ($1, $2, $3, $4, $5, $6, $7, $8)
       on conflict (run) do update set gathering = excluded.gathering where bulks.sealed_at is null
       returning run`,
      [run, bulk, operation, requestedBy, reason ?? null, retryOf ?? null, manifestDigest ?? null, gathering],
    );
    if (!open) return undefined;
    // A statement of its own: only now nothing more is added by an earlier attempt, and all that it has added is seen.
    await database.query(
      `delete from flowlog.targets where run = $1
       and exists (select from flowlog.bulks where run = $1 and gathering = $2 and sealed_at is null)`,
      [run, gathering],
    );
    return { run, gathering };
  },
  async manifestDigest(run) {
    const [found] = await database.query<{ digest: string | null }>(
      'select manifest_digest as digest from flowlog.bulks where run = $1',
      [run],
    );
    return found?.digest ?? undefined;
  },
});

/** The bulk while this attempt gathers it. It is held, so that another one opens it before or after, not meanwhile. */
const OPEN = `open as (select run from flowlog.bulks where run = $1 and gathering = $2 and sealed_at is null for update)`;

const adding = (database: Database): Pick<BulkGathering, 'add' | 'addRemainder' | 'count'> => ({
  async add({ run, gathering }, targets, selected) {
    const [open] = await database.query(
      `with ${OPEN},
       last as (select coalesce(max(ordinal), 0) as ordinal from flowlog.targets where run = $1),
       added as (
         insert into flowlog.targets (run, ordinal, workflow_id, place, target, spec, options, selected, state, ending)
         select open.run, last.ordinal + row_number() over (order by nth), given->>'workflowId', given->>'place',
                given->'target', given->'spec', given->'options', $4,
                given->'ending'->>'state', given->'ending'
         from open, last, jsonb_array_elements($3::jsonb) with ordinality as each (given, nth)
         where not exists (select from flowlog.targets as t where t.run = $1 and t.workflow_id = given->>'workflowId')
         on conflict (run, workflow_id) do nothing
       )
       select run from open`,
      [run, gathering, canonicalJson(targets), selected],
    );
    if (!open) throw new AnotherGathers(run);
  },
  async addRemainder({ run, gathering }, bulk) {
    const [earlier] = await database.query<{ run: string }>(
      'select run from flowlog.bulks where bulk = $1 and run <> $2 and sealed_at is not null and rows_removed_at is null order by started_at desc limit 1',
      [bulk, run],
    );
    if (!earlier) return false;
    const [open] = await database.query(
      `with ${OPEN},
       added as (
         insert into flowlog.targets (run, ordinal, workflow_id, place, target, spec, options, selected)
         select open.run, row_number() over (order by ordinal), workflow_id, place, target, spec, options, selected
         from open, flowlog.targets t where t.run = $3 and (state is null or state in ('failed', 'skipped', 'cancelled'))
         on conflict (run, workflow_id) do nothing
       )
       select run from open`,
      [run, gathering, earlier.run],
    );
    if (!open) throw new AnotherGathers(run);
    return true;
  },
  async count(run) {
    const [row] = await database.query<{ count: number }>(
      'select count(*)::int as count from flowlog.targets where run = $1 and state is null',
      [run],
    );
    return row?.count ?? 0;
  },
});

const sealing = (database: Database): Pick<BulkGathering, 'seal' | 'readSealed'> => ({
  async seal({ run, gathering }, canary, gathered) {
    const { targets, bytes } = TARGETS_PAGE;
    const [sealed] = await database.query(SEAL, [run, canary, targets, bytes, gathering, canonicalJson(gathered)]);
    if (!sealed) throw new AnotherGathers(run);
  },
  async readSealed(run) {
    const pages = await database.query<BulkPage>(
      `select page, min(place) as place, count(*)::int as count from flowlog.targets where run = $1 and page is not null group by page order by page`,
      [run],
    );
    const [sealed] = await database.query<{ gathered: ToldByGathering | null }>(
      'select gathered from flowlog.bulks where run = $1',
      [run],
    );
    return { pages, gathered: sealed?.gathered ?? { problems: [] } };
  },
});

/** The canary takes the first of every place, then the second of every place, and so on; the rest is cut place by place. */
const SEAL = `
  with open as (update flowlog.bulks set sealed_at = ledger.clock_now(), gathered = $6
           where run = $1 and sealed_at is null and gathering = $5 returning run),
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
  ),
  put as (
    update flowlog.targets t set page = paged.page from paged where t.run = paged.run and t.ordinal = paged.ordinal
  )
  select run from open`;
