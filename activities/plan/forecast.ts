import { omitUndefined } from '../../cloud/omit-undefined.js';
import type { Budget } from '../../cloud/call/budget.js';
import type { CloudRequest } from '../../cloud/call/port.js';
import type { ChangeVerb, Destination, Place, ResourceTarget, Target } from '../../cloud/flow-log.js';
import { products } from '../../cloud/products/products.js';
import { scopeOf } from '../../cloud/lists/scope.js';
import { changeRequest, listRequest } from '../../cloud/lists/wire.js';
import type { PlannedCalls, PlannedDestination, QuotaWarning } from '../../workflows/contract/plan.js';
import type { ForeseenRow } from './foreseen-row.js';
import type { ScopeLook } from './foresight.js';

/** Shared reads while changes are being sent take about this share of their rate (law 6). */
const READS_PER_CHANGE = 0.15;

/** Rounds of shared reads after the last change, until it is seen. */
const LAST_ROUNDS = 2;

/** Calls of one account, region and API. */
interface ApiCalls {
  readonly request: CloudRequest;
  calls: number;
}

/** Sums up, scope by scope, what the rows of a plan come to: calls, seconds, destinations, quotas. */
export class Forecast {
  private readonly apis = new Map<string, ApiCalls>();
  private readonly destinations = new Map<
    string,
    { -readonly [Key in keyof PlannedDestination]: PlannedDestination[Key] }
  >();
  private readonly places = new Map<string, { place: Place; existing: number; creates: number }>();
  private plan = 0;
  private scans = 0;
  private changes = 0;
  private reads = 0;

  constructor(
    private readonly budget: Pick<Budget, 'perSecond'>,
    private readonly quotaOf: (accountId: string, product: Place['product']) => number | undefined,
  ) {}

  /** Calls that this plan made to find its targets. */
  asked(calls: number): void {
    this.plan += calls;
  }

  add({ at, rows, inScope, apiCalls }: ScopeLook): void {
    this.plan += apiCalls;
    if (inScope !== undefined) this.count('scans', listRequestOf(at, rows), listPages(at, inScope));
    let changes = 0;
    let creates = 0;
    for (const each of rows.values()) {
      const { row } = each;
      changes += row.changes.length;
      if (row.changes.includes('create')) creates += 1;
      this.addRow(each);
    }
    const list = listRequestOf(at, rows);
    if (changes > 0)
      this.count('reads', list, Math.ceil(changes * READS_PER_CHANGE) + LAST_ROUNDS * listPages(at, changes));
    this.addPlace(at, inScope ?? 0, creates);
  }

  private addRow({ row, aim }: ForeseenRow): void {
    const { changes, flowLogId, verdict } = row;
    if (!aim) return;
    const resource = aim.target;
    if ('flowLogId' in row.target) this.count('scans', listRequest(row.target), 1);
    const { scope } = scopeOf(resource);
    for (const verb of changes) this.count('changes', pricedRequest(verb, resource, flowLogId), 1);
    // An existing flow log that a scan shows is looked at again before it is changed or refused.
    const again =
      changes.filter((verb) => verb !== 'create').length + (verdict === 'conflict' || verdict === 'fail' ? 1 : 0);
    if (again > 0) this.count('reads', listRequest(scope), again);
    const { destination } = aim.spec ?? {};
    if (destination) this.addDestination(resource, destination, changes.includes('create'));
  }

  private count(what: 'scans' | 'changes' | 'reads', request: CloudRequest | undefined, calls: number): void {
    if (!request) return;
    this[what] += calls;
    const { accountId, region = 'central', service, action } = request;
    const name = [accountId, region, service, action].join(' ');
    const api = this.apis.get(name);
    if (api) api.calls += calls;
    else this.apis.set(name, { request, calls });
  }

  private addDestination(
    place: Place,
    { project, logStore, region: projectRegion }: Destination,
    creates: boolean,
  ): void {
    const { product, accountId, region } = place;
    const name = JSON.stringify([product, accountId, region, project, logStore, projectRegion]);
    const known = this.destinations.get(name) ?? {
      product,
      accountId,
      ...omitUndefined({ region: region || undefined }),
      project,
      logStore,
      ...omitUndefined({ projectRegion: projectRegion || undefined }),
      targets: 0,
      creates: 0,
      need: products[product].makesDestination ? ('created by the cloud if absent' as const) : ('must exist' as const),
    };
    known.targets += 1;
    if (creates) known.creates += 1;
    this.destinations.set(name, known);
  }

  private addPlace({ product, accountId, region }: Place, existing: number, creates: number): void {
    const name = [product, accountId, region ?? ''].join(' ');
    const known = this.places.get(name) ?? {
      place: { product, accountId, ...omitUndefined({ region: region || undefined }) },
      existing: 0,
      creates: 0,
    };
    known.existing += existing;
    known.creates += creates;
    this.places.set(name, known);
  }

  get calls(): PlannedCalls {
    const { plan, scans, changes, reads } = this;
    return { plan, scans, changes, reads, total: scans + changes + reads };
  }

  /** The slowest API decides: all others have their turns meanwhile. */
  get seconds(): number {
    const each = [...this.apis.values()].map(({ request, calls }) => calls / this.budget.perSecond(request));
    return Math.ceil(each.reduce((longest, seconds) => Math.max(longest, seconds), 0));
  }

  get allDestinations(): readonly PlannedDestination[] {
    // Scopes come as they are read; the same plan tells the same.
    return [...this.destinations].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, destination]) => destination);
  }

  get quotaWarnings(): readonly QuotaWarning[] {
    return [...this.places.values()].flatMap(({ place, existing, creates }) => {
      const quota = this.quotaOf(place.accountId, place.product);
      if (quota === undefined || creates === 0 || existing + creates <= quota) return [];
      return [{ ...place, existing, creates, quota }];
    });
  }
}

const listPages = ({ product }: Place, flowLogs: number): number =>
  Math.max(1, Math.ceil(flowLogs / products[product].list.paging.pageSize));

/** The list that is read for a scope; of flow logs named by their ids it is known once their resources are. */
function listRequestOf(at: Target, rows: ScopeLook['rows']): CloudRequest | undefined {
  const resource = 'resource' in at ? at : [...rows.values()].find(({ aim }) => aim)?.aim?.target;
  return resource && listRequest(scopeOf(resource).scope);
}

const pricedRequest = (verb: ChangeVerb, target: ResourceTarget, flowLogId = ''): CloudRequest =>
  changeRequest(verb, { target, flowLogId });
