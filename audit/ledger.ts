import type { ErrorKind } from '../cloud/errors/cloud-error.js';
import type { Beginning } from './beginning.js';
import type { ChangeVerb } from '../cloud/flow-log.js';
import type { DoubtLedger } from './doubts.js';

/**
 * The ledger's port: what activities ask of it. The implementation on PostgreSQL is `postgres-ledger.ts`.
 * A change that cannot be recorded is not made: every method rejects with {@link DatabaseUnavailable} while the database is out of reach.
 */

/** Kind of a recorded change: a verb of a flow log's life, or the opening of the account's flow log service. */
export type RecordedVerb = ChangeVerb | 'openService';

/** One run of one operation. Each has a hash chain of its own. */
export interface OperationRef {
  readonly workflowId: string;
  readonly runId: string;
}

/** One attempt of one activity: the smallest thing that can act, freeze or die. */
export interface AttemptRef {
  readonly operation: OperationRef;
  readonly activityId: string;
  /** From 1. */
  readonly attempt: number;
}

/** Identity of a target in the ledger. */
export interface TargetRef {
  /** The deployment: `FLOWLOG_OWNER`. */
  readonly owner: string;
  readonly product: string;
  /** The account's uid. */
  readonly accountId: string;
  /** The region, or `central` for a product with one central endpoint. */
  readonly place: string;
  /** The canonical key, e.g. `VPC/vpc-1`; the only part that may hold a slash. */
  readonly key: string;
}

/** Account and place of targets: the part with which the names of all targets there begin. */
export type PlaceRef = Omit<TargetRef, 'key'>;

/** An intent whose end is not known: a change that may or may not have happened. */
export interface PendingIntent {
  readonly intentId: string;
  /** The run that meant to make the change; not necessarily the one that asks. */
  readonly operation: OperationRef;
  readonly verb: ChangeVerb;
  /** The cloud's own spelling of the call. */
  readonly action: string;
  readonly flowLogId?: string;
  readonly clientToken?: string;
  /** `open`: nothing is recorded about its end. `unclear`: recorded as ambiguous, or closed as unknown. */
  readonly state: 'open' | 'unclear';
  /** Since it was committed, in ms, as far as the clocks can tell: see `migrations/0030_clocks.sql`. */
  readonly ageMs: number;
  /** Ids of flow logs that rows about other changes of the target name: its effect is in none of them. */
  readonly earlierFlowLogs: readonly string[];
  /** ISO 8601 UTC, by the database's clock. */
  readonly committedAt: string;
}

/** The last change of a target that is known to have taken effect, whichever run made it. */
export interface AcceptedChange {
  readonly verb: ChangeVerb;
  readonly flowLogId?: string;
  /** Since its outcome (or its resolution as `effect-seen`) was recorded, in ms, as far as the clocks can tell. */
  readonly ageMs: number;
  readonly operation: OperationRef;
  /** The target's {@link TargetState.version} when it was accepted; absent where it was recorded before versions were kept. */
  readonly version?: number;
}

/** A change that was answered with a code which does not prove that it was not made. */
export interface DoubtfulAnswer {
  readonly intentId: string;
  readonly operation: OperationRef;
  readonly verb: ChangeVerb;
  /** The cloud's own spelling of the call. */
  readonly action: string;
  readonly flowLogId?: string;
  readonly kind: ErrorKind;
  readonly code: string;
  readonly message: string;
  readonly requestId?: string;
  readonly httpStatus?: number;
  /** Since the answer was recorded, in ms, by the database's clock. */
  readonly ageMs: number;
}

