import {
  ApplicationFailure,
  CancellationScope,
  isCancellation,
  patched,
  setHandler,
  upsertSearchAttributes,
  uuid4,
  workflowInfo,
} from '@temporalio/workflow';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import type { Aim, ChangeInput, ObserveInput, Situation, Until } from '../contract/activities.js';
import { type ChangeVerb, type ResourceTarget, type SeenFlowLog, withFlowLogId } from '../../cloud/flow-log.js';
import { surplusOf } from '../../cloud/subject.js';
import { changes, looks, observeAtHand, waits } from '../activities.js';
import type { ChildErrand } from './child.js';
import { closeChain } from './close.js';
import {
  type FailureDetails,
  type Operation,
  type OperationInput,
  type OperationReport,
  type Phase,
} from '../contract/operation.js';
import { markEnding } from '../run/ending.js';
import { awaitDeadline, naming } from './deadline.js';
import { detailsOfFailure, failureOfReason, isRemote, operationFailure } from './failure.js';
import { OperationState } from './operation-state.js';
import { needsCompleteLook, needsLineage } from '../decide/look-again.js';
import { activityLabel, asPairs, attributesOf } from '../contract/labels.js';
import { progressQuery } from './messages.js';
import { toldObservation } from './told-observation.js';
import { desiredOf } from '../decide/desired.js';
import { type Desired, type Step, nextStep, spokenOf } from '../decide/next-step.js';

/** A cancelled operation may look this long for what it leaves, whatever was left of its deadline. */
const LAST_LOOK_MS = 30_000;

/** A rollback may take this long beyond the deadline. */
const ROLLBACK_MS = 600_000;

/** One operation on one target, as every operation's workflow runs it. */
export interface OperationRun {
  readonly operation: Operation;
  /** As asked. */
  readonly request: OperationInput;
  readonly aim: Aim;
  readonly desired: Desired;
  readonly bulk?: ChildErrand['bulk'];
}

/**
 * Observes, takes the one next step, observes again, until what is wanted is true. Ends with a report or a typed failure; either is
 * the last row of the operation's chain in the ledger. A cancellation stops before the next change and ends with a report too.
 */
export async function converge(operationRun: OperationRun): Promise<OperationReport> {
  const { target } = operationRun.aim;
  const state = new OperationState(target, operationRun.request, operationRun.bulk?.id);
  setHandler(progressQuery, () => state.progress);
  try {
    const { outcome, notApplied, whose } = await reachDesired(operationRun, state);
    const beside = omitUndefined({ notApplied, whose });
    // The outcome is reached: a cancellation that comes now takes nothing back.
    return await CancellationScope.nonCancellable(() => closeWithReport(state, target, outcome, beside));
  } catch (error) {
    if (isCancellation(error) || CancellationScope.current().consideredCancelled) {
      return CancellationScope.nonCancellable(() => closeCancelled(operationRun, state));
    }
    // Our own mistake: the task is tried again until the code is mended, and nothing is lost.
    if (!isRemote(error) && !(error instanceof ApplicationFailure)) throw error;
    try {
      await awaitDeadline(error, state);
    } catch {
      return CancellationScope.nonCancellable(() => closeCancelled(operationRun, state));
    }
    return CancellationScope.nonCancellable(() => closeFailed(operationRun, state, error));
  }
}

type Done = Extract<Step, { do: 'done' }>;

/** The loop: look, decide, act. */
async function reachDesired(operationRun: OperationRun, state: OperationState): Promise<Done> {
  let situation = (await observeFromScan(operationRun, state)) ?? (await observeNow(operationRun, state));
  for (;;) {
    const step = nextStep(operationRun.desired, situation, state.memory, Date.now(), () =>
      patched('ours-may-yet-show'),
    );
    if (
      (needsCompleteLook(step) && !situation.observation.complete) ||
      needsLineage(step, operationRun, situation, state)
    ) {
      situation = await observeNow(operationRun, state, { fresh: true });
      continue;
    }
    // A failure is told from the target itself, not from a scan that may be minutes old.
    if (step.do === 'fail' && situation.scanned) {
      situation = await observeNow(operationRun, state, { fresh: true });
      continue;
    }
    if (step.do === 'done') return step;
    if (step.do === 'fail')
      throw operationFailure({
        ...failureOfReason(step.reason),
        lastObservation: toldObservation(situation.observation),
      });
    situation =
      step.do === 'wait'
        ? await waitForSettled(operationRun, state, situation, step.until)
        : await change(operationRun, state, situation, step);
  }
}

