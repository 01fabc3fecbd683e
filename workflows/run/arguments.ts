import { workflowInfo } from '@temporalio/workflow';
import { operationFailure } from '../operation/failure.js';
import { invalidInput } from '../contract/invalid-input.js';

/**
 * Returns the one argument of a workflow. More is refused: facts that only a workflow of ours may tell go to a workflow type of its own, never
 * beside the argument of a caller.
 * @throws ApplicationFailure `InvalidInput`
 */
export function onlyArgument<Argument>(args: readonly Argument[]): Argument {
  if (args.length <= 1) return args[0] as Argument;
  const message = `${args.length} arguments were given: it takes one JSON argument and nothing beside it`;
  throw refused([{ path: 'arguments', message }]);
}

/** Tells whether this run is a child of that workflow. Workflow ids are computed from what is worked on, so an id tells what the parent is. */
export function isChildOf(isParent: (workflowId: string) => boolean): boolean {
  const { parent, namespace } = workflowInfo();
  return parent !== undefined && parent.namespace === namespace && isParent(parent.workflowId);
}

/**
 * Refuses a run that no parent of ours started: its argument is what that parent found out, and no other caller can know it.
 * @throws ApplicationFailure `InvalidInput`
 */
export function requireParent(isParent: (workflowId: string) => boolean, parents: string): void {
  if (isChildOf(isParent)) return;
  const { parent } = workflowInfo();
  const by = parent ? `by the workflow ${parent.workflowId}` : 'by a client';
  throw refused([{ path: 'parent', message: `is started by ${parents} only, and was started ${by}` }]);
}

/**
 * Tells whether this run goes on from an earlier one of its chain that handed over what it knew. A first run has no predecessor, and the next
 * run of a cron schedule gets what its caller wrote.
 */
export function isCarriedOn(): boolean {
  const { continuedFromExecutionRunId, cronSchedule } = workflowInfo();
  return continuedFromExecutionRunId !== undefined && !cronSchedule;
}

function refused(problems: Parameters<typeof invalidInput>[0]) {
  const advice = 'Start the public workflow types with one argument; nothing was started.';
  return operationFailure(invalidInput(problems, advice, workflowInfo().workflowType));
}
