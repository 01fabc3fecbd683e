import { ManifestError, inOrder } from './manifest.js';
import type { ManifestProblem } from './source.js';

/**
 * Makes all of these, or throws everything that is wrong with any of them.
 * @param beside what is wrong apart from them
 * @throws ManifestError with all problems, in the order of the file
 */
export function allOrProblems<Made extends readonly unknown[]>(
  makers: { readonly [Place in keyof Made]: () => Made[Place] },
  beside: readonly ManifestProblem[],
): Made {
  const problems = [...beside];
  const made = makers.map((make) => {
    try {
      return make();
    } catch (error) {
      if (!(error instanceof ManifestError)) throw error;
      problems.push(...error.problems);
      return undefined;
    }
  });
  if (problems.length > 0) throw new ManifestError(inOrder(problems));
  return made as unknown as Made;
}
