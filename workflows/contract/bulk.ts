import type { Coverage, PlaceProblem, Selector } from '../../cloud/discovery/selector.js';
import type { Spec, Target } from '../../cloud/flow-log.js';
import { type Operation, type OperationOptions, type Outcome, readWorkflowTypes, workflowTypes } from './operation.js';
import { doubtWorkflowTypes } from './doubts.js';

/**
 * The contract of everything that concerns many targets: bulks, selectors, discovery, plans and stored manifests. Names and ids as in
 * `contract.ts`: one JSON argument each.
 */

/** Workflow types for many targets. `bulkPage` is the service's own; callers start the others. */
export const manyWorkflowTypes = {
  bulk: 'bulkFlowLogs',
  page: 'bulkPage',
  plan: 'planFlowLogs',
  discover: 'discoverFlowLogs',
  storeManifest: 'storeManifest',
  readRows: 'readRows',
  inspectBulks: 'inspectBulks',
} as const;

/** Every workflow type that callers start. */
export const publicTypes: readonly string[] = [
  ...Object.values(workflowTypes),
  ...Object.values(readWorkflowTypes),
  ...Object.values(doubtWorkflowTypes),
  ...Object.values(manyWorkflowTypes).filter((type) => type !== manyWorkflowTypes.page),
];

/** Prefix of the id of a bulk's workflow; the bulk's name follows. */
export const bulkIdPrefix = 'flow-log-bulk/';

/** Name of a bulk; of an id that is none of ours, which is refused, the whole of it. */
export const bulkNameOf = (workflowId: string): string =>
  workflowId.startsWith(bulkIdPrefix) ? workflowId.slice(bulkIdPrefix.length) : workflowId;

/** Pages of the bulk with this first run id have this and their number as their workflow id. */
export const pagesOf = (run: string): string => `flow-log-bulk-page/${run}`;

/** Signals to a bulk; each goes on its record. */
export const bulkSignals = {
  pause: 'pauseBulk',
  resume: 'resumeBulk',
  /** After a good canary, where a person has to. */
  approve: 'approveBulk',
  reject: 'rejectBulk',
} as const;

/** Updates to a bulk: each answers whether it was applied, and goes on its record. The update `cancel` is that of every workflow. */
export const bulkUpdates = {
  pause: 'pause',
  resume: 'resume',
  approve: 'approve',
  reject: 'reject',
  /** Changes how many operations run at once, and the failure budget. */
  change: 'change',
} as const;

/** Argument of the update `change`: one of the two at least. */
export interface ChangedLimits extends BulkSignal, Pick<BulkOptions, 'window' | 'failureBudget'> {}

/** Name of the signal of a bulk to its pages. */
export const pageControlSignalName = 'bulkPageControl';
/** Name of the signal of a page to its bulk. */
export const failuresSignalName = 'bulkPageFailures';

/** Argument of every signal to a bulk. */
export interface BulkSignal {
  readonly requestedBy: string;
  readonly reason?: string;
}

/** Query that a bulk and each of its pages answers. */
export const bulkProgressQuery = 'bulkProgress';

/** State of a bulk, as its workflow tells while it runs. */
export interface BulkProgress {
  readonly phase: 'preparing' | 'canary' | 'awaiting-approval' | 'running' | 'paused' | 'stopping' | 'finishing';
  readonly total: number;
  /** Targets of pages that have ended, by how. */
  readonly ended: Readonly<Partial<Record<RowState, number>>>;
  /** Workflow ids of the pages at work; each answers the same query for itself. */
  readonly pages: readonly string[];
  /** As in the report, once the targets are gathered. */
  readonly emptySelectors?: readonly number[] | undefined;
  readonly why?: string;
}

/** State of a page of a bulk, as its workflow tells while it runs. */
export interface BulkPageProgress {
  readonly ended: Readonly<Partial<Record<RowState, number>>>;
  /** Operations under way. */
  readonly running: number;
}

export type { Coverage, DiscoveredResource, PlaceProblem, Selector } from '../../cloud/discovery/selector.js';

