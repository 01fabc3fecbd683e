import type { ResourceFilter } from './selector.js';

/** What filters look at. */
export interface Described {
  readonly id: string;
  readonly name?: string;
  readonly resourceGroupId?: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** Whether a resource is what a filter asks for: all that is given has to hold. A filter that gives nothing matches everything. */
export function matches({ ids, name, resourceGroupId, tags }: ResourceFilter, resource: Described): boolean {
  return (
    (ids === undefined || ids.includes(resource.id)) &&
    (name === undefined || globPattern(name).test(resource.name ?? '')) &&
    (resourceGroupId === undefined || resource.resourceGroupId === resourceGroupId) &&
    Object.entries(tags ?? {}).every(
      ([key, value]) => Object.hasOwn(resource.tags, key) && (value === '*' || resource.tags[key] === value),
    )
  );
}

/** Whether a filter asks for more than ids: names, groups and tags are not in every list. */
export const asksForDescription = ({ name, resourceGroupId, tags }: ResourceFilter): boolean =>
  name !== undefined || resourceGroupId !== undefined || Object.keys(tags ?? {}).length > 0;

/** `*` any text, `?` any one character; the whole name has to fit. */
function globPattern(glob: string): RegExp {
  const parts = [...glob].map((character) => {
    if (character === '*') return '.*';
    return character === '?' ? '.' : character.replace(/[.\\^$+()[\]{}|/-]/g, '\\$&');
  });
  return new RegExp(`^${parts.join('').replace(/(?:\.\*)+/g, '.*')}$`, 'su');
}
