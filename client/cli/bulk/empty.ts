import type { Selector } from '../../../cloud/discovery/selector.js';
import { selectorWords } from '../../schedules/words.js';
import type { Answer } from '../answer.js';
import { exitCodes } from '../exit-codes.js';

/** Rule for reporting selectors that match nothing. */
export interface EmptyRule {
  /** Those of the request, where it is known here. */
  readonly selectors?: readonly Selector[];
  /** True where they keep the command from exit code 0. */
  readonly isFailure?: boolean;
}

/** An answer that also says which selectors match nothing. */
export function emptyAnswer(
  answer: Answer,
  { emptySelectors = [] }: { readonly emptySelectors?: readonly number[] | undefined } = {},
  { selectors = [], isFailure = false }: EmptyRule = {},
): Answer {
  if (emptySelectors.length === 0) return answer;
  const told = emptySelectors.map((index) => {
    const selector = selectors[index];
    return `selectors[${index}] matches nothing${selector ? `: ${selectorWords(selector)}` : ''}`;
  });
  const { notes = [], exitCode = exitCodes.done } = answer;
  return {
    ...answer,
    notes: [...notes, ...told, ...(isFailure ? ['if that is right: --allow-empty'] : [])],
    exitCode: isFailure && exitCode === exitCodes.done ? exitCodes.failed : exitCode,
  };
}
