import { setTimeout as sleep } from 'node:timers/promises';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import {
  type AttemptRef,
  type CallOutcome,
  type Intent,
  DatabaseUnavailable,
  type RecordedVerb,
  type TargetRef,
} from '../../audit/index.js';
import type { Clock } from '../../cloud/clock.js';
import type { CloudAnswer, CloudRequest, SendWindow } from '../../cloud/call/port.js';
import { BudgetWait } from '../../cloud/call/budget.js';
import { CloudError } from '../../cloud/errors/cloud-error.js';
import { mayPass } from '../../cloud/errors/kind-rules.js';
import { isNotDone } from '../../cloud/errors/proof.js';
import { type Dependencies, SEND_WINDOW_MS } from '../dependencies.js';
import { asFailure, failure } from '../failures.js';
import { isAwaited, requireAwaited } from './awaited.js';
import { stopwatch } from './stopwatch.js';
import type { AttemptState } from './attempt-state.js';
import { withFlowLogId } from '../../cloud/flow-log.js';

/** The intent is committed so long before the call's turn, in ms: about what a commit takes. */
const LEAD_MS = 60;

/** However slow the budget, so many changes of a bulk may be under way in one place. */
const LEAST_IN_FLIGHT = 4;

/** An outcome the database would not take; the next attempt writes it before anything else. */
export interface UnwrittenOutcome {
  readonly outcome: CallOutcome;
}

/** Nothing has left: the attempt was held up between its intent and the wire for too long. */
class SendWindowPassed extends Error {}

export interface Sent {
  readonly requestId: string;
  readonly flowLogId?: string;
}

/** A change about to be sent: the call, and the words of its intent. */
export interface Sending {
  readonly request: CloudRequest;
  readonly target: TargetRef;
  readonly verb: RecordedVerb;
  readonly flowLogId?: string;
  readonly clientToken?: string;
  /** Id of the flow log that was made, as the answer says; throws a CloudError when it does not say. */
  readonly made?: (answer: CloudAnswer) => string;
}

/** Right of an attempt to send. */
export interface SendRight {
  readonly fence: number;
  /** Tells that no other can have come in its place; where it does not, Temporal is asked. Default: it is asked. */
  readonly isSurelyAwaited?: () => boolean;
}

/**
 * Commits an intent, sends within the window, records the outcome. Throws `IntentRefused`, or the failure of {@link requireAwaited}, before
 * anything is sent, a `CloudError` after the outcome is on the record.
 */
export async function sendOnce(
  deps: Dependencies,
  { request, made, ...intent }: Sending,
  by: AttemptRef,
  { fence, isSurelyAwaited }: SendRight,
  attemptState: AttemptState,
): Promise<Sent> {
  const { cloud, clock, budget, temporal } = deps;
  const { accountId: uid, arn } = await deps.principalOf(request.accountId);
  // The turn first, and the intent only shortly before it: a pending intent holds up others no longer than it must.
  const slot = await budget.reserve(request);
  await slot.near(LEAD_MS);
  // Before the commit, not after it: a pause inside the commit counts against the window too, and one since it was known that this attempt is waited for.
  const window = openWindow(clock);
  if (!isSurelyAwaited?.()) await requireAwaited(temporal, by);
  const { action, params } = request;
  // Calls that the budget lets through in a second: so few are under way when the cloud refuses something to the whole account.
  const inFlightAtMost = Math.max(LEAST_IN_FLIGHT, Math.ceil(budget.perSecond(request)));
  const meant: Intent = {
    ...intent,
    attempt: by,
    fence,
    action,
    params: { ...params },
    principal: { arn, uid },
    inFlightAtMost,
    graceMs: deps.timing.graceMs,
  };
  const intentId = await commit(deps, attemptState, meant);
  let sentMs = clock.monotonicMs();
  let hasLeft = false;
  const beforeSend = () => {
    sentMs = clock.monotonicMs();
    hasLeft = true;
  };
  const keep = (end: Omit<CallOutcome, 'intentId' | 'attempt' | 'sentAt'>) => {
    const durationMs = Math.round(clock.monotonicMs() - sentMs);
    const sentAt = new Date(clock.now() - durationMs).toISOString();
    return keepOutcome(deps, { ...end, intentId, attempt: by, sentAt, durationMs, intent: meant }, attemptState);
  };
  try {
    const answer = await cloud.call(request, { beforeSend, window, slot });
    const flowLogId = made?.(answer) ?? intent.flowLogId;
    const sent = { requestId: answer.requestId, ...withFlowLogId(flowLogId) };
    await keep({ ...sent, result: 'accepted', httpStatus: answer.httpStatus });
    return sent;
  } catch (error) {
    if (error instanceof SendWindowPassed) {
      await keep({ result: 'not-sent', code: 'SendWindowPassed' });
      throw heldUp(request);
    }
    if (!(error instanceof CloudError)) {
      // No turn came in time, for one, or the database went away between a turn that was missed and the next slot.
      if (!hasLeft) await keep({ result: 'not-sent', code: error instanceof Error ? error.name : 'Unforeseen' });
      throw error instanceof BudgetWait ? asFailure(error) : error;
    }
    // Whatever it says: credentials, for one, are asked for by calls of their own.
    const end = hasLeft ? error : new CloudError({ ...error.details, proof: 'not-sent' }, { cause: error });
    await keep(endOf(end, intent.verb));
    throw end;
  }
}

