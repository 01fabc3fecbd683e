import { setTimeout as sleep } from 'node:timers/promises';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import type { AttemptRef, ClearEnd, Doubt } from '../../audit/index.js';
import { CloudError } from '../../cloud/errors/cloud-error.js';
import type { CloudClient } from '../../cloud/call/port.js';
import { patient } from '../../cloud/call/patience.js';
import {
  doubtWorkflowTypes,
  type DoubtLook,
  type NotSettled,
  type SettledDoubt,
} from '../../workflows/contract/doubts.js';
import type { SettleInput } from '../../workflows/contract/doubt-activities.js';
import { currentAttempt } from '../operation/attempt.js';
import type { Dependencies } from '../dependencies.js';
import { type DoubtSeen, failedLook, lookAt } from '../operation/doubt.js';
import { callMs, workflowIdOn, doubtRow } from './list.js';
import { identityOf } from '../operation/observe.js';
import { looking } from '../operation/attempt-calls.js';
import { wake } from './wake.js';
import { withFlowLogId } from '../../cloud/flow-log.js';

/** Reason why a change is left in doubt, in words. */
interface LeftInDoubt {
  readonly why: NotSettled;
  readonly message: string;
  readonly look?: DoubtLook;
}

/**
 * Settles one change in doubt as a person says, where a look made now agrees. A person's word alone settles nothing: a change said to be done
 * has to be seen, and one said not to be done has to be past its grace and missed by a filtered read begun after it; a create by two, one
 * list lag apart, as when the service decides (law 2). A refusal goes on the record too.
 */
export function settleDoubt(deps: Dependencies, input: SettleInput): Promise<SettledDoubt> {
  return looking(deps, {}, async (counted) => {
    const by = currentAttempt();
    const [found, another] = (
      await deps.ledger.doubts({ owner: deps.owner, intentId: input.intentId, limit: 2, callMs: 0 })
    ).doubts;
    if (another) return { intentId: input.intentId, settled: false, ...several(input.intentId) };
    if (!found) return settledBefore(deps, input, by);
    const doubt: Doubt = found;
    await openSettlementChain(deps, input, by);
    const end = await judgedDoubt(deps, patient(counted), input, doubt, by);
    const row = { ...doubtRow(doubt, deps), settled: !('why' in end), ...end };
    if ('why' in end) {
      const { intentId, verb, action } = row;
      await deps.ledger.recordEvent({
        operation: by.operation,
        event: 'doubt-kept',
        about: { target: doubt.target, verb, action },
        body: { intentId, as: input.as, ...end },
        once: intentId,
      });
      if (end.look) await deps.ledger.noteLook(intentId, end.look);
      return row;
    }
    const workflowId = workflowIdOn(doubt);
    return workflowId && (await wake(deps.temporal, workflowId)) ? { ...row, woken: workflowId } : row;
  });
}

/** Looks and, where the look agrees, resolves. */
async function judgedDoubt(
  deps: Dependencies,
  cloud: CloudClient,
  input: SettleInput,
  doubt: Doubt,
  by: AttemptRef,
): Promise<LeftInDoubt | { readonly message: string; readonly look: DoubtLook }> {
  const early = refusedUnseen(deps, input, doubt);
  if (early) return early;
  let seen: DoubtSeen;
  try {
    seen = await lookAt(deps, cloud, doubt);
    if (input.as === 'not-done' && doubt.intent.verb === 'create' && !seen.effect) {
      await sleep(deps.timing.listLagMs + 2);
      seen = await lookAt(deps, cloud, doubt);
    }
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    const look = failedLook(deps.clock, error.message);
    const message = `the cloud could not be looked at: ${look.problem}. ${error.details.advice}`;
    return { why: 'unreadable', message, look };
  }
  return refusedSeen(input, doubt, seen) ?? resolved(deps, input, doubt, seen, by);
}

/** Refuses a verdict that can be refused without a look. */
function refusedUnseen(
  { timing, clock }: Dependencies,
  { as }: SettleInput,
  { intent }: Doubt,
): LeftInDoubt | undefined {
  const leftMs = callMs(timing) - intent.ageMs;
  if (intent.state === 'open' && leftMs > 0)
    return {
      why: 'under-way',
      message: `its call is under way: nobody need doubt it before ${momentAfter(clock.now(), leftMs)}`,
    };
  const graceMs = timing.graceMs - intent.ageMs;
  return as === 'not-done' && graceMs > 0 ? tooYoung(clock.now(), graceMs) : undefined;
}

