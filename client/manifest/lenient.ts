import type { z } from 'zod';
import { valueAt } from '../../workflows/contract/problems.js';
import { type Manifest, manifestSchema } from './schema.js';
import type { PathStep } from './source.js';

/** A manifest without the parts whose form is wrong, so that what is wrong with the rest can be told with them. */
export interface Rest {
  readonly manifest: Manifest;
  /** Items of `flowLogs` and of `selectors` of which nothing can be said. */
  readonly skipped: Readonly<Record<'flowLogs' | 'selectors', ReadonlySet<number>>>;
}

/** Passes over a document: what one leaves may be wrong again without it. */
const MOST_PASSES = 3;

/** Takes out what is wrong by its form; undefined where nothing is left to look at. */
export function restOf(value: unknown, issues: readonly z.core.$ZodIssue[]): Rest | undefined {
  const skipped = { flowLogs: new Set<number>(), selectors: new Set<number>() };
  const left: unknown = structuredClone(value);
  let found = issues;
  for (let pass = 0; pass < MOST_PASSES; pass++) {
    if (!found.every((issue) => takenOut(left, issue, skipped))) return undefined;
    const parsed = manifestSchema.safeParse(left);
    if (parsed.success) return { manifest: parsed.data, skipped };
    found = parsed.error.issues;
  }
  return undefined;
}

/** Takes one part out; false where it cannot be. */
function takenOut(document: unknown, issue: z.core.$ZodIssue, skipped: Record<'flowLogs' | 'selectors', Set<number>>) {
  const path = issue.path as PathStep[];
  if (issue.code === 'unrecognized_keys') {
    const owner = valueAt(document, path) as Record<string, unknown>;
    for (const key of issue.keys) delete owner[key];
    return true;
  }
  const [list, index, ...below] = path;
  const isItem = (list === 'flowLogs' || list === 'selectors') && typeof index === 'number';
  if (isItem && (below.length === 0 || below[0] === 'product')) {
    // Its place stays filled, so that those behind it keep their numbers.
    (valueAt(document, [list]) as unknown[])[index] = { product: 'vpc' };
    skipped[list].add(index);
    return true;
  }
  const name = path.at(-1);
  const owner = valueAt(document, path.slice(0, -1));
  if (path.length === 1 && name === 'version') (document as Record<string, unknown>)['version'] = 1;
  else if (typeof name === 'string' && typeof owner === 'object' && owner !== null)
    delete (owner as Record<string, unknown>)[name];
  else return false;
  return true;
}
