import type { OperationRef, PendingIntent, TargetState } from '../../audit/index.js';
import { isEdit, stillDiffers } from '../../cloud/difference.js';
import {
  type ChangeVerb,
  type EditVerb,
  type Observation,
  type SeenFlowLog,
  withFlowLogId,
} from '../../cloud/flow-log.js';
import type { ChangeInput } from '../../workflows/contract/activities.js';
import { isRecording } from '../../cloud/subject.js';
import { answerHoldsMs } from '../../cloud/errors/proof.js';
import { SCAN_HOLDS_MS } from '../../cloud/lists/scans.js';
import type { Timing } from '../dependencies.js';
import { type Judgement, type Missed, judge } from './pending.js';
import { hiddenForMs } from './situation.js';

/** Time in ms for which a look made before this activity is as good as a fresh one, while the ledger shows no change since. */
const LOOK_HOLDS_MS = 10_000;

/** Knowledge of an attempt when it has taken the fence. */
export interface Fenced {
  readonly state: TargetState;
  readonly attempt: number;
  /** Time since the look that led to the change, by the clock that says most. */
  readonly seenAgoMs: number;
  /** The grace that is waited out after a fail-over. */
  readonly graceMs: number;
}

/**
 * Tells whether the look that led to this change is still good. Only for a first attempt: the ledger's version excludes our own changes
 * since, the look's age those of others. A create rests on an absence, which has to be proven; one proven by scans may be older, but not
 * where the ledger knows a flow log of the target (law 3). Before a surplus is removed there is always another look: others may have stopped
 * the flow log that is to stay. Within one grace after a fail-over lists may not yet show what the lost intents made, so no look from before
 * its end is relied on.
 */
export const lookHolds = (
  { verb, keptFlowLogId, seen }: ChangeInput,
  { state, attempt, seenAgoMs, graceMs }: Fenced,
): boolean => {
  const isScanned = verb === 'create' && seen.scanned === true;
  return (
    attempt === 1 &&
    keptFlowLogId === undefined &&
    (verb !== 'create' || seen.proven === true) &&
    !(isScanned && state.known) &&
    seenAgoMs < (isScanned ? SCAN_HOLDS_MS : LOOK_HOLDS_MS) &&
    seenAgoMs + graceMs < (state.failedOverMs ?? Infinity) &&
    state.version === seen.version &&
    state.pending.length === 0
  );
};

/** Step of one attempt after its look. */
export type Decision =
  /** Something is in doubt: nothing may be sent before it is clear. */
  | { readonly do: 'wait'; readonly intent: Pick<PendingIntent, 'action'>; readonly againInMs: number }
  /** The change was made already, by an attempt that could not say so. */
  | { readonly do: 'end'; readonly end: 'seen' | 'unneeded'; readonly flowLogId?: string }
  | { readonly do: 'send' };

export interface AttemptLook {
  readonly observation: Observation;
  readonly elapsedMs: number;
  readonly missedBefore: readonly Missed[];
}

/**
 * The decision of law 2, whole and pure: from what the ledger said when the fence was taken and from one look after it (absent where
 * the earlier look holds), whether this attempt waits, ends, or sends.
 */
export function decide(
  input: ChangeInput,
  state: TargetState,
  operation: OperationRef,
  timing: Timing,
  look?: AttemptLook,
): { readonly decision: Decision; readonly judgement: Judgement } {
  const judgement = look
    ? judge({ state, ...look, asking: input }, operation, timing)
    : { seen: [], absent: [], open: [], missed: [] };
  const memory = { state, operation, timing, elapsedMs: look?.elapsedMs ?? 0 };
  return { decision: decideBy(judgement, input, memory, look?.observation), judgement };
}

function decideBy(
  { open: [open], seen }: Judgement,
  input: ChangeInput,
  memory: LedgerMemory,
  observation: Observation | undefined,
): Decision {
  if (open) return { do: 'wait', ...open };
  const worked = seen.find(({ intent }) => intent.verb === input.verb);
  if (worked) return { do: 'end', end: 'seen', ...withFlowLogId(worked.flowLogId ?? input.flowLogId) };
  const accepted = acceptedBefore(input, memory);
  if (accepted) return { do: 'end', end: 'seen', ...withFlowLogId(accepted.flowLogId ?? input.flowLogId) };
  const isAsPlanned = !observation || stillNeeded(input, observation);
  if (!isAsPlanned || mayBeStopped(input, memory)) return { do: 'end', end: 'unneeded' };
  return otherInDoubt(input, memory) ?? { do: 'send' };
}