const tooYoung = (now: number, leftMs: number): LeftInDoubt => ({
  why: 'grace',
  message: `it may still take effect: not-done can be said of it from ${momentAfter(now, leftMs)} on (in ${Math.ceil(leftMs / 1_000)} s)`,
});

/** Refuses a verdict that the look speaks against. */
function refusedSeen(
  { as }: SettleInput,
  { intent }: Doubt,
  { effect, look, flowLogId }: DoubtSeen,
): LeftInDoubt | undefined {
  if (as === 'done' && !effect)
    return {
      why: 'effect-not-seen',
      message: `${intent.verb} does not show: what is not seen is not settled as done. When its grace is over, say --as not-done`,
      look,
    };
  if (as === 'not-done' && effect)
    return {
      why: 'effect-seen',
      message: `${intent.verb} shows${flowLogId ? ` in ${flowLogId}` : ''}: it was done. Say --as done`,
      look,
    };
  return undefined;
}

async function resolved(
  { ledger, timing, clock }: Dependencies,
  { as, requestedBy, reason }: SettleInput,
  { intent }: Doubt,
  { look, flowLogId }: DoubtSeen,
  by: AttemptRef,
): Promise<LeftInDoubt | { readonly message: string; readonly look: DoubtLook }> {
  const { intentId } = intent;
  if (intent.state === 'open') await ledger.closeUnknown(intentId, by);
  const settled = await ledger.settleByHand({
    intentId,
    by,
    resolution: as === 'done' ? 'effect-seen' : 'effect-absent',
    ...withFlowLogId(flowLogId),
    readAt: look.readAt,
    byHand: { requestedBy, reason, as, saw: look },
    graceMs: timing.graceMs,
  });
  if (settled.recorded === 'too-young') return { ...tooYoung(clock.now(), settled.leftMs), look };
  if (settled.recorded === 'resolution') return { message: verdictText(as, flowLogId), look };
  const end = await ledger.clearEnd(intentId);
  return { why: 'not-in-doubt', message: end ? endedAs(end) : 'it is in doubt no more', look };
}

const verdictText = (as: SettleInput['as'], flowLogId: string | undefined): string =>
  as === 'done' ? `it took effect${flowLogId ? ` (${flowLogId})` : ''}` : 'it did not happen';

/** Nothing of that name is in doubt. A change is settled where an attempt of this very activity settled it, and was lost before it could say so. */
async function settledBefore(deps: Dependencies, input: SettleInput, by: AttemptRef): Promise<SettledDoubt> {
  const { intentId, as } = input;
  const end = await deps.ledger.clearEnd(intentId);
  if (!end) {
    const message =
      'no change in doubt has this id; it may have ended meanwhile: see `flowlog doubt list`, and `flowlog audit show` with its resource';
    return { intentId, settled: false, why: 'not-in-doubt', message };
  }
  const isOurs = end.operation.runId === by.operation.runId && end.activityId === by.activityId;
  if (!isOurs) return { intentId, settled: false, why: 'not-in-doubt', message: endedAs(end) };
  return { intentId, verb: end.verb, settled: true, message: verdictText(as, end.flowLogId) };
}

const endingWords: Readonly<Record<string, string>> = {
  accepted: 'the cloud accepted it',
  refused: 'the cloud refused it',
  'not-sent': 'it was never sent',
  'effect-seen': 'it took effect',
  'effect-absent': 'it did not happen',
  'not-seen': 'it was not seen, and may have been sent again',
};

const endedAs = ({ result, at, operation, flowLogId }: ClearEnd): string =>
  `it is in doubt no more: ${endingWords[result] ?? result}${flowLogId ? ` (${flowLogId})` : ''}, as ${operation.workflowId} found at ${at}`;

const several = (intentId: string) => ({
  why: 'several' as const,
  message: `the ids of several changes in doubt begin with ${intentId}: write more of it`,
});

const momentAfter = (now: number, ms: number): string => new Date(now + ms).toISOString().replace(/\.\d+/, '');

/** Records who settles, and why: the first row of the run's chain. */
async function openSettlementChain(deps: Dependencies, input: SettleInput, { operation }: AttemptRef): Promise<void> {
  const clientIdentity = await identityOf(deps.temporal, operation);
  const { as, requestedBy, reason } = input;
  await deps.ledger.openOperation({
    operation,
    workflowType: doubtWorkflowTypes.resolve,
    target: 'changes in doubt',
    requestedBy,
    reason,
    input: { as },
    workerBuild: deps.workerBuild,
    ...omitUndefined({ clientIdentity: clientIdentity || undefined }),
  });
}
