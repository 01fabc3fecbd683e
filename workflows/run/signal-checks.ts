import { z } from 'zod';
import { type Checked, bounded } from '../contract/bounds.js';
import { bulkSignals, failuresSignalName, pageControlSignalName } from '../contract/bulk.js';
import { joinSignalName } from '../contract/operation.js';
import { wholeCount, inputText } from '../contract/input-schema.js';
import { problemsOf, toldProblems } from '../contract/problems.js';
import { changedLimitsSchema, wordSchema } from '../contract/word-input.js';

/** The argument of every signal that a workflow of ours takes. A new signal needs its line here: without one it is ignored. */
const argumentOf: ReadonlyMap<string, z.ZodType> = new Map<string, z.ZodType>([
  ...Object.values(bulkSignals).map((name) => [name, wordSchema()] as const),
  [
    joinSignalName,
    z.strictObject({
      ...inputText(),
      clientIdentity: z.string().max(1_000).optional(),
      workflowId: z.string().max(1_000).optional(),
    }),
  ],
  [
    pageControlSignalName,
    // Loose: a bulk of a newer release may tell its pages more.
    z.looseObject({
      turn: wholeCount().optional(),
      paused: z.boolean(),
      stop: z.string().optional(),
      heardFailures: wholeCount().optional(),
      window: wholeCount().min(1).optional(),
      tellsFailures: z.boolean().optional(),
    }),
  ],
  [failuresSignalName, z.looseObject({ page: wholeCount(), failed: wholeCount() })],
]);

/** Tells the problem of the argument of an update that tells a run something, in one line; `undefined` where it has none. */
export const wrongWord = (args: readonly unknown[]): string | undefined => argumentProblem(wordSchema(), args);

/** The same for the update that changes the limits of a bulk. */
export const wrongLimits = (args: readonly unknown[]): string | undefined =>
  argumentProblem(changedLimitsSchema(), args);

/** Tells the problem of a signal, in one line; `undefined` where it has none. */
export function wrongSignal(name: string, args: readonly unknown[]): string | undefined {
  const schema = argumentOf.get(name);
  return schema ? argumentProblem(schema, args) : 'there is no such signal';
}

function argumentProblem(schema: z.ZodType, args: readonly unknown[]): string | undefined {
  if (args.length !== 1) return `takes exactly one argument; ${args.length} were given`;
  const checked: Checked<unknown> = bounded(args[0], (value) => {
    const parsed = schema.safeParse(value);
    return parsed.success ? { input: parsed.data } : { problems: problemsOf(parsed.error.issues, value, []) };
  });
  if (!('problems' in checked)) return undefined;
  const [first] = toldProblems(checked.problems).told;
  return first?.path ? `${first.path}: ${first.message}` : first?.message;
}