/** Argument of the read-only `discoverFlowLogs`. The rows are read with `readRows` under the run that found them. */
export interface DiscoverInput {
  readonly selectors: readonly Selector[];
}

/** Result of `discoverFlowLogs`. */
export interface DiscoverReport {
  /** Name of the rows: give it to `readRows`. */
  readonly rows: string;
  readonly found: number;
  readonly byCoverage: Readonly<Partial<Record<Coverage, number>>>;
  /** Left out, by reason: service-managed interfaces, shared vSwitches, Basic routers, excluded. */
  readonly leftOut: Readonly<Record<string, number>>;
  /** Places that could not be read, each with the reason; their resources are unknown. At most 200, and no more than an answer holds. */
  readonly problems: readonly PlaceProblem[];
  /** Number of problems beyond those. */
  readonly moreProblems?: number;
  readonly apiCalls: number;
  readonly readAt: string;
}

/** Argument of the read-only `readRows`. */
export interface ReadRowsInput {
  readonly rows: string;
  /** The `next` of the page before; 0 for the first. */
  readonly after: number;
}

/** Result of `readRows`: a page of at most 500 rows, and below 64 KB where no row alone is longer. */
export interface ReadRowsReport {
  readonly rows: readonly unknown[];
  readonly next?: number;
}

/** One target of a bulk. */
export interface BulkItem {
  readonly target: Target;
  readonly spec?: Spec;
  /** Beat those of the bulk. */
  readonly options?: OperationOptions;
}

/** A manifest in the database. */
export interface StoredManifest {
  /** SHA-256 of its canonical JSON, hex. */
  readonly sha256: string;
  /** Items in it. */
  readonly items: number;
}

/** Choices of a bulk; those of {@link OperationOptions} go to each of its operations, with the deadline per item. */
export interface BulkOptions extends OperationOptions {
  /** Operations at once, 1 to 1,000. Default 200. */
  readonly window?: number;
  /** Failures after which nothing new starts: a number, or `n%` of the targets. Default: none stops it. */
  readonly failureBudget?: number | string;
  /** So many targets go first, spread over all places; the rest only when all of them ended well. */
  readonly canary?: number;
  /** Approval after a good canary: `manual` has to be given by a person. Default `automatic`. */
  readonly canaryApproval?: 'automatic' | 'manual';
  /** More targets than this: nothing starts. */
  readonly maxTargets?: number;
  /** More changes than this needed: nothing starts. */
  readonly maxChanges?: number;
  /** Number of targets that the caller expects: required for `disable` and `delete`; another number and nothing starts. */
  readonly expect?: number;
}

/** Argument of `bulkFlowLogs`. Its workflow id is `flow-log-bulk/<name>`. */
export interface BulkInput {
  readonly operation: Operation;
  /** Up to 500; more are stored first (`storeManifest`). */
  readonly items?: readonly BulkItem[];
  readonly manifest?: StoredManifest;
  readonly selectors?: readonly Selector[];
  /** The bulk whose failed, skipped and cancelled targets are tried again; then nothing else names targets. */
  readonly retryOf?: string;
  readonly requestedBy: string;
  readonly reason?: string;
  readonly options?: BulkOptions;
}

/** States in which a target of a bulk ends. */
export const rowStates = ['succeeded', 'adopted', 'unchanged', 'joined', 'failed', 'skipped', 'cancelled'] as const;
export type RowState = (typeof rowStates)[number];

/** One target's row in the report of a bulk. */
export interface BulkRow {
  readonly ordinal: number;
  readonly target: Target;
  /** Absent while it has not ended. */
  readonly state?: RowState;
  readonly outcome?: Outcome;
  readonly flowLogId?: string;
  readonly workflowId: string;
  /** Reason why it failed or was skipped. */
  readonly reason?: string;
  readonly code?: string;
  /** Class of the failure, as of an operation's failure; absent in rows of earlier releases. */
  readonly kind?: string;
  /** The one thing to do about the failure; absent in rows of earlier releases. */
  readonly advice?: string;
  readonly requestId?: string;
  /** Own flow logs that the target has beyond the one that counts. */
  readonly surplus?: readonly string[];
  /** Fields asked for in which the flow log still differs, and which no call of the product changes. */
  readonly notApplied?: readonly string[];
  readonly apiCalls?: number;
  readonly startedAt?: string;
  readonly endedAt?: string;
}

