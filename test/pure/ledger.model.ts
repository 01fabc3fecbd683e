import type { AttemptRef, CallResult, OperationRef, RefusalReason, TargetState } from '../../audit/index.js';
import type { ChangeVerb } from '../../cloud/flow-log.js';

/**
 * The rules of law 2 as the ledger enforces them: a twin, in TypeScript and without a database, of the functions of
 * `audit/migrations/0003_changes.sql` and its successors. The model checker needs millions of them a minute. `test/service/ledger-twin.test.ts` runs
 * the same calls against both and compares every answer. Left out: freezes and rehearsals, which no claim of the model is about.
 */

/** A change that was admitted, and whether a row says how it ended. */
export interface TwinIntent {
  readonly id: string;
  readonly operation: OperationRef;
  readonly verb: ChangeVerb;
  readonly flowLogId?: string;
  /** Time of its commit, in ms. */
  readonly at: number;
  readonly isOpen: boolean;
  /** Outcomes recorded of it: the attempt, and all that was said. */
  readonly spoken: readonly { readonly attempt: string; readonly words: string }[];
}

/** One target's row together with the intents on it. */
export interface TwinTarget {
  readonly fence: number;
  readonly holder?: string;
  readonly version: number;
  /** Id of the one intent whose end is open or unclear. */
  readonly pending?: string;
  readonly accepted?: {
    readonly verb: ChangeVerb;
    readonly flowLogId?: string;
    readonly at: number;
    readonly operation: OperationRef;
    /** The target's version when it was accepted. */
    readonly version: number;
  };
  /** The intent that was answered last with a code that proves nothing, and when. */
  readonly answer?: Pick<TwinIntent, 'id' | 'operation' | 'verb' | 'flowLogId' | 'at'>;
  /** Flow logs made or changed, and not known to be deleted; absent where there is none. */
  readonly known?: readonly string[];
  /** The last create that took effect, short of its deletion. */
  readonly created?: { readonly flowLogId?: string; readonly at: number };
  readonly intents: readonly TwinIntent[];
}

/** A target that no call has touched. */
export const untouched: TwinTarget = { fence: 0, version: 0, intents: [] };

/** Checks of `commit_intent` that a mutation of the model takes out. */
export interface CommitRules {
  readonly fence: boolean;
  readonly pending: boolean;
}

/** The target after a call, and the call's answer. */
export interface Answered<Answer> {
  readonly target: TwinTarget;
  readonly answer: Answer;
}

/** Kind of the row that a call appended, or why it appended none. */
export type Recorded = 'outcome' | 'late-outcome' | 'unknown' | 'resolution' | 'duplicate' | 'no-intent';

export const holderOf = ({ operation, activityId, attempt }: AttemptRef): string =>
  `${operation.workflowId}/${operation.runId}/${activityId}/${attempt}`;

/** `ledger.target_state`: how the target stands at `now`. */
export function readTarget(target: TwinTarget, now: number): TargetState {
  const { fence, version, pending, accepted, answer, known, created, intents } = target;
  const intent = pending === undefined ? undefined : intents.find(({ id }) => id === pending);
  return {
    fence,
    version,
    pending: intent ? [pendingIntent(intent, now)] : [],
    ...(accepted ? { lastAccepted: { ...ofAccepted(accepted), ageMs: now - accepted.at } } : {}),
    ...(answer ? { lastAnswer: doubtfulAnswer(answer, now) } : {}),
    ...(known ? { known } : {}),
    ...(created ? { lastCreated: { ...ofId(created.flowLogId), ageMs: now - created.at } } : {}),
  };
}

const ofAccepted = ({ verb, flowLogId, operation, version }: NonNullable<TwinTarget['accepted']>) => ({
  verb,
  operation,
  version,
  ...(flowLogId ? { flowLogId } : {}),
});

const doubtfulAnswer = ({ id, operation, verb, flowLogId, at }: NonNullable<TwinTarget['answer']>, now: number) => ({
  intentId: id,
  operation,
  verb,
  action: verb,
  ...(flowLogId ? { flowLogId } : {}),
  kind: 'busy' as const,
  code: 'TaskConflict',
  message: '',
  ageMs: now - at,
});

const pendingIntent = ({ id, operation, verb, flowLogId, at, isOpen }: TwinIntent, now: number) => ({
  intentId: id,
  operation,
  verb,
  action: verb,
  ...(flowLogId ? { flowLogId } : {}),
  state: isOpen ? ('open' as const) : ('unclear' as const),
  ageMs: now - at,
  earlierFlowLogs: [],
  committedAt: '',
});

/** `ledger.take_fence`. */
export function takeFence(target: TwinTarget, holder: string, now: number): Answered<TargetState> {
  const taken = { ...target, fence: target.fence + 1, holder };
  return { target: taken, answer: readTarget(taken, now) };
}

/** An intent about to be committed. */
export interface TwinMeant extends Pick<TwinIntent, 'id' | 'operation' | 'verb' | 'flowLogId'> {
  readonly fence: number;
  readonly holder: string;
}

