import { omitUndefined } from '../../cloud/omit-undefined.js';
import type { Problem } from '../../cloud/effective-spec.js';
import { type FailureDetails, failureTypes } from './operation.js';
import { toldProblems } from './problems.js';

/** Advice where everything wrong with an input was named. */
export const correctFields = 'Correct the fields named, all of them; nothing was started.';

/** Everything that is wrong with an input, as one failure. @param what the workflow whose argument it is, where that is not plain */
export function invalidInput(problems: readonly Problem[], advice: string, what?: string): FailureDetails {
  const { told, more } = toldProblems(problems);
  const lines = told.map(({ path, message }) => (path ? `${path}: ${message}` : message));
  const text = [...lines, ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
  const kind = failureTypes.invalidInput;
  const message = what ? `${what}: ${text}` : text;
  return {
    kind,
    code: kind,
    message,
    advice,
    problems: told,
    ...omitUndefined({ moreProblems: more > 0 ? more : undefined }),
  };
}
