import { type AttemptRef, IntentRefused, type TargetState } from '../audit/index.js';
import { CloudError, type ErrorKind } from '../cloud/cloud-error.js';
import { kindRules } from '../cloud/kind-rules.js';
import type { ChangeVerb, Observation, SeenFlowLog } from '../cloud/flow-log.js';
import { products } from '../cloud/products.js';
import type { ChangeInput, ChangeResult } from './api.js';
import { currentAttempt, targetRef } from './attempt.js';
import type { Dependencies } from './dependencies.js';
import { asFailure, failure } from './failures.js';
import { readList } from '../cloud/read-list.js';
import { settlePending } from './pending.js';
import { sendOnce, writeCarried } from './send.js';
import { hiddenForMs, observationOf } from './situation.js';
import { type Inheritance, bequeath, counted, inherit } from './tally.js';

/** How long a look made before this activity is as good as a fresh one, while the ledger shows no change since. */
const LOOK_HOLDS_MS = 10_000;

/** The pause after a change has ended in this way `count` times before, as the catalogue's rule for the kind has it. */
function pauseMs(kind: ErrorKind, count: number): number {
  const { initialIntervalMs, backoffCoefficient, maximumIntervalMs } = kindRules[kind];
  return Math.min(initialIntervalMs * backoffCoefficient ** Math.max(0, count), maximumIntervalMs);
}

/**
 * One attempt of a change, in the order of law 2: take the fence, look, settle what is in doubt, and only then, if the change is
 * still needed, commit an intent and send. Whatever the end, it is on the record before the attempt ends.
 */
export async function attemptChange(deps: Dependencies, input: ChangeInput): Promise<ChangeResult> {
  const inheritance = inherit();
  try {
    const end = await changeOnce({ ...deps, cloud: counted(deps.cloud, inheritance) }, input, inheritance);
    return { ...end, apiCalls: inheritance.apiCalls, requestIds: inheritance.requestIds };
  } finally {
    bequeath(inheritance);
  }
}

type End = Omit<ChangeResult, 'apiCalls' | 'requestIds'>;

async function changeOnce(deps: Dependencies, input: ChangeInput, inheritance: Inheritance): Promise<End> {
  const by = currentAttempt();
  await writeCarried(deps, inheritance, by);
  const { state, observation, elapsedMs } = await takeFenceAndLook(deps, input, by);
  if (observation) {
    const missedBefore = inheritance.missed ?? [];
    const settlement = await settlePending({ ...deps, state, observation, elapsedMs, by, missedBefore });
    inheritance.missed = settlement.missed;
    const [open] = settlement.open;
    if (open) throw stillUnclear(input, open, by.attempt);
    const worked = settlement.seen.find(({ intent }) => intent.verb === input.verb);
    if (worked) return { end: 'seen', ...ofId(worked.flowLogId ?? input.flowLogId) };
  }
  const accepted = acceptedBefore(deps, input, state);
  if (accepted) return { end: 'seen', ...ofId(accepted.flowLogId ?? input.flowLogId) };
  if (observation && !stillNeeded(input, observation)) return { end: 'unneeded' };
  const { requestId, flowLogId } = await sendKnowingly(deps, input, by, state, inheritance);
  return { end: 'sent', ...ofId(flowLogId ?? input.flowLogId), requestId };
}

interface FencedLook {
  readonly state: TargetState;
  /** Absent: the look that led to this change still holds. */
  readonly observation?: Observation;
  /** From the ledger's answer to the look, on the monotonic clock. */
  readonly elapsedMs: number;
}

async function takeFenceAndLook(deps: Dependencies, input: ChangeInput, by: AttemptRef): Promise<FencedLook> {
  const state = await deps.ledger.takeFence(targetRef(deps.owner, input.target), by);
  const answeredMs = deps.clock.monotonicMs();
  // An attempt that never said how it ended is closed as `unknown`; should it still speak, that is a row of its own.
  for (const { intentId, state: end } of state.pending)
    if (end === 'open') await deps.ledger.closeUnknown(intentId, by);
  const fresh = deps.clock.now() - Date.parse(input.seen.readAt) < LOOK_HOLDS_MS;
  const holds = by.attempt === 1 && fresh && state.version === input.seen.version && state.pending.length === 0;
  if (holds) return { state, elapsedMs: 0 };
  const elapsedMs = deps.clock.monotonicMs() - answeredMs;
  const { target } = input;
  const reading = await readList(deps.cloud, deps.clock, target, { resource: target.resource });
  const observation = observationOf(deps, input, reading.flowLogs, reading.readAt, true);
  return { state, observation, elapsedMs };
}

