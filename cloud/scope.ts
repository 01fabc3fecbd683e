import type { CloudClient } from './cloud.js';
import type { ObservedFlowLog, ResourceTarget } from './flow-log.js';
import { products } from './products.js';
import { readList, readOnce } from './read-list.js';
import { placeName } from './target.js';
import type { ListScope } from './wire.js';

/** What one list read can cover: an account and region, or one router where the product lists by router. */
export function scopeOf(target: ResourceTarget): { readonly id: string; readonly scope: ListScope } {
  const { product, accountId, region, resource } = target;
  const { parent } = products[product];
  const above = parent?.requiredOnList ? resource[parent.field] : undefined;
  return {
    id: [product, accountId, above ?? placeName(target)].join('/'),
    scope: { product, accountId, ...(region ? { region } : {}), ...(above ? { [parent?.field ?? '']: above } : {}) },
  };
}

/** One who waits: for one flow log, or for whatever of ours there is on a target. */
export interface Waiter {
  readonly flowLogId?: string;
  /** The flow log carries no tag of ours: only a read by id shows it. */
  readonly untagged?: boolean;
}

export interface ScopeReading {
  readonly flowLogs: readonly ObservedFlowLog[];
  /** What is not among them was not there. */
  readonly complete: boolean;
  /** Ids of which it tells, complete or not: shown, or asked for by themselves and not there. */
  readonly told: ReadonlySet<string>;
  /** Pages that all our flow logs of the scope fill; undefined when they were not read. */
  readonly ownPages?: number;
}

interface Reader {
  readonly cloud: CloudClient;
  readonly owner: string;
  readonly clock: { now(): number };
}

/**
 * Reads what all waiters need with the fewest calls: each by its id, or every page of what is ours, and by id only those that are
 * not ours (adopted ones carry no tag of ours). While flow logs come and go no pass over several pages is complete: then those that it
 * does not show are asked for by id, as many as there are pages.
 */
export async function readScope(
  reader: Reader,
  scope: ListScope,
  waiters: readonly Waiter[],
  ownPages: number,
): Promise<ScopeReading> {
  const ids = [...new Set(waiters.flatMap(({ flowLogId }) => flowLogId ?? []))];
  const allNamed = waiters.every(({ flowLogId }) => flowLogId !== undefined);
  if (allNamed && ids.length <= ownPages) {
    return { flowLogs: await readById(reader, scope, ids), complete: true, told: new Set(ids) };
  }
  const { cloud, clock, owner } = reader;
  const { flowLogs: own, complete } = await readOnce(cloud, clock, scope, { owner });
  const untagged = new Set(waiters.flatMap((waiter) => (waiter.untagged && waiter.flowLogId) || []));
  const shown = new Set(own.map(({ flowLogId }) => flowLogId));
  const pages = Math.max(1, Math.ceil(own.length / products[scope.product].list.paging.pageSize));
  const missing = complete ? [] : ids.filter((id) => !shown.has(id) && !untagged.has(id)).slice(0, pages);
  const asked = [...untagged, ...missing];
  const others = await readById(reader, scope, asked);
  return { flowLogs: [...own, ...others], complete, told: new Set([...shown, ...asked]), ownPages: pages };
}

async function readById(
  { cloud, clock }: Reader,
  scope: ListScope,
  ids: readonly string[],
): Promise<readonly ObservedFlowLog[]> {
  const readings = await Promise.all(ids.map((flowLogId) => readList(cloud, clock, scope, { flowLogId })));
  return readings.flatMap(({ flowLogs }) => flowLogs);
}
