import { inputBounds, refusedName, refusedNameRule } from '../../workflows/contract/bounds.js';
import { isTree } from '../../workflows/contract/problems.js';
import type { PathStep } from './source.js';

/** A value that nothing can be made of, and why. */
export interface UnusablePlace {
  readonly path: readonly PathStep[];
  readonly message: string;
  readonly of: 'value' | 'key';
}

interface VisitedValue {
  readonly value: unknown;
  readonly step: PathStep;
  readonly above?: VisitedValue;
  readonly depth: number;
}

function pathOf(place: VisitedValue): PathStep[] {
  const path: PathStep[] = [];
  for (let each = place; each.above; each = each.above) path.unshift(each.step);
  return path;
}

/**
 * Finds what would be lost, or cost too much, in the checks of a manifest's form: a name that no field can have, and objects nested deeper than
 * any input may be. Each value is visited once, in a loop and not by calling itself, and it ends where something is nested too deep.
 */
export function unusablePlaces(document: unknown): UnusablePlace[] {
  const found: UnusablePlace[] = [];
  const waiting: VisitedValue[] = [{ value: document, step: '', depth: 1 }];
  for (let place = waiting.pop(); place; place = waiting.pop()) {
    const { value, step, depth } = place;
    if (step === refusedName) found.push({ path: pathOf(place), message: refusedNameRule, of: 'key' });
    const isList = Array.isArray(value);
    if (!isList && !isTree(value)) continue;
    if (depth > inputBounds.depth) {
      const message = `is nested more than ${inputBounds.depth} deep`;
      return [...found, { path: pathOf(place), message, of: 'value' }];
    }
    for (const [name, inner] of Object.entries(value))
      // What is neither object nor list is only looked at for its name: a manifest may have a million values.
      if (name === refusedName || (typeof inner === 'object' && inner !== null))
        waiting.push({ value: inner, step: isList ? Number(name) : name, above: place, depth: depth + 1 });
  }
  return found;
}
