import type { CloudClient } from './cloud.js';
import type { ObservedFlowLog, Product, ResourceTarget } from './flow-log.js';
import { type Reading, readList } from './read-list.js';
import { scopeOf } from './scope.js';
import { resourceKey, targetKey } from './target.js';

/** An absence read by a complete scan is believed for this long (law 3). */
export const SCAN_HOLDS_MS = 600_000;

/** What a complete scan of the target's scope says of one target. */
export interface Scanned extends Reading {
  /** When the scan began, on the monotonic clock. */
  readonly beganMs: number;
  /** Flow logs in the whole scope, whosever. */
  readonly inScope: number;
}

/** Complete scans of whole scopes, each shared by all targets of one bulk. */
export interface Scans {
  /**
   * The scan of the target's scope made for this bulk; the first who asks has it made, through the client given (default: the worker's
   * own). Rejects as `readList`, and is then made anew.
   */
  look(bulk: string, target: ResourceTarget, through?: CloudClient): Promise<Scanned>;
  /** The same scan where it is read to the end and not too old; asks nobody. */
  atHand(bulk: string, target: ResourceTarget): Scanned | undefined;
}

interface Clock {
  now(): number;
  monotonicMs(): number;
}

/** What it says of the whole scope. */
interface Told extends Omit<Scanned, 'flowLogs'> {
  readonly byKey: ReadonlyMap<string, ObservedFlowLog[]>;
}

interface Scan {
  readonly beganMs: number;
  readonly reading: Promise<Told>;
  /** Once it is read to the end. */
  told?: Told;
}

const scannedOf = ({ byKey, ...scan }: Told, target: ResourceTarget): Scanned => ({
  ...scan,
  flowLogs: byKey.get(targetKey(target)) ?? [],
});

function byKeyOf(product: Product, flowLogs: readonly ObservedFlowLog[]): ReadonlyMap<string, ObservedFlowLog[]> {
  const byKey = new Map<string, ObservedFlowLog[]>();
  for (const flowLog of flowLogs) {
    const key = resourceKey(product, flowLog.resource) ?? '';
    const others = byKey.get(key);
    if (others) others.push(flowLog);
    else byKey.set(key, [flowLog]);
  }
  return byKey;
}

/** Scans of this worker. One is thrown away when its time is up, so that memory follows the bulks that run. */
export function createScans(cloud: CloudClient, clock: Clock): Scans {
  const scans = new Map<string, Scan>();
  const dropOld = () => {
    for (const [id, { beganMs }] of scans) if (clock.monotonicMs() - beganMs >= SCAN_HOLDS_MS) scans.delete(id);
  };
  const nameOf = (bulk: string, target: ResourceTarget) => `${bulk} ${scopeOf(target).id}`;
  const known = (name: string): Scan | undefined => {
    dropOld();
    return scans.get(name);
  };
  const begin = (name: string, target: ResourceTarget, through: CloudClient): Scan => {
    const beganMs = clock.monotonicMs();
    const reading = readList(through, clock, scopeOf(target).scope, {}).then(({ readAt, flowLogs }) => ({
      beganMs,
      readAt,
      byKey: byKeyOf(target.product, flowLogs),
      inScope: flowLogs.length,
    }));
    const scan: Scan = { beganMs, reading };
    scans.set(name, scan);
    reading.then(
      (told) => (scan.told = told),
      () => scans.get(name) === scan && scans.delete(name),
    );
    return scan;
  };
  return {
    async look(bulk, target, through = cloud) {
      const name = nameOf(bulk, target);
      const { reading } = known(name) ?? begin(name, target, through);
      return scannedOf(await reading, target);
    },
    atHand(bulk, target) {
      const told = known(nameOf(bulk, target))?.told;
      return told && scannedOf(told, target);
    },
  };
}
