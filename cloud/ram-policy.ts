import { lists } from './discovery/lists.js';
import { listsOf } from './discovery/resource-rows.js';
import type { Product } from './flow-log.js';
import type { ActionRow, RamRow } from './products/product-row.js';
import { productNames, products } from './products/products.js';

/** Extent of the permissions that the service needs. */
export interface RamScope {
  /** Default: all of them. */
  readonly products?: readonly Product[];
  /** Uid in whose account the policy stands; absent: any. */
  readonly accountId?: string;
  /** Looks, plans and drift checks only. */
  readonly readOnly?: boolean;
  /** Selectors and `discover`. Default true. */
  readonly discovery?: boolean;
  /** Roles in other accounts that this identity assumes. */
  readonly roleArns?: readonly string[];
}

/** One statement of a RAM policy. */
export interface RamStatement {
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: { readonly StringEquals: { readonly 'ram:ServiceName': readonly string[] } };
}

/** A custom policy of RAM, in its own spelling. */
export interface RamPolicy {
  readonly Version: '1';
  readonly Statement: readonly RamStatement[];
}

/** The least permissions that this scope needs, and those of its actions that were not read in a document of their own. */
export function ramPolicy({ products: wanted = productNames, ...scope }: RamScope = {}): {
  readonly policy: RamPolicy;
  readonly unverified: readonly string[];
} {
  const rows = [...wanted.flatMap((product) => flowLogRows(product, scope)), ...discoveryRows(wanted, scope)];
  const { roleArns = [] } = scope;
  const roles = scope.readOnly ? [] : wanted.flatMap((product) => products[product].serviceLinkedRole ?? []);
  return {
    policy: {
      Version: '1',
      Statement: [
        ...byResource(rows, scope.accountId ?? '*'),
        ...(roles.length > 0 ? [mayMakeRoles(roles)] : []),
        ...(roleArns.length > 0 ? [allow(['sts:AssumeRole'], roleArns)] : []),
      ],
    },
    unverified: rows.filter(({ verified }) => !verified).map(({ action }) => action),
  };
}

const allow = (Action: readonly string[], Resource: readonly string[]): RamStatement => ({
  Effect: 'Allow',
  Action,
  Resource,
});

/** Selects reads by our names of the actions, because the documented access levels call some reads `create`. */
function flowLogRows(product: Product, { readOnly }: RamScope): readonly RamRow[] {
  const { actions, serviceActions } = products[product];
  const reads: readonly (ActionRow | undefined)[] = [actions.list, serviceActions.serviceStatus];
  const all = readOnly ? reads : Object.values({ ...actions, ...serviceActions });
  return all.flatMap((row) => row?.ram ?? []);
}

const discoveryRows = (wanted: readonly Product[], { discovery = true }: RamScope): readonly RamRow[] =>
  discovery ? wanted.flatMap((product) => [...listsOf(product)].map((name) => lists[name].ram)) : [];

/** One statement for each resource, in the order in which they come. */
function byResource(rows: readonly RamRow[], accountId: string): readonly RamStatement[] {
  const actions = new Map<string, Set<string>>();
  for (const { action, resource } of rows) {
    const arn = resource.replace('{region}', '*').replace('{accountId}', accountId).replace('{flowLogId}', '*');
    actions.set(arn, (actions.get(arn) ?? new Set()).add(action));
  }
  return [...actions].map(([resource, names]) => allow([...names], [resource]));
}

/** The cloud makes its own role for delivery at the first create, in the caller's name. */
const mayMakeRoles = (names: readonly string[]): RamStatement => ({
  ...allow(['ram:CreateServiceLinkedRole'], ['*']),
  Condition: { StringEquals: { 'ram:ServiceName': names } },
});
