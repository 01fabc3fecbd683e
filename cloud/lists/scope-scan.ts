import { type Pause, isOnePage, oneLag, showsAgain } from './absence.js';
import { type Clock, type Moment, momentOf } from '../clock.js';
import type { CloudClient } from '../call/port.js';
import type { ObservedFlowLog, Product, ResourceTarget } from '../flow-log.js';
import { patient } from '../call/patience.js';
import { type Pass, type Reading, readOnce } from './read-list.js';
import { resourceKey, targetKey } from '../target.js';
import type { ListFilter, ListScope } from './wire.js';

/** Result of a scan of the target's scope for one target. */
export interface Scanned extends Reading {
  /** Moment at which the scan began. */
  readonly began: Moment;
  /** Number of flow logs in the whole scope, ours and others'. */
  readonly inScope: number;
  /** True where a flow log that it does not show is known to be absent (law 3). */
  readonly proven: boolean;
}

export interface ScanOptions {
  readonly cloud: CloudClient;
  readonly clock: Clock;
  /** This deployment's id, by whose tag our own flow logs are listed. */
  readonly owner: string;
  readonly listLagMs: number;
  /** Waits for the list lag; default: by the machine's timers. */
  readonly pause?: Pause;
}

/**
 * One scan of a scope, and the proof of its absences, made only once a caller needs it and tried only once.
 *
 * Of flow logs that are not ours a second pass, right after the first, has to show all of the first again: facts about them may be ten
 * minutes old anyway. Our own are listed by their tag, which is one page or few, and hold still while others change theirs: one page is a
 * proof, more are read again one list lag later.
 */
export class ScopeScan {
  readonly began: Moment;
  /** Settles with the first pass; rejects where it could not be read. */
  readonly reading: Promise<void>;
  private first: Pass | undefined;
  private readonly byKey = new Map<string, Map<string, ObservedFlowLog>>();
  private proving: Promise<void> | undefined;
  private proven = false;

  constructor(
    private readonly options: ScanOptions,
    private readonly scope: ListScope,
  ) {
    this.began = momentOf(options.clock);
    this.reading = this.readFirst();
  }

  /** Returns the scan's result for one target; undefined while the first pass is under way. */
  tell(target: ResourceTarget): Scanned | undefined {
    if (!this.first) return undefined;
    const { readAt, flowLogs } = this.first;
    const here = [...(this.byKey.get(targetKey(target))?.values() ?? [])];
    return { flowLogs: here, readAt, began: this.began, inScope: flowLogs.length, proven: this.proven };
  }

  /** Tells whether an absence is proven. Waits for reads under way but not for a list lag: a proof that takes longer does not count yet. */
  async proves(): Promise<boolean> {
    // A proof that could not be made is no failure: without one every absence is read by itself.
    this.proving ??= this.prove().catch(() => undefined);
    await this.proving;
    return this.proven;
  }

  private async readFirst(): Promise<void> {
    const { cloud, clock } = this.options;
    const first = await readOnce(cloud, clock, this.scope, {});
    this.add(first);
    this.proven = first.complete && isOnePage(first);
    this.first = first;
  }

  private async prove(): Promise<void> {
    await this.reading;
    const { first } = this;
    if (this.proven || !first?.complete) return;
    const again = await this.read({});
    if (!showsAgain(again, first)) return;
    const ours = await this.read({ owner: this.options.owner });
    if (!ours.complete) return;
    this.proven = isOnePage(ours);
    if (!this.proven) void this.confirmLater(ours).catch(() => undefined);
  }

  private async confirmLater(ours: Pass): Promise<void> {
    // A worker that stops need not wait for it.
    const { listLagMs, pause = oneLag } = this.options;
    await pause(listLagMs, { ref: false });
    this.proven = showsAgain(await this.read({ owner: this.options.owner }), ours);
  }

  /** One more pass. Its rows are there, whatever the one before has missed. */
  private async read(filter: ListFilter): Promise<Pass> {
    const { cloud, clock } = this.options;
    const pass = await readOnce(patient(cloud), clock, this.scope, filter);
    this.add(pass);
    return pass;
  }

  private add({ flowLogs }: Pass): void {
    for (const flowLog of flowLogs) {
      const key = resourceKeyOf(this.scope.product, flowLog);
      const others = this.byKey.get(key);
      if (others) others.set(flowLog.flowLogId, flowLog);
      else this.byKey.set(key, new Map([[flowLog.flowLogId, flowLog]]));
    }
  }
}

const resourceKeyOf = (product: Product, { resource }: ObservedFlowLog): string => resourceKey(product, resource) ?? '';
