import { Context } from '@temporalio/activity';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import { leastBetween, momentOf } from '../../cloud/clock.js';
import { CloudError } from '../../cloud/errors/cloud-error.js';
import { type Observation, withFlowLogId } from '../../cloud/flow-log.js';
import { subjectOf } from '../../cloud/subject.js';
import { isStale } from '../../workflows/decide/next-step.js';
import { type Sighting, lastWord } from '../../workflows/decide/timeout-report.js';
import type { RecentChange, Situation, Until, WaitInput } from '../../workflows/contract/activities.js';
import { beatMs, beating, currentAttempt, remainingMs, targetRef } from './attempt.js';
import type { Dependencies } from '../dependencies.js';
import { failure } from '../failures.js';
import { type Missed, judge, recordEffects } from './pending.js';
import { mayYetHaveEffect, observationOf, recentChange, situationOf } from './situation.js';
import type { TargetState } from '../../audit/index.js';

/**
 * The wait ends itself this long before Temporal would, so that it can still tell what it saw: a share of its time, in ms. A worker
 * that is too busy to keep even that has told its heartbeats, and the workflow reads it there.
 */
const LAST_WORD = { shareOfTime: 0.05, leastMs: 500, mostMs: 5_000 };

/** A wait shorter than this, in ms, tells what it saw only by its end: heartbeats of ten thousand would be a seventh of the server's work. */
const SHORT_MS = 3_000;

/**
 * Waits until what is wished for is seen, or until something else has come to rest and may be believed. Looks through the shared
 * reads of the watcher, so that fifty waits cost what one costs. Holds no state: another worker can take it over at any time.
 */
export async function waitUntilSettled(deps: Dependencies, input: WaitInput): Promise<Situation> {
  const target = targetRef(deps.owner, input.target);
  const beganMs = deps.clock.monotonicMs();
  let looks = 0;
  let missed: readonly Missed[] = [];
  let state = await deps.ledger.readTarget(target);
  let answered = momentOf(deps.clock);
  const shown: { details: Sighting } = { details: {} };
  const { signal, timeIsUp, clear, tellAfterMs } = waitLimit(deps);
  // A wait is alive even while a read hangs: the heartbeat has a clock of its own.
  const stop = beating(beatMs(deps.timing), () => shown.details, Math.min(beatMs(deps.timing), tellAfterMs));
  try {
    for (;;) {
      const trouble = (lastError: string) => {
        shown.details = { ...shown.details, lastError };
        Context.current().heartbeat(shown.details);
      };
      const waitingMs = looks++ === 0 ? 0 : deps.clock.monotonicMs() - beganMs;
      // A change in doubt is judged only by a read that could show it.
      const whole = state.pending.length > 0;
      const answer = await deps.watcher
        .look({
          target: input.target,
          waitingMs,
          signal,
          trouble,
          whole,
          single: input.bulk === undefined,
          ...watchFilter(input, state),
        })
        .catch((error: unknown) => ended(input, shown.details, error, timeIsUp()));
      const observation = observationOf(deps, input, answer.flowLogs, answer.readAt, false);
      shown.details = sightingOf(observation, input);
      if (deps.clock.monotonicMs() - beganMs >= tellAfterMs) Context.current().heartbeat(shown.details);
      const elapsedMs = leastBetween(answered, answer.began);
      if (state.pending.length > 0) {
        const by = currentAttempt();
        const judgement = judge({ state, observation, elapsedMs, missedBefore: missed }, by.operation, deps.timing);
        await recordEffects(deps.ledger, by, observation.readAt, judgement);
        missed = judgement.missed;
        state = await deps.ledger.readTarget(target);
        answered = momentOf(deps.clock);
        if (state.pending.length > 0) continue;
      }
      if (isOver(deps, input.until, observation, state, elapsedMs, input.pinned)) {
        return situationOf(deps, observation, state, { apiCalls: 0, requestIds: [] }, elapsedMs, {
          began: answer.began,
        });
      }
    }
  } finally {
    stop();
    clear();
  }
}