/** The ledger's memory of the target, the operation that asks, and the times for which a change stays hidden. */
interface LedgerMemory {
  readonly state: TargetState;
  readonly operation: OperationRef;
  readonly timing: Timing;
  /** Time since the ledger said so. */
  readonly elapsedMs: number;
}

/**
 * Another change of this flow log was answered with a code that proves nothing, so lately that it may yet have its effect: a change sent now
 * could be undone by it. That it was looked for, not seen and sent again does not matter. So with the flow log that a surplus leaves.
 */
function otherInDoubt(
  { verb, flowLogId, keptFlowLogId }: ChangeInput,
  { state, timing, elapsedMs }: LedgerMemory,
): Decision | undefined {
  const { lastAnswer: answer } = state;
  if (!answer?.flowLogId) return undefined;
  const isOther = answer.flowLogId === flowLogId && answer.verb !== verb;
  if (!isOther && answer.flowLogId !== keptFlowLogId) return undefined;
  const againInMs = answerHoldsMs(timing) - answer.ageMs - elapsedMs;
  return againInMs > 0 ? { do: 'wait', intent: answer, againInMs } : undefined;
}

/**
 * The same change was accepted: lately, so that it may not show yet; or by this very run since the look it was decided upon, so that an
 * attempt of this activity made it and was lost before it could say so, however long ago.
 */
function acceptedBefore(
  { verb, flowLogId, seen }: ChangeInput,
  { state: { lastAccepted, lastCreated }, operation, timing }: LedgerMemory,
) {
  if (verb === 'create' && lastCreated && lastCreated.ageMs < hiddenForMs(verb, timing)) return lastCreated;
  if (lastAccepted?.verb !== verb || (verb !== 'create' && lastAccepted.flowLogId !== flowLogId)) return undefined;
  const isHidden = lastAccepted.ageMs < hiddenForMs(verb, timing);
  const isOurs = lastAccepted.operation.runId === operation.runId && (lastAccepted.version ?? 0) > seen.version;
  return isHidden || isOurs ? lastAccepted : undefined;
}

/** Tells whether our own change has stopped the flow log that a surplus leaves, so lately that lists may not show it yet. */
const mayBeStopped = (
  { keptFlowLogId }: ChangeInput,
  { state: { lastAccepted: last }, timing }: LedgerMemory,
): boolean =>
  keptFlowLogId !== undefined &&
  last?.flowLogId === keptFlowLogId &&
  (last.verb === 'deactivate' || last.verb === 'delete') &&
  last.ageMs < hiddenForMs(last.verb, timing);

/** Tells whether the flow logs are still as they were when the change was decided upon. */
function stillNeeded(
  { verb, flowLogId, keptFlowLogId, fields, seen, pinned }: ChangeInput,
  { own, foreign, managed }: Observation,
): boolean {
  const all = [...own, ...foreign, ...managed];
  if (verb === 'create') return own.length === 0 && all.every((flowLog) => seen.ids.includes(flowLog.flowLogId));
  const flowLog = all.find((each) => each.flowLogId === flowLogId);
  if (!flowLog) return false;
  // One of ours is listed by now: the operation is about that one, and changes no other.
  if (pinned === undefined && own.length > 0 && !own.includes(flowLog)) return false;
  if (keptFlowLogId !== undefined && !all.some((each) => each.flowLogId === keptFlowLogId && isRecording(each)))
    return false;
  return isEdit(verb) ? atRest(flowLog) && stillAsPlanned(verb, flowLog, fields) : neededWhile[verb](flowLog);
}

const atRest = ({ status }: SeenFlowLog): boolean => status === 'active' || status === 'inactive';

/** Exactly what was planned is sent, or nothing: whatever else differs by now is decided upon anew. */
const stillAsPlanned = (verb: EditVerb, { drift }: SeenFlowLog, fields?: readonly string[]): boolean =>
  fields ? fields.every((field) => drift.includes(field)) : stillDiffers(verb, drift);

const neededWhile: Record<Exclude<ChangeVerb, 'create' | EditVerb>, (flowLog: SeenFlowLog) => boolean> = {
  activate: ({ status }) => status === 'inactive',
  deactivate: ({ status }) => status === 'active',
  delete: atRest,
};
