import { omitUndefined } from '../../cloud/omit-undefined.js';
import type { Product } from '../../cloud/flow-log.js';
import { products, productNames } from '../../cloud/products/products.js';
import { isTree } from '../../workflows/contract/problems.js';
import { accountName, defaultAccountName, type Accounts } from '../accounts.js';
import {
  filterNames,
  ownItemFields,
  specNamesOf,
  type Manifest,
  type ManifestItem,
  type ManifestSelector,
} from './schema.js';
import type { PathStep } from './source.js';

/** Source of a value. */
export interface Origin {
  /** `defaults`, `defaults.vpc`, `accounts.prod.defaults`, `accounts file (prod)`, `item` or `selector`. */
  readonly from: string;
  /** Path in the manifest; absent for the accounts file, which is not part of it. */
  readonly path?: readonly PathStep[];
}

/** One value of an item after merging: where it belongs in the item, what it is, who gave it. */
export interface Leaf extends Origin {
  readonly at: readonly string[];
  readonly value: unknown;
}

interface Layer {
  readonly from: string;
  readonly path?: readonly PathStep[];
  readonly values: Readonly<Record<string, unknown>>;
}

/** Every leaf of a tree; lists and empty trees are leaves, for they replace as a whole. */
function* leavesOf(
  tree: Readonly<Record<string, unknown>>,
  above: readonly string[] = [],
): Generator<[readonly string[], unknown]> {
  for (const [name, value] of Object.entries(tree)) {
    if (isTree(value) && Object.keys(value).length > 0) yield* leavesOf(value, [...above, name]);
    else if (value !== undefined) yield [[...above, name], value];
  }
}

const only = (values: Readonly<Record<string, unknown>>, names: ReadonlySet<string>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(values).filter(([name]) => names.has(name)));

/** Name of the account an item belongs to; `undefined` where it gives a uid that has no name. */
export function accountOf(
  manifest: Manifest,
  accounts: Accounts,
  { account, accountId }: ManifestItem,
): string | undefined {
  if (account !== undefined) return account;
  if (accountId !== undefined) return accountName(accounts, String(accountId));
  return manifest.defaults?.account ?? defaultAccountName;
}

/** A place for defaults holds fields of all products; an item takes those its own product has. */
function defaultLayers(
  from: string,
  path: readonly PathStep[] | undefined,
  product: Product,
  values: unknown,
): Layer[] {
  if (!isTree(values)) return [];
  const names = new Set([...specNamesOf(product), ...(products[product].central ? [] : ['region'])]);
  const general: Layer = { from, ...omitUndefined({ path }), values: only(values, names) };
  const own = values[product];
  if (!isTree(own)) return [general];
  return [
    general,
    { from: `${from}.${product}`, ...omitUndefined({ path: path ? [...path, product] : undefined }), values: own },
  ];
}

/** Defaults of one account: the accounts file's, then the manifest's own. */
const accountLayers = (manifest: Manifest, accounts: Accounts, account: string, product: Product): Layer[] => [
  ...defaultLayers(`accounts file (${account})`, undefined, product, ownEntry(accounts, account)?.defaults),
  ...defaultLayers(
    `accounts.${account}.defaults`,
    ['accounts', account, 'defaults'],
    product,
    ownEntry(manifest.accounts ?? {}, account)?.defaults,
  ),
];

/** An entry of a table that a file wrote; never what every object inherits. */
const ownEntry = <Value>(table: Readonly<Record<string, Value>>, name: string): Value | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined;

/**
 * The values of one item, each with who gave it. Product defaults beat defaults; defaults of the account (the accounts file's, then the
 * manifest's own) beat both; the item wins. Trees (`destination`, `tags`) merge by field, lists replace.
 *
 * @param takes Whether the operation takes a field of the spec, and from where. A default that it does not take is not meant for it.
 */
