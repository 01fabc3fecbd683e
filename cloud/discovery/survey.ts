import { omitUndefined } from '../omit-undefined.js';
import { CloudError } from '../errors/cloud-error.js';
import type { Place } from '../flow-log.js';
import { inParallel } from '../in-parallel.js';
import { placeName, workflowIdOf } from '../target.js';
import { problemOf, visit, type DiscoveryDeps } from './discover.js';
import type { ResourceCount } from './empty.js';
import { patient } from '../call/patience.js';
import { places, regionsFrom } from './places.js';
import { isMeant, type DiscoveredResource, type PlaceProblem, type Selector } from './selector.js';

/** Dependencies of a survey. */
export interface SurveyDeps extends DiscoveryDeps {
  /** Accounts there are credentials for. */
  readonly accountIds: readonly string[];
  /** Places read at once. Default 8. */
  readonly placesAtOnce?: number;
  /** Time that one place may take, in ms. Default 5 min: a dead one is known long before, a slow one has many pages. */
  readonly placeTimeoutMs?: number;
}

/** Result of one place, for all selectors that look there. */
export interface Finding {
  readonly place: Place;
  /** Each resource once: of the first selector that means it, else of the first that found it. */
  readonly resources: readonly DiscoveredResource[];
  readonly leftOut: Readonly<Record<string, number>>;
  readonly apiCalls: number;
  /** Result of each selector that looks there; see {@link ResourceCount}. */
  readonly seen: readonly ResourceCount[];
  /** Reasons why the place, or a part of it, could not be read; the selectors that failed found nothing. */
  readonly problems: readonly PlaceProblem[];
}

interface Visited {
  readonly place: Place;
  /** Selectors that look there, by their index. */
  readonly selectors: Map<number, Selector>;
}

/**
 * Resolves selectors: visits every place once, several at a time, and yields what each brought as it comes. A place that is dead, denied or
 * too slow is a problem of its own; the others go on.
 * @throws the reason of `deps.signal`, once that is aborted
 */
export async function* survey(
  deps: SurveyDeps,
  selectors: readonly Selector[],
): AsyncGenerator<Finding, void, undefined> {
  const { visited, unplaced } = await placesOfSelectors(deps, selectors);
  yield* unplaced;
  yield* inParallel(
    [...visited.values()].map((each) => () => findingOf(deps, each)),
    deps.placesAtOnce ?? 8,
  );
}

async function placesOfSelectors(deps: SurveyDeps, selectors: readonly Selector[]) {
  let apiCalls = 0;
  const time = timeLimitOfPlace(deps);
  const regionsOf = regionsFrom(patient(deps.cloud, time, () => void apiCalls++));
  const visited = new Map<string, Visited>();
  const problems = new Map<string, { problem: PlaceProblem; seen: ResourceCount[] }>();
  const found = await Promise.all(
    selectors.map((selector) => places(selector, { accountIds: deps.accountIds, regionsOf })),
  );
  deps.signal?.throwIfAborted();
  found.forEach((each, index) => {
    const selector = selectors[index];
    for (const problem of each.problems) {
      const key = JSON.stringify(problem);
      const told = problems.get(key) ?? { problem, seen: [] };
      told.seen.push({ selector: index, found: 0, unread: true });
      problems.set(key, told);
    }
    for (const place of selector ? each.places : []) {
      const name = [place.product, place.accountId, placeName({ ...place, flowLogId: '' })].join('/');
      const here = visited.get(name) ?? { place, selectors: new Map<number, Selector>() };
      if (selector) here.selectors.set(index, selector);
      visited.set(name, here);
    }
  });
  const nothing = { resources: [], leftOut: {} };
  const unplaced = [...problems.values()].map(({ problem, seen }): Finding => {
    const { product, accountId } = problem;
    return { place: { product, accountId }, ...nothing, apiCalls: 0, seen, problems: [problem] };
  });
  const first = [...visited.values()][0]?.place;
  // Calls made before the places were known are counted with the first place.
  if (first && apiCalls > 0) unplaced.push({ place: first, ...nothing, apiCalls, seen: [], problems: [] });
  return { visited, unplaced };
}

const timeLimitOfPlace = ({ signal, placeTimeoutMs = 300_000 }: SurveyDeps): AbortSignal => {
  const time = AbortSignal.timeout(placeTimeoutMs);
  return signal ? AbortSignal.any([signal, time]) : time;
};

async function findingOf(deps: SurveyDeps, { place, selectors }: Visited): Promise<Finding> {
  const time = timeLimitOfPlace(deps);
  const here = visit({ ...deps, signal: time }, place);
  const byTarget = new Map<string, DiscoveredResource>();
  const leftOut = new Map<string, number>();
  const problems = new Map<string, PlaceProblem>();
  const seen: ResourceCount[] = [];
  for (const [index, selector] of selectors) {
    try {
      const found = await here.discover(selector, index);
      for (const resource of found.resources) keepBest(byTarget, selectors, resource);
      for (const [reason, count] of Object.entries(found.leftOut))
        leftOut.set(reason, (leftOut.get(reason) ?? 0) + count);
      // A place that cannot even list what it has tells nothing of what is there.
      const isUnread = found.unsupported && found.resources.length === 0;
      seen.push({
        selector: index,
        found: found.resources.length,
        ...omitUndefined({ unread: isUnread ? (true as const) : undefined }),
      });
      if (found.unsupported) problems.set(found.unsupported.code, found.unsupported);
    } catch (error) {
      deps.signal?.throwIfAborted();
      const problem = time.aborted ? tooSlow(place, error) : ofError(place, error);
      problems.set(problem.code, problem);
      seen.push({ selector: index, found: 0, unread: true });
    }
  }
  return {
    place,
    resources: [...byTarget.values()],
    leftOut: Object.fromEntries(leftOut),
    apiCalls: here.apiCalls(),
    seen,
    problems: [...problems.values()],
  };
}

function ofError(place: Place, error: unknown): PlaceProblem {
  if (error instanceof CloudError) return problemOf(place, error);
  throw error;
}

function tooSlow(place: Place, error: unknown): PlaceProblem {
  const { region } = place;
  const last = error instanceof CloudError && error.details.code !== 'Aborted' ? `; last: ${error.message}` : '';
  const message = `the place was not read in time${last}. Ask again, or for less at a time.`;
  return {
    product: place.product,
    accountId: place.accountId,
    ...omitUndefined({ region }),
    code: 'PlaceTimeout',
    message,
  };
}

/** Several selectors may find the same: it is one resource, of the first that means it. */
function keepBest(
  byTarget: Map<string, DiscoveredResource>,
  selectors: ReadonlyMap<number, Selector>,
  resource: DiscoveredResource,
): void {
  const isMeantBy = ({ selector, coverage }: DiscoveredResource): boolean => {
    const by = selectors.get(selector);
    return by !== undefined && isMeant(by, coverage);
  };
  const id = workflowIdOf(resource.target);
  const before = byTarget.get(id);
  if (!before || (!isMeantBy(before) && isMeantBy(resource))) byTarget.set(id, resource);
}
