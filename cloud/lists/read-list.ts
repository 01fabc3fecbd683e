import { omitUndefined } from '../omit-undefined.js';
import type { CloudClient } from '../call/port.js';
import { CloudError } from '../errors/cloud-error.js';
import type { ObservedFlowLog } from '../flow-log.js';
import { patient } from '../call/patience.js';
import { products } from '../products/products.js';
import { type Cursor, type ListFilter, type ListScope, listRequest } from './wire.js';
import { parseList } from './parse.js';

/** Result of one read of a list. */
export interface Reading {
  readonly flowLogs: readonly ObservedFlowLog[];
  /** Time at which the first page of the pass that was believed was asked for, ISO 8601 UTC. */
  readonly readAt: string;
}

/** A complete pass, which does not yet prove any absence (`absence.ts`). */
export interface CompleteReading extends Reading {
  readonly pagesRead: number;
  /** Rows of the whole list, where the cloud tells. */
  readonly total?: number;
}

/** A list that changes under the reader is read again this often before the attempt gives up. */
const SCANS = 3;

/** Far beyond any list we have seen: a cursor that never ends is the cloud's fault, not a reason to read for ever. */
export const MAX_PAGES = 2_000;

/**
 * Reads every page of a filtered list and believes it only when it is a complete scan: as many distinct ids as TotalCount,
 * the same on every page. Throws a CloudError `unavailable` when the list changes under each of its passes.
 */
export async function readList(
  cloud: CloudClient,
  clock: { now(): number },
  scope: ListScope,
  filter: ListFilter,
  signal?: AbortSignal,
): Promise<CompleteReading> {
  for (let scan = 0; scan < SCANS; scan++) {
    const readAt = new Date(clock.now()).toISOString();
    const { complete, ...pass } = await scanOnce(cloud, scope, filter, signal ? { signal } : {});
    if (complete) return { ...pass, readAt };
  }
  throw listChanged(scope, `the list changed under each of ${SCANS} complete reads`);
}

/** Error for a list that changed while it was read. */
export const listChanged = (scope: ListScope, message: string): CloudError =>
  new CloudError({
    kind: 'unavailable',
    scope: 'target',
    code: 'ListChangedWhileReading',
    message,
    service: scope.product,
    action: products[scope.product].actions.list.action,
    advice: 'Nothing to do: it is read again.',
  });

/** End of a numbered list from which a pass starts. */
export type ListEnd = 'first' | 'last';

/** Options of one pass. */
interface Way {
  readonly signal?: AbortSignal;
  /** To the end also where the list changes meanwhile: while others add to it, it always does. */
  readonly goOn?: boolean;
  /** No further than to where all of these have been shown. */
  readonly until?: ReadonlySet<string>;
  /** Backwards from this page, as far as it goes; only where pages have numbers. */
  readonly fromPage?: number;
}

/** Result of one pass: every row was there when it was read, but only from a complete pass does a missing one tell anything. */
export interface Pass extends CompleteReading {
  /** As many distinct rows as the cloud counts, the same count on every page. */
  readonly complete: boolean;
  /** Pages that the whole list fills. */
  readonly pages: number;
}

/**
 * Reads a filtered list once, whether or not it changes meanwhile: every page, or from one end only until it has shown the ids asked for.
 * @param until ids after which it ends; absent: every page is read
 * @param lastPage number of the list's last page when it was read before
 */
export async function readOnce(
  cloud: CloudClient,
  clock: { now(): number },
  scope: ListScope,
  filter: ListFilter,
  { until, end = 'first', lastPage = 1 }: { until?: ReadonlySet<string>; end?: ListEnd; lastPage?: number } = {},
): Promise<Pass> {
  const readAt = new Date(clock.now()).toISOString();
  const backwards = end === 'last' && until !== undefined && isNumbered(scope) ? { fromPage: lastPage } : {};
  const pass = await scanOnce(cloud, scope, filter, { goOn: true, ...omitUndefined({ until }), ...backwards });
  return { readAt, ...pass };
}

/** Tells whether any page of the product's list can be asked for by its number. */
const isNumbered = ({ product }: ListScope): boolean => products[product].list.paging.style === 'page-number';

/** The distinct rows of one pass, and whether they add up. As soon as they cannot add up the pass ends, unless told to go on. */
async function scanOnce(
  cloud: CloudClient,
  scope: ListScope,
  filter: ListFilter,
  { signal, goOn = false, until, fromPage }: Way,
): Promise<Omit<Pass, 'readAt'>> {
  const { paging } = products[scope.product].list;
  const pageAt = (page: number): Cursor => ({ [paging.pageParam]: page });
  const byId = new Map<string, ObservedFlowLog>();
  const asked = new Set<string>();
  let cursor: Cursor | undefined = fromPage === undefined ? undefined : pageAt(fromPage);
  let total: number | undefined;
  let steady = true;
  const pagesOf = (rows: number) => Math.max(1, Math.ceil(rows / paging.pageSize));
  const isWhole = () => byId.size === total || (total === undefined && fromPage === undefined);
  const end = (complete: boolean) => ({
    flowLogs: [...byId.values()],
    complete,
    pagesRead: asked.size,
    pages: pagesOf(total ?? byId.size),
    ...omitUndefined({ total }),
  });
  // Once begun, a pass waits for its budget and asks again for a page that failed: begun again, it would ask for those before it too.
  let through = cloud;
  while (asked.size < MAX_PAGES) {
    const answer = await through.call(listRequest(scope, filter, cursor), signal ? { signal } : {});
    if (asked.size === 0) through = patient(cloud, signal);
    asked.add(JSON.stringify(cursor));
    const part = parseList(scope.product, answer.body);
    steady &&= total === undefined || part.total === total;
    if (!steady && !goOn) return end(false);
    total = part.total;
    for (const flowLog of part.flowLogs) byId.set(flowLog.flowLogId, flowLog);
    cursor =
      fromPage === undefined
        ? part.next
        : highestUnread(total === undefined ? fromPage : pagesOf(total), asked, pageAt);
    if (!cursor) return end(steady && isWhole());
    if (until && [...until].every((id) => byId.has(id))) return end(false);
    // A list that names a page again would be read round and round.
    if (asked.has(JSON.stringify(cursor))) return end(false);
  }
  return end(false);
}

/** The last page that was not asked for yet: the list may have grown since the pass began. */
function highestUnread(
  pages: number,
  asked: ReadonlySet<string>,
  pageAt: (page: number) => Cursor,
): Cursor | undefined {
  for (let page = pages; page > 0; page--) if (!asked.has(JSON.stringify(pageAt(page)))) return pageAt(page);
  return undefined;
}