export function mergeItem(
  manifest: Manifest,
  accounts: Accounts,
  index: number,
  item: ManifestItem,
  takes: (specName: string, from: 'defaults' | 'item') => boolean,
): Map<string, Leaf> {
  const { product } = item;
  const account = accountOf(manifest, accounts, item);
  const leaves = new Map<string, Leaf>();
  // A flow log named by its id has its resource and traffic already; only what is written on the item itself is asked of it.
  const byId = item.flowLogId !== undefined;
  for (const layer of layersBelow(manifest, accounts, account, product))
    lay(leaves, layer, (name) => name === 'region' || (!byId && takes(name, 'defaults')));
  const own: Layer = { from: 'item', path: ['flowLogs', index], values: item };
  lay(leaves, own, (name) => ownItemFields.includes(name) || takes(name, 'item'));
  return leaves;
}

/** The defaults of an item or selector, the weakest first. */
const layersBelow = (
  manifest: Manifest,
  accounts: Accounts,
  account: string | undefined,
  product: Product,
): readonly Layer[] => [
  ...defaultLayers('defaults', ['defaults'], product, manifest.defaults),
  ...(account === undefined ? [] : accountLayers(manifest, accounts, account, product)),
];

/** The key of a leaf among the leaves of an item: its steps, with between them what no name may hold. */
export const leafKey = (at: readonly string[]): string => at.join('\u0000');

/** Lays a layer over those below it. */
function lay(leaves: Map<string, Leaf>, { from, path, values }: Layer, wanted: (name: string) => boolean): void {
  for (const [at, value] of leavesOf(values)) {
    const [name = ''] = at;
    if (!wanted(name)) continue;
    leaves.set(leafKey(at), { at, value, from, ...omitUndefined({ path: path ? [...path, ...at] : undefined }) });
  }
}

/**
 * The spec that a selector wishes for in one account, and its default `region`, each value with who gave it; in the order of
 * {@link mergeItem}. `name`, `tags` and `resourceGroupId` of a selector filter; those of the flow logs come from the defaults.
 *
 * @param account its name; absent: the spec for accounts that the manifest and the accounts file do not mention
 */
export function mergeSelector(
  manifest: Manifest,
  accounts: Accounts,
  index: number,
  selector: ManifestSelector,
  account: string | undefined,
  takes: (specName: string, from: 'defaults' | 'item') => boolean,
): Map<string, Leaf> {
  const leaves = new Map<string, Leaf>();
  for (const layer of layersBelow(manifest, accounts, account, selector.product))
    lay(leaves, layer, (name) => name === 'region' || takes(name, 'defaults'));
  const own: Layer = { from: 'selector', path: ['selectors', index], values: selector };
  lay(leaves, own, (name) => !filterNames.has(name) && !selectorFields.has(name) && takes(name, 'item'));
  return leaves;
}

/** Fields of a selector that are neither filter nor spec. */
const selectorFields: ReadonlySet<string> = new Set([
  'product',
  'accounts',
  'regions',
  'resourceType',
  'coverage',
  'inherited',
  'exclude',
]);

/** Every place for defaults in the manifest, for checking what no item uses. */
export function placesForDefaults(
  manifest: Manifest,
): { path: PathStep[]; product?: Product; values: Record<string, unknown> }[] {
  const places = [
    { path: ['defaults'] as PathStep[], values: manifest.defaults },
    ...Object.entries(manifest.accounts ?? {}).map(([name, { defaults }]) => ({
      path: ['accounts', name, 'defaults'] as PathStep[],
      values: defaults,
    })),
  ];
  return places.flatMap(({ path, values }) => {
    if (!values) return [];
    const perProduct = productNames.flatMap((product) => {
      const own = (values as Record<string, unknown>)[product];
      return isTree(own) ? [{ path: [...path, product], product, values: own }] : [];
    });
    return [{ path, values: values as Record<string, unknown> }, ...perProduct];
  });
}