function openWindow(clock: Clock): SendWindow {
  const elapsedMs = stopwatch(clock);
  return {
    passed: () => (elapsedMs() > SEND_WINDOW_MS ? new SendWindowPassed() : undefined),
    leftMs: () => SEND_WINDOW_MS - elapsedMs(),
  };
}

/** Commits the intent. When the database went away in the middle, the next attempt records that nothing was sent. */
async function commit({ ledger }: Dependencies, attemptState: AttemptState, intent: Intent): Promise<string> {
  try {
    return (await ledger.commitIntent(intent)).intentId;
  } catch (error) {
    if (error instanceof DatabaseUnavailable && error.intentId) {
      const outcome: CallOutcome = {
        intentId: error.intentId,
        attempt: intent.attempt,
        result: 'not-sent',
        code: 'CommitUnclear',
      };
      attemptState.carried = { outcome };
    }
    throw error;
  }
}

function endOf({ kind, details }: CloudError, verb: RecordedVerb): Omit<CallOutcome, 'intentId' | 'attempt'> {
  const { code, message, requestId, httpStatus, scope, proof } = details;
  const accountWide = scope === 'account' && !mayPass({ kind, details });
  const inDoubt = !isNotDone({ kind, details }, verb);
  return {
    result: inDoubt ? 'ambiguous' : 'refused',
    kind,
    code,
    message,
    ...omitUndefined({
      answered: inDoubt && proof === 'answered' ? true : undefined,
      requestId: requestId || undefined,
      httpStatus: httpStatus || undefined,
      accountWide: accountWide || undefined,
    }),
  };
}

/** Writes an outcome, or leaves it to the next attempt when the database is away. */
async function keepOutcome(deps: Dependencies, outcome: CallOutcome, attemptState: AttemptState): Promise<void> {
  try {
    await deps.ledger.recordOutcome(outcome);
  } catch (error) {
    if (!(error instanceof DatabaseUnavailable)) throw error;
    if (await isWrittenLate(deps, outcome)) return;
    const carried: UnwrittenOutcome = { outcome };
    attemptState.carried = carried;
    throw failure({
      kind: 'unavailable',
      code: 'LedgerUnavailable',
      message: `the outcome (${outcome.result}${outcome.code ? `, ${outcome.code}` : ''}) could not be written: ${error.message}`,
      advice: 'Bring the database back; the outcome is written first thing by the next attempt.',
      lastObservation: carried,
      ...omitUndefined({ requestId: outcome.requestId || undefined }),
    });
  }
}

/** An attempt that nobody comes after asks the database again after so long, in ms, and so often. */
const LATE_WRITE = { everyMs: 1_000, times: 60 } as const;

/**
 * Nobody hears the failure of an attempt that Temporal has given up, and no attempt finds the outcome in it: it is written here, as soon as the
 * database takes it. False where the attempt is waited for, or where the database is away for too long.
 */
async function isWrittenLate({ ledger, temporal }: Dependencies, outcome: CallOutcome): Promise<boolean> {
  if (await isAwaited(temporal, outcome.attempt).catch(() => true)) return false;
  for (let count = 0; count < LATE_WRITE.times; count++) {
    await sleep(LATE_WRITE.everyMs);
    try {
      await ledger.recordOutcome(outcome);
      return true;
    } catch (error) {
      if (!(error instanceof DatabaseUnavailable)) throw error;
    }
  }
  return false;
}

/** First thing of an attempt: the outcome its predecessor could not write. */
export async function writeCarried(
  { ledger }: Dependencies,
  attemptState: AttemptState,
  by: AttemptRef,
): Promise<void> {
  if (!attemptState.carried) return;
  await ledger.recordOutcome({ ...attemptState.carried.outcome, attempt: by });
  delete attemptState.carried;
}

const heldUp = ({ service, action }: CloudRequest) =>
  failure(
    {
      kind: 'unavailable',
      code: 'SendWindowPassed',
      message: `${service} ${action}: this attempt was held up for more than ${SEND_WINDOW_MS} ms after its intent; nothing was sent`,
      product: service,
      action,
      advice: 'Nothing to do: it is tried again.',
    },
    { benign: true },
  );
