import type { ChangeVerb, FlowLogIdTarget, Observation, ResourceTarget, Spec } from '../../cloud/flow-log.js';
import type {
  DiagnoseReport,
  Ignored,
  InspectInput,
  InspectReport,
  Joining,
  Operation,
  OperationInput,
  OperationReport,
} from './operation.js';
import type { AskedRequest, CallerSaid } from './request.js';

/**
 * Activities that the workflows call. Types only: workflows import nothing else from here.
 * Every method may be repeated. All fail with an ApplicationFailure whose `type` is an error kind of the catalogue and whose
 * first detail is a `FailureDetails`.
 */
export interface FlowLogActivities {
  /** Puts the operation on the record (once per run), reads the ledger and then the cloud. Changes nothing. */
  observe(input: ObserveInput): Promise<Situation>;
  /** The same for an operation of a bulk, where a scan this worker holds can tell: asks no cloud. Undefined where none can. */
  observeAtHand(input: ObserveInput): Promise<Situation | undefined>;
  /** Look, intent, send, outcome: law 2. Each attempt looks again before it sends. */
  create(input: ChangeInput): Promise<ChangeResult>;
  activate(input: ChangeInput): Promise<ChangeResult>;
  deactivate(input: ChangeInput): Promise<ChangeResult>;
  modify(input: ChangeInput): Promise<ChangeResult>;
  tag(input: ChangeInput): Promise<ChangeResult>;
  move(input: ChangeInput): Promise<ChangeResult>;
  remove(input: ChangeInput): Promise<ChangeResult>;
  /** Opens the account's flow log service where it is not open. */
  openService(input: ServiceInput): Promise<ServiceResult>;
  /** Looks by shared reads until what is waited for is seen, or something else has come to rest. */
  waitUntilSettled(input: WaitInput): Promise<Situation>;
  /** Finds the resource of a flow log named by its id, by one read. */
  resolveFlowLog(input: ResolveInput): Promise<ResolvedFlowLog>;
  /** Joins a running operation and returns what it returns. */
  awaitOperation(input: JoinInput): Promise<OperationReport>;
  /** Closes the operation's chain in the ledger and returns its head. */
  closeOperation(input: CloseInput): Promise<LedgerHead>;
  /** Puts on the record who joined this operation, and why. */
  recordJoin(input: Joining): Promise<void>;
  /** The same for what callers said by updates, each with the identity of its client, which the run's history tells. */
  recordCallers(input: CallersInput): Promise<void>;
  /** Tells whether an update was sent by the client that started the run. */
  compareCallers(input: CompareInput): Promise<{ readonly isSame: boolean }>;
  /** Flow logs of one place as the cloud lists them. */
  inspect(input: InspectInput): Promise<InspectReport>;
  /** Checks whether the database and the cloud answer. */
  diagnose(): Promise<DiagnoseReport>;
}

export interface Aim {
  readonly target: ResourceTarget;
  /** Effective: defaults applied, templates expanded. */
  readonly spec?: Spec;
  /** The one flow log this operation speaks of; no other of the target is touched. */
  readonly pinned?: string;
  /** A foreign flow log is to get our tags. */
  readonly takesOver?: boolean;
}

export interface ObserveInput extends Aim {
  readonly operation: Operation;
  readonly request: OperationInput;
  /** First run id of the bulk it is part of. */
  readonly bulk?: string;
  /** Read the target itself, even where a scan of its scope could tell. */
  readonly fresh?: boolean;
  /** Ask the ledger who made what is ours, even where there is only one. */
  readonly lineage?: boolean;
}

/** Something we did that the cloud may not show yet, so that what it shows is not believed. */
export interface RecentChange {
  readonly verb: ChangeVerb;
  readonly flowLogId?: string;
}

/** Settings of the worker, given to the workflow with the first look, because workflows read no environment. */
export interface WorkerSettings {
  readonly changeTimeoutMs: number;
  readonly heartbeatMs: number;
  readonly listLagMs: number;
  readonly graceMs: number;
  /** For operations that name none. */
  readonly deadlineMs: number;
  readonly searchAttributes: boolean;
  /** A bulk whose history is longer goes on in a new one. */
  readonly longHistoryEvents: number;
}

/** A moment of one start of one machine: comparable there, and nowhere else. */
export interface BootMoment {
  readonly bootId: string;
  readonly bootMs: number;
}