/** Knowledge that the ledger has of a target, and that no look at the cloud can give. */
export interface TargetState {
  /** The number last given out; 0 when none ever was. */
  readonly fence: number;
  /** Intents ever committed on this target, and ever ended: an earlier look is still good while this stands. */
  readonly version: number;
  /** One at most: an intent is refused while another is pending. */
  readonly pending: readonly PendingIntent[];
  readonly lastAccepted?: AcceptedChange;
  /** The last change that was answered and is in doubt for it, or was until a look cleared it. */
  readonly lastAnswer?: DoubtfulAnswer;
  /** Flow logs of the target that this deployment made or changed, and is not known to have deleted; absent where there is none. */
  readonly known?: readonly string[];
  /** The last create known to have taken effect, whatever came after it, short of its deletion. */
  readonly lastCreated?: Pick<AcceptedChange, 'flowLogId' | 'ageMs'>;
  /** Since the database failed over last, in ms: what was looked up before is not good any more. Absent: it never did. */
  readonly failedOverMs?: number;
  /** Told with a fence: the ledger has no record yet of how it began, and {@link Ledger.begin} comes before its first change. */
  readonly unproven?: true;
}

/** The first row of a chain: who wants what, and why. */
export interface OperationRecord {
  readonly operation: OperationRef;
  readonly workflowType: string;
  /** A bulk names its scope in words. */
  readonly target: TargetRef | string;
  /** Name that the caller gives itself; stored as unauthenticated. */
  readonly requestedBy: string;
  readonly reason?: string;
  /** Identity of the Temporal client; stored as unauthenticated. */
  readonly clientIdentity?: string;
  readonly input: unknown;
  /** Of an operation: the first run id of the bulk it is part of. Of a bulk: its workflow id. */
  readonly bulk?: string;
  /** Of a bulk and of each of its operations: SHA-256 (hex) of what the bulk was asked to do. */
  readonly manifestDigest?: string;
  readonly workerBuild: string;
}

/** A change about to be sent. */
export interface Intent {
  readonly attempt: AttemptRef;
  readonly target: TargetRef;
  /** As {@link Ledger.takeFence} gave it to this very attempt. Ignored for a dry run. */
  readonly fence: number;
  readonly verb: RecordedVerb;
  readonly action: string;
  /** Parameters of the call as sent, without secrets. */
  readonly params: Readonly<Record<string, unknown>>;
  readonly flowLogId?: string;
  readonly clientToken?: string;
  /** As GetCallerIdentity answered for the credentials in use. */
  readonly principal?: { readonly arn: string; readonly uid: string };
  /** The cloud's own rehearsal (ECR `DryRun`): recorded as `dry-run`, held by a freeze, otherwise no change at all. Default false. */
  readonly dryRun?: boolean;
  /**
   * Intents of the same bulk's kind that may be open at a time: same product, account, place and action, of whatever bulk. Only an
   * operation of a bulk is held by it. Default: any number.
   */
  readonly inFlightAtMost?: number;
  /** After a fail-over of the database no create is admitted for so long, in ms. Default 0. */
  readonly graceMs?: number;
}

/** End of a call. `not-sent`: we certainly never sent it. */
export type CallResult = 'accepted' | 'refused' | 'ambiguous' | 'not-sent';

/** The end of an intent. */
export interface CallOutcome {
  readonly intentId: string;
  readonly attempt: AttemptRef;
  readonly result: CallResult;
  /** Kind of the error, where there was one. */
  readonly kind?: ErrorKind;
  readonly code?: string;
  readonly message?: string;
  readonly requestId?: string;
  readonly httpStatus?: number;
  readonly durationMs?: number;
  /** Of a create: the id that the cloud returned. */
  readonly flowLogId?: string;
  /** Of an ambiguous end: it was answered, with a code that proves nothing. */
  readonly answered?: boolean;
  /** ISO 8601 UTC, by the worker's clock. */
  readonly sentAt?: string;
  /** The cloud refused this to the whole account, and will again: the rest of the bulk is not to ask (law 12). */
  readonly accountWide?: boolean;
  /** The intent itself: kept with the outcome where the ledger has lost it. */
  readonly intent?: Intent;
}

/** Conclusion of later looks about a pending intent. */
export interface Resolution {
  readonly intentId: string;
  readonly by: AttemptRef;
  /** `not-seen`: whether it took effect is not known; the very same change is sent again where it is still needed. */
  readonly resolution: 'effect-seen' | 'effect-absent' | 'not-seen';
  /** Of a create: the flow log that was seen. */
  readonly flowLogId?: string;
  /** Time at which the deciding read began, ISO 8601 UTC. */
  readonly readAt: string;
}

