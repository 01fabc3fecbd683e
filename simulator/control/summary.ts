import { omitUndefined } from '../../cloud/omit-undefined.js';
import type { Fields, FlowLog, Tags } from '../world/flow-log.js';
import { liveAt, versionAt } from '../world/timeline.js';
import type { Machine } from '../machine.js';
import type { World } from '../world/world.js';
import type { JournalEntry } from './journal.js';

/** The true state of a flow log, which lists may not show yet. */
export interface LiveFlowLog {
  readonly flowLogId: string;
  readonly product: string;
  readonly accountId: string;
  readonly region: string;
  readonly resource: string;
  readonly status: string;
}

/** A resource on which more than one flow log was created by calls. */
export interface MadeMoreThanOnce {
  readonly product: string;
  readonly accountId: string;
  readonly region: string;
  readonly resource: string;
  readonly flowLogIds: readonly string[];
}

/** Events in numbers; all of them from the journal and the state, none from clients. */
export interface Summary {
  /** Calls by action, refused and dropped ones too. */
  readonly calls: Readonly<Record<string, number>>;
  /** The same apart by service, since two of them share spellings. */
  readonly callsByProduct: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Most calls in any sliding second, by action. */
  readonly peakPerSecond: Readonly<Record<string, number>>;
  /** The same by `service/account/region/action`: the dimension of the cloud's limits. */
  readonly peakPerSecondByScope: Readonly<Record<string, number>>;
  /** Calls answered with a throttling code. */
  readonly throttled: number;
  /** Flow logs ever created by calls, by `product/account/region/resource`. */
  readonly created: Readonly<Record<string, number>>;
  readonly madeMoreThanOnce: readonly MadeMoreThanOnce[];
  readonly live: readonly LiveFlowLog[];
}

/** Sums up a journal and a world. */
export function summarize(journal: readonly JournalEntry[], world: World, now: number): Summary {
  const made = groupBy(
    [...world.flowLogs.values()].filter((log) => log.origin === 'call'),
    summaryScope,
  );
  return {
    calls: countBy(journal, (entry) => entry.action),
    callsByProduct: Object.fromEntries(
      [...groupBy(journal, (entry) => entry.product || 'unknown')].map(([product, entries]) => [
        product,
        countBy(entries, (entry) => entry.action),
      ]),
    ),
    peakPerSecond: peaks(journal, (entry) => entry.action),
    peakPerSecondByScope: peaks(
      journal,
      ({ product, accountId, region, action }) => `${product}/${accountId}/${region || 'central'}/${action}`,
    ),
    throttled: journal.filter((entry) => entry.code?.includes('Throttling')).length,
    created: Object.fromEntries([...made].map(([scope, logs]) => [scope, logs.length])),
    madeMoreThanOnce: [...made.values()].filter((logs) => logs.length > 1).map(madeAgain),
    live: [...world.flowLogs.values()].flatMap((log) => {
      const version = liveAt(log, now);
      return version ? [{ flowLogId: log.id, ...placeOf(log), status: version.status }] : [];
    }),
  };
}

const placeOf = ({ product, accountId, region, resource }: FlowLog) => ({ product, accountId, region, resource });

const summaryScope = (log: FlowLog): string =>
  `${log.product}/${log.accountId}/${log.region || 'central'}/${log.resource}`;

function madeAgain(logs: readonly FlowLog[]): MadeMoreThanOnce {
  const [first] = logs;
  if (!first) throw new Error('an empty group');
  return { ...placeOf(first), flowLogIds: logs.map((log) => log.id) };
}

function countBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Record<string, number> {
  return Object.fromEntries([...groupBy(items, keyOf)].map(([key, group]) => [key, group.length]));
}

/** The most calls in any second, found by moving a window over the arrivals of each group. */
function peaks(journal: readonly JournalEntry[], keyOf: (entry: JournalEntry) => string): Record<string, number> {
  return Object.fromEntries(
    [...groupBy(journal, keyOf)].map(([key, entries]) => {
      let start = 0;
      let peak = 0;
      entries.forEach((entry, end) => {
        while (entry.monotonicMs - (entries[start]?.monotonicMs ?? 0) >= 1_000) start += 1;
        peak = Math.max(peak, end - start + 1);
      });
      return [key, peak];
    }),
  );
}

function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

/** One flow log with everything about it. */
export interface FlowLogView extends LiveFlowLog {
  /** The word lists show at this moment; absent while they show nothing. */
  readonly listedStatus?: string;
  readonly deleted: boolean;
  readonly origin: FlowLog['origin'];
  readonly fields: Fields;
  readonly tags: Tags;
}

/** Flow logs in order of creation; those not begun yet are left out. */
export function flowLogViews({ world, clock, config }: Machine, gone: boolean): FlowLogView[] {
  const now = clock.now();
  return [...world.flowLogs.values()].flatMap((log) => {
    const version = versionAt(log, now);
    if (!version || (version.gone && !gone)) return [];
    const listed = liveAt(log, now - config.listLagMs);
    const { status, fields, tags } = version;
    return [
      {
        flowLogId: log.id,
        ...placeOf(log),
        status,
        ...omitUndefined({ listedStatus: listed ? listed.status : undefined }),
        deleted: version.gone === true,
        origin: log.origin,
        fields,
        tags,
      },
    ];
  });
}
