import { MOST_LISTED, fitting } from '../cloud/json-size.js';
import type { PlaceProblem } from '../workflows/contract/bulk.js';

/**
 * Cuts a list that may be longer than a report: the first entries, and the number of those beyond.
 * @param bytes of JSON that they may have
 */
export function told<Entry>(
  entries: readonly Entry[],
  bytes: number,
): { readonly first: readonly Entry[]; readonly more: number } {
  const first = fitting(entries, bytes, MOST_LISTED);
  return { first, more: entries.length - first.length };
}

/** Places that could not be read, as {@link told}: first those that are a failure, and then those that have no flow logs at all. */
export const toldPlaces = (problems: readonly PlaceProblem[], bytes: number) =>
  told(
    problems.toSorted((one, other) => Number(one.unsupported ?? false) - Number(other.unsupported ?? false)),
    bytes,
  );

/** A field that is there only where there is something to count. */
export const countOf = <Name extends string>(name: Name, count: number): { readonly [Key in Name]?: number } =>
  (count > 0 ? { [name]: count } : {}) as { readonly [Key in Name]?: number };
