import { omitUndefined } from '../../cloud/omit-undefined.js';
import type { BulkOptions } from '../../workflows/contract/bulk.js';
import { optionsOfOperation } from '../../workflows/contract/bulk-schema.js';
import type { Selector } from '../../cloud/discovery/selector.js';
import type { Spec } from '../../cloud/flow-log.js';
import { products } from '../../cloud/products/products.js';
import type { Operation } from '../../workflows/contract/operation.js';
import { isTree, showPath } from '../../workflows/contract/problems.js';
import { parseSelectors } from '../../workflows/contract/selector-schema.js';
import { specUses, takesSpec, takesSpecField } from '../../workflows/contract/spec-use.js';
import { accountName, defaultAccountName, type Accounts } from '../accounts.js';
import { treeOf, unusedDefaultProblems, type AskedBy } from './effective.js';
import { ManifestError, problemAt, withMistakes, type LocatedManifest } from './manifest.js';
import { leafKey, mergeSelector, type Leaf } from './merge.js';
import { filterNames, type ManifestSelector } from './schema.js';
import type { ManifestProblem, PathStep, Position } from './source.js';

/** One selector of a manifest as it will be resolved, and who gave each value of its spec. */
export interface EffectiveSelector {
  readonly index: number;
  readonly position: Position;
  /** Selector as it is sent: accounts by uid, defaults merged in, account names filled in. */
  readonly selector: Selector;
  /** Each value of its spec by its path, with its origin; for every account where accounts differ. */
  readonly values: readonly {
    readonly path: string;
    readonly value: unknown;
    readonly from: string;
    /** uid, where accounts differ. */
    readonly account?: string;
  }[];
}

type Leaves = Map<string, Leaf>;

/** Merged values of one selector, by uid; undefined: of accounts that this side does not know. */
type ByAccount = ReadonlyMap<string | undefined, Leaves>;

/** A selector under way: what will be sent, and what it was made of. */
interface Draft {
  readonly selector: Record<string, unknown>;
  readonly merged: ByAccount;
  readonly problems: readonly ManifestProblem[];
}

/**
 * Makes the selectors of a manifest, defaults merged in as into items: defaults < product's < account's < the selector. If that
 * differs from account to account, each gets a spec of its own.
 * @param operation absent: they only look; then a spec is compared with what there is, and need not be whole
 * @throws ManifestError with every problem, each with its place; then nothing is started
 */
export function effectiveSelectors(
  located: LocatedManifest,
  operation: Operation | undefined,
  asked: AskedBy,
): readonly EffectiveSelector[] {
  const { manifest, source } = located;
  const problems: ManifestProblem[] = [];
  const effective = (manifest.selectors ?? []).flatMap((written, index): EffectiveSelector[] => {
    if (located.skipped?.selectors.has(index)) return [];
    const draft = draftOf(located, operation, asked.accounts, written, index);
    const options = { ...optionsOfOperation(manifest.options as BulkOptions), ...asked.options };
    const use = operation
      ? { operation, ...omitUndefined({ options: Object.keys(options).length > 0 ? options : undefined }) }
      : {};
    const parsed = parseSelectors([draft.selector], use);
    problems.push(...draft.problems);
    if ('problems' in parsed) {
      const told = parsed.problems.map(({ path, message }) => {
        const place = placeOfSelectorField(path, index, draft);
        return problemAt(source, place, message);
      });
      // A problem of one account is often a problem of all: it is reported once for each place in the file.
      problems.push(...told.filter((one, at) => told.findIndex((other) => sameProblem(one, other)) === at));
      return [];
    }
    const [selector] = parsed.selectors;
    if (!selector || draft.problems.length > 0) return [];
    return [{ index, position: source.positions.ofValue(['selectors', index]), selector, values: valuesOf(draft) }];
  });
  // Items tell of defaults that fit nothing; a manifest without items has only its selectors to do so.
  const unused = (manifest.flowLogs ?? []).length > 0 ? [] : unusedDefaultProblems(located);
  const told = withMistakes(located, [...unused, ...problems]);
  if (told.length > 0) throw new ManifestError(told);
  return effective;
}

const sameProblem = (one: ManifestProblem, other: ManifestProblem): boolean =>
  one.line === other.line && one.column === other.column && one.message === other.message;

function draftOf(
  located: LocatedManifest,
  operation: Operation | undefined,
  accounts: Accounts,
  written: ManifestSelector,
  index: number,
): Draft {
  const { manifest, source } = located;
  const takes = (name: string, from: 'defaults' | 'item'): boolean => {
    if (operation === undefined) return true;
    return from === 'item' ? takesSpec(operation) : takesSpecField(operation, written.product, name);
  };
  const merge = (account: string | undefined): Leaves =>
    mergeSelector(manifest, accounts, index, written, account, takes);
  const named = selectedAccounts(located, accounts, written, index);
  const merged: ByAccount = new Map([
    ...named.uids.map((uid) => [uid, merge(accountName(accounts, uid))] as const),
    ...(written.accounts === 'all' ? [[undefined, merge(undefined)] as const] : []),
  ]);
  const regions = regionsOf(written, merged);
  const { product, resourceType, coverage, inherited, exclude } = written;
  const filter = Object.fromEntries(Object.entries(written).filter(([name]) => filterNames.has(name)));
  return {
    selector: {
      product,
      resourceType,
      accounts: written.accounts === 'all' ? 'all' : named.uids,
      regions: typeof regions === 'string' ? 'all' : regions,
      ...omitUndefined({ coverage, inherited }),
      ...filter,
      ...omitUndefined({ exclude }),
      ...specsByAccount(accounts, merged, operation),
    },
    merged,
    problems: [
      ...named.problems,
      ...(regions === 'differ' || regions === 'none'
        ? [problemAt(source, ['selectors', index, 'regions'], regionRefusals[regions])]
        : []),
    ],
  };
}

