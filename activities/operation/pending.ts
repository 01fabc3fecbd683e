import type {
  AttemptRef,
  DoubtfulAnswer,
  Ledger,
  OperationRef,
  PendingIntent,
  TargetState,
} from '../../audit/index.js';
import { stillDiffers } from '../../cloud/difference.js';
import { type ChangeVerb, type Observation, type SeenFlowLog, withFlowLogId } from '../../cloud/flow-log.js';
import { answerHoldsMs } from '../../cloud/errors/proof.js';
import type { Timing } from '../dependencies.js';
import { hiddenForMs } from './situation.js';

/**
 * Changes whose end is not known: open (its attempt never said how it ended) or unclear (the answer was lost, or was a code that proves
 * nothing). Presence of the effect is believed at once. Absence of one that had no answer only after the grace; of one that was answered
 * after commit delay and list lag. That of a create always by two reads one lag apart (law 5).
 */

/** Age of an intent when its unseen effect was first missed after the grace. */
export interface Missed {
  readonly intentId: string;
  readonly ageMs: number;
}

/** Verdict of one look on the changes in doubt. */
export interface Judgement {
  /** Known to have worked. */
  readonly seen: readonly { readonly intent: PendingIntent; readonly flowLogId?: string }[];
  /**
   * Known not to have worked, nor to work any more; not known, only missed so far, where the very same change may be sent again before
   * that can be known.
   */
  readonly absent: readonly { readonly intent: PendingIntent; readonly known: boolean }[];
  /** Still in doubt, with the time until it is worth looking again. */
  readonly open: readonly { readonly intent: PendingIntent; readonly againInMs: number }[];
  /** Missed once after the grace: to be confirmed by a second read one lag later. */
  readonly missed: readonly Missed[];
}

/** A look, and the ledger's word on the target just before it. */
export interface Evidence {
  readonly state: TargetState;
  readonly observation: Observation;
  /** Time from the ledger's answer to the beginning of the look, on the monotonic clock. */
  readonly elapsedMs: number;
  readonly missedBefore: readonly Missed[];
  /** The change that waits for the judgement. */
  readonly asking?: ChangeToSend;
}

/** Change that is to be sent, and its flow log. */
export interface ChangeToSend {
  readonly verb: ChangeVerb;
  readonly flowLogId?: string;
}

/** Judges every change in doubt by one look. Pure: {@link recordEffects} puts the result into the ledger. */
export function judge(evidence: Evidence, operation: OperationRef, timing: Timing): Judgement {
  const judgement = { seen: [], absent: [], open: [], missed: [] } as {
    -readonly [Key in keyof Judgement]: Judgement[Key][number][];
  };
  for (const intent of evidence.state.pending) {
    const effect = effectOf(intent, evidence, operation);
    if (effect) {
      const olderForMs = mayBeOlderForMs(intent, evidence, timing);
      if (olderForMs > 0) judgement.open.push({ intent, againInMs: olderForMs });
      else judgement.seen.push({ intent, ...effect });
      continue;
    }
    const doubt = doubtAgeOf(intent, evidence, timing);
    const first = evidence.missedBefore.find(({ intentId }) => intentId === intent.intentId);
    if (doubt.ageMs < doubt.lastsMs) {
      judgement.open.push({ intent, againInMs: doubt.lastsMs - doubt.ageMs });
    } else if (doubt.readsOnce || (first && doubt.ageMs - first.ageMs >= timing.listLagMs)) {
      judgement.absent.push({ intent, known: doubt.ageMs >= doubt.knownMs });
    } else {
      const missed = first ?? { intentId: intent.intentId, ageMs: doubt.ageMs };
      judgement.missed.push(missed);
      judgement.open.push({ intent, againInMs: Math.max(1, timing.listLagMs - (doubt.ageMs - missed.ageMs)) });
    }
  }
  return judgement;
}

/** Age of a doubt, the age from which an absence says anything, and whether one read is enough then. */
export interface DoubtAge {
  readonly ageMs: number;
  readonly lastsMs: number;
  /** Age from which an absence is the truth: above `lastsMs` where the doubt lasts only until the very same change may be sent again. */
  readonly knownMs: number;
  readonly readsOnce: boolean;
}

/**
 * Only a create can make a second flow log. Another change that was answered may be sent again, the very same, after one list lag; for
 * any other change it stays in doubt until it can have no effect any more.
 */
