import type { Client } from '@temporalio/client';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import type { OperationRef, TargetRef, TargetState } from '../../audit/index.js';
import { type OperationInput, type Operation, workflowTypes } from '../../workflows/contract/operation.js';
import { type Moment, leastBetween, momentOf } from '../../cloud/clock.js';
import type { Observation } from '../../cloud/flow-log.js';
import type { Scanned } from '../../cloud/lists/scans.js';
import type { ObserveInput, Situation } from '../../workflows/contract/activities.js';
import { currentAttempt, currentOperation, targetRef } from './attempt.js';
import type { Dependencies } from '../dependencies.js';
import { readTarget } from '../../cloud/lists/absence.js';
import { noteLooks } from './doubt.js';
import { judge, recordEffects } from './pending.js';
import { observationOf, situationOf } from './situation.js';
import { looking } from './attempt-calls.js';

/**
 * The first look of an operation, and any later one that has to be complete: opens the operation's chain (once per run), reads what
 * the ledger knows of the target from any run, then the cloud. Effects of unclear changes that show are put on the record.
 */
export function observe(deps: Dependencies, input: ObserveInput): Promise<Situation> {
  return looking(deps, input, async (cloud, spent) => {
    const remembered = await askLedger(deps, input);
    const { target, before, answered } = remembered;
    if (input.bulk && mayBeScanned(input, before)) {
      const scan = await deps.scans.look(input.bulk, input.target);
      const situation = situationOfScan(deps, input, remembered, scan, spent);
      if (situation) return situation;
    }
    const began = momentOf(deps.clock);
    const elapsedMs = leastBetween(answered, began);
    const { listLagMs } = deps.timing;
    const { known = [] } = before;
    const { flowLogs, readAt } = await readTarget(cloud, deps.clock, input.target, { listLagMs, known });
    const observation = observationOf(deps, input, flowLogs, readAt, true);
    const by = currentAttempt();
    const judgement = judge({ state: before, observation, elapsedMs, missedBefore: [] }, by.operation, deps.timing);
    await recordEffects(deps.ledger, by, readAt, judgement);
    await noteLooks(deps.ledger, observation, judgement);
    const isClearer = judgement.seen.length + judgement.absent.length > 0;
    const state = isClearer ? await deps.ledger.readTarget(target) : before;
    const situation = situationOf(deps, observation, state, spent, elapsedMs, { proven: true, began });
    return { ...situation, ...(await lineageOf(deps, input, observation)) };
  });
}

/**
 * The first look of an operation of a bulk, where the scan of its scope is at hand: asks the ledger and no cloud, so that it fits into
 * the workflow's own task. Undefined where only {@link observe} can tell.
 */
export async function observeAtHand(deps: Dependencies, input: ObserveInput): Promise<Situation | undefined> {
  const scan = input.bulk ? deps.scans.atHand(input.bulk, input.target) : undefined;
  if (!scan) return undefined;
  const remembered = await askLedger(deps, input);
  return mayBeScanned(input, remembered.before) ? situationOfScan(deps, input, remembered, scan) : undefined;
}

/** State of the target in the ledger before a look, and the moment of the ledger's answer. */
interface TargetInLedger {
  readonly target: TargetRef;
  readonly before: TargetState;
  readonly answered: Moment;
}

/** Opens the operation's chain (once per run) and asks the ledger for the target. */
async function askLedger(deps: Dependencies, input: ObserveInput): Promise<TargetInLedger> {
  const target = targetRef(deps.owner, input.target);
  await openChain(deps, { ...input, target });
  const before = await deps.ledger.readTarget(target);
  return { target, before, answered: momentOf(deps.clock) };
}

/** Tells whether a scan may stand in the place of a look: nothing of ours is in doubt, and no look of its own is asked for. */
export const mayBeScanned = (
  { fresh, lineage }: Pick<ObserveInput, 'fresh' | 'lineage'>,
  { pending }: TargetState,
): boolean => !fresh && !lineage && pending.length === 0;

