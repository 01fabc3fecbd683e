import type { OperationRef, PendingIntent, TargetState } from '../audit/index.js';
import type { ChangeVerb, Observation, SeenFlowLog } from '../cloud/flow-log.js';
import type { ChangeInput } from './api.js';
import type { Timing } from './dependencies.js';
import { type Judgement, type Missed, judge } from './pending.js';
import { hiddenForMs } from './situation.js';

/** How long a look made before this activity is as good as a fresh one, while the ledger shows no change since. */
const LOOK_HOLDS_MS = 10_000;

/** What an attempt knows when it has taken the fence. */
export interface Fenced {
  readonly state: TargetState;
  readonly attempt: number;
  /** Since the look that led to the change, by the wall clock. */
  readonly seenAgoMs: number;
}

/**
 * Whether the look that led to this change is still good. Only for a first attempt: our own changes since are excluded by the
 * ledger's version, a foreigner's by its age.
 */
export const lookHolds = ({ seen }: ChangeInput, { state, attempt, seenAgoMs }: Fenced): boolean =>
  attempt === 1 && seenAgoMs < LOOK_HOLDS_MS && state.version === seen.version && state.pending.length === 0;

/** What one attempt does after its look. */
export type Decision =
  /** Something is in doubt: nothing may be sent before it is clear. */
  | { readonly do: 'wait'; readonly intent: PendingIntent; readonly againInMs: number }
  /** The change was made already, by an attempt that could not say so. */
  | { readonly do: 'end'; readonly end: 'seen' | 'unneeded'; readonly flowLogId?: string }
  | { readonly do: 'send' };

export interface Look {
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
  look?: Look,
): { readonly decision: Decision; readonly judgement: Judgement } {
  const judgement = look
    ? judge({ state, ...look }, operation, timing)
    : { seen: [], absent: [], open: [], missed: [] };
  return { decision: decideBy(judgement, input, state, timing, look?.observation), judgement };
}

function decideBy(
  { open: [open], seen }: Judgement,
  input: ChangeInput,
  state: TargetState,
  timing: Timing,
  observation: Observation | undefined,
): Decision {
  if (open) return { do: 'wait', ...open };
  const worked = seen.find(({ intent }) => intent.verb === input.verb);
  if (worked) return { do: 'end', end: 'seen', ...ofId(worked.flowLogId ?? input.flowLogId) };
  const accepted = acceptedBefore(input, state, timing);
  if (accepted) return { do: 'end', end: 'seen', ...ofId(accepted.flowLogId ?? input.flowLogId) };
  if (observation && !stillNeeded(input, observation)) return { do: 'end', end: 'unneeded' };
  return { do: 'send' };
}

/** The same change was accepted lately and may not show yet. */
function acceptedBefore({ verb, flowLogId }: ChangeInput, { lastAccepted }: TargetState, timing: Timing) {
  if (lastAccepted?.verb !== verb || lastAccepted.ageMs >= hiddenForMs(verb, timing)) return undefined;
  return verb === 'create' || lastAccepted.flowLogId === flowLogId ? lastAccepted : undefined;
}

/** Whether the world is still as it was when the change was decided upon. */
function stillNeeded({ verb, flowLogId, seen }: ChangeInput, { own, foreign, managed }: Observation): boolean {
  const all = [...own, ...foreign, ...managed];
  if (verb === 'create') return own.length === 0 && all.every((flowLog) => seen.ids.includes(flowLog.flowLogId));
  const flowLog = all.find((each) => each.flowLogId === flowLogId);
  return flowLog !== undefined && neededWhile[verb](flowLog);
}

const atRest = ({ status }: SeenFlowLog): boolean => status === 'active' || status === 'inactive';

const neededWhile: Record<Exclude<ChangeVerb, 'create'>, (flowLog: SeenFlowLog) => boolean> = {
  activate: ({ status }) => status === 'inactive',
  deactivate: ({ status }) => status === 'active',
  modify: (flowLog) => flowLog.drift.length > 0 && atRest(flowLog),
  delete: atRest,
};

const ofId = (flowLogId: string | undefined): { flowLogId?: string } => (flowLogId ? { flowLogId } : {});
