import type { Operation } from '../../../workflows/contract/operation.js';
import { type AskedBy, type EffectiveItem, effectiveItems } from '../../manifest/effective.js';
import { type LocatedManifest, ManifestError, inOrder } from '../../manifest/manifest.js';
import { type EffectiveSelector, effectiveSelectors } from '../../manifest/selectors.js';
import type { ManifestProblem } from '../../manifest/source.js';
import { misspeltDefaults, misspeltIn } from './misspelt-regions.js';

/**
 * The items and selectors of a manifest as they are asked for.
 * @param operation absent: only the selectors are meant, whatever the items are
 * @param isUnlistedMeant true where a region that looks misspelt is meant
 * @throws ManifestError with every problem, misspelt regions among them
 */
export function itemsAndSelectors(
  whole: LocatedManifest,
  operation: Operation | undefined,
  asked: AskedBy,
  isUnlistedMeant: boolean,
): readonly [items: readonly EffectiveItem[], selectors: readonly EffectiveSelector[]] {
  const located = operation ? whole : { ...whole, manifest: { ...whole.manifest, flowLogs: [] } };
  const [items, selectors] = allOrProblems(
    [
      () => (operation ? effectiveItems(located, operation, asked) : []),
      () => effectiveSelectors(located, operation, asked),
    ],
    isUnlistedMeant ? [] : misspeltIn(located),
  );
  const taken = isUnlistedMeant ? [] : misspeltDefaults(located, items, selectors);
  if (taken.length > 0) throw new ManifestError(inOrder(taken));
  return [items, selectors];
}

/** Makes both, or throws everything that is wrong with either. */
function allOrProblems<One, Other>(
  [makeOne, makeOther]: readonly [() => One, () => Other],
  beside: readonly ManifestProblem[],
): [One, Other] {
  const problems = [...beside];
  const made = [makeOne, makeOther].map((make) => {
    try {
      return make();
    } catch (error) {
      if (!(error instanceof ManifestError)) throw error;
      problems.push(...error.problems);
      return undefined;
    }
  });
  if (problems.length > 0) throw new ManifestError(inOrder(problems));
  return made as [One, Other];
}
