import { omitUndefined } from '../omit-undefined.js';
import type { CloudClient } from '../call/port.js';
import type { ObservedFlowLog, Place, ResourceTarget } from '../flow-log.js';
import { products } from '../products/products.js';
import { type ListEnd, type Pass, readList, readOnce } from './read-list.js';
import { placeName } from '../target.js';
import type { ListFilter, ListScope } from './wire.js';

/** The scope of one list read: an account and region, or one router where the product lists by router. */
export function scopeOf(target: ResourceTarget): { readonly id: string; readonly scope: ListScope } {
  const { product, accountId, region, resource } = target;
  const { parent } = products[product];
  const above = parent?.requiredOnList ? resource[parent.field] : undefined;
  return {
    id: [product, accountId, above ?? placeName(target)].join('/'),
    scope: {
      product,
      accountId,
      ...omitUndefined({ region: region || undefined, [parent?.field ?? '']: above || undefined }),
    },
  };
}

/** The list of a place, or of one router in it. */
export const scopeIn = ({
  product,
  accountId,
  region,
  ecrId,
}: Place & { readonly ecrId?: string | undefined }): ListScope => ({
  product,
  accountId,
  ...omitUndefined({ region: region || undefined, ecrId: ecrId || undefined }),
});

/** One waiter: for one flow log, or for all of ours on a target. */
export interface Waiter {
  readonly target: ResourceTarget;
  readonly flowLogId?: string;
  /** The flow log carries no tag of ours: the list of those that do does not show it. */
  readonly untagged?: boolean;
  /** Needs all of ours on the target for its answer. */
  readonly whole?: boolean;
}

/** State of a scope's list of our own flow logs, kept from read to read. */
export interface ListView {
  /** Pages that they fill. */
  readonly pages: number;
  /** Pages that the next read will probably need. */
  readonly pagesNeeded: number;
  /** End of the list at which the newest are. */
  readonly newestAt: ListEnd;
}

/** View before the first read. */
export const unseen: ListView = { pages: 1, pagesNeeded: 1, newestAt: 'last' };

export interface ScopeReading {
  /** Each at most once. */
  readonly flowLogs: readonly ObservedFlowLog[];
  /** Tells whether the read answers a waiter, be it that nothing is there. */
  readonly tells: (waiter: Waiter) => boolean;
  readonly view: ListView;
}

interface ScopeReader {
  readonly cloud: CloudClient;
  readonly owner: string;
  readonly clock: { now(): number };
}

/**
 * Reads what the waiters need with the fewest calls: each by its id, or pages of what is ours, and by id only those that are not ours
 * (adopted ones carry no tag of ours). Flow logs that are waited for have mostly just been made, and new ones stand at one end of the list:
 * the pages are read from there, and no further than to the last that is waited for. While flow logs come and go no pass over several pages
 * is complete: then those that it does not show are asked for one by one, as many as there are pages.
 */
export async function readScope(
  reader: ScopeReader,
  scope: ListScope,
  waiters: readonly Waiter[],
  view: ListView,
): Promise<ScopeReading> {
  const isNamed = ({ flowLogId, whole = false }: Waiter) => flowLogId !== undefined && !whole;
  const isUntagged = ({ untagged = false }: Waiter) => untagged;
  const count = new Set(waiters.map(({ flowLogId }) => flowLogId)).size;
  if ((waiters.every(isNamed) && count <= view.pagesNeeded) || waiters.every(isUntagged)) {
    // Flow logs that are waited for later may all stand at one end again.
    return { ...(await readEach(reader, scope, waiters)), view: { ...view, pagesNeeded: half(view.pagesNeeded) } };
  }
  const { cloud, clock, owner } = reader;
  const ofOurs = waiters.flatMap((waiter) => (!isUntagged(waiter) && waiter.flowLogId) || []);
  const until = waiters.every(isNamed) ? new Set(ofOurs) : undefined;
  const way = { end: view.newestAt, lastPage: view.pages, ...omitUndefined({ until }) };
  const pass = await readOnce(cloud, clock, scope, { owner }, way);
  const shown = new Set(pass.flowLogs.map(({ flowLogId }) => flowLogId));
  // A waiter that asks for all of ours needs an absence proven, and no single pass over several pages proves one.
  const proves = pass.complete && pass.pagesRead === 1;
  const tells = (waiter: Waiter) =>
    !isUntagged(waiter) &&
    (isNamed(waiter) ? pass.complete || shown.has(waiter.flowLogId ?? '') : waiter.whole ? proves : pass.complete);
  const unserved = waiters.filter((waiter) => !isUntagged(waiter) && !tells(waiter)).slice(0, pass.pages);
  const others = await readEach(reader, scope, [...waiters.filter(isUntagged), ...unserved]);
  const byId = new Map([...pass.flowLogs, ...others.flowLogs].map((flowLog) => [flowLog.flowLogId, flowLog]));
  return {
    flowLogs: [...byId.values()],
    tells: (waiter) => tells(waiter) || others.tells(waiter),
    view: until
      ? viewAfter(view, pass, until.size / products[scope.product].list.paging.pageSize)
      : { ...view, pages: pass.pages },
  };
}

/** Asks for each by itself: by the flow log's id, or for all there is on its target. */
async function readEach({ cloud, clock }: ScopeReader, scope: ListScope, waiters: readonly Waiter[]) {
  const filters = new Map(waiters.map((waiter) => [filterName(waiter), filterOf(waiter)]));
  const readings = await Promise.all([...filters.values()].map((filter) => readList(cloud, clock, scope, filter)));
  const flowLogs = readings.flatMap((reading) => reading.flowLogs);
  return { flowLogs, tells: (waiter: Waiter) => filters.has(filterName(waiter)) };
}

const filterOf = ({ flowLogId, whole, target: { resource } }: Waiter): ListFilter =>
  flowLogId !== undefined && !whole ? { flowLogId } : { resource };

const filterName = (waiter: Waiter): string => JSON.stringify(filterOf(waiter));

const half = (count: number): number => Math.max(1, Math.floor(count / 2));

/** A read that went beyond the middle, and farther than the waiters' flow logs can fill, began at the wrong end. */
function viewAfter({ newestAt }: ListView, { pages, pagesRead }: Pass, pagesOfWaiters: number): ListView {
  const wentFar = pagesRead > Math.max(pages / 2, Math.ceil(pagesOfWaiters) + 1);
  return { pages, pagesNeeded: pagesRead, newestAt: wentFar ? other[newestAt] : newestAt };
}

const other: Readonly<Record<ListEnd, ListEnd>> = { first: 'last', last: 'first' };