/** `ledger.commit_intent`. Answers `committed`, or the reason of the refusal. */
export function commitIntent(
  target: TwinTarget,
  { fence, holder, ...intent }: TwinMeant,
  now: number,
  rules: CommitRules = { fence: true, pending: true },
): Answered<'committed' | RefusalReason> {
  if (rules.fence && (target.fence !== fence || target.holder !== holder)) return { target, answer: 'superseded' };
  if (rules.pending && target.pending !== undefined) return { target, answer: 'pending' };
  const intents = [...target.intents, { ...intent, at: now, isOpen: true, spoken: [] }];
  return { target: { ...target, version: target.version + 1, pending: intent.id, intents }, answer: 'committed' };
}

/** The end of a call as an attempt records it. */
export interface TwinOutcome {
  readonly id: string;
  readonly attempt: string;
  readonly result: CallResult;
  readonly flowLogId?: string;
  /** Of an ambiguous one: with a code. */
  readonly answered?: boolean;
  /** Everything else that the row says. */
  readonly words: string;
}

/** `ledger.record_outcome`. */
export function recordOutcome(target: TwinTarget, outcome: TwinOutcome, now: number): Answered<Recorded> {
  const { id, attempt, result, words, flowLogId } = outcome;
  const intent = target.intents.find((each) => each.id === id);
  if (!intent) return { target, answer: 'no-intent' };
  const said = `${result} ${words}`;
  if (intent.spoken.some((each) => each.attempt === attempt || each.words === said))
    return { target, answer: 'duplicate' };
  const spoken = [...intent.spoken, { attempt, words: said }];
  const written = withIntent(target, { ...intent, isOpen: false, spoken });
  if (!intent.isOpen)
    return { target: result === 'accepted' ? knowing(written, intent, flowLogId) : written, answer: 'late-outcome' };
  if (result === 'ambiguous') {
    const { operation, verb } = intent;
    const about = flowLogId ?? intent.flowLogId;
    const answer = { id, operation, verb, at: now, ...(about ? { flowLogId: about } : {}) };
    return { target: outcome.answered ? { ...written, answer } : written, answer: 'outcome' };
  }
  const cleared = target.pending === id ? clear(written) : written;
  return { target: result === 'accepted' ? accept(cleared, intent, flowLogId, now) : cleared, answer: 'outcome' };
}

/** `ledger.close_unknown`. */
export function closeUnknown(target: TwinTarget, id: string): Answered<Recorded> {
  const intent = target.intents.find((each) => each.id === id);
  if (!intent) return { target, answer: 'no-intent' };
  if (!intent.isOpen) return { target, answer: 'duplicate' };
  return { target: withIntent(target, { ...intent, isOpen: false }), answer: 'unknown' };
}

/** Proof by a later look of an effect or of its absence. */
export interface TwinResolution {
  readonly id: string;
  readonly resolution: 'effect-seen' | 'effect-absent';
  readonly flowLogId?: string;
}

/** `ledger.resolve_intent`. */
export function resolveIntent(target: TwinTarget, resolved: TwinResolution, now: number): Answered<Recorded> {
  const { id, resolution, flowLogId } = resolved;
  const intent = target.intents.find((each) => each.id === id);
  if (!intent) return { target, answer: 'no-intent' };
  if (target.pending !== id) return { target, answer: 'duplicate' };
  const cleared = clear(withIntent(target, { ...intent, isOpen: false }));
  const seen = resolution === 'effect-seen';
  return { target: seen ? accept(cleared, intent, flowLogId, now) : cleared, answer: 'resolution' };
}

const withIntent = (target: TwinTarget, intent: TwinIntent): TwinTarget => ({
  ...target,
  intents: target.intents.map((each) => (each.id === intent.id ? intent : each)),
});

/** Ends the doubt about a change: a look made before is not good any more. */
function clear(target: TwinTarget): TwinTarget {
  const cleared: { -readonly [Field in keyof TwinTarget]: TwinTarget[Field] } = {
    ...target,
    version: target.version + 1,
  };
  delete cleared.pending;
  return cleared;
}

/** `ledger.known_flow_logs`: what a change that took effect was about. */
function knowing(target: TwinTarget, { verb, flowLogId: meant }: TwinIntent, flowLogId = meant): TwinTarget {
  const { known = [], ...rest } = target;
  if (flowLogId === undefined) return target;
  const others = known.filter((id) => id !== flowLogId);
  const now = verb === 'delete' ? others : [...others, flowLogId].sort();
  return now.length > 0 ? { ...rest, known: now } : rest;
}

const accept = (target: TwinTarget, intent: TwinIntent, flowLogId: string | undefined, at: number): TwinTarget => {
  const { verb, operation } = intent;
  const id = flowLogId ?? intent.flowLogId;
  const accepted = { verb, at, operation, version: target.version, ...ofId(id) };
  const { created, ...rest } = knowing(target, intent, flowLogId);
  if (verb === 'create') return { ...rest, accepted, created: { at, ...ofId(id) } };
  const isGone = verb === 'delete' && created?.flowLogId === id;
  return { ...rest, accepted, ...(created && !isGone ? { created } : {}) };
};

const ofId = (flowLogId: string | undefined): { flowLogId?: string } => (flowLogId ? { flowLogId } : {});
