import {
  ActivityFailure,
  ApplicationFailure,
  ParentClosePolicy,
  type ChildWorkflowOptions,
  executeChild,
  isCancellation,
  setHandler,
  CancellationScope,
} from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import type { ResolvedFlowLog } from '../activities/api.js';
import type { FlowLogIdTarget, ResourceTarget } from '../cloud/flow-log.js';
import { workflowIdOf } from '../cloud/target.js';
import { joins, reads, records } from './activities.js';
import {
  type Operation,
  type OperationInput,
  type OperationReport,
  failureTypes,
  requestMemo,
  workflowTypes,
} from './contract.js';
import { detailsOfFailure, operationFailure } from './failure.js';
import { Journey } from './journey.js';
import { joinSignal, progressQuery, stateAttributes } from './messages.js';
import { requestHash } from './request-hash.js';

/**
 * An operation on a flow log named by its id: one read finds its resource, a child under the resource's key does the work, pinned to
 * that flow log. So the id and the resource can never be worked on at the same time.
 */
export async function operateById(
  operation: Operation,
  request: OperationInput,
  target: FlowLogIdTarget,
): Promise<OperationReport> {
  const journey = new Journey(target, request.options?.deadlineMs);
  setHandler(progressQuery, () => journey.progress);
  setHandler(joinSignal, (joining) => records.recordJoin(joining));
  try {
    const resolved = await reads(journey.leftMs).resolveFlowLog({ operation, request, target });
    journey.learn(resolved.settings);
    const report = resolved.target
      ? await asChild(operation, request, resolved.target, resolved, journey)
      : withoutFlowLog(operation, target, journey);
    // Once there is a report, a cancellation takes nothing back: a child that was cancelled has told what stands.
    return await CancellationScope.nonCancellable(() => close({ ...report, target }));
  } catch (error) {
    return CancellationScope.nonCancellable(() => closeOtherwise(error, journey));
  }
}

/** Deleting what is not there is done; anything else has lost its object. */
function withoutFlowLog(operation: Operation, { flowLogId }: FlowLogIdTarget, journey: Journey): OperationReport {
  if (operation === 'delete') return { ...journey.report('unchanged'), status: 'absent' };
  throw operationFailure({
    kind: failureTypes.notFound,
    code: 'FlowLogNotFound',
    message: `flow log ${flowLogId} is not there`,
    advice: 'Check the id, account and region, or name the resource instead to have its flow log created.',
  });
}

/** Starts the operation under the resource's key, or joins the one at work there that was asked for the same. */
async function asChild(
  operation: Operation,
  request: OperationInput,
  resource: ResourceTarget,
  { settings }: ResolvedFlowLog,
  journey: Journey,
): Promise<OperationReport> {
  const workflowId = workflowIdOf(resource);
  const hash = requestHash(operation, request);
  const { requestedBy, reason } = request;
  const options: ChildWorkflowOptions = {
    workflowId,
    memo: { [requestMemo]: hash },
    parentClosePolicy: ParentClosePolicy.ABANDON,
    ...(settings.searchAttributes ? { typedSearchAttributes: stateAttributes(resource, 'running') } : {}),
  };
  for (;;) {
    try {
      return await executeChild(workflowTypes[operation], { ...options, args: [request, resource] });
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
    const joining = { requestedBy, ...(reason ? { reason } : {}) };
    try {
      return await joins(journey.leftMs, settings).awaitOperation({ workflowId, requestHash: hash, joining });
    } catch (error) {
      if (!joinedTooLate(error)) throw error;
    }
  }
}

const joinedTooLate = (error: unknown): boolean =>
  error instanceof ActivityFailure &&
  error.cause instanceof ApplicationFailure &&
  error.cause.type === failureTypes.joinedTooLate;

async function close(report: OperationReport): Promise<OperationReport> {
  const { head } = await records.closeOperation({ outcome: report.outcome, body: report });
  return { ...report, ledgerHead: head };
}

async function closeOtherwise(error: unknown, journey: Journey): Promise<OperationReport> {
  if (isCancellation(error)) return close(journey.report('cancelled'));
  const details = detailsOfFailure(error);
  const { head } = await records.closeOperation({ outcome: details.kind, body: { failure: details } });
  throw operationFailure({ ...details, ledgerHead: head }, error instanceof Error ? error : undefined);
}
