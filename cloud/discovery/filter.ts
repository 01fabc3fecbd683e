import type { ResourceFilter } from './selector.js';

/** Properties of a resource that filters look at. */
export interface Described {
  readonly id: string;
  readonly name?: string;
  readonly resourceGroupId?: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** Tells whether a resource matches a filter: all that is given has to hold. A filter that gives nothing matches everything. */
export function matches({ ids, name, resourceGroupId, tags }: ResourceFilter, resource: Described): boolean {
  return (
    (ids === undefined || ids.includes(resource.id)) &&
    (name === undefined || fitsGlob(name, resource.name ?? '')) &&
    (resourceGroupId === undefined || resource.resourceGroupId === resourceGroupId) &&
    Object.entries(tags ?? {}).every(
      ([key, value]) => Object.hasOwn(resource.tags, key) && (value === '*' || resource.tags[key] === value),
    )
  );
}

/** Tells whether a filter asks for more than ids: names, groups and tags are not in every list. */
export const asksForDescription = ({ name, resourceGroupId, tags }: ResourceFilter): boolean =>
  name !== undefined || resourceGroupId !== undefined || Object.keys(tags ?? {}).length > 0;

/**
 * Tells whether the whole text fits a glob: `*` any text, `?` any one character. It backtracks to the last star only, so that no glob is slow.
 */
export function fitsGlob(glob: string, text: string): boolean {
  const [wanted, given] = [[...glob], [...text]];
  let [place, at, star, covered] = [0, 0, -1, 0];
  while (at < given.length) {
    if (wanted[place] === '*') {
      star = place++;
      covered = at;
    } else if (place < wanted.length && (wanted[place] === '?' || wanted[place] === given[at])) {
      place++;
      at++;
    } else if (star >= 0) {
      place = star + 1;
      at = ++covered;
    } else return false;
  }
  return wanted.slice(place).every((character) => character === '*');
}
