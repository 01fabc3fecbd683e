import { type ApplicationFailure, workflowInfo } from '@temporalio/workflow';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import { workflowIdOf } from '../../cloud/target.js';
import { type Checked, bounded } from '../contract/bounds.js';
import { askedSchema } from '../contract/word-input.js';
import { type Operation, type OperationInput, failureTypes } from '../contract/operation.js';
import { operationFailure } from './failure.js';
import { parseOperationInput } from '../contract/input.js';
import { problemsOf } from '../contract/problems.js';
import type { RightRequest } from '../run/requests.js';

/** Checks the argument of the update `request`: `{ operation, input }`, and the input as that of the operation's workflow. */
export const checkAsked = <Input>(
  value: unknown,
  parse: (operation: Operation, input: unknown) => Checked<Input>,
): Checked<RightRequest<Input>> =>
  bounded(value, (fields) => {
    const envelope = askedSchema().safeParse(fields);
    if (!envelope.success) return { problems: problemsOf(envelope.error.issues, fields, []) };
    const { operation, workflowId } = envelope.data;
    const parsed = parse(operation, envelope.data.input);
    if ('input' in parsed)
      return { input: { operation, input: parsed.input, ...omitUndefined({ workflowId: workflowId || undefined }) } };
    return {
      problems: parsed.problems.map(({ path, message }) => ({ path: path ? `input.${path}` : 'input', message })),
    };
  });

/**
 * Checks a request to the workflow of a target.
 * @throws ApplicationFailure `InvalidWorkflowId` where it is for another target
 */
export function checkTargetRequest(value: unknown): Checked<RightRequest<OperationInput>> {
  const checked = checkAsked(value, parseOperationInput);
  if ('problems' in checked) return checked;
  const wanted = workflowIdOf(checked.input.input.target);
  const { workflowId } = workflowInfo();
  if (workflowId !== wanted) throw wrongWorkflowId(workflowId, wanted);
  return checked;
}

/** Refuses what is meant for the workflow of another target. */
export function wrongWorkflowId(workflowId: string, wanted: string): ApplicationFailure {
  const kind = failureTypes.invalidWorkflowId;
  return operationFailure({
    kind,
    code: kind,
    message: `the workflow id is ${workflowId}; for this target it must be ${wanted}`,
    advice: `Start it again under ${wanted}: the id is what keeps two operations off one target.`,
  });
}