/** Anything else worth a row: `joined`, `surplus`, `progress`, … */
export interface OperationEvent {
  readonly operation: OperationRef;
  readonly event: string;
  readonly body: unknown;
  /** The call that it concerns, and the call's target, if any: the row is part of that target's story. */
  readonly about?: { readonly target: TargetRef; readonly verb: RecordedVerb; readonly action: string };
  /** The chain has one row at most for each event and key, the first, which holds the key as `once`. Absent: a row each time. */
  readonly once?: string;
}

/** The last row of a chain. */
export interface Closing {
  readonly operation: OperationRef;
  /** The report's outcome, or the type of the failure. */
  readonly outcome: string;
  readonly body: unknown;
}

/** The end of a chain: SHA-256 (hex) of its last row, and how many rows there are. */
export interface ChainHead {
  readonly head: string;
  readonly count: number;
}

/**
 * Counts of a run's closed intents by the way they ended: by error kind, and apart from those `accepted`, `not-sent` and
 * `no-outcome` (closed as unknown: no attempt recorded its end). Missing: none.
 */
export type EndCounts = Readonly<Partial<Record<ErrorKind | 'accepted' | 'not-sent' | 'no-outcome', number>>>;

/** Settings and knowledge that decide whether a committed row outlives a crash or a fail-over unnoticed. */
export interface Durability {
  /** Off: a crash of the machine may lose or garble anything. */
  readonly fsync: boolean;
  /** Off: a crash may tear a page, unless the storage writes pages whole, which the server cannot know. */
  readonly fullPageWrites: boolean;
  /** System identifier and timeline, or, where the role may not read them, the time at which the server was started. */
  readonly history: string;
}

/** The append-only record, and the one place where it is decided whether a change may be sent. */
export interface Ledger extends DoubtLedger {
  /** Opens the chain of a run. Idempotent: the first record stands. */
  openOperation(record: OperationRecord): Promise<void>;
  /** Takes the target for this attempt and tells how it stands. The number rises with every call; only its latest holder may commit an intent. */
  takeFence(target: TargetRef, attempt: AttemptRef): Promise<TargetState>;
  /** Reads how the target stands; takes no fence. */
  readTarget(target: TargetRef): Promise<TargetState>;
  /** Reads how each of these targets stands, by one query; the answers are in their order. */
  readTargets(targets: readonly TargetRef[]): Promise<readonly TargetState[]>;
  /**
   * Law 2 (a): commits the intent under the target's lock.
   * @throws {IntentRefused} `superseded` where a later attempt holds the fence; `pending` where another intent of the target has no
   * clear end; `frozen` where a freeze holds the target; `breaker` where the cloud refused the same to the account before, in the same
   * bulk; `busy-scope` where as many of the kind are open as {@link Intent.inFlightAtMost}; `failed-over` of a create, within
   * {@link Intent.graceMs} of a fail-over of the database, or where the fence was taken within it; `lost-ledger` while an empty ledger in the place of a lost one is not adopted
   * @throws {DatabaseUnavailable} with `intentId`: the intent may or may not have been committed; nothing may be sent
   */
  commitIntent(intent: Intent): Promise<{ readonly intentId: string }>;
  /**
   * Law 2 (c): records the end of an intent. Idempotent per intent and attempt. If the intent had ended otherwise meanwhile
   * (closed as unknown, resolved) the row is a `late-outcome` and the target stays as it is. If the intent is gone the row is an
   * `orphan`, the target is in doubt, and the database counts as failed over.
   * @throws {Error} when the intent is gone and {@link CallOutcome.intent} does not tell of it, unless the result is `not-sent`
   */
  recordOutcome(outcome: CallOutcome): Promise<void>;
  /** Closes the open intent of a dead attempt. It stays pending, as `unclear`, until resolved. Idempotent. */
  closeUnknown(intentId: string, by: AttemptRef): Promise<void>;
  /** Clears a pending intent. `effect-seen` counts as accepted from now on. Idempotent. */
  resolveIntent(resolution: Resolution): Promise<void>;
  /** Counts the ends of the intents of this run and verb, for the caps. */
  countRefusals(operation: OperationRef, verb: RecordedVerb): Promise<EndCounts>;
  /**
   * Tells whether the record shows that this deployment created that flow log: an accepted create that returned the id, or one seen to have
   * taken effect with it. With `operation`: that this very run did.
   */
  createdHere(target: TargetRef, flowLogId: string, operation?: OperationRef): Promise<boolean>;
  /** Key of the target that a flow log of this place belongs to, where a change of ours has named it. */
  keyOfFlowLog(place: PlaceRef, flowLogId: string): Promise<string | undefined>;
  /** Targets of a place with a change in doubt, or with one accepted in the last `withinMs`. */
  memoryOf(
    place: PlaceRef,
    withinMs: number,
  ): Promise<readonly { readonly key: string; readonly state: TargetState }[]>;
  recordEvent(event: OperationEvent): Promise<void>;
  /** Reads how the ledger began; undefined where that is not recorded yet. */
  beginning(): Promise<Beginning | undefined>;
  /** Records how the ledger began, once, and answers with the first record. `evidence`: the reason why it must be in the place of a lost one. */
  begin(evidence: string | undefined): Promise<Beginning>;
  /** Bodies of the run's rows of one event, as JSON, in their order. */
  bodiesOf(operation: OperationRef, event: string): Promise<readonly string[]>;
  /** Reads the server's settings and history that decide whether it keeps what it has committed. */
  durability(): Promise<Durability>;
  /** Appends the closing row and answers with the chain up to it. Idempotent: the first closing stands. */
  closeOperation(closing: Closing): Promise<ChainHead>;
  /** The end of the chain, or undefined where there is none. */
  head(operation: OperationRef): Promise<ChainHead | undefined>;
  /** Ends the anchoring and the connections; what is under way is finished first. */
  close(): Promise<void>;
}

