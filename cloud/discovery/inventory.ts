import { omitUndefined } from '../omit-undefined.js';
import type { Place, ResourceTarget } from '../flow-log.js';
import { at, textAt } from '../json-path.js';
import { products } from '../products/products.js';
import { resourceIdOf, workflowIdOf } from '../target.js';
import { asksForDescription, matches, type Described } from './filter.js';
import { lists } from './lists.js';
import type { ListedRow, Readings } from './readings.js';
import { resourceRows, type LeftOutReason, type ResourceRow } from './resource-rows.js';
import type { Selector } from './selector.js';

/** A resource as its list shows it. */
export interface Listed extends Described {
  readonly target: ResourceTarget;
  /** Resources above it, nearest first. */
  readonly above: readonly { readonly type: 'VPC' | 'VSwitch'; readonly id: string }[];
}

/** Resources of a place that a selector asks for, and the number of those left out, by reason. */
export interface Inventory {
  readonly listed: readonly Listed[];
  readonly leftOut: Readonly<Partial<Record<LeftOutReason, number>>>;
}

/** Reads which resources of a place a selector asks for. Filters of the cloud are not used: rows are compared here, by exact words. */
export async function inventoryOf(readings: Readings, selector: Selector, place: Place): Promise<Inventory> {
  const row = resourceRows[selector.resourceType];
  const items = await readings.items(row.list, place.region);
  const on = row.on && new Map(await byId(readings, row.on.list, place.region));
  const describedBy = await descriptions(readings, selector, row, items);
  const listed: Listed[] = [];
  const leftOut = new Map<LeftOutReason, number>();
  for (const item of items) {
    const thing = on?.get(textAt(item, row.on?.path ?? '') ?? '');
    const found = listedFrom(place, row, item, thing, describedBy);
    const reason = found ? (unwanted(selector, found) ?? unfit(row, item, thing, place)) : 'unusable-id';
    if (reason) leftOut.set(reason, (leftOut.get(reason) ?? 0) + 1);
    else if (found) listed.push(found);
  }
  return { listed, leftOut: Object.fromEntries(leftOut) };
}

const byId = async (readings: Readings, list: ResourceRow['list'], region?: string): Promise<[string, ListedRow][]> =>
  (await readings.items(list, region)).map((item) => [textAt(item, lists[list].id) ?? '', item]);

/** Rows that tell names and tags, where the own list does not and the selector asks. */
async function descriptions(
  readings: Readings,
  { exclude, ...filter }: Selector,
  { described, list }: ResourceRow,
  items: readonly ListedRow[],
): Promise<ReadonlyMap<string, ListedRow>> {
  if (!described || ![filter, exclude ?? {}].some(asksForDescription)) return new Map();
  const regions = new Set(items.flatMap((item) => textAt(item, described.region) ?? []));
  const wanted = new Set(items.map((item) => textAt(item, lists[list].id)));
  const found = await Promise.all([...regions].map((region) => byId(readings, described.list, region)));
  return new Map(found.flat().filter(([id]) => wanted.has(id)));
}

function listedFrom(
  place: Place,
  row: ResourceRow,
  item: ListedRow,
  thing: ListedRow | undefined,
  describedBy: ReadonlyMap<string, ListedRow>,
): Listed | undefined {
  const resource = Object.entries(row.target).map(([field, value]) => [
    field,
    'is' in value ? value.is : (textAt(item, value.path) ?? ''),
  ]);
  const { product, accountId, region } = place;
  const target: ResourceTarget = {
    product,
    accountId,
    ...omitUndefined({ region: region === undefined || products[product].central ? undefined : region }),
    resource: Object.fromEntries(resource) as Record<string, string>,
  };
  if (!isUsable(target)) return undefined;
  const id = resourceIdOf(target);
  const described = row.described && describedBy.get(id);
  const name = textAt(item, row.name ?? '') ?? (described && textAt(described, row.described?.name ?? ''));
  const group =
    textAt(item, row.resourceGroupId ?? '') ?? (described && textAt(described, row.described?.resourceGroupId ?? ''));
  return {
    target,
    id,
    ...omitUndefined({ name: name || undefined, resourceGroupId: group || undefined }),
    tags: {
      ...tagsAt(thing, row.tagsOfAbove),
      ...tagsAt(described, row.described?.tags),
      ...tagsAt(item, row.tags),
    },
    above: (row.above ?? []).flatMap(({ type, path }) => {
      const above = textAt(item, path);
      return above ? [{ type, id: above }] : [];
    }),
  };
}

/** Tells whether operations can be asked for it: an id that breaks the rule of ids cannot be in a workflow id. */
function isUsable(target: ResourceTarget): boolean {
  try {
    return workflowIdOf(target) !== '';
  } catch {
    return false;
  }
}

function tagsAt(item: ListedRow | undefined, paths: ResourceRow['tags']): Record<string, string> {
  const pairs = paths && item ? at(item, paths.path) : undefined;
  if (!paths || !Array.isArray(pairs)) return {};
  return Object.fromEntries(pairs.map((pair) => [textAt(pair, paths.key) ?? '', textAt(pair, paths.value) ?? '']));
}

function unwanted({ exclude, ...filter }: Selector, found: Listed): LeftOutReason | undefined {
  if (!matches(filter, found)) return 'not-matching';
  return exclude && matches(exclude, found) ? 'excluded' : undefined;
}

function unfit(
  row: ResourceRow,
  item: ListedRow,
  thing: ListedRow | undefined,
  place: Place,
): LeftOutReason | undefined {
  const owner = row.owner === undefined ? undefined : textAt(item, row.owner);
  if (owner !== undefined && owner !== place.accountId) return 'not-owned';
  return ruledOut(row.leaveOut, item) ?? (row.on && thing ? ruledOut(row.on.leaveOut, thing) : undefined);
}

function ruledOut(rules: ResourceRow['leaveOut'], item: ListedRow): LeftOutReason | undefined {
  return rules.find(({ path, is, isNot }) => {
    const word = wordAt(item, path);
    return (is?.includes(word) ?? false) || (isNot !== undefined && word !== '' && !isNot.includes(word));
  })?.reason;
}

function wordAt(item: ListedRow, path: string): string {
  const value = at(item, path);
  return typeof value === 'boolean' ? String(value) : (textAt(item, path) ?? '');
}