/** Targets of a bulk that did not end well for the same cause. */
export interface BulkCause extends Pick<BulkRow, 'code' | 'kind' | 'reason' | 'advice'> {
  readonly state: 'failed' | 'skipped' | 'cancelled';
  readonly count: number;
  /** The first of them; at most 3. */
  readonly examples: readonly Target[];
}

/** Targets by how they ended; `total` less the sum is what has not ended. */
export type BulkTally = Readonly<Partial<Record<RowState, number>>> & { readonly total: number };

export type BulkEnd = 'completed' | 'stopped' | 'cancelled' | 'refused';

/** Result of `bulkFlowLogs`: the rows are in the database, read with `readRows` under `rows`. */
export interface BulkReport {
  readonly bulk: string;
  readonly operation: Operation;
  readonly tally: BulkTally;
  /** `completed`; `stopped`: the failure budget, the canary or a person's rejection ended it; `refused`: nothing was started. */
  readonly end: BulkEnd;
  readonly why?: string;
  /** Class of the failure that refused it. */
  readonly refusedBy?: string;
  /** Targets that did not end well, by cause: failed ones first, the most frequent first. At most 10; absent where there are none. */
  readonly causes?: readonly BulkCause[];
  /** Number of causes beyond those. */
  readonly moreCauses?: number;
  readonly rows: string;
  /** Targets with more than one own flow log; absent where there are none. */
  readonly surplus?: number;
  /** Targets of which something that was asked for could not be applied; absent where there are none. */
  readonly notApplied?: number;
  /** Places that selectors could not read. At most 200, and no more than an answer holds. */
  readonly problems: readonly PlaceProblem[];
  /** Number of problems beyond those. */
  readonly moreProblems?: number | undefined;
  /** Selectors that match nothing, by their places in the request, from 0; absent where there are none. */
  readonly emptySelectors?: readonly number[] | undefined;
  readonly startedAt: string;
  readonly endedAt: string;
}

/** Argument of `storeManifest`: one page of a manifest, at most 500 items and 200 KB. */
export interface StoreManifestInput {
  /** SHA-256 of the canonical JSON of all items of all pages, hex. */
  readonly sha256: string;
  /** From 0. */
  readonly page: number;
  readonly operation: Operation;
  readonly items: readonly BulkItem[];
}

/** Bulks told where no number is asked for. */
export const SHOWN_BULKS = 20;

/** Argument of the read-only `inspectBulks`: the newest bulks, or the runs of one. */
export interface InspectBulksInput {
  /** Workflow id. */
  readonly bulk?: string;
  /** Only these, by their first run ids; at most 100. */
  readonly runs?: readonly string[];
  /** 1 to 100. Default 20. */
  readonly limit?: number;
  /** `next` of the answer before: only what is older. */
  readonly after?: string;
}

/** A bulk, running or ended, as the database keeps it. */
export interface BulkSummary {
  /** Workflow id. */
  readonly bulk: string;
  /** First run id; `readRows` takes `bulk:<run>`. */
  readonly run: string;
  readonly operation: Operation;
  readonly requestedBy: string;
  readonly reason?: string;
  readonly retryOf?: string;
  readonly startedAt: string;
  readonly endedAt?: string;
  /** Time since which the rows of its report are gone, by age; the counts stay. */
  readonly rowsRemovedAt?: string;
  readonly tally: BulkTally;
  /** Absent while it runs. */
  readonly report?: BulkReport;
}

/** Result of `inspectBulks`. */
export interface InspectBulksReport {
  /** As many as the answer holds. */
  readonly bulks: readonly BulkSummary[];
  /** Runs of bulks there are in all, where the newest were asked for; absent in answers of earlier releases. */
  readonly total?: number;
  /** `after` of the next answer, where this one could not hold all that was asked for. */
  readonly next?: string;
}