async function observeNow(
  operationRun: OperationRun,
  state: OperationState,
  how: Pick<ObserveInput, 'lineage' | 'fresh'> = {},
): Promise<Situation> {
  state.enter('observing');
  state.awaited = 'a look at the flow logs';
  const label = activityLabel('look at the flow logs', operationRun.aim.target);
  return recordSituation(
    operationRun,
    state,
    await looks(state.leftMs, label).observe({ ...observing(operationRun), ...how }),
  );
}

const observing = ({ operation, request, bulk, aim }: OperationRun): ObserveInput => ({
  ...aim,
  operation,
  request,
  ...omitUndefined({ bulk: bulk?.run }),
});

/** Looks by a bulk's scan, where the worker has it at hand: one event of history in the place of a task and an activity. */
async function observeFromScan(operationRun: OperationRun, state: OperationState): Promise<Situation | undefined> {
  if (!operationRun.bulk) return undefined;
  state.enter('observing');
  try {
    const situation = await observeAtHand(observing(operationRun));
    return situation && recordSituation(operationRun, state, situation);
  } catch (error) {
    // A database that is away, for one: the full look is tried until it is there.
    if (isCancellation(error)) throw error;
    return undefined;
  }
}

async function waitForSettled(
  operationRun: OperationRun,
  state: OperationState,
  { settings, observation }: Situation,
  wished: Until,
) {
  state.enter('waiting');
  state.awaited = `${wished.flowLogId ?? 'the flow log'} to be ${wished.status}`;
  const others = [...observation.foreign, ...observation.managed];
  const untagged = others.some(({ flowLogId }) => flowLogId === wished.flowLogId);
  const until: Until = untagged ? { ...wished, untagged } : wished;
  const label = activityLabel(`wait until ${until.status}: ${until.flowLogId ?? 'flow log'}`, operationRun.aim.target);
  return recordSituation(
    operationRun,
    state,
    await waits(state.leftMs, settings, label).waitUntilSettled({
      ...operationRun.aim,
      until,
      ...omitUndefined({ bulk: operationRun.bulk?.run }),
    }),
  );
}

/** Activity of each change, its phase, and the status that the operation waits for afterwards. */
const ofVerb = {
  create: { activity: 'create', phase: 'creating', status: 'active' },
  activate: { activity: 'activate', phase: 'activating', status: 'active' },
  deactivate: { activity: 'deactivate', phase: 'deactivating', status: 'inactive' },
  modify: { activity: 'modify', phase: 'modifying', status: 'settled' },
  tag: { activity: 'tag', phase: 'modifying', status: 'settled' },
  move: { activity: 'move', phase: 'modifying', status: 'settled' },
  delete: { activity: 'remove', phase: 'deleting', status: 'absent' },
} as const satisfies Record<ChangeVerb, { activity: string; phase: Phase; status: string }>;

/** One change, and the wait for its effect; or another look where the world is not as decided upon. */
async function change(
  operationRun: OperationRun,
  state: OperationState,
  situation: Situation,
  step: Extract<Step, { do: ChangeVerb }>,
) {
  const { activity, phase, status } = ofVerb[step.do];
  const { observation, version, settings, scanned, proven, seenAt } = situation;
  if (step.do === 'create' && operationRun.request.options?.openService) {
    const { target } = operationRun.aim;
    const label = activityLabel('open the flow log service of the account', target);
    state.spent(await changes(state.leftMs, settings, label).openService({ target }));
  }
  const { own, foreign, managed } = observation;
  const ids = [...own, ...foreign, ...managed].map(({ flowLogId }) => flowLogId);
  const named = 'flowLogId' in step ? { flowLogId: step.flowLogId } : {};
  const content = 'fields' in step ? { fields: step.fields } : {};
  state.enter(phase);
  state.awaited = `the end of ${step.do} ${named.flowLogId ?? 'flow log'}`;
  const input: ChangeInput = {
    ...operationRun.aim,
    ...named,
    ...content,
    verb: step.do,
    seen: {
      ids,
      readAt: observation.readAt,
      version,
      ...omitUndefined({ scanned: scanned || undefined, proven: proven || undefined, seenAt }),
    },
    ...omitUndefined({
      bulk: operationRun.bulk?.run,
      keptFlowLogId: step.do === 'delete' ? step.keptFlowLogId : undefined,
    }),
    clientToken: tokenFor(step.do, state),
  };
  const label = activityLabel(`${step.do} ${named.flowLogId ?? 'flow log'}`, operationRun.aim.target);
  const result = await changes(state.leftMs, settings, label)[activity](input);
  state.did(step.do, result, content.fields);
  if (result.end === 'unneeded') return observeNow(operationRun, state, { fresh: true });
  const { flowLogId } = result;
  return waitForSettled(operationRun, state, situation, {
    status,
    ...withFlowLogId(flowLogId),
  });
}

/** One token an operation and action, kept for every attempt; a create that is made again after a loss is another action. */
const tokenFor = (verb: ChangeVerb, state: OperationState): string => state.token(verb, uuid4);

