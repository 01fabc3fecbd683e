import { workflowInfo } from '@temporalio/workflow';
import { defineSearchAttributeKey } from '@temporalio/common';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import { type ResourceTarget, type Target, isById } from '../../cloud/flow-log.js';
import { byIdPrefix, workflowIdOf } from '../../cloud/target.js';
import { admitted } from '../run/admit.js';
import { isChildOf, onlyArgument, requireParent } from '../run/arguments.js';
import { pagesOf } from '../contract/bulk.js';
import { operateById } from './by-id.js';
import type { FoundOperationRun } from './child.js';
import {
  type Operation,
  type OperationInput,
  type OperationReport,
  bulkMemo,
  foundWorkflowTypes,
  searchAttributes,
  workflowTypes,
} from '../contract/operation.js';
import { cancellable } from '../run/cancellable.js';
import { converge } from './converge.js';
import { aimOf, desiredOf } from '../decide/desired.js';
import { operationFailure } from './failure.js';
import { correctFields, invalidInput } from '../contract/invalid-input.js';
import { hearJoins } from './joins.js';
import { parseOperationInput, parseTarget } from '../contract/input.js';
import { isTree } from '../contract/problems.js';
import { checkTargetRequest, wrongWorkflowId } from './check-request.js';
import { handleRequests, taken } from '../run/requests.js';
import { wishOfOperation } from '../contract/wish.js';

/**
 * Runs every operation's workflow on its one argument: refuses what is wrong with it, all at once, before anything is started; refuses
 * an id that is not the target's; then works on the resource, or finds it first where a flow log was named.
 */
export async function operate(operation: Operation, args: readonly unknown[]): Promise<OperationReport> {
  const [raw, resource] = args;
  // A parent of the last release tells the resource it found in this way: its children run through new code.
  if (args.length === 2 && isChildOf((parentId) => parentId === namedIn(raw)))
    return operateOnFound(operation, [{ request: raw, resource }]);
  const take = (): OperationInput => {
    const request = admit(operation, onlyArgument(args));
    requireOwnId(request.target);
    return request;
  };
  return asAsked(operation, take, (request) =>
    isById(request.target)
      ? operateById(operation, request, request.target, bulkOf())
      : workOn(operation, request, request.target),
  );
}

/**
 * The same for the child of an operation on a flow log named by its id: the parent has found the resource that the flow log belongs to.
 * No other caller may say so, or one target's workflow would work on another's flow log.
 */
export async function operateOnFound(operation: Operation, args: readonly unknown[]): Promise<OperationReport> {
  const given = args[0] as FoundOperationRun | undefined;
  const take = (): OperationInput => {
    requireParent((parentId) => parentId === namedIn(given?.request), `${workflowTypes[operation]} of a flow log id`);
    const { request, resource } = given as FoundOperationRun;
    const message = 'does not identify a resource';
    if (!identifies(resource))
      throw operationFailure(
        invalidInput([{ path: 'resource', message }], correctFields, foundWorkflowTypes[operation]),
      );
    requireOwnId(resource);
    return admit(operation, request);
  };
  return asAsked(operation, take, (request) => workOn(operation, request, (given as FoundOperationRun).resource));
}

/** Works on what the start and the requests that come ask for. A start that is refused ends the run at once, and so hears its caller's update. */
async function asAsked(
  operation: Operation,
  take: () => OperationInput,
  work: (request: OperationInput) => Promise<OperationReport>,
): Promise<OperationReport> {
  const own = taken(() => ({ operation, input: take() }));
  const bulk = 'input' in own ? bulkOf()?.id : undefined;
  const refusal = handleRequests({
    own,
    check: checkTargetRequest,
    wishOf: wishOfOperation,
    ...omitUndefined({ bulk: bulk || undefined }),
  });
  if ('refusal' in own) throw own.refusal;
  // Before anything is awaited, as in `cancellable`: what comes with the start finds its handler.
  hearJoins();
  return cancellable(async () => {
    const refused = refusal && (await refusal);
    if (refused) throw refused;
    return work(own.input);
  });
}

/** Tells whether a workflow id can be made of this resource. */
function identifies(resource: unknown): boolean {
  try {
    return !isById(resource as Target) && workflowIdOf(resource as Target) !== '';
  } catch {
    return false;
  }
}

function workOn(operation: Operation, request: OperationInput, target: ResourceTarget): Promise<OperationReport> {
  const aim = aimOf(request, target);
  const desired = desiredOf(operation, target, request, aim.pinned);
  return converge({ operation, request, aim, desired, ...omitUndefined({ bulk: bulkOf() }) });
}

/** The id of the workflow that works on the flow log named in an argument, whatever that argument is. */
function namedIn(raw: unknown): string | undefined {
  const parsed = parseTarget(isTree(raw) ? raw['target'] : undefined);
  return 'target' in parsed && isById(parsed.target) ? workflowIdOf(parsed.target) : undefined;
}

/** The bulk this operation is part of: the page that started it, itself or through the operation on a flow log id, says so. */
function bulkOf(): { readonly id: string; readonly run: string } | undefined {
  const { memo, typedSearchAttributes } = workflowInfo();
  const run = memo?.[bulkMemo];
  const isOurs = (parentId: string) =>
    parentId.startsWith(`${pagesOf(String(run))}/`) || parentId.startsWith(byIdPrefix);
  if (typeof run !== 'string' || !isChildOf(isOurs)) return undefined;
  return { run, id: typedSearchAttributes.get(bulkAttribute) ?? run };
}

const admit = (operation: Operation, raw: unknown): OperationInput =>
  admitted(parseOperationInput(operation, raw), workflowTypes[operation], correctFields);

const bulkAttribute = defineSearchAttributeKey(searchAttributes.bulk, 'KEYWORD');

/** One operation at a time per target holds only while an operation runs under its target's id. */
function requireOwnId(target: Target): void {
  const wanted = workflowIdOf(target);
  const { workflowId } = workflowInfo();
  if (workflowId !== wanted) throw wrongWorkflowId(workflowId, wanted);
}
