import type { z } from 'zod';

/** One wrong field. */
export interface ControlProblem {
  readonly path: string;
  readonly message: string;
  readonly value: unknown;
}

/** Control input that is not right; says which fields and what was given. */
export class ControlError extends Error {
  override readonly name = 'ControlError';
  constructor(readonly problems: readonly ControlProblem[]) {
    super(problems.map(({ path, message, value }) => `${path}: ${message} (given: ${shownValue(value)})`).join('; '));
  }
}

const shownValue = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value)).slice(0, 200);

/**
 * Checks control input.
 * @throws {@link ControlError} naming every wrong field and its value.
 */
export function checked<Schema extends z.ZodType>(schema: Schema, input: unknown): z.infer<Schema> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw new ControlError(result.error.issues.flatMap((issue) => controlProblems(issue, input)));
}

function controlProblems(issue: z.core.$ZodIssue, input: unknown): ControlProblem[] {
  const at = (path: readonly PropertyKey[]): unknown =>
    path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], input);
  const problem = (path: readonly PropertyKey[], message: string): ControlProblem => ({
    path: path.map(String).join('.') || '(body)',
    message,
    value: at(path),
  });
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => problem([...issue.path, key], 'is not a field here'));
  }
  return [problem(issue.path, issue.message)];
}
