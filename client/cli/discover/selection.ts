import { omitUndefined } from '../../../cloud/omit-undefined.js';
import { resourceTypes, type ResourceType, type Selector } from '../../../cloud/discovery/selector.js';
import { parseSelectors } from '../../../workflows/contract/selector-schema.js';
import { defaultAccountName, type Accounts } from '../../accounts.js';
import { InvalidInputError } from '../../errors.js';
import { UsageError } from '../exit-codes.js';
import { misspeltRegionFlags } from '../region-check.js';

/** Flags that select. */
export interface SelectionFlags {
  readonly product?: string;
  readonly resourceType?: readonly string[];
  readonly accounts?: readonly string[];
  readonly regions?: readonly string[];
  readonly id?: readonly string[];
  readonly name?: string;
  readonly resourceGroup?: string;
  readonly tag?: Readonly<Record<string, string>>;
  readonly excludeId?: readonly string[];
  readonly excludeName?: string;
  readonly excludeTag?: Readonly<Record<string, string>>;
  readonly coverage?: string;
  readonly inherited?: boolean;
  readonly project?: string;
  readonly logStore?: string;
  readonly unlistedRegion?: boolean;
}

/** One flow log on each covers all that lies below it: what is looked at where no type is named. */
const usualTypes: readonly ResourceType[] = ['VPC', 'TransitRouter', 'EcrVbr'];

const typeNames = Object.keys(resourceTypes) as readonly ResourceType[];

/** Fields of a selector by the flag that fills them. */
const flagBySelectorField: readonly (readonly [field: RegExp, flag: string])[] = [
  [/^regions/, '--regions'],
  [/^accounts/, '--accounts'],
  [/^ids/, '--id'],
  [/^exclude\.ids/, '--exclude-id'],
  [/^exclude\.name/, '--exclude-name'],
  [/^exclude\.tags/, '--exclude-tag'],
  [/^name/, '--name'],
  [/^resourceGroupId/, '--resource-group'],
  [/^tags/, '--tag'],
  [/^coverage/, '--coverage'],
  [/^resourceType/, '--resource-type'],
  [/^spec\.destination\.project/, '--project'],
  [/^spec\.destination\.logStore/, '--log-store'],
];

/**
 * Selectors made of flags: one for each type asked for.
 * @throws InvalidInputError with every problem, in the words of the flags
 */
export function selectorsOfFlags(flags: SelectionFlags, accounts: Accounts): readonly Selector[] {
  const selectors = typesOfFlags(flags).map((resourceType) => selectorOf(flags, resourceType, accounts));
  const parsed = parseSelectors(selectors);
  const misspelt = misspeltRegionFlags({ ...flags });
  if ('selectors' in parsed && misspelt.length === 0) return parsed.selectors;
  const told = ('problems' in parsed ? parsed.problems : []).map(({ path, message }) => {
    const field = path.replace(/^selectors\[\d+\]\.?/, '');
    return { path: flagBySelectorField.find(([pattern]) => pattern.test(field))?.[1] ?? field, message };
  });
  // Every selector says the same of a flag.
  const distinct = told.filter(
    (one, at) => told.findIndex(({ path, message }) => path === one.path && message === one.message) === at,
  );
  throw new InvalidInputError([...misspelt, ...distinct]);
}

function typesOfFlags({ product, resourceType = [] }: SelectionFlags): readonly ResourceType[] {
  const unknown = resourceType.find((name) => name !== 'all' && !Object.hasOwn(resourceTypes, name));
  if (unknown !== undefined)
    throw new UsageError(`--resource-type ${unknown}: must be all, or of ${typeNames.join(', ')}`);
  const products = new Set<string>(Object.values(resourceTypes));
  if (product !== undefined && !products.has(product))
    throw new UsageError(`--product ${product}: must be one of ${[...products].join(', ')}`);
  const wanted = resourceType.includes('all') ? typeNames : (resourceType as readonly ResourceType[]);
  const named = (wanted.length > 0 ? wanted : usualTypes).filter(
    (type) => product === undefined || resourceTypes[type] === product,
  );
  if (named.length === 0)
    throw new UsageError(
      `--resource-type ${wanted.join(' ')}: ${product} has ${typeNames.filter((type) => resourceTypes[type] === product).join(', ')}`,
    );
  return named;
}

/** Left out is what all these flags say together. */
function excludeOf({ excludeId, excludeName, excludeTag }: SelectionFlags): Selector['exclude'] | undefined {
  const exclude = omitUndefined({ ids: excludeId, name: excludeName, tags: excludeTag });
  return Object.keys(exclude).length > 0 ? exclude : undefined;
}

function selectorOf(flags: SelectionFlags, resourceType: ResourceType, accounts: Accounts): Selector {
  const { regions = ['all'], id, name, resourceGroup, tag, inherited, project, logStore } = flags;
  const exclude = excludeOf(flags);
  const destination = omitUndefined({ project, logStore });
  return {
    product: resourceTypes[resourceType],
    resourceType,
    accounts: accountsOfFlags(flags.accounts ?? [defaultAccountName], accounts),
    regions: regions.includes('all') ? 'all' : regions,
    // Everything that is found is shown; what is meant narrows the list of what is not covered.
    coverage: (flags.coverage ?? 'all') as Selector['coverage'],
    ...omitUndefined({
      inherited: inherited || undefined,
      ids: id,
      name,
      resourceGroupId: resourceGroup,
      tags: tag,
      exclude,
      spec: Object.keys(destination).length > 0 ? ({ destination } as NonNullable<Selector['spec']>) : undefined,
    }),
  };
}

function accountsOfFlags(names: readonly string[], accounts: Accounts): Selector['accounts'] {
  if (names.includes('all')) return 'all';
  return names.map((name) => {
    const uid = Object.hasOwn(accounts, name) ? accounts[name]?.uid : undefined;
    if (uid !== undefined || /^\d+$/.test(name)) return uid ?? name;
    throw new UsageError(
      `--accounts ${name}: no account is named so; known: ${Object.keys(accounts).join(', ') || 'none; set FLOWLOG_ACCOUNT_ID or FLOWLOG_ACCOUNTS'}`,
    );
  });
}
