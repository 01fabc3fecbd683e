import { InvalidInputError, type InputProblem } from '../errors.js';

/** A problem of an input, with the flag by which the person gave the value. */
export interface FlagProblem extends InputProblem {
  readonly flag?: string;
}

/** Input made of flags is wrong. To a person each problem names the flag; the document also has the field. */
export class InvalidFlagsError extends InvalidInputError {
  constructor(override readonly problems: readonly FlagProblem[]) {
    super(problems);
    this.message = problems
      .map(({ flag, path, message }) => [flag ?? path, message].filter(Boolean).join(': '))
      .join('\n');
  }
}
