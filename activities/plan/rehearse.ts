import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import { BudgetWait, type Slot } from '../../cloud/call/budget.js';
import type { CloudRequest } from '../../cloud/call/port.js';
import { CloudError } from '../../cloud/errors/cloud-error.js';
import { ownerTags } from '../../cloud/ownership.js';
import { isPassedRehearsal, rehearsalOfCreate } from '../../cloud/call/rehearsal.js';
import type { CallResult } from '../../audit/index.js';
import type { Rehearsal } from '../../workflows/contract/plan.js';
import type { Aim } from '../../workflows/contract/activities.js';
import { currentAttempt, targetRef } from '../operation/attempt.js';
import type { Dependencies } from '../dependencies.js';

/**
 * Has the cloud rehearse the creation of a flow log: it checks everything and does nothing. On the record before and after, as `dry-run`;
 * a freeze holds it too. Undefined where the product cannot.
 * @throws IntentRefused under a freeze, DatabaseUnavailable
 */
export async function rehearse(
  deps: Dependencies,
  { target, spec }: Aim,
  signal: AbortSignal,
): Promise<Rehearsal | undefined> {
  const { owner, ledger, clock } = deps;
  const clientToken = randomUUID();
  const request = rehearsalOfCreate({
    target,
    clientToken,
    tags: ownerTags(owner, target),
    ...omitUndefined({ spec }),
  });
  if (!request) return undefined;
  const { accountId: uid, arn } = await deps.principalOf(target.accountId);
  const slot = await rehearsalSlot(deps, request, signal);
  await slot.near(0, signal);
  const attempt = currentAttempt();
  const { intentId } = await ledger.commitIntent({
    attempt,
    target: targetRef(owner, target),
    fence: 0,
    verb: 'create',
    action: request.action,
    params: { ...request.params },
    clientToken,
    principal: { arn, uid },
    dryRun: true,
  });
  const sentMs = clock.monotonicMs();
  const { result, ...said } = await rehearseSend(deps, request, slot);
  const durationMs = Math.round(clock.monotonicMs() - sentMs);
  const sentAt = new Date(clock.now() - durationMs).toISOString();
  const { passed, ...words } = said;
  await ledger.recordOutcome({ intentId, attempt, result, sentAt, durationMs, ...words });
  return { passed, ...words };
}

async function rehearseSend(
  { cloud }: Dependencies,
  request: CloudRequest,
  slot: Slot,
): Promise<Rehearsal & { readonly result: CallResult }> {
  try {
    const { requestId } = await cloud.call(request, { slot });
    return { passed: true, result: 'accepted', requestId };
  } catch (error) {
    if (error instanceof BudgetWait)
      return { passed: false, result: 'not-sent', code: error.name, message: error.message };
    if (!(error instanceof CloudError)) throw error;
    const { code, message, requestId } = error.details;
    const passed = isPassedRehearsal(error);
    return {
      passed,
      result: passed ? 'accepted' : 'refused',
      code,
      message,
      ...omitUndefined({ requestId: requestId || undefined }),
    };
  }
}

/** A person waits for the plan as a whole: each rehearsal waits for its turn. */
async function rehearsalSlot(
  deps: Dependencies,
  request: CloudRequest,
  signal: AbortSignal,
  waited = false,
): Promise<Slot> {
  try {
    return await deps.budget.reserve(request, { waited });
  } catch (error) {
    if (!(error instanceof BudgetWait)) throw error;
    await sleep(error.forMs, undefined, { signal });
    return rehearsalSlot(deps, request, signal, true);
  }
}
