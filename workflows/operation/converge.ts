import {
  ApplicationFailure,
  CancellationScope,
  isCancellation,
  setHandler,
  upsertSearchAttributes,
  uuid4,
  workflowInfo,
} from '@temporalio/workflow';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import type { Aim, ChangeInput, ObserveInput, Situation, Until } from '../contract/activities.js';
import type { ChangeVerb, ResourceTarget, SeenFlowLog } from '../../cloud/flow-log.js';
import { surplusOf } from '../../cloud/subject.js';
import { changes, looks, observeAtHand, waits } from '../activities.js';
import { closeChain } from './close.js';
import {
  type FailureDetails,
  type Operation,
  type OperationInput,
  type OperationReport,
  type Phase,
} from '../contract/operation.js';
import { awaitDeadline, naming } from './deadline.js';
import { detailsOfFailure, failureOfReason, isRemote, operationFailure } from './failure.js';
import { Journey } from './operation-state.js';
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
export interface Errand {
  readonly operation: Operation;
  /** As asked. */
  readonly request: OperationInput;
  readonly aim: Aim;
  readonly desired: Desired;
  readonly bulk?: string;
}

/**
 * Observes, takes the one next step, observes again, until what is wanted is true. Ends with a report or a typed failure; either is
 * the last row of the operation's chain in the ledger. A cancellation stops before the next change and ends with a report too.
 */
export async function converge(errand: Errand): Promise<OperationReport> {
  const { target } = errand.aim;
  const journey = new Journey(target, errand.request.options?.deadlineMs);
  setHandler(progressQuery, () => journey.progress);
  try {
    const { outcome, notApplied, whose } = await travel(errand, journey);
    const beside = omitUndefined({ notApplied, whose });
    // The outcome is reached: a cancellation that comes now takes nothing back.
    return await CancellationScope.nonCancellable(() => close(journey, target, outcome, beside));
  } catch (error) {
    if (isCancellation(error) || CancellationScope.current().consideredCancelled) {
      return CancellationScope.nonCancellable(() => closeCancelled(errand, journey));
    }
    // Our own mistake: the task is tried again until the code is mended, and nothing is lost.
    if (!isRemote(error) && !(error instanceof ApplicationFailure)) throw error;
    try {
      await awaitDeadline(error, journey);
    } catch {
      return CancellationScope.nonCancellable(() => closeCancelled(errand, journey));
    }
    return CancellationScope.nonCancellable(() => closeFailed(errand, journey, error));
  }
}

type Done = Extract<Step, { do: 'done' }>;

