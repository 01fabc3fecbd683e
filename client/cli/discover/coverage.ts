import { coverages, isMeant, type Coverage, type Selector } from '../../../cloud/discovery/selector.js';
import { placeName } from '../../../cloud/target.js';
import type { DiscoveredResource, DiscoverReport } from '../../../workflows/contract/bulk.js';
import { accountName, type Accounts } from '../../accounts.js';
import type { Tone } from '../answer.js';
import { sortedNaturally } from '../words.js';

/** A discovery as its views show it: rows in order, and what they sum up to. */
export interface Coverages {
  readonly report: DiscoverReport;
  readonly selectors: readonly Selector[];
  readonly resources: readonly DiscoveredResource[];
  /** Those that are meant and not covered. */
  readonly uncovered: readonly DiscoveredResource[];
  readonly groups: readonly Group[];
  /** An account as people know it: its name, else its uid. */
  readonly accountOf: (accountId: string) => string;
}

/** All resources of one type in one place. */
export interface Group {
  readonly accountId: string;
  readonly product: string;
  readonly place: string;
  readonly resourceType: string;
  readonly counts: Readonly<Record<Coverage, number>>;
  readonly total: number;
}

/** Tone of each coverage. */
export const coverageTones: Readonly<Record<Coverage, Tone>> = {
  covered: 'good',
  missing: 'bad',
  inactive: 'busy',
  undelivered: 'bad',
  doubled: 'bad',
  misconfigured: 'busy',
  inherited: 'good',
  unsupported: 'dim',
};

/** Parts of one place's rows that order them: account, product, place, type, id. */
const coverageKey = ({ target, resourceType }: DiscoveredResource): string =>
  [target.accountId, target.product, placeName(target), resourceType, ...Object.values(target.resource)].join(' ');

/** Orders what was found and sums it up. */
export function coveragesOf(
  report: DiscoverReport,
  selectors: readonly Selector[],
  found: readonly DiscoveredResource[],
  accounts: Accounts,
): Coverages {
  const resources = sortedNaturally(found, coverageKey);
  return {
    report,
    selectors,
    resources,
    uncovered: resources.filter((resource) => isUncovered(selectors, resource)),
    groups: groupsOf(resources),
    accountOf: (accountId) => accountName(accounts, accountId) ?? accountId,
  };
}

function isUncovered(selectors: readonly Selector[], { coverage, selector }: DiscoveredResource): boolean {
  const by = selectors[selector];
  return coverage !== 'covered' && by !== undefined && isMeant(by, coverage);
}

function groupsOf(resources: readonly DiscoveredResource[]): readonly Group[] {
  const groups = new Map<
    string,
    Omit<Group, 'counts' | 'total'> & { counts: Record<Coverage, number>; total: number }
  >();
  for (const { target, resourceType, coverage } of resources) {
    const { accountId, product } = target;
    const place = placeName(target);
    const name = [accountId, product, place, resourceType].join(' ');
    const group = groups.get(name) ?? { accountId, product, place, resourceType, counts: none(), total: 0 };
    group.counts[coverage]++;
    group.total++;
    groups.set(name, group);
  }
  return [...groups.values()];
}

const none = () => Object.fromEntries(coverages.map((coverage) => [coverage, 0])) as Record<Coverage, number>;

/** Share of what can be covered that is, by itself or through what is above it; undefined where nothing can be. */
export function coveredShare(counts: Readonly<Partial<Record<Coverage, number>>>): number | undefined {
  const of = (...wanted: readonly Coverage[]) => wanted.reduce((sum, coverage) => sum + (counts[coverage] ?? 0), 0);
  const all = of(...coverages) - of('unsupported');
  return all === 0 ? undefined : of('covered', 'inherited') / all;
}

/** `92 %`, rounded down: 100 % is said only where nothing is left. */
export const percent = (share: number | undefined): string =>
  share === undefined ? '–' : `${Math.floor(share * 100 + 1e-9)} %`;

/** The place of a problem in one line. */
export const problemPlace = (
  { product, accountId, region }: { readonly product: string; readonly accountId: string; readonly region?: string },
  accountOf: Coverages['accountOf'],
): string => [product, accountOf(accountId), region].filter(Boolean).join(' ');
