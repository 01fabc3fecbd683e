import type {
  ChangeVerb,
  Delivery,
  FlowLogStatus,
  ObservedFlowLog,
  Product,
  Spec,
  Target,
} from '../../cloud/flow-log.js';
import type { RunningOperation } from './request.js';

/**
 * The contract of the service: all that callers and workflows share. A caller in another language needs this file's facts
 * (names, ids, one JSON argument) and the JSON Schemas of the inputs; nothing else.
 */

/** Task queues: decisions, cloud calls, long read-only waits with their own slots, and joins. */
export const taskQueues = {
  workflows: 'flow-log',
  cloud: 'flow-log-cloud',
  wait: 'flow-log-wait',
  join: 'flow-log-join',
} as const;

/**
 * Priority of the operations of bulks, and of their activities, which inherit it: Temporal hands out what stands at its default of 3,
 * as whatever is asked for one target does, before it.
 */
export const bulkPriority = { priorityKey: 4 } as const;

/** Operations that a caller can ask for one target. */
export const operations = ['enable', 'disable', 'modify', 'delete'] as const;
export type Operation = (typeof operations)[number];

/** Workflow type of each operation. */
export const workflowTypes = {
  enable: 'enableFlowLog',
  disable: 'disableFlowLog',
  modify: 'modifyFlowLog',
  delete: 'deleteFlowLog',
} as const satisfies Record<Operation, string>;

/** Workflow type of each operation as the child of one on a flow log id, which has found the resource: takes no caller. */
export const foundWorkflowTypes = {
  enable: 'enableFoundFlowLog',
  disable: 'disableFoundFlowLog',
  modify: 'modifyFoundFlowLog',
  delete: 'deleteFoundFlowLog',
} as const satisfies Record<Operation, string>;

/** Names of the read-only workflows for one place. They look with the worker's credentials: a caller needs none of the cloud's. */
export const readWorkflowTypes = { inspect: 'inspectFlowLogs', diagnose: 'diagnose' } as const;

/** Choices of one operation; every one has a default. */
export interface OperationOptions {
  /** Let this operation change a foreign flow log with the same destination and traffic. It stays foreign. Default false. */
  readonly adopt?: boolean;
  /**
   * As `adopt`, and puts our own tags on the flow log: from then on it is ours, for every later operation too. `enable` and `modify`, where the
   * product has a call for tags (vpc, cen). Default false.
   */
  readonly takeOver?: boolean;
  /** Choice beside a foreign flow log that differs: refuse (default), or create our own next to it. */
  readonly onExisting?: 'conflict' | 'alongside';
  /** Choice with more than one own flow log: report (default), or remove those that the ledger shows to be ours. */
  readonly surplus?: 'report' | 'remove';
  /** Wait until the cloud says that records arrive; only where it tells (vpc). Default false. */
  readonly requireDelivery?: boolean;
  /** On cancellation or failure delete what this operation created, and only that. Default false. */
  readonly rollback?: boolean;
  /** Open the account's flow log service where it is not (vpc). Default false. */
  readonly openService?: boolean;
  /** Time that the operation may take, in ms. Default 30 min. */
  readonly deadlineMs?: number;
}

/** The one JSON argument of an operation. */
export interface OperationInput {
  readonly target: Target;
  /** Required for `enable` and `modify` of a resource; for `enable` by id it is optional, for the others absent. */
  readonly spec?: Spec;
  /** Name that the caller gives itself; recorded, not authenticated. */
  readonly requestedBy: string;
  readonly reason?: string;
  readonly options?: OperationOptions;
}

/** Outcomes of an operation that ended well. `adopted`: the flow log is foreign and nothing was sent. */
export const outcomes = [
  'created',
  'adopted',
  'activated',
  'deactivated',
  'modified',
  'deleted',
  'unchanged',
  'cancelled',
] as const;
export type Outcome = (typeof outcomes)[number];

/** One thing the operation did, in order. */
export interface ReportedStep {
  readonly step: ChangeVerb | 'wait';
  /** Fields that this step sent, where it changed fields of a flow log that was there. */
  readonly fields?: readonly string[];
  readonly flowLogId?: string;
  readonly requestId?: string;
  readonly at: string;
}

