import { setTimeout as sleep } from 'node:timers/promises';
import { withFlowLogId } from '../../cloud/flow-log.js';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import { type AttemptRef, type EndCounts, IntentRefused, type TargetState } from '../../audit/index.js';
import { BudgetWait, MOST_AWAY_MS } from '../../cloud/call/budget.js';
import { CLOCKS_DIFFER_MS, leastBetween, momentOf } from '../../cloud/clock.js';
import type { CloudAnswer } from '../../cloud/call/port.js';
import { CloudError, type ErrorKind } from '../../cloud/errors/cloud-error.js';
import { backoffMs, kindRules, mayPass } from '../../cloud/errors/kind-rules.js';
import { catalogued } from '../../cloud/errors/catalogue.js';
import { OWNERSHIP } from '../../cloud/difference.js';
import { ownerTags } from '../../cloud/ownership.js';
import { createdFlowLogId } from '../../cloud/lists/parse.js';
import { actionRow } from '../../cloud/products/products.js';
import { resendsAfter } from '../../cloud/errors/proof.js';
import { changeRequest } from '../../cloud/lists/wire.js';
import type { FailureDetails } from '../../workflows/contract/operation.js';
import type { ChangeInput, ChangeResult } from '../../workflows/contract/activities.js';
import { currentAttempt, targetRef } from './attempt.js';
import { scheduledLately } from './awaited.js';
import { proveBeginning } from './beginning.js';
import { type Dependencies, PROOF_WAIT_MS } from '../dependencies.js';
import { asFailure, budgetWait, detailsOf, failure, notNow } from '../failures.js';
import { readTarget } from '../../cloud/lists/absence.js';
import { type AttemptLook, decide, lookHolds } from './decide-attempt.js';
import { noteFailedLook, noteLooks } from './doubt.js';
import { recordEffects } from './pending.js';
import { type Sending, type SendRight, sendOnce, writeCarried } from './send.js';
import { observationOf } from './situation.js';
import { type AttemptState, saveAttemptState, loadAttemptState, countIdleAttempt } from './attempt-state.js';
import { ofAttempt } from './attempt-calls.js';

/**
 * One attempt of a change, in the order of law 2: take the fence, look, settle what is in doubt, and only then, if the change is
 * still needed, commit an intent and send. Whatever the end, it is on the record before the attempt ends.
 */
export async function attemptChange(deps: Dependencies, input: ChangeInput): Promise<ChangeResult> {
  const attemptState = loadAttemptState();
  try {
    const end = await changeOnce(ofAttempt(deps, attemptState, input), input, attemptState);
    return { ...end, apiCalls: attemptState.apiCalls, requestIds: attemptState.requestIds };
  } catch (error) {
    if (error instanceof BudgetWait) countIdleAttempt(attemptState);
    saveAttemptState(attemptState);
    throw error instanceof BudgetWait ? budgetWait(error, attemptState.lastEnd) : error;
  }
}

type End = Omit<ChangeResult, 'apiCalls' | 'requestIds'>;

async function changeOnce(deps: Dependencies, asked: ChangeInput, attemptState: AttemptState): Promise<End> {
  const by = currentAttempt();
  const wasLately = scheduledLately(deps.clock);

  await writeCarried(deps, attemptState, by);
  // An attempt that the budget tells to come back is told so before it looks at anything for nothing.
  const { request } = sendingOf(deps.owner, asked);
  await deps.budget.probe(request);
  const input = await withProof(deps, asked, attemptsThatMeantIt(by, attemptState));
  const { state, look } = await takeFenceAndLook(deps, input, by, attemptState);
  if (state.unproven) {
    await proveBeginning(deps, input.target).catch((error: unknown) => {
      throw lookFailed(deps, error, by.attempt);
    });
    return changeOnce(deps, asked, attemptState);
  }
  const { decision, judgement } = decide(input, state, by.operation, deps.timing, look);
  attemptState.missed = judgement.missed;
  if (look) {
    await recordEffects(deps.ledger, by, look.observation.readAt, judgement);
    await noteLooks(deps.ledger, look.observation, judgement);
  }
  switch (decision.do) {
    case 'wait':
      throw stillUnclear(input, decision, by.attempt, attemptState.lastEnd);
    case 'end':
      return { end: decision.end, ...withFlowLogId(decision.flowLogId) };
    case 'send': {
      // Those who wait in this place are read to at the pace of the changes there.
      deps.watcher.changeSent(input.target);
      const { requestId, flowLogId } = await sendKnowingly(
        deps,
        input,
        by,
        { state, isSurelyAwaited: () => !look && wasLately() },
        attemptState,
      );
      return { end: 'sent', ...withFlowLogId(flowLogId ?? input.flowLogId), requestId };
    }
  }
}

