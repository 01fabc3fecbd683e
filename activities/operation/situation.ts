import { omitUndefined } from '../../cloud/omit-undefined.js';
import type { TargetState } from '../../audit/index.js';
import { type ChangeVerb, type Observation, type ObservedFlowLog, withFlowLogId } from '../../cloud/flow-log.js';
import type { Moment } from '../../cloud/clock.js';
import { MOST_AWAY_MS } from '../../cloud/call/budget.js';
import { answerHoldsMs } from '../../cloud/errors/proof.js';
import { sortOut } from '../../cloud/observation.js';
import type { Aim, RecentChange, Situation, WorkerSettings } from '../../workflows/contract/activities.js';
import { type Dependencies, LEDGER_TIME_MS, PROOF_WAIT_MS, SEND_WINDOW_MS, type Timing } from '../dependencies.js';

/** Time in ms after its acceptance for which a change may not show: an absence for the whole grace, another state for lag and commit delay. */
export const hiddenForMs = (verb: ChangeVerb, { graceMs, listLagMs, commitDelayMs }: Timing): number =>
  verb === 'create' ? graceMs : listLagMs + commitDelayMs;

/**
 * The last accepted change while it may still be hidden, `elapsedMs` after the ledger was read. Where nothing of ours is in sight it is
 * the last create that is asked for: whatever was changed since, no absence is believed for the whole grace.
 */
export function recentChange(
  { lastAccepted, lastCreated }: TargetState,
  timing: Timing,
  { own }: Pick<Observation, 'own'>,
  elapsedMs = 0,
): RecentChange | undefined {
  const isHidden = (verb: ChangeVerb, ageMs: number) => ageMs + elapsedMs < hiddenForMs(verb, timing);
  if (own.length === 0 && lastCreated && isHidden('create', lastCreated.ageMs)) return recent('create', lastCreated);
  return lastAccepted && isHidden(lastAccepted.verb, lastAccepted.ageMs)
    ? recent(lastAccepted.verb, lastAccepted)
    : undefined;
}

/**
 * The last change that was answered in doubt while it may still take effect, though looks have not shown it yet: until then nothing that is
 * seen is the end. Not one whose flow log was changed by an accepted call since; nor a create, which stays pending for as long.
 */
export function mayYetHaveEffect(
  { lastAnswer, lastAccepted }: TargetState,
  timing: Timing,
  elapsedMs = 0,
): RecentChange | undefined {
  if (!lastAnswer || lastAnswer.verb === 'create' || lastAnswer.ageMs + elapsedMs >= answerHoldsMs(timing))
    return undefined;
  const isOvertaken =
    lastAccepted !== undefined &&
    lastAccepted.flowLogId === lastAnswer.flowLogId &&
    lastAccepted.ageMs <= lastAnswer.ageMs;
  return isOvertaken ? undefined : recent(lastAnswer.verb, lastAnswer);
}

const recent = (verb: ChangeVerb, { flowLogId }: { readonly flowLogId?: string }): RecentChange => ({
  verb,
  ...withFlowLogId(flowLogId),
});

/** Sorts the rows of a list for one target: own, foreign, managed, each with its drift. */
export function observationOf(
  deps: Pick<Dependencies, 'owner' | 'surplusSeen'>,
  aim: Aim,
  flowLogs: readonly ObservedFlowLog[],
  readAt: string,
  complete: boolean,
): Observation {
  const sorted = sortOut(aim.target, deps.owner, aim.spec, flowLogs, aim.takesOver);
  if (complete) deps.surplusSeen(aim.target, Math.max(0, sorted.own.length - 1));
  return { ...sorted, readAt, complete };
}

/** Settings that a worker tells its workflows. */
export const settingsOf = ({ timing, searchAttributes, longHistoryEvents }: Dependencies): WorkerSettings => ({
  changeTimeoutMs:
    2 * (timing.connectTimeoutMs + timing.readTimeoutMs + 2 * MOST_AWAY_MS) +
    timing.listLagMs +
    PROOF_WAIT_MS +
    SEND_WINDOW_MS +
    LEDGER_TIME_MS,
  heartbeatMs: timing.heartbeatMs,
  listLagMs: timing.listLagMs,
  graceMs: timing.graceMs,
  deadlineMs: timing.deadlineMs,
  longHistoryEvents,
  searchAttributes,
});

/** Facts about a look: made by a scan, proven, and its beginning. */
export interface LookedBy extends Pick<Situation, 'scanned' | 'proven'> {
  readonly began?: Moment;
}

/** Changes of unknown end: the pending ones, and one that looks have not shown and that may still take effect. */
function unclearOf(state: TargetState, timing: Timing, elapsedMs: number): readonly RecentChange[] {
  if (state.pending.length > 0) return state.pending.map((intent) => recent(intent.verb, intent));
  const answered = mayYetHaveEffect(state, timing, elapsedMs);
  return answered ? [answered] : [];
}

/** A look and the ledger's memory of the target, together. */
export function situationOf(
  deps: Dependencies,
  observation: Observation,
  state: TargetState,
  { apiCalls, requestIds }: Pick<Situation, 'apiCalls' | 'requestIds'>,
  elapsedMs = 0,
  { scanned, proven, began }: LookedBy = {},
): Situation {
  const recent = recentChange(state, deps.timing, observation, elapsedMs);
  return {
    observation,
    unclear: unclearOf(state, deps.timing, elapsedMs),
    ...omitUndefined({ recent }),
    version: state.version,
    ...omitUndefined({
      scanned: scanned || undefined,
      proven: proven || undefined,
      seenAt: began ? { bootId: deps.clock.bootId, bootMs: began.bootMs } : undefined,
    }),
    apiCalls,
    requestIds,
    settings: settingsOf(deps),
  };
}