/** Result of an operation, as its caller gets it. */
export interface OperationReport {
  readonly target: Target;
  readonly flowLogId?: string;
  readonly outcome: Outcome;
  /**
   * Status seen last; absent where nothing was looked at. Where no flow log is seen: `changing`, one was created so lately that it may not show
   * yet; `unknown`, it is not known yet whether one was; else `absent`.
   */
  readonly status?: FlowLogStatus | 'absent';
  readonly delivery?: Delivery;
  /** In order; of more than 200 the last ones. */
  readonly steps: readonly ReportedStep[];
  /** Reason why a rollback that was asked for did not finish; the flow logs it left stand. */
  readonly rollbackProblem?: string;
  /** Fields asked for in which the flow log still differs, and which no call of the product changes. */
  readonly notApplied?: readonly string[];
  /**
   * Whose the flow log is, where it is not ours: `foreign`, adopted only, so that a later operation which does not adopt refuses to change or delete
   * it; `managed`, made by another service of the cloud.
   */
  readonly whose?: 'foreign' | 'managed';
  /** Own flow logs that the target has beyond the one that counts, at most 200 of them; none of them is removed unasked. */
  readonly surplus?: readonly string[];
  /** Calls this operation made itself; reads shared with others are not counted. */
  readonly apiCalls: number;
  readonly requestIds: readonly string[];
  readonly startedAt: string;
  readonly endedAt: string;
  /** Hash of the last ledger row of this operation. */
  readonly ledgerHead?: string;
}

/** Phases of an operation, as the `progress` query and the current details tell them. */
export type Phase =
  'observing' | 'creating' | 'activating' | 'deactivating' | 'modifying' | 'deleting' | 'waiting' | 'done' | 'failed';

/** Answer of the query `progress`. */
export interface Progress {
  readonly phase: Phase;
  readonly flowLogId?: string;
  /** The cloud's own status word, last seen. */
  readonly rawStatus?: string;
  /** Beginning of this phase, ISO 8601 UTC. */
  readonly since: string;
  readonly steps: readonly ReportedStep[];
  /** Name that the first caller gave itself. Absent in answers of earlier releases. */
  readonly requestedBy?: string;
  /** Workflow id of the bulk that the run is part of. */
  readonly bulk?: string;
}

/** Name of the query that answers with {@link Progress}. */
export const progressQueryName = 'progress';
/** Name of the signal by which a caller who joins a running operation puts itself on the record. */
export const joinSignalName = 'join';
export interface Joining {
  readonly requestedBy: string;
  readonly reason?: string;
  /** Identity that the joining client gives to Temporal. */
  readonly clientIdentity?: string;
  /** The workflow that joins, where it is one. */
  readonly workflowId?: string;
}

/** Signals of one name that were ignored: how many, and what was wrong with the first. */
export interface Ignored {
  readonly signal: string;
  readonly count: number;
  readonly problem: string;
}

/** By what the row of a name is recorded once, where so many of it are on the record already. */
export const onceAfter = (signal: string, before: number): string =>
  before === 0 ? signal : `${signal} after ${before}`;

/** Search attributes, all Keywords. */
export const searchAttributes = {
  product: 'FlowLogProduct',
  account: 'FlowLogAccount',
  region: 'FlowLogRegion',
  resource: 'FlowLogResource',
  flowLogId: 'FlowLogId',
  bulk: 'FlowLogBulk',
  state: 'FlowLogState',
} as const;

/** Memo key that holds the hash by which a second caller knows whether it asks for the same. */
export const requestMemo = 'request';
/** Memo key that holds the first run id of the bulk an operation is part of. */
export const bulkMemo = 'bulk';