/**
 * Situation of this target by the bulk's scan of the whole scope, where the scan may be believed: nothing of ours is in doubt, and nothing
 * was changed since the scan began. The scan is judged as a look of that time. More than one own flow log is looked at closely, and so is
 * an absence against which the ledger speaks, or which decides something at once and is not proven: undefined for these.
 */
export function situationOfScan(
  deps: Dependencies,
  input: ObserveInput,
  { before, answered }: Pick<TargetInLedger, 'before' | 'answered'>,
  { flowLogs, readAt, began, proven }: Scanned,
  spent: Pick<Situation, 'apiCalls' | 'requestIds'> = { apiCalls: 0, requestIds: [] },
): Situation | undefined {
  // Negative: the scan began before the ledger was asked, as long as the clock that says most. A change accepted since then is in no scan.
  const elapsedMs = leastBetween(answered, began);
  const { lastAccepted } = before;
  if (lastAccepted && lastAccepted.ageMs + elapsedMs <= 0) return undefined;
  const observation = observationOf(deps, input, flowLogs, readAt, true);
  if (observation.own.length > 1) return undefined;
  if (!isInSight(input, observation) && (before.known || !(proven || isProvenLater(input, flowLogs)))) return undefined;
  return situationOf(deps, observation, before, spent, elapsedMs, { scanned: true, proven, began });
}

/** Tells whether a flow log that the operation speaks of is seen: presence is believed of every read. */
const isInSight = ({ pinned }: ObserveInput, { own, foreign, managed }: Observation): boolean =>
  pinned ? [...own, ...foreign, ...managed].some(({ flowLogId }) => flowLogId === pinned) : own.length > 0;

/** On an empty target an enable can only create, and its create asks for the proof when its turn has come. */
const isProvenLater = ({ operation, pinned }: ObserveInput, flowLogs: Scanned['flowLogs']): boolean =>
  operation === 'enable' && !pinned && flowLogs.length === 0;

/** Finds the own flow logs in sight that this deployment made, and those that this run made. More than one in sight is itself worth a row. */
async function lineageOf({ ledger, owner }: Dependencies, { target, lineage }: ObserveInput, { own }: Observation) {
  if (own.length < 2 && !lineage) return {};
  const operation = currentOperation();
  const ids = own.map(({ flowLogId }) => flowLogId);
  if (own.length > 1) await ledger.recordEvent({ operation, event: 'surplus', body: { flowLogIds: ids } });
  const ref = targetRef(owner, target);
  const made = async (by?: OperationRef) => {
    const ours = await Promise.all(ids.map((flowLogId) => ledger.createdHere(ref, flowLogId, by)));
    return ids.filter((_, index) => ours[index]);
  };
  return { createdHere: await made(), createdNow: await made(operation) };
}

interface Opening {
  readonly operation: Operation;
  readonly request: OperationInput;
  readonly bulk?: string;
  readonly target: ReturnType<typeof targetRef> | string;
}

/** Records who asked for this run, and why: the first row of its chain. An operation of a bulk names the bulk and its manifest. */
export async function openChain(deps: Dependencies, { operation, request, bulk, target }: Opening): Promise<void> {
  const run = currentOperation();
  // The bulk's own record tells who started the bulk.
  const clientIdentity = bulk ? undefined : await identityOf(deps.temporal, run);
  const digest = bulk && (await deps.store.bulks.manifestDigest(bulk));
  await deps.ledger.openOperation({
    operation: run,
    workflowType: workflowTypes[operation],
    target,
    requestedBy: request.requestedBy,
    input: request,
    workerBuild: deps.workerBuild,
    ...omitUndefined({
      reason: request.reason || undefined,
      clientIdentity: clientIdentity || undefined,
      bulk: bulk || undefined,
      manifestDigest: digest || undefined,
    }),
  });
}

/** The identity string of the Temporal client that started a run: the first event of its history tells, nothing else does. */
export async function identityOf(temporal: Client, { workflowId, runId }: OperationRef): Promise<string | undefined> {
  const { history } = await temporal.workflowService.getWorkflowExecutionHistory({
    namespace: temporal.options.namespace,
    execution: { workflowId, runId },
    maximumPageSize: 1,
  });
  return history?.events?.[0]?.workflowExecutionStartedEventAttributes?.identity ?? undefined;
}
