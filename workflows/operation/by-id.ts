import { CancellationScope, isCancellation, setHandler } from '@temporalio/workflow';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import type { FlowLogIdTarget } from '../../cloud/flow-log.js';
import { looks } from '../activities.js';
import { type ChildErrand, runOrJoin } from './child.js';
import { closeChain } from './close.js';
import { type Operation, type OperationInput, type OperationReport, failureTypes } from '../contract/operation.js';
import { awaitDeadline, naming } from './deadline.js';
import { detailsOfFailure, operationFailure } from './failure.js';
import { OperationState } from './operation-state.js';
import { activityLabel } from '../contract/labels.js';
import { progressQuery } from './messages.js';

/**
 * An operation on a flow log named by its id: one read finds its resource, a child under the resource's key does the work, pinned to
 * that flow log. So the id and the resource can never be worked on at the same time.
 */
export async function operateById(
  operation: Operation,
  request: OperationInput,
  target: FlowLogIdTarget,
  bulk?: ChildErrand['bulk'],
): Promise<OperationReport> {
  const state = new OperationState(target, request, bulk?.id);
  setHandler(progressQuery, () => state.progress);
  try {
    const operationRun = { operation, request, leftMs: () => state.leftMs, ...omitUndefined({ bulk }) };
    const resolved = await looks(state.leftMs, activityLabel('find the resource', target)).resolveFlowLog({
      operation,
      request,
      target,
      ...omitUndefined({ bulk: bulk ? bulk.run : undefined }),
    });
    state.learn(resolved.settings);
    const report = resolved.target
      ? (await runOrJoin({ ...operationRun, resource: resolved.target, settings: resolved.settings })).report
      : withoutFlowLog(operation, target, state);
    // Once there is a report, a cancellation takes nothing back: a child that was cancelled has told what stands.
    return await CancellationScope.nonCancellable(() => closeNamedChain({ ...report, target }));
  } catch (error) {
    const late = await awaitDeadline(error, state).then(
      () => error,
      (cancelled: unknown) => cancelled,
    );
    return CancellationScope.nonCancellable(() => closeOtherwise(late, state));
  }
}

/** Deleting what is not there is done; anything else has lost its object. */
function withoutFlowLog(operation: Operation, { flowLogId }: FlowLogIdTarget, state: OperationState): OperationReport {
  if (operation === 'delete') return { ...state.report('unchanged'), status: 'absent' };
  throw operationFailure({
    kind: failureTypes.notFound,
    code: 'FlowLogNotFound',
    message: `flow log ${flowLogId} is not there`,
    advice: 'Check the id, account and region, or name the resource instead to have its flow log created.',
  });
}

async function closeNamedChain(report: OperationReport): Promise<OperationReport> {
  const { head } = await closeChain({ outcome: report.outcome, body: report });
  return { ...report, ledgerHead: head };
}

async function closeOtherwise(error: unknown, state: OperationState): Promise<OperationReport> {
  if (isCancellation(error)) return closeNamedChain(state.report('cancelled'));
  const details = naming(detailsOfFailure(error), state);
  const { head } = await closeChain({ outcome: details.kind, body: { failure: details } });
  throw operationFailure({ ...details, ledgerHead: head }, error instanceof Error ? error : undefined);
}
