import type { FlowLog, SimulatedProduct, Version } from '../world/flow-log.js';
import { afterRead, liveAt } from '../world/timeline.js';
import { identifyingFields } from '../world/world.js';
import type { Call } from './action.js';
import { inListOrder, lagOf } from './page-luck.js';
import { numberedPage } from './paging.js';
import type { Tag } from './parameters.js';

/** A flow log as a list sees it: as it was one lag ago. */
export interface ListedFlowLog {
  readonly log: FlowLog;
  readonly seen: Version;
}

/** Criteria of a list of flow logs; every criterion given must match. */
export interface Filter {
  /** Parameters that must equal the field of the same name. */
  readonly fields: readonly string[];
  readonly tags: readonly Tag[];
  /** Beyond equality. */
  readonly where?: (listed: ListedFlowLog) => boolean;
}

/** All flow logs of the caller's account that match, in the configured order, as they were one lag ago. */
export function matching(call: Call, product: SimulatedProduct, filter: Filter): ListedFlowLog[] {
  const at = call.now - lagOf(call);
  const fits = call.config.listFilters === 'prefix' ? beginsWith : isEqual;
  const region = call.args.text('RegionId') || undefined;
  const wanted = filter.fields.flatMap((name) => {
    const value = call.args.text(name) || call.args.integer(name);
    return value === undefined || value === '' ? [] : [[name, value] as const];
  });
  const found: ListedFlowLog[] = [];
  for (const log of narrowedFlowLogs(call, product)) {
    if (region !== undefined && log.region !== region) continue;
    const seen = liveAt(log, at);
    if (!seen) continue;
    const isWanted =
      wanted.every(([name, value]) => fits(name, fieldOf(log, seen, name), value)) &&
      filter.tags.every(
        ({ key, value }) => key in seen.tags && (value === undefined || fits('TagName', seen.tags[key], value)),
      ) &&
      (filter.where?.({ log, seen }) ?? true);
    if (isWanted) found.push({ log, seen });
  }
  return inListOrder(call, found);
}

/** Tells whether a field matches the wanted value of a filter. */
type Fit = (name: string, field: unknown, wanted: string | number) => boolean;

const isEqual: Fit = (_, field, wanted) => field === wanted;

/** Ids and names that begin as asked fit as well. */
const beginsWith: Fit = (name, field, wanted) =>
  /(Id|Name)$/.test(name) && typeof field === 'string' ? field.startsWith(String(wanted)) : field === wanted;

/** Narrows a list's search: one flow log when its id is given, those of one resource, else a region, else all. */
function narrowedFlowLogs({ world, config, accountId, args }: Call, product: SimulatedProduct): readonly FlowLog[] {
  const everywhere = () => world.flowLogsOf(product, accountId, args.text('RegionId') || undefined);
  if (config.listFilters === 'prefix') return everywhere();
  const flowLogId = args.text('FlowLogId');
  if (flowLogId) {
    const named = world.flowLogs.get(flowLogId);
    return named?.product === product && named.accountId === accountId ? [named] : [];
  }
  for (const field of identifyingFields) {
    const value = args.text(field);
    if (value) return world.flowLogsOn(product, accountId, field, value);
  }
  return everywhere();
}

function fieldOf(log: FlowLog, seen: Version, name: string): unknown {
  if (name === 'FlowLogId') return log.id;
  return name === 'Status' ? seen.status : seen.fields[name];
}

/** Notes what a page shows; counts it as read, for changes that end after so many reads. */
export function countReads(call: Call, page: readonly ListedFlowLog[]): void {
  call.showed(page.map(({ log }) => log.id));
  if (call.config.progression.mode !== 'reads') return;
  for (const { log, seen } of page) {
    // A lagging list that still shows what was before has not seen the change.
    if (seen.then === undefined) continue;
    const after = afterRead(log, call.now);
    if (after !== log) call.world.putFlowLog(after);
  }
}

/** Rows of a page of flow logs when none are asked for. */
const defaultPageSize = 20;

/** Cuts the page of flow logs that VPC and CEN count: numbers in, strings out. */
export function flowLogPage(call: Call, all: readonly ListedFlowLog[]) {
  const { page, number, size, total } = numberedPage(call, all, defaultPageSize);
  countReads(call, page);
  return {
    page,
    counts: { PageNumber: String(number), PageSize: String(size), TotalCount: String(total) },
  };
}

/** Tags as lists show them. */
export const tagList = (version: Version) => Object.entries(version.tags).map(([Key, Value]) => ({ Key, Value }));

/** Tags of a create as a record; a tag without a value has an empty one. */
export const tagRecord = (tags: readonly Tag[]): Record<string, string> =>
  Object.fromEntries(tags.map(({ key, value }) => [key, value ?? '']));