function recordSituation({ desired }: OperationRun, state: OperationState, situation: Situation): Situation {
  const subject = spokenOf(desired, situation.observation, state.memory)?.flowLog;
  const surplus = surplusOf(situation.observation, subject);
  state.saw(
    situation,
    subject,
    surplus.map(({ flowLogId }: SeenFlowLog) => flowLogId),
  );
  return situation;
}

/** The last row of the chain, and the report that names it. */
async function closeWithReport(
  state: OperationState,
  target: ResourceTarget,
  outcome: OperationReport['outcome'],
  beside: Pick<OperationReport, 'rollbackProblem' | 'notApplied' | 'whose'> = {},
): Promise<OperationReport> {
  state.enter('done');
  const { head } = await closeChain({ outcome, body: { ...state.report(outcome), ...beside } });
  markSearchAttributes(state, target, outcome);
  return { ...state.report(outcome), ...beside, ledgerHead: head };
}

/** Looks at the cloud once more, if it can, and closes the operation: a cancelled operation tells what it leaves. */
async function closeCancelled(operationRun: OperationRun, state: OperationState): Promise<OperationReport> {
  state.allowMore(LAST_LOOK_MS);
  const problem = await rolledBack(operationRun, state);
  await observeNow(operationRun, state, { fresh: true }).catch(() => undefined);
  return closeWithReport(
    state,
    operationRun.aim.target,
    'cancelled',
    problem ? { rollbackProblem: problem.message } : {},
  );
}

/** The rollback, where it was asked for; why it did not finish, if it did not. */
async function rolledBack(operationRun: OperationRun, state: OperationState): Promise<FailureDetails | undefined> {
  if (!operationRun.request.options?.rollback) return undefined;
  try {
    await rollBack(operationRun, state);
    return undefined;
  } catch (error) {
    return detailsOfFailure(error);
  }
}

/** Deletes what this very run created, by the ledger's word, and nothing else. */
async function rollBack(operationRun: OperationRun, state: OperationState): Promise<void> {
  state.allowMore(ROLLBACK_MS);
  let situation = await observeNow(operationRun, state, { lineage: true });
  while (mayYetAppear(situation)) {
    await waitForSettled(operationRun, state, situation, { status: 'settled' });
    situation = await observeNow(operationRun, state, { lineage: true });
  }
  for (const pinned of situation.createdNow ?? []) {
    const { target } = operationRun.aim;
    const desired = desiredOf('delete', target, operationRun.request, pinned);
    await reachDesired({ ...operationRun, aim: { target, pinned }, desired }, state);
  }
}

/** A create is still in doubt, or was accepted so lately that lists may not show it: its flow log has to be deleted too. */
const mayYetAppear = ({ unclear, recent, observation }: Situation): boolean =>
  unclear.length > 0 ||
  (recent?.verb === 'create' && !observation.own.some(({ flowLogId }) => flowLogId === recent.flowLogId));

async function closeFailed(operationRun: OperationRun, state: OperationState, error: unknown): Promise<never> {
  markEnding('it has failed, and takes back what it made');
  state.enter('failed');
  // Before a rollback changes it.
  const { seen } = state;
  const problem = await rolledBack(operationRun, state);
  const { toldSurplus: surplus } = state;
  const ended = naming(detailsOfFailure(error, seen), state);
  const told = { ...ended, ...omitUndefined({ surplus: surplus.length > 0 ? surplus : undefined }) };
  const details = withRollback(told, problem);
  const body = { ...state.report('unchanged'), outcome: 'failed', failure: details };
  const { head } = await closeChain({ outcome: details.kind, body });
  markSearchAttributes(state, operationRun.aim.target, details.kind);
  throw operationFailure({ ...details, ledgerHead: head }, error instanceof Error ? error : undefined);
}

/** Adds the problem of the rollback: a caller that asked for one must hear that it did not finish. */
const withRollback = (details: FailureDetails, problem: FailureDetails | undefined): FailureDetails =>
  problem
    ? {
        ...details,
        message: `${details.message}; and the rollback did not finish: ${problem.message}`,
        advice: `${details.advice} Then see what is left (\`flowlog status\`) and delete it.`,
      }
    : details;

/** Makes the search attributes tell the end. A caller that starts a workflow by its name alone need not have set any. */
function markSearchAttributes(state: OperationState, target: ResourceTarget, ending: string): void {
  if (!state.settings?.searchAttributes) return;
  const { typedSearchAttributes: standing } = workflowInfo();
  const wanted = asPairs(attributesOf(target, ending, state.flowLogId));
  upsertSearchAttributes(wanted.filter(({ key, value }) => standing.get(key) !== value));
}
