import { omitUndefined } from '../omit-undefined.js';
import type { CloudClient } from '../call/port.js';
import { CloudError } from '../errors/cloud-error.js';
import type { Place, ResourceTarget } from '../flow-log.js';
import { MOST_LISTED } from '../json-size.js';
import { products } from '../products/products.js';
import { standingOf, type Standing, type Wish } from './coverage.js';
import { inventoryOf, type Listed } from './inventory.js';
import { patient } from '../call/patience.js';
import { flowLogScope, readingsOf, type FlowLogsByKey, type Readings } from './readings.js';
import { specFor, type DiscoveredResource, type PlaceProblem, type Selector } from './selector.js';

/** Dependencies of discovery. */
export interface DiscoveryDeps {
  readonly cloud: CloudClient;
  /** This deployment's id, by which flow logs are known as its own. */
  readonly owner: string;
  readonly signal?: AbortSignal;
}

/** Resources that a selector found in one place. */
export interface Discovery {
  /** Everything it asks for, of any coverage; `isMeant` says which of it is meant. Empty where the place could not be read. */
  readonly resources: readonly DiscoveredResource[];
  /** Number of listed resources that were left out, by reason: they can have no flow log of ours, or the filters leave them out. */
  readonly leftOut: Readonly<Record<string, number>>;
  readonly apiCalls: number;
  /** The place has no flow logs: no failure. Resources found there are of coverage `unsupported`. */
  readonly unsupported?: PlaceProblem;
}

/** One visit to a place: a list that several selectors ask for is read once. */
export interface Visit {
  readonly discover: (selector: Selector, index: number) => Promise<Omit<Discovery, 'apiCalls'>>;
  readonly apiCalls: () => number;
}

/** Opens a visit. */
export function visit({ cloud, owner, signal }: DiscoveryDeps, place: Place): Visit {
  let apiCalls = 0;
  const client = patient(cloud, signal ?? new AbortController().signal, () => void apiCalls++);
  const readings = readingsOf(client, place.accountId);
  return {
    apiCalls: () => apiCalls,
    discover: async (selector, index) => {
      try {
        const { listed, leftOut } = await inventoryOf(readings, selector, place);
        const { resources, unsupported } = await judged(readings, owner, selector, place, listed);
        const numbered = resources.map((resource) => ({ ...resource, selector: index }));
        return { resources: numbered, leftOut, ...omitUndefined({ unsupported }) };
      } catch (error) {
        if (!isUnsupported(error)) throw error;
        return { resources: [], leftOut: {}, unsupported: problemOf(place, error) };
      }
    },
  };
}

/**
 * Finds the resources of a selector in one place, all or none.
 * @param index the selector's index in the request, from 0
 * @throws CloudError where the place cannot be read; its resources are unknown then
 */
export async function discover(deps: DiscoveryDeps, selector: Selector, place: Place, index = 0): Promise<Discovery> {
  const here = visit(deps, place);
  const found = await here.discover(selector, index);
  return { ...found, apiCalls: here.apiCalls() };
}

/** The problem of a place, in the cloud's words and the catalogue's. */
export function problemOf({ product, accountId, region }: Place, { details, kind, message }: CloudError): PlaceProblem {
  return {
    product,
    accountId,
    ...omitUndefined({ region }),
    code: details.code,
    message: `${message}. ${details.advice}`,
    ...omitUndefined({ unsupported: kind === 'unsupported' ? true : undefined }),
  };
}

const isUnsupported = (error: unknown): error is CloudError =>
  error instanceof CloudError && error.kind === 'unsupported';

type Judged = Omit<DiscoveredResource, 'selector'>;

async function judged(
  readings: Readings,
  owner: string,
  selector: Selector,
  place: Place,
  listed: readonly Listed[],
): Promise<{ readonly resources: readonly Judged[]; readonly unsupported?: PlaceProblem }> {
  if (listed.length === 0) return { resources: [] };
  const spec = specFor(selector, place.accountId);
  const wish: Wish = { owner, ...omitUndefined({ spec }) };
  try {
    const standing = async (read: Readings['flowLogs']): Promise<readonly Judged[]> => {
      const flowLogs = await flowLogsAround(read, place, listed);
      return listed.map((each) => resourceOf(selector, each, flowLogs, wish));
    };
    const seen = await standing(readings.flowLogs);
    // A resource is called missing only where a list that shifts while it is read cannot have hidden its flow log.
    const isMissing = seen.some(({ coverage }) => coverage === 'missing' || coverage === 'inherited');
    return { resources: isMissing ? await standing(readings.allFlowLogs) : seen };
  } catch (error) {
    if (!isUnsupported(error)) throw error;
    const standing = { coverage: 'unsupported', flowLogIds: [] } as const;
    return {
      resources: listed.map((each) => ({ ...shownResource(selector, each), ...standing })),
      unsupported: problemOf(place, error),
    };
  }
}

/** All flow logs that may be on what was listed: those of the place, or of each router where a product lists by router. */
async function flowLogsAround(
  read: Readings['flowLogs'],
  place: Place,
  listed: readonly Listed[],
): Promise<FlowLogsByKey> {
  const { parent } = products[place.product];
  if (!parent?.requiredOnList) return read(flowLogScope(place));
  const routers = new Set(listed.map(({ target }) => target.resource[parent.field] ?? ''));
  const found = await Promise.all([...routers].map((router) => read(flowLogScope(place, router))));
  return new Map(found.flatMap((part) => [...part]));
}

function resourceOf(selector: Selector, each: Listed, flowLogs: FlowLogsByKey, wish: Wish): Judged {
  const { coverage, flowLogIds, surplus } = standingOf(each.target, flowLogs, wish);
  const below = coverage === 'missing' ? coveredAbove(each, flowLogs, wish) : undefined;
  return {
    ...shownResource(selector, each),
    flowLogIds: flowLogIds.slice(0, MOST_LISTED),
    ...omitUndefined({
      moreFlowLogs: flowLogIds.length > MOST_LISTED ? flowLogIds.length - MOST_LISTED : undefined,
      surplus: surplus.length > 0 ? surplus.slice(0, MOST_LISTED) : undefined,
    }),
    ...(below ? { coverage: 'inherited', below } : { coverage }),
  };
}

/** The nearest thing above whose own flow log records this one's traffic too. */
function coveredAbove({ above, target }: Listed, flowLogs: FlowLogsByKey, wish: Wish): string | undefined {
  const standing = (each: Listed['above'][number]): Standing => {
    const upper: ResourceTarget = { ...target, resource: { ...target.resource, ...each } };
    return standingOf(upper, flowLogs, wish);
  };
  return above.find((each) => standing(each).isLogged)?.id;
}

const shownResource = ({ resourceType }: Selector, { target, name, resourceGroupId, tags }: Listed) => ({
  target,
  resourceType,
  ...omitUndefined({ name, resourceGroupId, tags: Object.keys(tags).length > 0 ? tags : undefined }),
});