/** Number of this attempt. Attempts that only waited for their turn have changed nothing, and do not count. */
const attemptsThatMeantIt = ({ attempt }: AttemptRef, { idleAttempts = 0 }: AttemptState): number =>
  attempt - idleAttempts;

/**
 * A create that rests on a scan asks whether that proves its target empty by now. It waits a little for a scan under way, never for a list
 * lag: a target not proven empty is read.
 */
async function withProof(deps: Dependencies, input: ChangeInput, attempt: number): Promise<ChangeInput> {
  const { verb, seen, bulk, target } = input;
  if (verb !== 'create' || attempt > 1 || !bulk || !seen.scanned || seen.proven) return input;
  const inTime = sleep(PROOF_WAIT_MS, undefined, { ref: false });
  const scan = await Promise.race([deps.scans.proof(bulk, target), inTime]);
  const proven = scan?.proven === true && scan.flowLogs.length === 0;
  return proven ? { ...input, seen: { ...seen, proven } } : input;
}

/** The fence first, so that no earlier attempt can commit an intent after this look. */
async function takeFenceAndLook(deps: Dependencies, input: ChangeInput, by: AttemptRef, attemptState: AttemptState) {
  const { ledger, clock, cloud, owner } = deps;
  const { target, seen } = input;
  const state = await ledger.takeFence(targetRef(owner, target), by);
  const answered = momentOf(clock);
  // An attempt that never said how it ended is closed as `unknown`; should it still speak, that is a row of its own.
  for (const { intentId, state: end } of state.pending) if (end === 'open') await ledger.closeUnknown(intentId, by);
  // As old as it will be when the call's turn comes.
  const seenAgoMs = agoMs(seen, clock) + MOST_AWAY_MS;
  const attempt = attemptsThatMeantIt(by, attemptState);
  const { graceMs, listLagMs } = deps.timing;
  if (lookHolds(input, { state, attempt, seenAgoMs, graceMs })) return { state };
  const elapsedMs = leastBetween(answered, momentOf(clock));
  const reading = readTarget(cloud, clock, target, { listLagMs, known: state.known ?? [] });
  const { flowLogs, readAt } = await reading.catch(async (error: unknown) => {
    if (error instanceof CloudError) await noteFailedLook(deps, state.pending, error.message);
    throw lookFailed(deps, error, by.attempt);
  });
  const observation = observationOf(deps, input, flowLogs, readAt, true);
  const look: AttemptLook = { observation, elapsedMs, missedBefore: attemptState.missed ?? [] };
  return { state, look };
}

/**
 * Age of a look, in ms, by the clock that says most. If wall clocks have been set since, so that the look seems to lie ahead, its age is not
 * known: it counts as older than any.
 */
function agoMs({ readAt, seenAt }: ChangeInput['seen'], clock: Dependencies['clock']): number {
  const wallMs = clock.now() - Date.parse(readAt);
  const bootMs = seenAt?.bootId === clock.bootId ? clock.bootMs() - seenAt.bootMs : 0;
  return wallMs < -CLOCKS_DIFFER_MS ? Infinity : Math.max(wallMs, bootMs);
}

/** A look changes nothing: it is repeated sooner than a change would be, so that the waits of a bad hour do not outlast it. */
function lookFailed({ timing }: Dependencies, error: unknown, attempt: number): unknown {
  if (!(error instanceof CloudError) || error.details.retryAfterMs !== undefined) return error;
  const mostMs = Math.max(1_000, timing.graceMs / 2);
  return asFailure(error, { nextRetryDelayMs: Math.min(backoffMs(error.kind, attempt - 1), mostMs) });
}

/** Sends, and turns the end into what Temporal's retry policy and the next attempt need to know. */
async function sendKnowingly(
  deps: Dependencies,
  input: ChangeInput,
  by: AttemptRef,
  { state, isSurelyAwaited }: Required<Pick<SendRight, 'isSurelyAwaited'>> & { readonly state: TargetState },
  attemptState: AttemptState,
) {
  const ends = await deps.ledger.countRefusals(by.operation, input.verb);
  refuseWhatIsSpent(input, by, state, ends);
  try {
    return await sendOnce(
      deps,
      sendingOf(deps.owner, input),
      by,
      { fence: state.fence, isSurelyAwaited },
      attemptState,
    );
  } catch (error) {
    if (error instanceof IntentRefused) {
      if (error.reason === 'busy-scope') countIdleAttempt(attemptState);
      const { action } = actionRow(input.target.product, input.verb);
      throw notNow(input.target.product, action, error);
    }
    if (!(error instanceof CloudError)) throw error;
    attemptState.lastEnd = detailsOf(error);
    throw endedBadly(deps, input, error, ends[error.kind] ?? 0);
  }
}

