import {
  ActivityFailure,
  ApplicationFailure,
  type ChildWorkflowOptions,
  ParentClosePolicy,
  executeChild,
  workflowInfo,
  patched,
} from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import type { WorkerSettings } from '../contract/activities.js';
import type { ResourceTarget } from '../../cloud/flow-log.js';
import { workflowIdOf } from '../../cloud/target.js';
import { joins } from '../activities.js';
import {
  type Operation,
  type OperationInput,
  type OperationReport,
  bulkMemo,
  bulkPriority,
  failureTypes,
  foundWorkflowTypes,
  requestMemo,
  searchAttributes,
  workflowTypes,
} from '../contract/operation.js';
import { asPairs, attributesOf, summaryOf } from '../contract/labels.js';
import { requestHash } from '../contract/request-hash.js';

/** An operation that another workflow has done. */
export interface ChildErrand {
  readonly operation: Operation;
  readonly request: OperationInput;
  /** The resource that the flow log named in the request belongs to, once it is known. */
  readonly resource?: ResourceTarget;
  /** The bulk it is part of: its workflow id, and its first run id. */
  readonly bulk?: { readonly id: string; readonly run: string };
  readonly settings: WorkerSettings;
  /** Time in ms for which a join may wait. */
  readonly leftMs: () => number;
}

/** Argument of the operations that only a parent starts. */
export interface FoundOperationRun {
  /** Names the flow log by its id. */
  readonly request: OperationInput;
  /** The resource that the flow log belongs to. */
  readonly resource: ResourceTarget;
}

export interface ChildEnd {
  readonly report: OperationReport;
  /** Another had asked for the same, and its run was waited for. */
  readonly joined: boolean;
}

/**
 * Runs the operation as a child under its target's key, or joins the one at work there that was asked for the same. A child outlives
 * its parent; a cancellation of the parent cancels a child it started and no other.
 */
export async function runOrJoin(operationRun: ChildErrand): Promise<ChildEnd> {
  const { operation, request, resource, leftMs, settings } = operationRun;
  const workflowId = workflowIdOf(resource ?? request.target);
  const hash = requestHash(operation, request);
  const options = childOptions(operationRun, workflowId, hash);
  const { type, args } = childOf(operationRun);
  for (;;) {
    try {
      return { report: await executeChild(type, { ...options, args }), joined: false };
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
    const { requestedBy, reason } = request;
    const own = workflowInfo().workflowId;
    const joining = { requestedBy, workflowId: own, ...omitUndefined({ reason: reason || undefined }) };
    const asked = { operation, input: request, workflowId: own };
    try {
      const report = await joins(leftMs(), settings).awaitOperation({ workflowId, asked, requestHash: hash, joining });
      return { report, joined: true };
    } catch (error) {
      if (!joinedTooLate(error)) throw error;
    }
  }
}

/** Workflow type and arguments of the child. An operation under way since the last release started its child as that release did. */
function childOf({ operation, request, resource }: ChildErrand): { readonly type: string; readonly args: unknown[] } {
  if (!resource) return { type: workflowTypes[operation], args: [request] };
  if (!patched('found-by-its-own-type')) return { type: workflowTypes[operation], args: [request, resource] };
  const found: FoundOperationRun = { request, resource };
  return { type: foundWorkflowTypes[operation], args: [found] };
}

function childOptions(
  { operation, request, resource, bulk, settings }: ChildErrand,
  workflowId: string,
  hash: string,
): ChildWorkflowOptions {
  const attributes = {
    ...attributesOf(resource ?? request.target),
    ...omitUndefined({ [searchAttributes.bulk]: bulk?.id }),
  };
  return {
    workflowId,
    // For the join activity of a worker of the last release.
    memo: { [requestMemo]: hash, ...omitUndefined({ [bulkMemo]: bulk?.run }) },
    ...omitUndefined({ priority: bulk ? bulkPriority : undefined }),
    parentClosePolicy: ParentClosePolicy.ABANDON,
    staticSummary: summaryOf(operation, request),
    ...omitUndefined({ typedSearchAttributes: settings.searchAttributes ? asPairs(attributes) : undefined }),
  };
}

const joinedTooLate = (error: unknown): boolean =>
  error instanceof ActivityFailure &&
  error.cause instanceof ApplicationFailure &&
  error.cause.type === failureTypes.joinedTooLate;
