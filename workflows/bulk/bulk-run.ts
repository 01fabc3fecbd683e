import {
  ApplicationFailure,
  CancellationScope,
  ParentClosePolicy,
  condition,
  continueAsNew,
  isCancellation,
  patched,
  setCurrentDetails,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import type { BulkPage, PreparedBulk } from '../contract/bulk-activities.js';
import { bulkReads, bulkRecords } from '../activities.js';
import {
  type BulkEnd,
  type BulkInput,
  type BulkProgress,
  type BulkReport,
  type RowState,
  pagesOf,
} from '../contract/bulk.js';
import { type PageControl, controlSignal } from './messages.js';
import { type PageInput, type PageReport, bulkPage } from './bulk-page.js';
import { PageWindow } from './window.js';
import { type BulkWord, whyNot } from './why-not.js';
import { detailsOfFailure, isRemote, operationFailure } from '../operation/failure.js';
import { FailureCount, allowedFailures } from '../decide/failure-budget.js';
import { markEnding } from '../run/ending.js';
import { areHandlersDone, handlersDone } from '../run/handlers-done.js';
import { type Approval, type BulkLimits, type Carried, isLongHistory } from './carried.js';
import { ignoredSignals } from '../run/ignored.js';
import { recordLateSignals } from '../run/late-signals.js';
import { nextPage } from '../decide/page-order.js';
import { optionsOfOperation } from '../contract/bulk-schema.js';
import { bulkPriority } from '../contract/operation.js';

/** State of one bulk, and what it does. */
export class Bulk {
  paused = false;
  approval: Approval | undefined;
  private readonly id = workflowInfo().workflowId;
  private readonly firstRun = workflowInfo().firstExecutionRunId;
  private phase: BulkProgress['phase'] = 'preparing';
  private stop: string | undefined;
  private prepared: PreparedBulk | undefined;
  private readonly startedAt: string;
  private readonly ended: Partial<Record<RowState, number>>;
  private readonly donePages: Set<number>;
  private failures = new FailureCount(Infinity, 0);
  private turn = 0;
  private changed: BulkLimits | undefined;
  private window = new PageWindow(() => 1, 1);
  /** A page was held: from then on the pages at work hear of the end of each other page. */
  private hasHeldPages = false;
  private readonly running = new Map<
    number,
    { readonly page: BulkPage; readonly workflowId: string; signal(): Promise<void> }
  >();

  constructor(
    private readonly input: BulkInput,
    carried?: Carried,
  ) {
    this.prepared = carried?.prepared;
    this.startedAt = carried?.startedAt ?? new Date().toISOString();
    this.ended = { ...carried?.ended };
    this.donePages = new Set(carried?.donePages);
    this.paused = carried?.paused ?? false;
    this.approval = carried?.approval;
    this.changed = carried?.changed;
  }

  /** As asked for, and as changed since. */
  private get limits(): BulkLimits {
    return { ...this.input.options, ...this.changed };
  }

  get progress(): BulkProgress {
    const pages = [...this.running.values()].map(({ workflowId }) => workflowId);
    const phase = this.phase === 'running' && this.stop !== undefined ? 'stopping' : this.phase;
    return {
      phase: this.paused && (phase === 'running' || phase === 'canary') ? 'paused' : phase,
      total: this.prepared?.total ?? 0,
      ended: this.ended,
      pages,
      emptySelectors: this.prepared?.emptySelectors,
      ...omitUndefined({ why: this.stop || undefined }),
    };
  }

  async run(): Promise<BulkReport> {
    try {
      this.prepared ??= await bulkReads.prepareBulk({ ...this.input, bulk: this.id, run: this.firstRun });
      const allowed = allowedFailures(this.limits.failureBudget, this.prepared.total);
      this.failures = new FailureCount(allowed, this.ended.failed ?? 0);
      // Spent while the run before this one waited for its last pages.
      if (this.failures.isSpent && patched('a-spent-budget-is-carried')) this.judge();
      await this.workThrough(this.prepared);
      const { consideredCancelled } = CancellationScope.current();
      const end = consideredCancelled ? 'cancelled' : this.stop ? 'stopped' : 'completed';
      return await CancellationScope.nonCancellable(() => this.finish(end));
    } catch (error) {
      if (isCancellation(error)) return CancellationScope.nonCancellable(() => this.finish('cancelled'));
      // Our own mistake: the task is tried again until the code is mended.
      if (!isRemote(error) && !(error instanceof ApplicationFailure)) throw error;
      return CancellationScope.nonCancellable(() => this.failed(error));
    }
  }

  /**
   * Does what a person says by an update; answers why not, where it changes nothing.
   * @param before called before anything is changed; may throw
   */
  tell(word: BulkWord, before: () => void): string | undefined {
    const { phase, stop, paused, approval } = this;
    const why = whyNot(word, { phase, stop, paused, approval, options: this.input.options });
    if (why !== undefined) return why;
    before();
    if (word.verb === 'pause' || word.verb === 'resume') this.paused = word.verb === 'pause';
    else if (word.verb === 'change') this.change(word.limits);
    else this.approval = word.verb === 'approve' ? 'approved' : 'rejected';
    void this.control();
    return undefined;
  }

  private change(limits: BulkLimits): void {
    this.changed = { ...this.changed, ...limits };
    if (!this.prepared) return;
    this.failures.allow(allowedFailures(this.limits.failureBudget, this.prepared.total));
    this.judge();
  }

  /** Tells every page at work to pause, go on or stop. */
  async control(): Promise<void> {
    await Promise.all([...this.running.values()].map(({ signal }) => signal()));
  }

  /** A page tells how many of its targets have failed; where the next may be the last, it waits to be heard. */
  heard(page: number, failed: number): void {
    if (this.donePages.has(page)) return;
    const wasNearlySpent = this.failures.isNearlySpent;
    this.failures.hear(page, failed);
    this.judge();
    if (this.failures.isNearlySpent) void (wasNearlySpent ? this.running.get(page)?.signal() : this.control());
  }

  /** Beyond the failure budget nothing new starts. */
  private judge(): void {
    const { isSpent, failed } = this.failures;
    if (!isSpent || this.stop !== undefined) return;
    this.stop = `the failure budget of ${this.limits.failureBudget} is spent: ${failed} failed`;
    void this.control();
  }

  private async workThrough({ pages, total }: PreparedBulk): Promise<void> {
    setCurrentDetails(`${this.input.operation} on ${total} targets in ${pages.length} pages`);
    const waiting = pages.filter(({ page }) => !this.donePages.has(page));
    const canary = waiting.find(({ page }) => page === 0);
    if (canary) await this.sing(canary);
    await this.rotate(
      waiting.filter((page) => page !== canary),
      waiting.length - (canary ? 1 : 0),
    );
  }

  /** The canary goes alone; the rest only when all of it ended well, and where asked a person says so. */
  private async sing(canary: BulkPage): Promise<void> {
    this.phase = 'canary';
    await this.rotate([canary], 1, canary.count);
    const { failed = 0, skipped = 0, cancelled = 0 } = this.ended;
    if (failed + skipped + cancelled > 0)
      this.stop ??= `the canary did not end well: ${failed} failed, ${skipped} skipped`;
    if (this.stop !== undefined || this.input.options?.canaryApproval !== 'manual') return;
    this.phase = 'awaiting-approval';
    await condition(() => this.approval !== undefined);
    if (this.approval === 'rejected') this.stop = 'rejected after the canary';
  }

  /**
   * Starts pages while there are any and shares are free, and waits for them all.
   * @param among number of pages that share the window
   * @param most operations of one page, at most
   */
  private async rotate(pages: readonly BulkPage[], among: number, most = Infinity): Promise<void> {
    this.window = new PageWindow(() => this.limits.window, among, most);
    const waiting = [...pages];
    const ends: Promise<void>[] = [];
    let broken: unknown;
    if (this.phase !== 'canary') this.phase = 'running';
    try {
      while (waiting.length > 0 && this.stop === undefined && broken === undefined) {
        await condition(() => this.hasRoom() || this.stop !== undefined || broken !== undefined);
        if (this.stop !== undefined || broken !== undefined) break;
        if (isLongHistory(this.prepared?.settings)) await this.carryOn();
        const page = nextPage(
          waiting,
          [...this.running.values()].map((one) => one.page),
        ) as BulkPage;
        waiting.splice(waiting.indexOf(page), 1);
        const { ended } = await this.startPage(page);
        ends.push(ended.then(() => this.handOn()).catch((error: unknown) => void (broken ??= error)));
      }
    } finally {
      // Cancelled or not: pages at work tell what became of their targets.
      await Promise.all(ends);
    }
    if (broken !== undefined) throw broken;
  }

  /** Tells the pages at work of a larger share, and a page that is held that it may go on. */
  private handOn(): void {
    if (this.window.handOn() || this.hasHeldPages) void this.control();
  }

  /** Tells whether a smaller window leaves a page at work no operation, and remembers it: the page pauses until one started before it has ended. */
  private isHeld(page: number): boolean {
    const place = [...this.running.keys()].indexOf(page);
    if (this.changed?.window === undefined || place < this.window.shares.pages) return false;
    return (this.hasHeldPages ||= patched('a-smaller-window-holds-pages'));
  }

  private hasRoom(): boolean {
    return this.running.size < this.window.shares.pages && !this.paused;
  }

  /** Goes on in a new history, with no page in flight and no signal half heard. */
  private async carryOn(): Promise<never> {
    await condition(() => this.running.size === 0 && areHandlersDone());
    const ignored = ignoredSignals().all;
    const carried: Carried = {
      prepared: this.prepared as PreparedBulk,
      ended: this.ended,
      donePages: [...this.donePages],
      startedAt: this.startedAt,
      paused: this.paused,
      ...omitUndefined({
        approval: this.approval,
        changed: this.changed,
        ignored: ignored.length > 0 ? ignored : undefined,
      }),
    };
    return continueAsNew<(input: BulkInput, carried: Carried) => Promise<BulkReport>>(this.input, carried);
  }

  /** Resolves when the page is started. */
  private async startPage(page: BulkPage): Promise<{ readonly ended: Promise<void> }> {
    const bulk = { id: this.id, run: this.firstRun };
    const workflowId = `${pagesOf(this.firstRun)}/${page.page}`;
    const before = this.wordTo(page.page);
    const input = this.pageInput(page, bulk, this.window.shares.operations);
    const handle = await startChild(bulkPage, {
      workflowId,
      args: [input],
      staticSummary: `${this.input.operation} on ${page.count} targets of ${page.place}`,
      priority: bulkPriority,
      // Without its bulk a page starts nothing more; the operations it has started go on.
      parentClosePolicy: ParentClosePolicy.TERMINATE,
    });
    const signal = () => handle.signal(controlSignal, this.controlOf(page.page)).catch(() => undefined);
    this.running.set(page.page, { page, workflowId, signal });
    // The bulk was told something, or heard failures of the page, before it knew that the page had started.
    if (JSON.stringify(before) !== JSON.stringify(this.wordTo(page.page))) void signal();
    const forget = () => this.running.delete(page.page);
    return {
      ended: handle
        .result()
        .then((report) => this.pageEnded(page, report))
        .finally(forget),
    };
  }

  private controlOf(page: number): PageControl {
    return { turn: (this.turn += 1), ...this.wordTo(page) };
  }

  private wordTo(page: number): Omit<PageControl, 'turn'> {
    const heardFailures = this.failures.heardOf(page);
    return {
      paused: this.paused || this.isHeld(page),
      ...omitUndefined({ stop: this.stop || undefined, heardFailures }),
      // Only where they were changed: a page is started with both.
      ...omitUndefined({
        window: this.changed || this.window.wasHandedOn ? this.window.shares.operations : undefined,
        tellsFailures: this.changed ? this.failures.isLimited : undefined,
      }),
    };
  }

  private pageInput(page: BulkPage, bulk: PageInput['bulk'], window: number): PageInput {
    const { operation, requestedBy, reason } = this.input;
    const options = optionsOfOperation(this.input.options);
    return {
      bulk,
      page: page.page,
      operation,
      requestedBy,
      window,
      control: this.controlOf(page.page),
      settings: (this.prepared as PreparedBulk).settings,
      ...omitUndefined({ reason: reason || undefined, options, tellsFailures: this.failures.isLimited || undefined }),
    };
  }

  private pageEnded({ page }: BulkPage, { ended, ignored }: PageReport): void {
    ignoredSignals().addAll(ignored);
    this.running.delete(page);
    this.failures.settle(page, ended.failed ?? 0);
    this.donePages.add(page);
    for (const [state, count] of Object.entries(ended) as [RowState, number][])
      this.ended[state] = (this.ended[state] ?? 0) + count;
    this.judge();
  }

  private async finish(end: BulkEnd, why = this.stop, kind?: string): Promise<BulkReport> {
    this.phase = 'finishing';
    markEnding();
    await handlersDone();
    const ignored = ignoredSignals().all;
    const rest = end === 'cancelled' ? ('cancelled' as const) : ('skipped' as const);
    const reason = end === 'cancelled' ? 'the bulk was cancelled' : (why ?? 'its turn never came');
    const report = await bulkRecords.finishBulk({
      bulk: this.id,
      run: this.firstRun,
      operation: this.input.operation,
      end,
      rows: `bulk:${this.firstRun}`,
      problems: this.prepared?.problems ?? [],
      moreProblems: this.prepared?.moreProblems,
      emptySelectors: this.prepared?.emptySelectors,
      startedAt: this.startedAt,
      ...omitUndefined({
        why: why || undefined,
        refusedBy: kind && end === 'refused' ? kind : undefined,
        ignored: ignored.length > 0 ? ignored : undefined,
      }),
      rest: { state: rest, reason, endedAt: new Date().toISOString() },
    });
    await recordLateSignals(this.firstRun, ignored);
    return report;
  }

  /** The bulk is closed with the reason, and fails with it: before anything was started, or in the middle, where a page could not go on. */
  private async failed(error: unknown): Promise<never> {
    const details = detailsOfFailure(error);
    await this.finish(this.prepared ? 'stopped' : 'refused', details.message, details.kind);
    throw operationFailure(details, error instanceof Error ? error : undefined);
  }
}