/** The same change was accepted already, by an attempt that could not tell the workflow, and may not show yet. */
function acceptedBefore(deps: Dependencies, { verb, flowLogId }: ChangeInput, { lastAccepted }: TargetState) {
  if (lastAccepted?.verb !== verb || lastAccepted.ageMs >= hiddenForMs(verb, deps.timing)) return undefined;
  return verb === 'create' || lastAccepted.flowLogId === flowLogId ? lastAccepted : undefined;
}

/** Whether the world is still as it was when the change was decided upon. */
function stillNeeded({ verb, flowLogId, seen }: ChangeInput, observation: Observation): boolean {
  const { own, foreign, managed } = observation;
  const all = [...own, ...foreign, ...managed];
  if (verb === 'create') return own.length === 0 && all.every((flowLog) => seen.ids.includes(flowLog.flowLogId));
  const flowLog = all.find((each) => each.flowLogId === flowLogId);
  return flowLog !== undefined && neededWhile[verb](flowLog);
}

const neededWhile: Record<Exclude<ChangeVerb, 'create'>, (flowLog: SeenFlowLog) => boolean> = {
  activate: ({ status }) => status === 'inactive',
  deactivate: ({ status }) => status === 'active',
  modify: ({ status, drift }) => drift.length > 0 && (status === 'active' || status === 'inactive'),
  delete: ({ status }) => status === 'active' || status === 'inactive',
};

/** Sends, and turns the end into what Temporal's retry policy and the next attempt need to know. */
async function sendKnowingly(
  deps: Dependencies,
  input: ChangeInput,
  by: AttemptRef,
  state: TargetState,
  inheritance: Inheritance,
) {
  const refusals = await deps.ledger.countRefusals(by.operation, input.verb);
  try {
    return await sendOnce(deps, input, by, state.fence, inheritance);
  } catch (error) {
    if (error instanceof IntentRefused) throw notNow(input, error);
    if (!(error instanceof CloudError)) throw error;
    const { kind } = error;
    const ended = (refusals[kind] ?? 0) + 1;
    const cap = error.kind === 'exists' ? 1 : kindRules[kind].maxRefusals;
    // The cap counts what is sent again: the first refusal is free.
    if (cap !== undefined && ended > cap) throw asFailure(error, { nonRetryable: true });
    const lagged = kind === 'exists' || kind === 'not-found' ? deps.timing.listLagMs : 0;
    const nextRetryDelayMs = error.details.retryAfterMs ?? Math.max(lagged, pauseMs(kind, ended - 1));
    throw asFailure(error, { nextRetryDelayMs });
  }
}

/** A change whose end is in doubt is waited for, look by look; each look is an attempt of its own. */
function stillUnclear(
  { target, verb }: ChangeInput,
  { intent, againInMs }: { intent: { intentId: string; action: string }; againInMs: number },
  attempt: number,
) {
  return failure(
    {
      kind: 'ambiguous',
      code: 'OutcomeUnclear',
      message: `${target.product} ${intent.action}: nobody knows yet whether it happened; looking again before anything is sent`,
      product: target.product,
      action: products[target.product].actions[verb].action,
      advice: 'Nothing to do: it is looked for until the grace is over, and only then sent again.',
    },
    { nextRetryDelayMs: Math.min(pauseMs('ambiguous', attempt - 1), againInMs) },
  );
}

/** The ledger would not have the intent: a later attempt is at work, a change is in doubt, or changes are frozen. */
function notNow({ target, verb }: ChangeInput, refused: IntentRefused) {
  return failure(
    {
      kind: 'busy',
      code: `Intent(${refused.reason})`,
      message: refused.message,
      product: target.product,
      action: products[target.product].actions[verb].action,
      advice:
        refused.reason === 'frozen'
          ? 'Changes are frozen in this scope: `flowlog thaw` lets them go on.'
          : 'Nothing to do: it is tried again.',
    },
    { nextRetryDelayMs: kindRules.busy.initialIntervalMs, benign: true },
  );
}

const ofId = (flowLogId: string | undefined): { flowLogId?: string } => (flowLogId ? { flowLogId } : {});
