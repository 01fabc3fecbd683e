import type { CloudClient } from './cloud.js';
import { CloudError } from './cloud-error.js';
import type { ObservedFlowLog } from './flow-log.js';
import { products } from './products.js';
import { type Cursor, type ListFilter, type ListScope, listRequest } from './wire.js';
import { parseList } from './parse.js';

/** What one read of a list brought. */
export interface Reading {
  readonly flowLogs: readonly ObservedFlowLog[];
  /** When the first page of the pass that was believed was asked for, ISO 8601 UTC. */
  readonly readAt: string;
}

/** A list that changes under the reader is read again this often before the attempt gives up. */
const SCANS = 3;

/** Far beyond any list we have seen: a cursor that never ends is the cloud's fault, not a reason to read for ever. */
const MAX_PAGES = 2_000;

/**
 * Reads every page of a filtered list and believes it only when it is a complete scan: as many distinct ids as TotalCount,
 * the same on every page. Throws a CloudError `unavailable` when the list will not hold still.
 */
export async function readList(
  cloud: CloudClient,
  clock: { now(): number },
  scope: ListScope,
  filter: ListFilter,
  signal?: AbortSignal,
): Promise<Reading> {
  for (let scan = 0; scan < SCANS; scan++) {
    const readAt = new Date(clock.now()).toISOString();
    const { flowLogs, complete } = await scanOnce(cloud, scope, filter, signal);
    if (complete) return { flowLogs, readAt };
  }
  throw new CloudError({
    kind: 'unavailable',
    scope: 'target',
    code: 'ListChangedWhileReading',
    message: `the list changed under each of ${SCANS} complete reads`,
    service: scope.product,
    action: products[scope.product].actions.list.action,
    advice: 'Nothing to do: it is read again.',
  });
}

/** What one pass brought: every row was there when it was read, but only from a complete pass does a missing one tell anything. */
export interface Pass extends Reading {
  readonly complete: boolean;
}

/** Reads every page of a filtered list once, to the end also where it changes meanwhile: while others add to it, it always does. */
export async function readOnce(
  cloud: CloudClient,
  clock: { now(): number },
  scope: ListScope,
  filter: ListFilter,
): Promise<Pass> {
  const readAt = new Date(clock.now()).toISOString();
  return { readAt, ...(await scanOnce(cloud, scope, filter, undefined, true)) };
}

/** The distinct rows of one pass over all pages, and whether they add up. Where they cannot any more it ends, unless told to go on. */
async function scanOnce(
  cloud: CloudClient,
  scope: ListScope,
  filter: ListFilter,
  signal?: AbortSignal,
  goOn = false,
): Promise<Omit<Pass, 'readAt'>> {
  const byId = new Map<string, ObservedFlowLog>();
  const cursors = new Set<string>();
  let cursor: Cursor | undefined;
  let total: number | undefined;
  let steady = true;
  const end = (complete: boolean) => ({ flowLogs: [...byId.values()], complete });
  for (let count = 0; count < MAX_PAGES; count++) {
    // Once begun, a scan waits for its budget: begun again, it would only ask for more.
    const patience = cursor ? { patient: true } : {};
    const answer = await cloud.call(listRequest(scope, filter, cursor), { ...patience, ...(signal ? { signal } : {}) });
    const part = parseList(scope.product, answer.body);
    steady &&= total === undefined || part.total === total;
    if (!steady && !goOn) return end(false);
    total = part.total;
    for (const flowLog of part.flowLogs) byId.set(flowLog.flowLogId, flowLog);
    cursor = part.next;
    if (!cursor) return end(steady && (total === undefined || byId.size === total));
    // A list that names a page again would be read round and round.
    const named = JSON.stringify(cursor);
    if (cursors.has(named)) return end(false);
    cursors.add(named);
  }
  return end(false);
}
