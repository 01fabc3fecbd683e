import type { AttemptRef, Ledger, PendingIntent, TargetState } from '../audit/index.js';
import type { ChangeVerb, Observation, SeenFlowLog } from '../cloud/flow-log.js';
import type { Timing } from './dependencies.js';

/**
 * Changes whose end nobody knows: open (its attempt never said how it ended) or unclear (the answer was lost).
 * Presence of the effect is believed at once. Absence only after the grace, by two reads one lag apart.
 */

/** The flow log in which a pending change can be seen to have worked, or `true` where its effect is an absence. */
type Effect = (
  intent: PendingIntent,
  seen: readonly SeenFlowLog[],
  observation: Observation,
  deleted?: string,
) => SeenFlowLog | boolean;

const moved =
  (...statuses: readonly SeenFlowLog['status'][]): Effect =>
  (_intent, [flowLog]) =>
    flowLog !== undefined && statuses.includes(flowLog.status) && flowLog;

const effects: Record<ChangeVerb, Effect> = {
  // A ghost of the flow log deleted before is not the one whose creation is in doubt.
  create: (_intent, _seen, { own }, deleted) => own.find(({ flowLogId }) => flowLogId !== deleted) ?? false,
  activate: moved('active', 'changing'),
  deactivate: moved('inactive', 'changing'),
  modify: (_intent, [flowLog]) =>
    flowLog !== undefined && (flowLog.drift.length === 0 || flowLog.status === 'changing') && flowLog,
  delete: (_intent, [flowLog]) => flowLog === undefined || (flowLog.status === 'changing' && flowLog),
};

/** Where the effect of a pending change shows in this look; undefined where it does not. */
function effectOf(
  intent: PendingIntent,
  observation: Observation,
  state: TargetState,
): { flowLogId?: string } | undefined {
  const all = [...observation.own, ...observation.foreign, ...observation.managed];
  const seen = all.filter(({ flowLogId }) => flowLogId === intent.flowLogId);
  const deleted = state.lastAccepted?.verb === 'delete' ? state.lastAccepted.flowLogId : undefined;
  const effect = effects[intent.verb](intent, seen, observation, deleted);
  if (effect === false) return undefined;
  return typeof effect === 'object' ? { flowLogId: effect.flowLogId } : {};
}

/** When an unseen effect was first missed after the grace, as the age of its intent. */
export interface Missed {
  readonly intentId: string;
  readonly ageMs: number;
}

export interface Settlement {
  /** What is still in doubt, with the time until it may be looked for again. */
  readonly open: readonly { readonly intent: PendingIntent; readonly againInMs: number }[];
  /** Changes now known to have worked. */
  readonly seen: readonly { readonly intent: PendingIntent; readonly flowLogId?: string }[];
  /** First post-grace misses, to be confirmed by a second read one lag later. */
  readonly missed: readonly Missed[];
}

export interface SettleQuestion {
  readonly ledger: Ledger;
  readonly timing: Timing;
  readonly by: AttemptRef;
  readonly state: TargetState;
  readonly observation: Observation;
  /** From the reading of `state` to the beginning of the look, on the monotonic clock. */
  readonly elapsedMs: number;
  readonly missedBefore: readonly Missed[];
}

/** Settles what a look can settle and puts it on the record. */
export async function settlePending(question: SettleQuestion): Promise<Settlement> {
  const { ledger, timing, by, state, observation, elapsedMs, missedBefore } = question;
  const open: { intent: PendingIntent; againInMs: number }[] = [];
  const seen: { intent: PendingIntent; flowLogId?: string }[] = [];
  const missed: Missed[] = [];
  for (const intent of state.pending) {
    const { intentId } = intent;
    const effect = effectOf(intent, observation, state);
    if (effect) {
      await ledger.resolveIntent({ intentId, by, resolution: 'effect-seen', readAt: observation.readAt, ...effect });
      seen.push({ intent, ...effect });
      continue;
    }
    const ageMs = intent.ageMs + elapsedMs;
    if (ageMs < timing.graceMs) {
      open.push({ intent, againInMs: timing.graceMs - ageMs });
      continue;
    }
    const first = missedBefore.find((miss) => miss.intentId === intentId) ?? { intentId, ageMs };
    const apartMs = ageMs - first.ageMs;
    if (first.ageMs === ageMs || apartMs < timing.listLagMs) {
      missed.push(first);
      open.push({ intent, againInMs: Math.max(1, timing.listLagMs - apartMs) });
      continue;
    }
    await ledger.resolveIntent({ intentId, by, resolution: 'effect-absent', readAt: observation.readAt });
  }
  return { open, seen, missed };
}
