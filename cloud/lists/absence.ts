import { setTimeout as sleep } from 'node:timers/promises';
import type { CloudClient } from '../call/port.js';
import type { ObservedFlowLog, ResourceTarget } from '../flow-log.js';
import { type CompleteReading, type Reading, listChanged, readList, readOnce } from './read-list.js';
import type { ListFilter, ListScope } from './wire.js';

/**
 * Law 3: a flow log that a list does not show is absent only where the read could not have missed it.
 *
 * (a) The whole answer is one page: one snapshot of the list.
 *
 * (b) A complete pass over several pages, and a second one, begun at least one list lag after the first ended, that shows every row of the
 * first again. Each page is a snapshot of its own, up to one lag old, so all snapshots of the first pass are older than all of the second.
 * Take the latest snapshot of the first pass: it counts as many rows as the pass showed, and each of those was there at that moment, being
 * shown before and again after it (ids do not come back). So these rows are all that was there then, in whatever order the pages came.
 * A second pass with exactly the same rows is a case of it; that it may show more lets our own creates go on meanwhile.
 * Assumed: rows and TotalCount of one page are one snapshot.
 */

/** Tells whether the whole answer was one page. */
export const isOnePage = ({ pagesRead }: Pick<CompleteReading, 'pagesRead'>): boolean => pagesRead === 1;

/** Tells whether a later pass shows again all that a complete one has shown. The caller proves the time between the two. */
export function showsAgain(later: Pick<Reading, 'flowLogs'>, first: CompleteReading): boolean {
  if (first.total === undefined) return false;
  const again = new Set(later.flowLogs.map(({ flowLogId }) => flowLogId));
  return first.flowLogs.every(({ flowLogId }) => again.has(flowLogId));
}

/** Timers may come a millisecond early. */
const TIMER_SLACK_MS = 2;

/** Waits from the end of a pass until all snapshots of the next one are younger. */
export const oneLag: Pause = (listLagMs, how = {}) => sleep(listLagMs + TIMER_SLACK_MS, undefined, how);

export type Pause = (listLagMs: number, how?: { signal?: AbortSignal; ref?: boolean }) => Promise<unknown>;

/** Options of a read whose absences are to be believed. */
export interface ProofOptions {
  readonly listLagMs: number;
  readonly signal?: AbortSignal;
  /** Waits for the list lag; default: by the machine's timers. */
  readonly pause?: Pause;
}

/**
 * Reads a filtered list so that a flow log that it does not show is absent: one page, or two passes one lag apart.
 * @throws CloudError `unavailable`, code `ListChangedWhileReading`, where the list changes between the passes
 */
export async function readWhole(
  cloud: CloudClient,
  clock: { now(): number },
  scope: ListScope,
  filter: ListFilter,
  { listLagMs, signal, pause = oneLag }: ProofOptions,
): Promise<CompleteReading> {
  const first = await readList(cloud, clock, scope, filter, signal);
  if (isOnePage(first)) return first;
  await pause(listLagMs, signal ? { signal } : {});
  const second = await readOnce(cloud, clock, scope, filter);
  if (!showsAgain(second, first)) throw listChanged(scope, 'the list changed between two reads one list lag apart');
  return { ...first, flowLogs: together(first, second) };
}

/**
 * Reads all flow logs of one target: one that it does not show is absent.
 * @param known own flow logs of the target that the ledger knows, and not their deletion: only a read on one page calls them absent
 * @throws as `readWhole`
 */
export async function readTarget(
  cloud: CloudClient,
  clock: { now(): number },
  target: ResourceTarget,
  { known = [], ...options }: ProofOptions & { readonly known?: readonly string[] },
): Promise<Reading> {
  const whole = await readWhole(cloud, clock, target, { resource: target.resource }, options);
  if (isOnePage(whole)) return whole;
  const shown = new Set(whole.flowLogs.map(({ flowLogId }) => flowLogId));
  const missing = known.filter((flowLogId) => !shown.has(flowLogId));
  const byId = missing.map((flowLogId) => readWhole(cloud, clock, target, { flowLogId }, options));
  const found = (await Promise.all(byId)).flatMap(({ flowLogs }) => flowLogs);
  return { flowLogs: [...whole.flowLogs, ...found], readAt: whole.readAt };
}

/** Rows of both, each once, as it was seen last. */
const together = (first: Reading, second: Reading): readonly ObservedFlowLog[] => [
  ...new Map([...first.flowLogs, ...second.flowLogs].map((flowLog) => [flowLog.flowLogId, flowLog])).values(),
];