/** The loop: look, decide, act. */
async function travel(errand: Errand, journey: Journey): Promise<Done> {
  let situation = (await glance(errand, journey)) ?? (await look(errand, journey));
  for (;;) {
    const step = nextStep(errand.desired, situation, journey.memory, Date.now());
    if (
      (needsCompleteLook(step) && !situation.observation.complete) ||
      needsLineage(step, errand, situation, journey)
    ) {
      situation = await look(errand, journey, { fresh: true });
      continue;
    }
    // A failure is told from the target itself, not from a scan that may be minutes old.
    if (step.do === 'fail' && situation.scanned) {
      situation = await look(errand, journey, { fresh: true });
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
        ? await settle(errand, journey, situation, step.until)
        : await change(errand, journey, situation, step);
  }
}

async function look(
  errand: Errand,
  journey: Journey,
  how: Pick<ObserveInput, 'lineage' | 'fresh'> = {},
): Promise<Situation> {
  journey.enter('observing');
  journey.awaited = 'a look at the flow logs';
  const label = activityLabel('look at the flow logs', errand.aim.target);
  return note(errand, journey, await looks(journey.leftMs, label).observe({ ...observing(errand), ...how }));
}

const observing = ({ operation, request, bulk, aim }: Errand): ObserveInput => ({
  ...aim,
  operation,
  request,
  ...omitUndefined({ bulk: bulk || undefined }),
});

/** Looks by a bulk's scan, where the worker has it at hand: one event of history in the place of a task and an activity. */
async function glance(errand: Errand, journey: Journey): Promise<Situation | undefined> {
  if (!errand.bulk) return undefined;
  journey.enter('observing');
  try {
    const situation = await observeAtHand(observing(errand));
    return situation && note(errand, journey, situation);
  } catch (error) {
    // A database that is away, for one: the full look is tried until it is there.
    if (isCancellation(error)) throw error;
    return undefined;
  }
}

async function settle(errand: Errand, journey: Journey, { settings, observation }: Situation, wished: Until) {
  journey.enter('waiting');
  journey.awaited = `${wished.flowLogId ?? 'the flow log'} to be ${wished.status}`;
  const others = [...observation.foreign, ...observation.managed];
  const untagged = others.some(({ flowLogId }) => flowLogId === wished.flowLogId);
  const until: Until = untagged ? { ...wished, untagged } : wished;
  const label = activityLabel(`wait until ${until.status}: ${until.flowLogId ?? 'flow log'}`, errand.aim.target);
  return note(errand, journey, await waits(journey.leftMs, settings, label).waitUntilSettled({ ...errand.aim, until }));
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
async function change(errand: Errand, journey: Journey, situation: Situation, step: Extract<Step, { do: ChangeVerb }>) {
  const { activity, phase, status } = ofVerb[step.do];
  const { observation, version, settings, scanned, proven, seenAt } = situation;
  if (step.do === 'create' && errand.request.options?.openService) {
    const { target } = errand.aim;
    const label = activityLabel('open the flow log service of the account', target);
    journey.spent(await changes(journey.leftMs, settings, label).openService({ target }));
  }
  const { own, foreign, managed } = observation;
  const ids = [...own, ...foreign, ...managed].map(({ flowLogId }) => flowLogId);
  const named = 'flowLogId' in step ? { flowLogId: step.flowLogId } : {};
  const content = 'fields' in step ? { fields: step.fields } : {};
  journey.enter(phase);
  journey.awaited = `the end of ${step.do} ${named.flowLogId ?? 'flow log'}`;
  const input: ChangeInput = {
    ...errand.aim,
    ...named,
    ...content,
    verb: step.do,
    seen: {
      ids,
      readAt: observation.readAt,
      version,
      ...omitUndefined({ scanned: scanned || undefined, proven: proven || undefined, seenAt }),
    },
    ...omitUndefined({ bulk: errand.bulk || undefined }),
    clientToken: tokenFor(step.do, journey),
  };
  const label = activityLabel(`${step.do} ${named.flowLogId ?? 'flow log'}`, errand.aim.target);
  const result = await changes(journey.leftMs, settings, label)[activity](input);
  journey.did(step.do, result, content.fields);
  if (result.end === 'unneeded') return look(errand, journey, { fresh: true });
  const { flowLogId } = result;
  return settle(errand, journey, situation, { status, ...omitUndefined({ flowLogId: flowLogId || undefined }) });
}

/** One token an operation and action, kept for every attempt; a create that is made again after a loss is another action. */
const tokenFor = (verb: ChangeVerb, journey: Journey): string => journey.token(verb, uuid4);

function note({ desired }: Errand, journey: Journey, situation: Situation): Situation {
  const subject = spokenOf(desired, situation.observation, journey.memory)?.flowLog;
  const surplus = surplusOf(situation.observation, subject);
  journey.saw(
    situation,
    subject,
    surplus.map(({ flowLogId }: SeenFlowLog) => flowLogId),
  );
  return situation;
}

/** The last row of the chain, and the report that names it. */
async function close(
  journey: Journey,
  target: ResourceTarget,
  outcome: OperationReport['outcome'],
  beside: Pick<OperationReport, 'rollbackProblem' | 'notApplied' | 'whose'> = {},
): Promise<OperationReport> {
  journey.enter('done');
  const { head } = await closeChain({ outcome, body: { ...journey.report(outcome), ...beside } });
  mark(journey, target, outcome);
  return { ...journey.report(outcome), ...beside, ledgerHead: head };
}

/** Looks at the cloud once more, if it can, and closes the operation: a cancelled operation tells what it leaves. */
async function closeCancelled(errand: Errand, journey: Journey): Promise<OperationReport> {
  journey.allowMore(LAST_LOOK_MS);
  const problem = await rolledBack(errand, journey);
  await look(errand, journey, { fresh: true }).catch(() => undefined);
  return close(journey, errand.aim.target, 'cancelled', problem ? { rollbackProblem: problem.message } : {});
}

/** The rollback, where it was asked for; why it did not finish, if it did not. */
async function rolledBack(errand: Errand, journey: Journey): Promise<FailureDetails | undefined> {
  if (!errand.request.options?.rollback) return undefined;
  try {
    await rollBack(errand, journey);
    return undefined;
  } catch (error) {
    return detailsOfFailure(error);
  }
}

/** Deletes what this very run created, by the ledger's word, and nothing else. */
async function rollBack(errand: Errand, journey: Journey): Promise<void> {
  journey.allowMore(ROLLBACK_MS);
  let situation = await look(errand, journey, { lineage: true });
  while (mayYetAppear(situation)) {
    await settle(errand, journey, situation, { status: 'settled' });
    situation = await look(errand, journey, { lineage: true });
  }
  for (const pinned of situation.createdNow ?? []) {
    const { target } = errand.aim;
    const desired = desiredOf('delete', target, errand.request, pinned);
    await travel({ ...errand, aim: { target, pinned }, desired }, journey);
  }
}

/** A create is still in doubt, or was accepted so lately that lists may not show it: its flow log has to be deleted too. */
const mayYetAppear = ({ unclear, recent, observation }: Situation): boolean =>
  unclear.length > 0 ||
  (recent?.verb === 'create' && !observation.own.some(({ flowLogId }) => flowLogId === recent.flowLogId));

async function closeFailed(errand: Errand, journey: Journey, error: unknown): Promise<never> {
  journey.enter('failed');
  // Before a rollback changes it.
  const { seen } = journey;
  const problem = await rolledBack(errand, journey);
  const { toldSurplus: surplus } = journey;
  const ended = naming(detailsOfFailure(error, seen), journey);
  const told = { ...ended, ...omitUndefined({ surplus: surplus.length > 0 ? surplus : undefined }) };
  const details = withRollback(told, problem);
  const body = { ...journey.report('unchanged'), outcome: 'failed', failure: details };
  const { head } = await closeChain({ outcome: details.kind, body });
  mark(journey, errand.aim.target, details.kind);
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
function mark(journey: Journey, target: ResourceTarget, state: string): void {
  if (!journey.settings?.searchAttributes) return;
  const { typedSearchAttributes: standing } = workflowInfo();
  const wanted = asPairs(attributesOf(target, state, journey.flowLogId));
  upsertSearchAttributes(wanted.filter(({ key, value }) => standing.get(key) !== value));
}
