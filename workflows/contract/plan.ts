import type { ChangeVerb, Product, Target } from '../../cloud/flow-log.js';
import type { BulkInput, PlaceProblem } from './bulk.js';
import type { Operation } from './operation.js';

/** The contract of plans: the steps of a bulk, told before it does anything. One JSON argument, as everywhere. */

/** Argument of the read-only `planFlowLogs`: a bulk's, but for what only a bulk that runs needs. */
export interface PlanInput extends Omit<BulkInput, 'retryOf'> {
  /**
   * Asks the cloud itself about flow logs that would be created, where the product can rehearse (ecr). Each rehearsal is on the record.
   * Only for `enable`. Default false.
   */
  readonly validate?: boolean;
}

/**
 * First step on a target. `adopt`, `leave`: nothing is done. `wait`: something is under way, and what comes then depends on it.
 * `skip`: its place has no flow logs. `unknown`: its place could not be read.
 */
export const planVerdicts = [
  'create',
  'activate',
  'deactivate',
  'modify',
  'delete',
  'adopt',
  'leave',
  'wait',
  'conflict',
  'fail',
  'skip',
  'unknown',
] as const;
export type PlanVerdict = (typeof planVerdicts)[number];

/** Answer of the cloud to a rehearsal. */
export interface Rehearsal {
  readonly passed: boolean;
  /** The cloud's own words where it would refuse. */
  readonly code?: string;
  readonly message?: string;
  readonly requestId?: string;
}

/** One target of a plan. */
export interface PlanRow {
  /** Number from 1, in the order of the request; targets that selectors find come last. */
  readonly ordinal: number;
  readonly target: Target;
  readonly verdict: PlanVerdict;
  /** Changes that would be made, in order; where it depends on something under way, the most there may be. */
  readonly changes: readonly ChangeVerb[];
  /** Fields in which the flow log differs from what is wished. */
  readonly drift: readonly string[];
  /** Fields of these that would be sent to change it, in the order of the calls; absent where none would. */
  readonly fields?: readonly string[];
  /** Fields of these that no call of the product changes: they would stay as they are, and be reported. */
  readonly notApplied?: readonly string[];
  readonly flowLogId?: string;
  /** Own flow logs beyond the one that counts, which the operation would leave: the first 200. */
  readonly surplus?: readonly string[];
  /** End that the operation would have: its outcome, or the code of its failure. Absent where that is not certain. */
  readonly outcome?: string;
  /** The ways it may end, where it is not certain. */
  readonly possible?: readonly string[];
  readonly code?: string;
  readonly reason?: string;
  readonly advice?: string;
  /** Change that the ledger knows and the cloud does not show: one in doubt, or accepted lately. The operation may then differ from the plan. */
  readonly remembered?: string;
  readonly rehearsal?: Rehearsal;
}

/** A destination that flow logs of one account, region and product would have. */
export interface PlannedDestination {
  readonly product: Product;
  readonly accountId: string;
  readonly region?: string;
  readonly project: string;
  readonly logStore: string;
  /** Region of the project, where it is another one. */
  readonly projectRegion?: string;
  readonly targets: number;
  /** Of these, flow logs that would be created. */
  readonly creates: number;
  /** Requirement on the destination: it has to be there, or the cloud makes it where it is not. */
  readonly need: 'must exist' | 'created by the cloud if absent';
}

/** More flow logs would be there than the account may have. */
export interface QuotaWarning {
  readonly product: Product;
  readonly accountId: string;
  readonly region?: string;
  readonly existing: number;
  readonly creates: number;
  /** As configured; the documented default where nothing is. */
  readonly quota: number;
}

/** Calls to the cloud, as far as they can be told before. */
export interface PlannedCalls {
  /** Made by this plan. */
  readonly plan: number;
  /** Complete scans of the operation's own, and reads by id. */
  readonly scans: number;
  readonly changes: number;
  /** Looks before changes, and shared reads while waiting: an estimate. */
  readonly reads: number;
  /** Scans, changes and reads. */
  readonly total: number;
}

/** Result of `planFlowLogs`. */
export interface PlanReport {
  readonly operation: Operation;
  /** Name of the rows: give it to `readRows`. */
  readonly rows: string;
  /** Targets that a bulk would count: `expect` has to be this number. */
  readonly expect: number;
  readonly verdicts: Readonly<Partial<Record<PlanVerdict, number>>>;
  readonly changes: Readonly<Partial<Record<ChangeVerb, number>>>;
  /** Targets by how the operation would end: its outcome, or the code of its failure; `uncertain` where that is not certain. */
  readonly ends: Readonly<Record<string, number>>;
  /** Targets that need a change, or may; their number and that of `unknown` ones are compared with `maxChanges`. */
  readonly needChange: number;
  /** Targets that would be left with more than one own flow log; absent where there are none. */
  readonly surplus?: number;
  /** Targets of which something that is asked for could not be applied; absent where there are none. */
  readonly notApplied?: number;
  readonly calls: PlannedCalls;
  /** Time that the calls take at least under the budgets in force, in s; waiting for the cloud's own work is not in it. */
  readonly seconds: number;
  /** At most 200, and no more than an answer holds. */
  readonly destinations: readonly PlannedDestination[];
  readonly moreDestinations?: number;
  readonly quotaWarnings: readonly QuotaWarning[];
  readonly moreQuotaWarnings?: number;
  /** Rehearsals that the cloud would not pass; absent where none was asked for. */
  readonly rehearsed?: { readonly passed: number; readonly refused: number };
  /** Places that could not be read, each with the reason. At most 200, and no more than an answer holds. */
  readonly problems: readonly PlaceProblem[];
  readonly moreProblems?: number;
  /** Selectors that match nothing, by their places in the request, from 0; absent where there are none. */
  readonly emptySelectors?: readonly number[] | undefined;
  readonly readAt: string;
}
