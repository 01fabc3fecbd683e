import { type AttemptRef, type CallOutcome, type Intent, LedgerUnavailable } from '../audit/index.js';
import type { CloudAnswer } from '../cloud/cloud.js';
import { CloudError, type ErrorKind } from '../cloud/cloud-error.js';
import { ownerTags } from '../cloud/ownership.js';
import { createdFlowLogId } from '../cloud/parse.js';
import { changeRequest } from '../cloud/wire.js';
import type { ChangeInput } from './api.js';
import { targetRef } from './attempt.js';
import { type Dependencies, SEND_WINDOW_MS } from './dependencies.js';
import { failure } from './failures.js';
import type { Inheritance } from './tally.js';

/** An outcome the database would not take; the next attempt writes it before anything else. */
export interface Carried {
  readonly outcome: CallOutcome;
}

/** Nothing has left: the attempt was held up between its intent and the wire for too long. */
class SendWindowPassed extends Error {}

/** Ends after which it is known that the change was not made. */
const refusedKinds: ReadonlySet<ErrorKind> = new Set<ErrorKind>([
  'throttled',
  'unavailable',
  'busy',
  'exists',
  'not-found',
  'invalid',
  'denied',
  'quota',
  'unsupported',
  'prerequisite',
]);

export interface Sent {
  readonly requestId: string;
  readonly flowLogId?: string;
}

/**
 * Commits an intent, sends within the window, records the outcome. Throws `IntentRefused` before anything is sent, a
 * `CloudError` after the outcome is on the record.
 */
export async function sendOnce(
  deps: Dependencies,
  input: ChangeInput,
  by: AttemptRef,
  fence: number,
  inheritance: Inheritance,
): Promise<Sent> {
  const { cloud, clock, owner } = deps;
  const keep = (ended: CallOutcome) => record(deps, ended, inheritance);
  const { verb, target, flowLogId, clientToken } = input;
  const request = changeRequest(verb, {
    target,
    clientToken,
    ...(flowLogId ? { flowLogId } : {}),
    ...(input.spec ? { spec: input.spec } : {}),
    ...(verb === 'create' ? { tags: ownerTags(owner, target) } : {}),
  });
  const { accountId: uid, arn } = await deps.principalOf(target.accountId);
  // Before the commit, not after it: a pause inside the commit counts against the window too.
  const committingMs = clock.monotonicMs();
  const intentId = await commit(deps, inheritance, {
    attempt: by,
    target: targetRef(owner, target),
    fence,
    verb,
    action: request.action,
    params: { ...request.params },
    principal: { arn, uid },
    clientToken,
    ...(flowLogId ? { flowLogId } : {}),
  });
  const sentMs = clock.monotonicMs();
  const outcome = { intentId, attempt: by, sentAt: new Date(clock.now()).toISOString() };
  const beforeSend = () => {
    if (clock.monotonicMs() - committingMs > SEND_WINDOW_MS) throw new SendWindowPassed();
  };
  const tookMs = () => Math.round(clock.monotonicMs() - sentMs);
  try {
    const answer = await cloud.call(request, { beforeSend });
    const sent = readAnswer(input, answer);
    await keep({ ...outcome, ...sent, result: 'accepted', httpStatus: answer.httpStatus, durationMs: tookMs() });
    return sent;
  } catch (error) {
    if (error instanceof SendWindowPassed) {
      await keep({ ...outcome, result: 'not-sent', code: 'SendWindowPassed' });
      throw heldUp(input, request.action);
    }
    if (error instanceof CloudError) await keep({ ...outcome, ...endOf(error), durationMs: tookMs() });
    throw error;
  }
}

/** Commits the intent. When the database went away in the middle, the next attempt records that nothing was sent. */
async function commit({ ledger }: Dependencies, inheritance: Inheritance, intent: Intent): Promise<string> {
  try {
    return (await ledger.commitIntent(intent)).intentId;
  } catch (error) {
    if (error instanceof LedgerUnavailable && error.intentId) {
      const outcome: CallOutcome = {
        intentId: error.intentId,
        attempt: intent.attempt,
        result: 'not-sent',
        code: 'CommitUnclear',
      };
      inheritance.carried = { outcome };
    }
    throw error;
  }
}

/** What an accepted call tells. A create that names no flow log is no clear answer: the parser says so. */
function readAnswer({ verb, target, flowLogId }: ChangeInput, answer: CloudAnswer): Sent {
  if (verb !== 'create') return { requestId: answer.requestId, ...(flowLogId ? { flowLogId } : {}) };
  return { requestId: answer.requestId, flowLogId: createdFlowLogId(target.product, answer.body) };
}

function endOf({ kind, details }: CloudError): Pick<CallOutcome, 'result' | 'kind' | 'code' | 'message'> {
  const { code, message, requestId, httpStatus } = details;
  const result = refusedKinds.has(kind) ? 'refused' : 'ambiguous';
  return { result, kind, code, message, ...(requestId ? { requestId } : {}), ...(httpStatus ? { httpStatus } : {}) };
}

/** Writes an outcome, or leaves it to the next attempt when the database is away. */
async function record({ ledger }: Dependencies, outcome: CallOutcome, inheritance: Inheritance): Promise<void> {
  try {
    await ledger.recordOutcome(outcome);
  } catch (error) {
    if (!(error instanceof LedgerUnavailable)) throw error;
    const carried: Carried = { outcome };
    inheritance.carried = carried;
    throw failure({
      kind: 'unavailable',
      code: 'LedgerUnavailable',
      message: `the outcome (${outcome.result}${outcome.code ? `, ${outcome.code}` : ''}) could not be written: ${error.message}`,
      advice: 'Bring the database back; the outcome is written first thing by the next attempt.',
      lastObservation: carried,
      ...(outcome.requestId ? { requestId: outcome.requestId } : {}),
    });
  }
}

/** First thing of an attempt: the outcome its predecessor could not write. */
export async function writeCarried({ ledger }: Dependencies, inheritance: Inheritance, by: AttemptRef): Promise<void> {
  if (!inheritance.carried) return;
  await ledger.recordOutcome({ ...inheritance.carried.outcome, attempt: by });
  delete inheritance.carried;
}

const heldUp = ({ target }: ChangeInput, action: string) =>
  failure(
    {
      kind: 'unavailable',
      code: 'SendWindowPassed',
      message: `${target.product} ${action}: this attempt was held up for more than ${SEND_WINDOW_MS} ms after its intent; nothing was sent`,
      product: target.product,
      action,
      advice: 'Nothing to do: it is tried again.',
    },
    { benign: true },
  );
