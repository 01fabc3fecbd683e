import { terraformColumns, topFields } from './foreign.js';
import { itemPaths } from './schema.js';
import type { PathStep } from './source.js';

/** Names that people give to fields of an item, each with the field that is meant. */
const otherNames: Readonly<Record<string, string>> = {
  ...terraformColumns,
  interval: 'aggregationIntervalSeconds',
  vpcId: 'resource.id',
  traffic: 'trafficType',
};

const bare = (name: string): string => name.toLowerCase().replaceAll(/[\s_.-]/g, '');

/** Finds the field that is meant by one that there is not: written otherwise, the end of its path, or by another name. */
function fieldMeant(path: readonly PathStep[], key: string): string | undefined {
  const known = path.length === 0 ? topFields : itemPaths;
  const wanted = bare(key);
  const found =
    known.find((field) => bare(field) === wanted) ??
    (path.length === 0
      ? undefined
      : (itemPaths.find((field) => bare(field.split('.').at(-1) ?? '') === wanted) ??
        Object.entries(otherNames).find(([name]) => bare(name) === wanted)?.[1]));
  return found === key ? undefined : found;
}

/** Says that there is no such field, and which one may be meant. */
export function noSuchField(path: readonly PathStep[], key: string): string {
  const meant = fieldMeant(path, key);
  return `there is no such field${meant === undefined ? '' : `; did you mean ${meant}?`}`;
}
