import { momentOf, mostBetween } from '../clock.js';
import type { CloudClient } from '../call/port.js';
import type { ResourceTarget } from '../flow-log.js';
import { type ScanOptions, type Scanned, ScopeScan } from './scope-scan.js';
import { scopeOf } from './scope.js';

export type { Scanned } from './scope-scan.js';

/** An absence proven by scans is believed for this long (law 3). */
export const SCAN_HOLDS_MS = 600_000;

/** Scans of whole scopes, each shared by all targets of one bulk. */
export interface Scans {
  /**
   * The scan of the target's scope made for this bulk; the first caller has it made, through the client given (default: the worker's
   * own). Rejects as a read of the list does, and is then made anew.
   */
  look(bulk: string, target: ResourceTarget, through?: CloudClient): Promise<Scanned>;
  /** The same scan where it is read to the end and not too old; makes no call. */
  atHand(bulk: string, target: ResourceTarget): Scanned | undefined;
  /**
   * The same scan, once it has tried to prove its absences: the first caller starts the proof. Waits for reads under way and for no list lag;
   * undefined where there is no scan.
   */
  proof(bulk: string, target: ResourceTarget): Promise<Scanned | undefined>;
}

/** Scans of this worker. One is thrown away when its time is up, so that memory follows the bulks that run. */
export function createScans(options: ScanOptions): Scans {
  const { clock } = options;
  const scans = new Map<string, ScopeScan>();
  const dropOld = () => {
    const now = momentOf(clock);
    for (const [id, { began }] of scans) if (mostBetween(began, now) >= SCAN_HOLDS_MS) scans.delete(id);
  };
  const nameOf = (bulk: string, target: ResourceTarget) => `${bulk} ${scopeOf(target).id}`;
  const known = (name: string): ScopeScan | undefined => {
    dropOld();
    return scans.get(name);
  };
  const begin = (name: string, target: ResourceTarget, through: CloudClient): ScopeScan => {
    const scan = new ScopeScan({ ...options, cloud: through }, scopeOf(target).scope);
    scans.set(name, scan);
    scan.reading.catch(() => scans.get(name) === scan && scans.delete(name));
    return scan;
  };
  return {
    async look(bulk, target, through = options.cloud) {
      const name = nameOf(bulk, target);
      const scan = known(name) ?? begin(name, target, through);
      await scan.reading;
      const told = scan.tell(target);
      if (!told) throw new Error('a scan that was read tells nothing');
      return told;
    },
    atHand: (bulk, target) => known(nameOf(bulk, target))?.tell(target),
    async proof(bulk, target) {
      const scan = known(nameOf(bulk, target));
      await scan?.proves();
      return scan?.tell(target);
    },
  };
}
