import type {
  BulkInput,
  BulkItem,
  BulkReport,
  BulkRow,
  DiscoverInput,
  DiscoverReport,
  InspectBulksInput,
  InspectBulksReport,
  PlaceProblem,
  ReadRowsInput,
  ReadRowsReport,
  RowState,
  StoreManifestInput,
} from './bulk.js';
import type { PlanInput, PlanReport } from './plan.js';
import type { AskedForAll } from './item-request.js';
import type { Ignored, Operation } from './operation.js';
import type { WorkerSettings } from './activities.js';

/** Activities that the workflows of bulks call; rules as for `FlowLogActivities`. */
export interface BulkActivities {
  /** Gathers the targets of a bulk, checks its limits and cuts it into pages. Nothing is changed in the cloud. */
  prepareBulk(input: PrepareInput): Promise<PreparedBulk>;
  /** Ends the rows of a page whose targets stand as wished, and reads the targets that are left. Changes nothing in the cloud. */
  beginBulkPage(input: BeginPageInput): Promise<BegunPage>;
  /** Targets of a page that have not ended. For pages that the last release has begun. */
  readBulkPage(input: BulkPageRef): Promise<readonly PageTarget[]>;
  /** Puts ends of targets into the report. */
  endBulkRows(input: { readonly run: string; readonly rows: readonly RowEnding[] }): Promise<void>;
  /** Puts on the record what a person did to the bulk. */
  recordBulkEvent(input: BulkEvent): Promise<void>;
  /** Ends what is left, closes the bulk and its chain in the ledger. */
  finishBulk(input: FinishInput): Promise<BulkReport>;
  /** Lists a bulk whose argument was refused: it has no targets and no chain. */
  listRefusal(input: RefusedBulk): Promise<void>;
  storeManifestPage(input: StoreManifestInput): Promise<void>;
  /** A page of rows kept for an answer too long for one payload. */
  readRows(input: ReadRowsInput): Promise<ReadRowsReport>;
  /** Resolves selectors; the resources found are kept as rows. */
  discover(input: DiscoverInput): Promise<DiscoverReport>;
  /** Plans what a bulk would do on each of its targets, and keeps it as rows. */
  planBulk(input: PlanInput): Promise<PlanReport>;
  inspectBulks(input: InspectBulksInput): Promise<InspectBulksReport>;
}

/** Activities of {@link BulkActivities} that read: regular ones, where the others run in the workflow's own task. */
export type BulkReads = Pick<
  BulkActivities,
  | 'prepareBulk'
  | 'beginBulkPage'
  | 'readBulkPage'
  | 'storeManifestPage'
  | 'readRows'
  | 'inspectBulks'
  | 'discover'
  | 'planBulk'
>;

/** A target of a page, to be worked on. */
export interface PageTarget extends BulkItem {
  readonly ordinal: number;
  /** Found by a selector. */
  readonly selected: boolean;
}

/** A page of a sealed bulk. Page 0 is the canary's. */
export interface BulkPage {
  readonly page: number;
  readonly place: string;
  readonly count: number;
}

/** End of one target. */
export type RowEnding = Omit<BulkRow, 'target' | 'workflowId'> & { readonly state: RowState };

export interface PrepareInput extends BulkInput {
  readonly bulk: string;
  readonly run: string;
}

export interface PreparedBulk {
  readonly total: number;
  readonly pages: readonly BulkPage[];
  readonly problems: readonly PlaceProblem[];
  readonly moreProblems?: number | undefined;
  /** Selectors that match nothing; absent where there are none. */
  readonly emptySelectors?: readonly number[] | undefined;
  readonly settings: WorkerSettings;
}

export interface BulkEvent {
  readonly run: string;
  readonly event: string;
  readonly body: unknown;
  /** One row at most for each of these and event. Absent: a row each time. */
  readonly once?: string;
  /** Count in all of a signal that was ignored. The part of it that the record does not count yet is recorded in the place of `body`. */
  readonly ignored?: Ignored;
}

export interface BulkPageRef {
  readonly run: string;
  readonly page: number;
}

/** A page, and what the bulk asks for on each of its targets. */
export interface BeginPageInput extends BulkPageRef, AskedForAll {
  readonly operation: Operation;
}

/** A page whose work can begin. */
export interface BegunPage {
  /** Targets that have not ended. */
  readonly targets: readonly PageTarget[];
  /** Numbers of those that have, by how they ended. */
  readonly ended: Readonly<Partial<Record<RowState, number>>>;
}

export interface FinishInput extends Omit<BulkReport, 'tally' | 'endedAt'> {
  readonly run: string;
  /** Ending of the targets that have not ended. */
  readonly rest: Omit<RowEnding, 'ordinal'>;
  /** Signals that were ignored: a row each. */
  readonly ignored?: readonly Ignored[];
}

/** A bulk that was refused before it began, in its own words. */
export interface RefusedBulk {
  readonly run: string;
  readonly bulk: string;
  /** `unknown` where it named none. */
  readonly operation: string;
  readonly requestedBy: string;
  readonly why: string;
}
