import type { Checked } from '../contract/bounds.js';
import { operationFailure } from '../operation/failure.js';
import { invalidInput } from '../contract/invalid-input.js';

/**
 * The checked argument of a workflow.
 * @param what the workflow type, to begin the message with
 * @throws ApplicationFailure `InvalidInput`, never retried, with all that is wrong with it
 */
export function admitted<Input>(
  checked: Checked<Input>,
  what: string,
  advice = 'Correct what is named, all of it; nothing was read.',
): Input {
  if ('input' in checked) return checked.input;
  throw operationFailure(invalidInput(checked.problems, advice, what));
}