/** One look at the cloud together with what the ledger remembers of the target. */
export interface Situation {
  readonly observation: Observation;
  /** Changes whose end is not known yet, from this run or any earlier one. */
  readonly unclear: readonly RecentChange[];
  /** The last accepted change, while the cloud's lists may still show the state before it. */
  readonly recent?: RecentChange;
  /** Count of intents and of their ends on the target before the look: the look is good while it stands. */
  readonly version: number;
  /** Own flow logs that the ledger shows to be created by this deployment; asked where there are several. */
  readonly createdHere?: readonly string[];
  /** Those among them created by this very run. */
  readonly createdNow?: readonly string[];
  /** Told by a scan that a bulk's targets share, up to 10 minutes old. */
  readonly scanned?: boolean;
  /** True where a flow log that the look does not show is absent (law 3). */
  readonly proven?: boolean;
  /** Moment when the look began, by a clock that is never set. */
  readonly seenAt?: BootMoment;
  readonly apiCalls: number;
  readonly requestIds: readonly string[];
  readonly settings: WorkerSettings;
}

export interface ChangeInput extends Aim {
  readonly verb: ChangeVerb;
  readonly flowLogId?: string;
  /** For the deletion of a surplus: the flow log that stays, and must still record when the deletion is sent. */
  readonly keptFlowLogId?: string;
  /** Names of exactly the fields that are sent, for a change of fields. */
  readonly fields?: readonly string[];
  /** The look that led to the change: the ids in sight, its time, and the ledger's version before it. */
  readonly seen: {
    readonly ids: readonly string[];
    readonly readAt: string;
    readonly version: number;
    /** By a scan: an absence so proven holds longer. */
    readonly scanned?: boolean;
    /** True where a flow log that was not seen is absent (law 3). */
    readonly proven?: boolean;
    readonly seenAt?: BootMoment;
  };
  /** First run id of the bulk it is part of. */
  readonly bulk?: string;
  /** One per operation and verb, the same for every attempt; sent where the product takes it. */
  readonly clientToken: string;
}

export interface ChangeResult {
  /** `sent`: accepted by the cloud. `seen`: an earlier, unclear send turned out to have worked. `unneeded`: the world is not as decided upon; look again. */
  readonly end: 'sent' | 'seen' | 'unneeded';
  readonly flowLogId?: string;
  readonly requestId?: string;
  readonly apiCalls: number;
  readonly requestIds: readonly string[];
}

export interface ServiceInput {
  readonly target: ResourceTarget;
}

export interface ServiceResult {
  /** True where this call opened it. */
  readonly opened: boolean;
  readonly apiCalls: number;
  readonly requestIds: readonly string[];
}

/** The state that the operation waits for. */
export interface Until {
  readonly status: 'active' | 'inactive' | 'absent' | 'settled';
  readonly flowLogId?: string;
  /** The flow log is not ours: reads of what is ours do not show it. */
  readonly untagged?: boolean;
  /** Wait until the cloud says that records arrive. */
  readonly delivered?: boolean;
}

export interface WaitInput extends Aim {
  readonly until: Until;
  /** First run id of the bulk it is part of. */
  readonly bulk?: string;
}

export interface ResolveInput {
  /** First run id of the bulk it is part of. */
  readonly bulk?: string;
  readonly operation: Operation;
  readonly request: OperationInput;
  readonly target: FlowLogIdTarget;
}

export interface ResolvedFlowLog {
  /** The resource the flow log belongs to; absent where the cloud does not know the id. */
  readonly target?: ResourceTarget;
  readonly apiCalls: number;
  readonly requestIds: readonly string[];
  readonly settings: WorkerSettings;
}

export interface JoinInput {
  readonly workflowId: string;
  /** Request to the run; absent where a workflow of the last release asks. */
  readonly asked?: AskedRequest;
  /** Hash of the request, which the memo of a run holds that a worker of the last release has. */
  readonly requestHash: string;
  readonly joining: Joining;
}

/** Rows about callers that told the run something by updates. */
export interface CallersInput {
  readonly said: readonly CallerSaid[];
  /** First run of the bulk on whose chain they are; absent: that of the run itself. */
  readonly run?: string;
}

export interface CompareInput {
  readonly updateId: string;
}

export interface CloseInput {
  readonly outcome: string;
  readonly body: unknown;
  /** Signals that were ignored: a row each. */
  readonly ignored?: readonly Ignored[];
}

export interface LedgerHead {
  readonly head: string;
  readonly count: number;
}
