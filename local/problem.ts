/**
 * Something a person has to put right before the local stack can run. Its message is one paragraph, says what to do, and is all
 * that is shown: a stack trace would only bury it.
 */
export class StartProblem extends Error {
  override readonly name = 'Problem';

  constructor(
    message: string,
    options: ErrorOptions & {
      /** Exit code of the process. Default 1. */
      readonly exitCode?: number;
    } = {},
  ) {
    super(message, options);
    this.exitCode = options.exitCode ?? 1;
  }

  readonly exitCode: number;
}
