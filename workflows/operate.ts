import { ApplicationFailure, workflowInfo } from '@temporalio/workflow';
import { defineSearchAttributeKey } from '@temporalio/common';
import { type ResourceTarget, type Target, isById } from '../cloud/flow-log.js';
import { workflowIdOf } from '../cloud/target.js';
import { operateById } from './by-id.js';
import {
  type Operation,
  type OperationInput,
  type OperationReport,
  bulkMemo,
  failureTypes,
  searchAttributes,
  workflowTypes,
} from './contract.js';
import { converge } from './converge.js';
import { aimOf, desiredOf } from './desired.js';
import { invalidInput, operationFailure } from './failure.js';
import { parseOperationInput } from './input.js';

/**
 * What every operation's workflow does with its argument: refuses what is wrong with it, all at once, before anything is started;
 * refuses an id that is not the target's; then works on the resource, or finds it first where a flow log was named.
 * @param resolved given to a child only: the resource that the flow log named in `raw` belongs to
 */
export async function operate(operation: Operation, raw: unknown, resolved?: ResourceTarget): Promise<OperationReport> {
  const request = admit(operation, raw);
  const target = resolved ?? request.target;
  requireOwnId(target);
  const bulk = bulkOf();
  if (isById(target)) return operateById(operation, request, target, bulk);
  const aim = aimOf(operation, request, target);
  const desired = desiredOf(operation, target, request, aim.pinned);
  return converge({ operation, request, aim, desired, ...(bulk ? { bulk: bulk.run } : {}) });
}

/** The bulk this operation is part of: what started it says so. */
function bulkOf(): { readonly id: string; readonly run: string } | undefined {
  const { memo, typedSearchAttributes } = workflowInfo();
  const run = memo?.[bulkMemo];
  if (typeof run !== 'string') return undefined;
  return { run, id: typedSearchAttributes.get(bulkAttribute) ?? run };
}

function admit(operation: Operation, raw: unknown): OperationInput {
  const parsed = parseOperationInput(operation, raw);
  if ('input' in parsed) return parsed.input;
  const advice = 'Correct the fields named, all of them; nothing was started.';
  throw operationFailure(invalidInput(parsed.problems, advice, workflowTypes[operation]));
}

const bulkAttribute = defineSearchAttributeKey(searchAttributes.bulk, 'KEYWORD');

/** One operation at a time per target holds only while an operation runs under its target's id. */
function requireOwnId(target: Target): void {
  const wanted = workflowIdOf(target);
  const { workflowId } = workflowInfo();
  if (workflowId === wanted) return;
  throw ApplicationFailure.create({
    type: failureTypes.invalidWorkflowId,
    nonRetryable: true,
    message: `the workflow id is ${workflowId}; for this target it must be ${wanted}`,
    details: [
      {
        kind: failureTypes.invalidWorkflowId,
        code: failureTypes.invalidWorkflowId,
        message: `the workflow id must be ${wanted}`,
        advice: `Start it again under ${wanted}: the id is what keeps two operations off one target.`,
      },
    ],
  });
}
