import { apiOf, type Budget, BudgetWait, type SlotTurn } from '../../cloud/call/budget.js';
import type { CloudClient, CloudRequest } from '../../cloud/call/port.js';
import { CloudError } from '../../cloud/errors/cloud-error.js';
import { KEPT_REQUEST_IDS } from '../../workflows/contract/operation.js';
import type { Dependencies } from '../dependencies.js';
import { beating } from './attempt.js';
import { type AttemptState, loadAttemptState, saveAttemptState } from './attempt-state.js';

/** The bulk that an attempt works for; without one it is asked for singly, and does not stand behind the calls of bulks. */
interface PartOf {
  readonly bulk?: string;
}

/** The cloud and the budget as one attempt has them: calls are counted, and it is remembered where it is told to come back for a slot. */
export const ofAttempt = (deps: Dependencies, attemptState: AttemptState, part: PartOf): Dependencies => ({
  ...deps,
  cloud: countingCalls(deps.cloud, attemptState, part),
  budget: rememberingWaits(deps.budget, attemptState, part),
});

/** Time between two heartbeats of a look, in ms: well below `LOOK_HEARTBEAT_MS`, after which another worker looks in its place. */
const LOOK_BEAT_MS = 3_000;

/** A look at the cloud: alive as long as it takes, its calls counted, and what it spent left to the next attempt where it fails. */
export async function looking<Result>(
  { cloud }: { readonly cloud: CloudClient },
  part: PartOf,
  look: (cloud: CloudClient, attemptState: AttemptState) => Promise<Result>,
): Promise<Result> {
  const attemptState = loadAttemptState();
  const stop = beating(LOOK_BEAT_MS, () => attemptState);
  try {
    return await look(countingCalls(cloud, attemptState, part), attemptState);
  } catch (error) {
    saveAttemptState(attemptState);
    throw error;
  } finally {
    stop();
  }
}

/** The cloud, with every call of this operation counted and its request id kept, whether it went well or not. */
function countingCalls(cloud: CloudClient, attemptState: AttemptState, part: PartOf): CloudClient {
  const keep = (requestId: string | undefined) => {
    attemptState.apiCalls += 1;
    if (requestId && attemptState.requestIds.length < KEPT_REQUEST_IDS) attemptState.requestIds.push(requestId);
  };
  return {
    async call(request, options) {
      try {
        const answer = await cloud.call(request, { ...options, ...turnOf(attemptState, request, part) });
        forgetWait(attemptState, request);
        keep(answer.requestId);
        return answer;
      } catch (error) {
        if (error instanceof CloudError) keep(error.details.requestId);
        return rememberWait(attemptState)(error);
      }
    },
  };
}

function rememberingWaits(budget: Budget, attemptState: AttemptState, part: PartOf): Budget {
  const turn = (request: CloudRequest) => turnOf(attemptState, request, part);
  return {
    perSecond: (request) => budget.perSecond(request),
    probe: (request) => budget.probe(request, turn(request)).catch(rememberWait(attemptState)),
    reserve: (request) => budget.reserve(request, turn(request)).catch(rememberWait(attemptState)),
    throttled: (request, retryAfterMs) => budget.throttled(request, retryAfterMs),
    open: () => budget.open(),
    close: () => budget.close(),
  };
}

/** Place of this attempt's next call in the queue of its API: a wait for one API is none for another. */
const turnOf = ({ waitsFor = [] }: AttemptState, request: CloudRequest, { bulk }: PartOf): SlotTurn => ({
  waited: waitsFor.includes(apiOf(request)),
  single: bulk === undefined,
});

/** Rethrows an error, and remembers where it tells the attempt to come back for a slot. */
const rememberWait =
  (attemptState: AttemptState) =>
  (error: unknown): never => {
    if (error instanceof BudgetWait) {
      forgetWait(attemptState, error.request);
      attemptState.waitsFor = [...(attemptState.waitsFor ?? []), apiOf(error.request)];
    }
    throw error;
  };

function forgetWait(attemptState: AttemptState, request: Pick<CloudRequest, 'service' | 'action'>): void {
  const left = attemptState.waitsFor?.filter((api) => api !== apiOf(request)) ?? [];
  if (left.length > 0) attemptState.waitsFor = left;
  else delete attemptState.waitsFor;
}
