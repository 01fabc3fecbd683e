import type { CloudClient } from '../call/port.js';
import { CloudError } from '../errors/cloud-error.js';
import type { Place, Product } from '../flow-log.js';
import { textAt } from '../json-path.js';
import { products } from '../products/products.js';
import { regionMeant } from '../regions.js';
import { problemOf } from './discover.js';
import { regionLists } from './resource-rows.js';
import { readingsOf, type Readings } from './readings.js';
import { specFor, type PlaceProblem, type Selector } from './selector.js';

/** Regions a product is in for an account; CloudError where that cannot be learned. */
export type RegionsOf = (product: Product, accountId: string) => Promise<readonly string[]>;

/** Facts of the deployment that {@link places} needs. */
export interface Whereabouts {
  /** Accounts there are credentials for. */
  readonly accountIds: readonly string[];
  readonly regionsOf: RegionsOf;
}

/** Places in which a selector looks. */
export interface Places {
  readonly places: readonly Place[];
  /** Accounts whose places cannot be told. */
  readonly problems: readonly PlaceProblem[];
}

/** The accounts and regions a selector looks in, each once; one account that cannot be asked does not hide the others. */
export async function places(selector: Selector, { accountIds, regionsOf }: Whereabouts): Promise<Places> {
  const { product, accounts, regions } = selector;
  const wanted = [...new Set(accounts === 'all' ? accountIds : accounts)];
  const found = await Promise.all(
    wanted.map(async (accountId): Promise<Places> => {
      if (!accountIds.includes(accountId)) return { places: [], problems: [unknownAccount(product, accountId)] };
      if (selector.specByAccount && !specFor(selector, accountId))
        return { places: [], problems: [specUnknownHere(product, accountId)] };
      if (products[product].central) return { places: [{ product, accountId }], problems: [] };
      try {
        if (regions === 'all') return placesInRegions(product, accountId, await regionsOf(product, accountId));
        const misspelt = await misspeltRegions(product, accountId, regions, regionsOf);
        const known = regions.filter((region) => !misspelt.some((problem) => problem.region === region));
        return { ...placesInRegions(product, accountId, known), problems: misspelt };
      } catch (error) {
        if (!(error instanceof CloudError)) throw error;
        return { places: [], problems: [problemOf({ product, accountId }, error)] };
      }
    }),
  );
  return { places: found.flatMap((each) => each.places), problems: found.flatMap((each) => each.problems) };
}

const placesInRegions = (product: Product, accountId: string, regions: readonly string[]): Places => ({
  places: [...new Set(regions)].map((region) => ({ product, accountId, region })),
  problems: [],
});

/**
 * Of the regions named, those that are misspelt: the account does not have them, and has one of nearly this name. Only a region that looks
 * misspelt by the public list too is looked up: other requests need no extra call. If the account's list cannot be read, the look at the region
 * will tell.
 */
async function misspeltRegions(
  product: Product,
  accountId: string,
  named: readonly string[],
  regionsOf: RegionsOf,
): Promise<readonly PlaceProblem[]> {
  const doubtful = [...new Set(named)].filter((region) => regionMeant(region) !== undefined);
  if (doubtful.length === 0 || !regionLists[product]?.complete) return [];
  const known = await regionsOf(product, accountId).catch((error: unknown) => {
    if (error instanceof CloudError) return undefined;
    throw error;
  });
  if (!known) return [];
  return doubtful.flatMap((region) => {
    const meant = regionMeant(region, known);
    if (meant === undefined) return [];
    const message = `account ${accountId} has no region ${region}; did you mean ${meant}?`;
    return [{ product, accountId, region, code: 'UnknownRegion', message }];
  });
}

const unknownAccount = (product: Product, accountId: string): PlaceProblem => ({
  product,
  accountId,
  code: 'UnknownAccount',
  message: `the worker has no credentials of account ${accountId}. Add it to FLOWLOG_ACCOUNTS, or leave it out.`,
});

const specUnknownHere = (product: Product, accountId: string): PlaceProblem => ({
  product,
  accountId,
  code: 'NoSpec',
  message: `nobody says what shall be true in account ${accountId}: who asks does not know it. Name it in the accounts file of both.`,
});

/** Regions that are asked for the list of all, in this order: one of them that is away does not hide the others. */
const askedIn = ['cn-hangzhou', 'ap-southeast-1', 'us-east-1'] as const;

/**
 * Learns from the cloud which regions there are, once for each account: those of VPC from its own list, those of transit routers from
 * where the account has routers.
 * @param cloud asked patiently, see `patient`
 */
export function regionsFrom(cloud: CloudClient): RegionsOf {
  const once = new Map<string, Promise<readonly string[]>>();
  return (product, accountId) => {
    const key = `${product}/${accountId}`;
    const asked = once.get(key) ?? firstAnswer(product, () => readingsOf(cloud, accountId));
    once.set(key, asked);
    return asked;
  };
}

async function firstAnswer(product: Product, open: () => Readings): Promise<readonly string[]> {
  const regions = regionLists[product];
  if (!regions) return [];
  let refusal: unknown;
  for (const region of askedIn) {
    try {
      return distinct(await open().items(regions.list, region), regions.path);
    } catch (error) {
      refusal ??= error;
      // A caller that is denied in one region is denied in the others too.
      if (!(error instanceof CloudError) || error.kind === 'denied') throw error;
    }
  }
  throw refusal;
}

const distinct = (items: readonly unknown[], path: string): string[] => [
  ...new Set(items.flatMap((item) => textAt(item, path) ?? [])),
];