export function doubtAgeOf(
  intent: PendingIntent,
  { state, elapsedMs, asking }: Pick<Evidence, 'state' | 'elapsedMs' | 'asking'>,
  timing: Timing,
): DoubtAge {
  const answer = answerOf(intent, state);
  if (!answer)
    return { ageMs: intent.ageMs + elapsedMs, lastsMs: timing.graceMs, knownMs: timing.graceMs, readsOnce: false };
  const isSame = asking?.verb === intent.verb && asking.flowLogId === intent.flowLogId;
  const isCreate = intent.verb === 'create';
  const knownMs = answerHoldsMs(timing);
  const lastsMs = isSame && !isCreate ? timing.listLagMs : knownMs;
  return { ageMs: answer.ageMs + elapsedMs, lastsMs, knownMs, readsOnce: !isCreate };
}

const answerOf = ({ intentId }: PendingIntent, { lastAnswer }: TargetState): DoubtfulAnswer | undefined =>
  lastAnswer?.intentId === intentId ? lastAnswer : undefined;

/** Puts on the record what a look has proved. */
export async function recordEffects(
  ledger: Ledger,
  by: AttemptRef,
  readAt: string,
  { seen, absent }: Judgement,
): Promise<void> {
  for (const { intent, flowLogId } of seen) {
    const found = withFlowLogId(flowLogId);
    await ledger.resolveIntent({ intentId: intent.intentId, by, resolution: 'effect-seen', readAt, ...found });
  }
  for (const { intent, known } of absent) {
    const resolution = known ? 'effect-absent' : 'not-seen';
    await ledger.resolveIntent({ intentId: intent.intentId, by, resolution, readAt });
  }
}

interface Sight {
  readonly intent: PendingIntent;
  /** The flow log the intent was about, if it is in sight. */
  readonly flowLog: SeenFlowLog | undefined;
  readonly evidence: Evidence;
  readonly operation: OperationRef;
}

const moved =
  (...statuses: readonly SeenFlowLog['status'][]) =>
  ({ flowLog }: Sight): SeenFlowLog | undefined =>
    flowLog && statuses.includes(flowLog.status) ? flowLog : undefined;

/** Drift is measured against what this operation wants; another operation may have wanted something else. */
const asWished = ({ intent, flowLog, operation }: Sight): SeenFlowLog | undefined =>
  flowLog && intent.operation.runId === operation.runId && !stillDiffers(intent.verb, flowLog.drift)
    ? flowLog
    : undefined;

/** The flow log in which a change can be seen to have worked; `true` where its effect is an absence. */
const findEffect: Record<ChangeVerb, (sight: Sight) => SeenFlowLog | true | undefined> = {
  // A flow log that was known before, be it there still or deleted and still listed, is not the one whose creation is in doubt.
  create: ({ intent: { earlierFlowLogs }, evidence: { observation } }) =>
    observation.own.find(({ flowLogId }) => !earlierFlowLogs.includes(flowLogId)),
  activate: moved('active', 'changing'),
  deactivate: moved('inactive', 'changing'),
  modify: (sight) => (sight.flowLog?.status === 'changing' ? sight.flowLog : asWished(sight)),
  tag: (sight) => asWished(sight),
  move: (sight) => asWished(sight),
  delete: ({ flowLog }) => (flowLog === undefined ? true : flowLog.status === 'changing' ? flowLog : undefined),
};

const opposites: Partial<Record<ChangeVerb, ChangeVerb>> = { activate: 'deactivate', deactivate: 'activate' };

/**
 * Time in ms for which the seen effect of a change may be the state before the change that came before it, which a list may still show: an
 * Active from before our deactivation is no proof of the activation after it, nor an absence from before our create one of the deletion.
 */
function mayBeOlderForMs({ verb, flowLogId }: PendingIntent, evidence: Evidence, timing: Timing): number {
  const { state, elapsedMs } = evidence;
  const before =
    verb === 'delete'
      ? state.lastCreated && { verb: 'create' as const, ...state.lastCreated }
      : state.lastAccepted?.verb === opposites[verb]
        ? state.lastAccepted
        : undefined;
  if (!before || before.flowLogId !== flowLogId) return 0;
  return Math.max(0, hiddenForMs(before.verb, timing) - before.ageMs - elapsedMs);
}

/** The effect of a change in doubt, where it shows: in which flow log, if in one. */
export function effectOf(
  intent: PendingIntent,
  evidence: Evidence,
  operation: OperationRef,
): { flowLogId?: string } | undefined {
  const { own, foreign, managed } = evidence.observation;
  const flowLog = [...own, ...foreign, ...managed].find(({ flowLogId }) => flowLogId === intent.flowLogId);
  const effect = findEffect[intent.verb]({ intent, flowLog, evidence, operation });
  if (!effect) return undefined;
  return effect === true ? {} : { flowLogId: effect.flowLogId };
}