/** The uids of the accounts named; of `all`, those that this side knows. */
function selectedAccounts(
  { manifest, source }: LocatedManifest,
  accounts: Accounts,
  written: ManifestSelector,
  index: number,
): { readonly uids: readonly string[]; readonly problems: readonly ManifestProblem[] } {
  if (written.accounts === 'all') return { uids: Object.values(accounts).map(({ uid }) => uid), problems: [] };
  const names = written.accounts ?? [manifest.defaults?.account ?? defaultAccountName];
  const problems: ManifestProblem[] = [];
  const uids = names.flatMap((name, at) => {
    if (Object.hasOwn(accounts, name)) return accounts[name]?.uid ?? [];
    if (/^\d+$/.test(name)) return name;
    const known = Object.keys(accounts).join(', ') || 'none; set FLOWLOG_ACCOUNTS or FLOWLOG_ACCOUNT_ID';
    const path = ['selectors', index, ...(written.accounts ? ['accounts', at] : ['accounts'])];
    problems.push(problemAt(source, path, `no account is named ${JSON.stringify(name)}; known: ${known}`));
    return [];
  });
  // One wrong name is told above; the form is not to be told of it again.
  return { uids: uids.length === 0 && problems.length > 0 ? ['0'] : [...new Set(uids)], problems };
}

const regionRefusals = {
  none: 'is missing: list the regions, or write all',
  differ: 'is missing: the accounts have different default regions; list the regions, or write all',
} as const;

/** The regions written, else the default one that all its accounts share. */
function regionsOf(
  { product, regions }: ManifestSelector,
  merged: ByAccount,
): readonly unknown[] | 'all' | 'none' | 'differ' {
  if (products[product].central) return 'all';
  if (regions !== undefined) return regions;
  const found = new Set([...merged.values()].map((leaves) => leaves.get(leafKey(['region']))?.value));
  const [only] = found;
  if (found.size > 1) return 'differ';
  return only === undefined ? 'none' : [only];
}

/** One spec where all accounts wish for the same, else one for each. */
function specsByAccount(
  accounts: Accounts,
  merged: ByAccount,
  operation: Operation | undefined,
): { spec?: Spec; specByAccount?: Record<string, Spec> } {
  const specs = [...merged].map(
    ([uid, leaves]) => [uid, selectedSpec(leaves, uid && accountName(accounts, uid))] as const,
  );
  const [first] = specs;
  if (!first || specs.every(([, spec]) => spec === undefined)) return {};
  if (specs.every(([, spec]) => JSON.stringify(spec) === JSON.stringify(first[1]))) return { spec: first[1] as Spec };
  const byAccount = specs.flatMap(([uid, spec]) => (uid === undefined ? [] : [[uid, spec ?? {}]]));
  const others = specs.find(([uid]) => uid === undefined)?.[1];
  return {
    // Accounts that only the worker knows have no name here, and none of the values that hold for some accounts.
    ...omitUndefined({ spec: others && standsAlone(others, operation) ? others : undefined }),
    specByAccount: Object.fromEntries(byAccount) as Record<string, Spec>,
  };
}

/** Tells whether a spec fits accounts that have no name: it says all that the operation needs, without that name. */
const standsAlone = ({ destination }: Spec, operation: Operation | undefined): boolean =>
  (operation === undefined ||
    !specUses[operation].whole ||
    (destination?.project !== undefined && destination.logStore !== undefined)) &&
  !JSON.stringify(destination ?? {}).includes('{account}');

function selectedSpec(leaves: Leaves, account: string | undefined): Spec | undefined {
  const spec = treeOf([...leaves.values()].filter(({ at }) => at[0] !== 'region'));
  if (Object.keys(spec).length === 0) return undefined;
  const { destination } = spec;
  if (account === undefined || !isTree(destination)) return spec;
  // The worker knows accounts by their uids only.
  const filled = Object.entries(destination).map(([name, value]) => [
    name,
    typeof value === 'string' ? value.replaceAll('{account}', account) : value,
  ]);
  return { ...spec, destination: Object.fromEntries(filled) as NonNullable<Spec['destination']> };
}

/** Path of a field of what is sent to the place in the file of the value that made it. */
function placeOfSelectorField(path: string, index: number, { merged }: Draft): PathStep[] {
  const steps = path
    .split(/[.[\]]+/)
    .filter(Boolean)
    .slice(2);
  const [top, ...below] = steps;
  const asSteps = (names: readonly string[]) => names.map((step) => (/^\d+$/.test(step) ? Number(step) : step));
  if (top !== 'spec' && top !== 'specByAccount') return ['selectors', index, ...asSteps(steps)];
  const [uid, within] = top === 'spec' ? [undefined, below] : [below[0], below.slice(1)];
  const leaves = merged.get(uid) ?? [...merged.values()][0];
  for (let length = within.length; length > 0; length--) {
    const leaf = leaves?.get(JSON.stringify(within.slice(0, length)));
    if (leaf?.path) return [...leaf.path, ...asSteps(within.slice(length))];
  }
  return ['selectors', index, ...asSteps(within)];
}

function valuesOf({ selector, merged }: Draft): EffectiveSelector['values'] {
  const differ = 'specByAccount' in selector;
  const shown = differ ? [...merged] : [...merged].slice(0, 1);
  return shown.flatMap(([uid, leaves]) =>
    [...leaves.values()]
      .filter(({ at }) => at[0] !== 'region')
      .map(({ at, value, from }) => ({
        path: showPath(at),
        value,
        from,
        ...omitUndefined({ account: differ && uid !== undefined ? uid : undefined }),
      })),
  );
}
