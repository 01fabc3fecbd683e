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
    const scanned = await scanOnce(cloud, scope, filter, signal);
    if (scanned) return { flowLogs: scanned, readAt };
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

/** The distinct rows of one pass over all pages; undefined when they do not add up. */
async function scanOnce(
  cloud: CloudClient,
  scope: ListScope,
  filter: ListFilter,
  signal?: AbortSignal,
): Promise<readonly ObservedFlowLog[] | undefined> {
  const byId = new Map<string, ObservedFlowLog>();
  const cursors = new Set<string>();
  let cursor: Cursor | undefined;
  let total: number | undefined;
  for (let count = 0; count < MAX_PAGES; count++) {
    // Once begun, a scan waits for its budget: begun again, it would only ask for more.
    const patience = cursor ? { patient: true } : {};
    const answer = await cloud.call(listRequest(scope, filter, cursor), { ...patience, ...(signal ? { signal } : {}) });
    const part = parseList(scope.product, answer.body);
    if (total !== undefined && part.total !== total) return undefined;
    total = part.total;
    for (const flowLog of part.flowLogs) byId.set(flowLog.flowLogId, flowLog);
    cursor = part.next;
    if (!cursor) return total === undefined || byId.size === total ? [...byId.values()] : undefined;
    // A list that names a page again would be read round and round.
    const named = JSON.stringify(cursor);
    if (cursors.has(named)) return undefined;
    cursors.add(named);
  }
  return undefined;
}