/**
 * A change that was answered in doubt, and was looked for since and not found, is sent again as often as its kind allows; then the code is
 * the result. The ledger remembers it, so that neither a lost worker nor a freeze makes it one more.
 */
function refuseWhatIsSpent(
  { target, verb, flowLogId }: ChangeInput,
  by: AttemptRef,
  state: TargetState,
  ends: EndCounts,
) {
  const { lastAnswer: answer } = state;
  if (answer?.operation.runId !== by.operation.runId || answer.verb !== verb) return;
  if (answer.flowLogId !== flowLogId) return;
  const { action, code, message, requestId, httpStatus } = answer;
  const said = {
    code,
    message,
    ...omitUndefined({ requestId: requestId || undefined, httpStatus: httpStatus || undefined }),
  };
  const error = new CloudError(catalogued({ service: target.product, action, ...said }));
  const cap = resendsAfter(error);
  if (cap !== undefined && (ends[error.kind] ?? 0) > cap) throw asFailure(error, { nonRetryable: true });
}

/** Failure of a send that did not go well: tells Temporal whether to try again, and when. */
function endedBadly({ timing }: Dependencies, { verb }: ChangeInput, error: CloudError, before: number): unknown {
  const { kind, details } = error;
  const isDoubtful = details.proof === 'answered';
  const cap = resendsAfter(error);
  // A change that is known not to be done needs no look: the cap counts the sends after the first refusal, which is free.
  if (!isDoubtful && cap !== undefined && before + 1 > cap) return asFailure(error, { nonRetryable: true });
  if (!isDoubtful) return asFailure(error, { nextRetryDelayMs: details.retryAfterMs ?? backoffMs(kind, before) });
  // Whatever the code says, the next attempt looks first.
  const retried = mayPass(error) ? kind : 'ambiguous';
  const lookInMs = verb === 'create' ? 0 : timing.listLagMs;
  const nextRetryDelayMs = details.retryAfterMs ?? Math.max(lookInMs, backoffMs(retried, before));
  return mayPass(error)
    ? asFailure(error, { nextRetryDelayMs })
    : failure({ ...detailsOf(error), kind: retried }, { nextRetryDelayMs });
}

/** The call that makes the change. A create carries our tags and must answer with an id; to take a flow log over is to send them. */
function sendingOf(owner: string, { verb, target, flowLogId, clientToken, spec, fields }: ChangeInput): Sending {
  const named = withFlowLogId(flowLogId);
  const isCreate = verb === 'create';
  const request = changeRequest(verb, {
    target,
    clientToken,
    ...named,
    ...omitUndefined({
      spec,
      fields,
      tags: isCreate || fields?.includes(OWNERSHIP) ? ownerTags(owner, target) : undefined,
    }),
  });
  const made = ({ body }: CloudAnswer) => createdFlowLogId(target.product, body);
  return {
    request,
    verb,
    clientToken,
    target: targetRef(owner, target),
    ...named,
    ...omitUndefined({ made: isCreate ? made : undefined }),
  };
}

/** A change whose end is in doubt is waited for, look by look; each look is an attempt of its own. */
function stillUnclear(
  { target, verb }: ChangeInput,
  { intent, againInMs }: { intent: { action: string }; againInMs: number },
  attempt: number,
  lastEnd: FailureDetails | undefined,
) {
  const last = lastEnd ? `; its last answer: ${lastEnd.message}` : '';
  return failure(
    {
      // As the cloud put it, where its answer left it in doubt: histories show why it is waited for.
      kind: lastEnd && mayComeBack(lastEnd.kind) ? lastEnd.kind : 'ambiguous',
      code: 'OutcomeUnclear',
      message: `${target.product} ${intent.action}: nobody knows yet whether it happened; looking again before anything is sent${last}`,
      ...omitUndefined({ requestId: lastEnd?.requestId ? lastEnd.requestId : undefined }),
      product: target.product,
      action: actionRow(target.product, verb).action,
      advice: 'Nothing to do: it is looked for, and sent again only when it is known not to have happened.',
    },
    { nextRetryDelayMs: Math.min(backoffMs('ambiguous', attempt - 1), againInMs) },
  );
}

/** A kind that Temporal tries again. */
const mayComeBack = (kind: string): boolean => kind in kindRules && !kindRules[kind as ErrorKind].permanent;
