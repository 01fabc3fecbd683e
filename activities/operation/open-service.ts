import { CloudError } from '../../cloud/errors/cloud-error.js';
import type { CloudClient } from '../../cloud/call/port.js';
import type { Place } from '../../cloud/flow-log.js';
import { serviceIsOpen } from '../../cloud/lists/parse.js';
import { placeName } from '../../cloud/target.js';
import { openServiceRequest, serviceStatusRequest } from '../../cloud/lists/wire.js';
import { IntentRefused, type TargetRef } from '../../audit/index.js';
import type { ServiceInput, ServiceResult } from '../../workflows/contract/activities.js';
import { currentAttempt } from './attempt.js';
import { proveBeginning } from './beginning.js';
import type { Dependencies } from '../dependencies.js';
import { asFailure, notNow } from '../failures.js';
import { sendOnce, writeCarried } from './send.js';
import { saveAttemptState, loadAttemptState } from './attempt-state.js';
import { ofAttempt } from './attempt-calls.js';

/**
 * Opens the account's flow log service where it is not open yet. The account's service is a target of the ledger like any other, so
 * that it is never opened twice at once: fence, look, intent, send, outcome.
 */
export async function openService(given: Dependencies, { target }: ServiceInput): Promise<ServiceResult> {
  const attemptState = loadAttemptState();
  const deps = ofAttempt(given, attemptState, {});
  const request = openServiceRequest(target);
  const end = (opened: boolean): ServiceResult => ({ opened, ...attemptState });
  if (!request) return end(false);
  try {
    const by = currentAttempt();
    await writeCarried(deps, attemptState, by);
    const service: TargetRef = { ...refOf(deps.owner, target), key: 'flow-log-service' };
    const { pending, fence, unproven } = await deps.ledger.takeFence(service, by);
    if (unproven) await proveBeginning(deps, target);
    const [doubtful] = pending;
    const isOpen = await looksOpen(deps.cloud, target);
    if (doubtful && (isOpen || doubtful.ageMs >= deps.timing.graceMs)) {
      const resolution = isOpen ? 'effect-seen' : 'effect-absent';
      const readAt = new Date(deps.clock.now()).toISOString();
      await deps.ledger.resolveIntent({ intentId: doubtful.intentId, by, resolution, readAt });
    }
    if (isOpen) return end(false);
    await sendOnce(deps, { request, target: service, verb: 'openService' }, by, { fence }, attemptState);
    return end(true);
  } catch (error) {
    // Another caller has opened it meanwhile: that is what was wanted.
    if (error instanceof CloudError && error.kind === 'exists') return end(false);
    saveAttemptState(attemptState);
    throw error instanceof IntentRefused ? notNow(target.product, request.action, error) : asFailure(error);
  }
}

const refOf = (owner: string, place: Place): Omit<TargetRef, 'key'> => ({
  owner,
  product: place.product,
  accountId: place.accountId,
  place: placeName({ ...place, resource: {} }),
});

/** Tells whether the account's flow log service is open; false where the product has none. */
export async function looksOpen(cloud: CloudClient, target: Place): Promise<boolean> {
  const request = serviceStatusRequest(target);
  return request !== undefined && serviceIsOpen(target.product, (await cloud.call(request)).body);
}