/** Reason for which an intent was not committed. */
export type RefusalReason =
  'superseded' | 'pending' | 'frozen' | 'breaker' | 'busy-scope' | 'failed-over' | 'lost-ledger';

/** The intent was not committed and nothing may be sent. */
export class IntentRefused extends Error {
  override readonly name = 'IntentRefused';
  constructor(
    readonly reason: RefusalReason,
    /** The obstacle: the later holder, the pending intent, the freeze with its reason, or the refusal that opened the breaker. */
    readonly detail: Readonly<Record<string, unknown>>,
  ) {
    super(refusals[reason](detail));
  }
}

/** Messages that name the obstacle: people read them while their operation waits. */
const refusals: Readonly<Record<RefusalReason, (detail: IntentRefused['detail']) => string>> = {
  superseded: () => 'a later attempt has the target',
  pending: ({ action, committedAt }) => `nobody knows yet how ${String(action)} of ${String(committedAt)} ended`,
  frozen: ({ freezeId, reason, by, since }) =>
    `changes are frozen since ${String(since)} by ${String(by)}: "${String(reason)}" (freeze ${String(freezeId)})`,
  breaker: ({ action, place, message, code, requestId }) =>
    `not sent: ${String(action)} in ${String(place)} was refused before in this bulk: ${String(message ?? code)}` +
    (requestId ? ` (request ${String(requestId)})` : ''),
  'failed-over': ({ since, was, is, leftMs }) =>
    `the database failed over at ${String(since)} (history ${String(was)}, now ${String(is)}) and may have lost intents: ` +
    (Number(leftMs) > 0
      ? `no flow log is created for another ${Math.ceil(Number(leftMs) / 1_000)} s`
      : 'what they made may not have shown yet when this attempt looked'),
  'lost-ledger': ({ why }) =>
    `the ledger is empty, but it is not a first start: ${String(why)}. Its memory is gone, so nothing is changed until somebody says so`,
  'busy-scope': ({ open, action }) => `${String(open)} calls of ${String(action)} of this place are under way`,
};