/** Failure types of our own, beside the error kinds of the catalogue. */
export const failureTypes = {
  invalidInput: 'InvalidInput',
  invalidWorkflowId: 'InvalidWorkflowId',
  conflict: 'Conflict',
  unexpectedStatus: 'UnexpectedStatus',
  deadline: 'DeadlineExceeded',
  notFound: 'not-found',
  inProgress: 'OperationInProgress',
  joinedTooLate: 'JoinedTooLate',
  tooManyTargets: 'TooManyTargets',
  tooManyChanges: 'TooManyChanges',
  unexpectedCount: 'UnexpectedCount',
  noSuchManifest: 'NoSuchManifest',
  noSuchBulk: 'NoSuchBulk',
} as const;

/** First element of the details of every failure of an operation. */
export interface FailureDetails {
  readonly kind: string;
  readonly code: string;
  readonly message: string;
  readonly product?: string;
  readonly action?: string;
  readonly requestId?: string;
  readonly httpStatus?: number;
  /** State that the cloud showed last. */
  readonly lastObservation?: unknown;
  /** Own flow logs of the target beyond the one that counts. */
  readonly surplus?: readonly string[];
  readonly ledgerHead?: string;
  /** Next step that a person can take. */
  readonly advice: string;
  /** Never sent, because its place had refused the same before: of a bulk this target is skipped, not failed. */
  readonly skipped?: boolean;
  /** Problems of the input, each with the path of its field: the first 20. */
  readonly problems?: readonly { readonly path: string; readonly message: string }[];
  /** Number of problems beyond those. */
  readonly moreProblems?: number;
  /** Of `OperationInProgress`: the run in the way. */
  readonly running?: RunningOperation;
}

/** Argument of the read-only `inspectFlowLogs`: which flow logs of the cloud to list. */
export interface InspectInput {
  /** The account's uid. */
  readonly accountId: string;
  /** One product; absent: all. */
  readonly product?: Product;
  /** Needed for products that live in regions. */
  readonly region?: string;
  /** Needed for ecr: its flow logs are listed by router. */
  readonly ecrId?: string;
  /** Only the flow logs of this target, by the list's own filter: needs no list that stands still. Then nothing else is needed beside the account. */
  readonly target?: Target;
}

/** A flow log as the cloud shows it, and whose it is. */
export interface InspectedFlowLog extends ObservedFlowLog {
  readonly product: Product;
  readonly whose: 'own' | 'foreign' | 'managed';
}

/** A change that the ledger knows of, and the list does not show: in doubt, or accepted lately. */
export interface RememberedChange {
  readonly product: Product;
  readonly resource: Readonly<Record<string, string>>;
  readonly flowLogId?: string;
  /** `create in doubt since …`, `create accepted 2 s ago, not listed yet`, `delete accepted 2 s ago, still listed`. */
  readonly text: string;
}

/** Result of `inspectFlowLogs`: below 64 KB, whatever there is. */
export interface InspectReport {
  /** All, or the first ones: then {@link rest} says where the others are. */
  readonly flowLogs: readonly InspectedFlowLog[];
  /** Changes that the list does not show; absent where there are none. */
  readonly remembered?: readonly RememberedChange[];
  /** Places that could not be read, each with the reason. */
  readonly problems: readonly { readonly place: string; readonly message: string }[];
  /** Places whose list changed while it was read: every row shown was there, and rows may be missing. */
  readonly changedWhileReading?: readonly string[];
  /** Names of the rows that do not fit into this answer, flow logs and remembered changes: give each name to `readRows`, from 0. */
  readonly rest?: { readonly flowLogs?: string; readonly remembered?: string };
  /** ISO 8601 UTC. */
  readonly readAt: string;
}

/** One thing that `diagnose` looked at. */
export interface Check {
  /** Name of the thing looked at, e.g. `database`, `cloud vpc`. */
  readonly name: string;
  /** Uid of the account whose credentials were looked at, where it was that. */
  readonly accountId?: string;
  readonly ok: boolean;
  /** Finding of the check. */
  readonly detail: string;
  /** Next step for a person where it is not ok. */
  readonly advice?: string;
}

/** Result of `diagnose`: the worker's own view of its database, its credentials and the cloud. */
export interface DiagnoseReport {
  readonly checks: readonly Check[];
}

/** Request ids kept in a report: a longer list says nothing more. */
export const KEPT_REQUEST_IDS = 50;
