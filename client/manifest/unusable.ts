import {
  type ValueAt,
  inputBounds,
  nestingRule,
  pathTo,
  refusedName,
  refusedNameRule,
} from '../../workflows/contract/bounds.js';
import { isTree } from '../../workflows/contract/problems.js';
import type { PathStep } from './source.js';

/** A value that nothing can be made of, and why. */
export interface UnusablePlace {
  readonly path: readonly PathStep[];
  readonly message: string;
  readonly of: 'value' | 'key';
}

/**
 * Finds a name that no field can have, and objects nested deeper than any input may be: the checks of a manifest's form would lose the one and
 * overflow the stack on the other. A loop, not recursion, and without the bounds of one input: a manifest may have a million values.
 */
export function unusablePlaces(document: unknown): UnusablePlace[] {
  const found: UnusablePlace[] = [];
  const waiting: ValueAt[] = [{ value: document, name: '', depth: 1 }];
  for (let place = waiting.pop(); place; place = waiting.pop()) {
    const { value, depth } = place;
    if (place.name === refusedName) found.push({ path: pathTo(place), message: refusedNameRule, of: 'key' });
    const isList = Array.isArray(value);
    if (!isList && !isTree(value)) continue;
    if (depth > inputBounds.depth) return [...found, { path: pathTo(place), message: nestingRule, of: 'value' }];
    for (const [name, inner] of Object.entries(value))
      // What is neither object nor list is looked at for its name only.
      if (name === refusedName || (typeof inner === 'object' && inner !== null))
        waiting.push({ value: inner, name: isList ? Number(name) : name, above: place, depth: depth + 1 });
  }
  return found;
}
