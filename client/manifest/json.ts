import type { Positions } from './source.js';
import { type Places, type Position, type PathStep } from './source.js';

/** A string of JSON, and whether a colon makes it a key. */
const STRING = /"(?:[^"\\]|\\.)*"(\s*:)?/g;

/** Keys of all objects in a value. */
function keysIn(value: unknown): number {
  let count = 0;
  const waiting: unknown[] = [value];
  while (waiting.length > 0) {
    const one = waiting.pop();
    if (typeof one !== 'object' || one === null) continue;
    const inner: unknown[] = Object.values(one);
    if (!Array.isArray(one)) count += inner.length;
    for (const each of inner) if (typeof each === 'object') waiting.push(each);
  }
  return count;
}

/**
 * The value of a JSON text, in one cheap pass; undefined where it is no JSON, or holds a key twice: then a slower reader has to say where.
 */
export function readJson(text: string): { readonly value: unknown } | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  let keys = 0;
  for (const [, colon] of text.matchAll(STRING)) if (colon !== undefined) keys += 1;
  return keys === keysIn(value) ? { value } : undefined;
}

/** Places that are only looked for when somebody asks: most files have nothing wrong. */
export class PlacesWhenAsked implements Places {
  private kept: Positions | undefined;
  constructor(private readonly locate: () => Positions) {}

  ofValue(path: readonly PathStep[]): Position {
    return (this.kept ??= this.locate()).ofValue(path);
  }
  ofKey(path: readonly PathStep[]): Position {
    return (this.kept ??= this.locate()).ofKey(path);
  }
}