/** Selects the flow logs to read: one by id where it is known, else all that are ours in its place. */
function watchFilter(
  { until, pinned }: WaitInput,
  { lastAccepted }: TargetState,
): { flowLogId?: string; untagged?: boolean } {
  const created = lastAccepted?.verb === 'create' ? lastAccepted.flowLogId : undefined;
  const flowLogId = pinned ?? until.flowLogId ?? created;
  return { ...withFlowLogId(flowLogId), untagged: until.untagged ?? false };
}

/** Tells whether nothing is left to wait for: the wish is seen, or something else has settled and is not merely old. */
export function isOver(
  { timing }: Pick<Dependencies, 'timing'>,
  until: Until,
  observation: Observation,
  state: TargetState,
  elapsedMs: number,
  pinned?: string,
): boolean {
  if (mayYetHaveEffect(state, timing, elapsedMs)) return false;
  const { own, foreign, managed } = observation;
  const flowLog = until.flowLogId
    ? [...own, ...foreign, ...managed].find((each) => each.flowLogId === until.flowLogId)
    : subjectOf(observation, pinned)?.flowLog;
  const recent = recentChange(state, timing, observation, elapsedMs);
  if (until.status !== 'absent' && !pinned && own.length === 0 && isCreateOf(recent, until)) return false;
  if (!flowLog) return until.status === 'absent' || recent === undefined;
  if (flowLog.status === 'changing' || flowLog.status === 'unknown') return false;
  if (until.status === 'absent') return recent?.verb !== 'delete';
  // Over only where the next step is another one: else the operation would wait again at once.
  if (isStale(recent, flowLog)) return false;
  if (flowLog.status !== until.status && until.status !== 'settled')
    return recent === undefined || recent.verb === 'create';
  return !until.delivered || flowLog.delivery.state === 'ok';
}

/** Tells whether the wait is for a create that may not show yet: what stands there meanwhile is not ours. */
const isCreateOf = (recent: RecentChange | undefined, { flowLogId }: Until): boolean =>
  recent?.verb === 'create' && (flowLogId === undefined || flowLogId === recent.flowLogId);

/** Aborts at a cancellation, and when there is only time left for the last word. */
function waitLimit({ clock }: Dependencies) {
  const { cancellationSignal, info } = Context.current();
  const { shareOfTime, leastMs, mostMs } = LAST_WORD;
  const lastWordMs = Math.min(Math.max(info.scheduleToCloseTimeoutMs * shareOfTime, leastMs), mostMs);
  const leftMs = Math.max(1, remainingMs(clock.now()) - lastWordMs);
  // Not AbortSignal.timeout: inside AbortSignal.any nothing holds it, and once collected as garbage it never fires (seen on Node 20.20).
  const timeUp = new AbortController();
  const timer = setTimeout(() => timeUp.abort(), leftMs);
  return {
    signal: AbortSignal.any([cancellationSignal, timeUp.signal]),
    timeIsUp: () => timeUp.signal.aborted && !cancellationSignal.aborted,
    clear: () => clearTimeout(timer),
    tellAfterMs: Math.min(SHORT_MS, leftMs / 4),
  };
}

function sightingOf(observation: Observation, { pinned, until }: WaitInput): Sighting {
  const flowLog = subjectOf(observation, pinned ?? until.flowLogId)?.flowLog;
  return {
    readAt: observation.readAt,
    ...(flowLog ? { rawStatus: flowLog.rawStatus, flowLogId: flowLog.flowLogId } : undefined),
    ...omitUndefined({
      unexpected: flowLog?.status === 'unknown' ? true : undefined,
      notDelivering:
        until.delivered && flowLog?.status === 'active'
          ? (flowLog.delivery.message ?? flowLog.delivery.state)
          : undefined,
    }),
  };
}

/** The deadline ends a wait with what was seen last; a cancellation or a refusal by the cloud ends it as it is. */
function ended({ target: { product } }: WaitInput, seen: Sighting, error: unknown, timeIsUp: boolean): never {
  if (error instanceof CloudError || !timeIsUp) throw error;
  throw failure({ ...lastWord(product, seen), product, lastObservation: seen }, { nonRetryable: true });
}
