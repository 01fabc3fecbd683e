import {
  CancellationScope,
  condition,
  getExternalWorkflowHandle,
  isCancellation,
  patched,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import type { PageTarget, RowEnding } from '../contract/bulk-activities.js';
import type { WorkerSettings } from '../contract/activities.js';
import { bulkReads, bulkRecords } from '../activities.js';
import { admitted } from '../run/admit.js';
import { requireParent } from '../run/arguments.js';
import { type RowState, manyWorkflowTypes } from '../contract/bulk.js';
import { type PageControl, controlSignal, failuresSignal, progressOfPage } from './messages.js';
import { rowOfFailure, rowOfReport, rowOfUnturned } from '../decide/bulk-row.js';
import { runOrJoin } from '../operation/child.js';
import { handlersDone } from '../run/handlers-done.js';
import { ignoredSignals } from '../run/ignored.js';
import { type Ignored, type Operation, type OperationInput, type OperationOptions } from '../contract/operation.js';
import { detailsOfFailure } from '../operation/failure.js';
import { invalidInput } from '../contract/invalid-input.js';
import { requestOfItem } from '../contract/item-request.js';
import { parseOperationInput } from '../contract/input.js';
import { parsePageInput } from './page-input.js';

/** Argument of `bulkPage`, the part of a bulk that works on at most 500 targets of one place. */
export interface PageInput {
  readonly bulk: { readonly id: string; readonly run: string };
  readonly page: number;
  readonly operation: Operation;
  readonly requestedBy: string;
  readonly reason?: string;
  readonly options?: OperationOptions;
  /** Operations at once. */
  readonly window: number;
  /** True where the bulk counts failures. */
  readonly tellsFailures?: boolean;
  readonly control: PageControl;
  readonly settings: WorkerSettings;
}

/** Result of a page: the numbers of its targets, by how they ended. */
export interface PageReport {
  readonly ended: Readonly<Partial<Record<RowState, number>>>;
  /** Signals to the page that were no signals of ours. */
  readonly ignored?: readonly Ignored[];
}

/** Rows are gathered this long, or until there are so many, before they are written. */
const GATHER = { ms: 1_000, rows: 50 } as const;

/** A join waits this long where the operation names no deadline of its own. */
const JOIN_MS = 24 * 3_600_000;

/** Works on the targets of one page, so many at once, and reports each of them exactly once. */
export async function bulkPage(...args: [PageInput]): Promise<PageReport> {
  const advice = 'Start a bulk: it starts its pages itself.';
  // Before the check of its fields: a client must not be advised to fill them in.
  const asked = args[0] as { readonly bulk?: { readonly id?: unknown } } | null | undefined;
  requireParent((parentId) => parentId === asked?.bulk?.id, 'bulkFlowLogs');
  const input = admitted(parsePageInput(args[0]), manyWorkflowTypes.page, advice);
  const page = new Page(input);
  setHandler(controlSignal, (control) => page.heed(control));
  setHandler(progressOfPage, () => ({ ended: page.ended, running: page.running }));
  const report = await page.work(await page.begin());
  await handlersDone();
  const ignored = ignoredSignals().all;
  return { ...report, ...omitUndefined({ ignored: ignored.length > 0 ? ignored : undefined }) };
}

class Page {
  private control: PageControl;
  running = 0;
  readonly ended: Partial<Record<RowState, number>> = {};
  private unwritten: RowEnding[] = [];
  private told = 0;
  private isOver = false;
  private widen: () => void = () => undefined;

  constructor(private readonly input: PageInput) {
    this.control = input.control;
  }

  /** Takes a message of the bulk, unless a later one has come before. */
  heed(control: PageControl): void {
    if (control.turn < this.control.turn) return;
    this.control = control;
    this.widen();
  }

  /** Operations at once, as the bulk has said last. */
  private get window(): number {
    return this.control.window ?? this.input.window;
  }

  private get tellsOfFailures(): boolean {
    return this.control.tellsFailures ?? this.input.tellsFailures ?? false;
  }

  /** Reads the targets that need an operation; the others have their rows. */
  async begin(): Promise<readonly PageTarget[]> {
    const { bulk, page, operation, requestedBy, reason, options } = this.input;
    const ref = { run: bulk.run, page };
    if (!patched('what-stands-is-ended-first')) return bulkReads.readBulkPage(ref);
    const asked = { operation, requestedBy, ...omitUndefined({ reason, options }) };
    const { targets, ended } = await bulkReads.beginBulkPage({ ...ref, ...asked });
    Object.assign(this.ended, ended);
    return targets;
  }

  async work(targets: readonly PageTarget[]): Promise<PageReport> {
    const queue = [...targets];
    // Written and told to the end, whatever becomes of the work.
    const background = CancellationScope.nonCancellable(() => Promise.all([this.writeRows(), this.tellFailures()]));
    await this.runLanes(queue);
    const { consideredCancelled } = CancellationScope.current();
    for (const { ordinal } of queue)
      this.end(
        consideredCancelled
          ? rowOfUnturned(ordinal, 'cancelled', 'the bulk was cancelled')
          : rowOfUnturned(ordinal, 'skipped', this.control.stop ?? 'stopped'),
      );
    this.isOver = true;
    await background;
    return { ended: this.ended };
  }

  /** Runs as many lanes as the window has room for, also where it is made larger while they run. */
  private async runLanes(queue: PageTarget[]): Promise<void> {
    const lanes: Promise<void>[] = [];
    const most = queue.length;
    const fill = () => {
      while (lanes.length < Math.min(this.window, most)) lanes.push(this.lane(queue, lanes.length));
    };
    this.widen = fill;
    fill();
    for (let ended = 0; ended < lanes.length; ended++) await lanes[ended];
    this.widen = () => undefined;
  }

  /** One target after another, while there are any and nothing says stop. */
  private async lane(queue: PageTarget[], lane: number): Promise<void> {
    for (;;) {
      if (!(await this.mayStart(() => lane >= this.window && queue.length > 0))) return;
      const target = queue.shift();
      if (!target) return;
      this.running += 1;
      this.end(await this.operate(target));
      this.running -= 1;
    }
  }

  private async mayStart(isTooMany: () => boolean): Promise<boolean> {
    const holds = () => this.control.paused || this.isUnheard || isTooMany();
    try {
      if (holds()) await condition(() => !holds() || this.control.stop !== undefined);
    } catch (error) {
      if (!isCancellation(error)) throw error;
    }
    return this.control.stop === undefined && !CancellationScope.current().consideredCancelled;
  }

  private async operate(item: PageTarget): Promise<RowEnding> {
    const { operation, bulk, settings } = this.input;
    const { ordinal, selected } = item;
    const turn = { ordinal, startedAt: new Date().toISOString() };
    const parsed = parseOperationInput(operation, requestOfItem(this.input, item));
    if ('problems' in parsed)
      return rowOfFailure(turn, invalidInput(parsed.problems, 'Correct the fields named.'), selected);
    const request: OperationInput = parsed.input;
    const leftMs = () => request.options?.deadlineMs ?? JOIN_MS;
    try {
      return rowOfReport(turn, await runOrJoin({ operation, request, bulk, settings, leftMs }));
    } catch (error) {
      if (isCancellation(error)) return rowOfUnturned(ordinal, 'cancelled', 'the bulk was cancelled');
      return rowOfFailure(turn, detailsOfFailure(error), selected);
    }
  }

  private end(row: RowEnding): void {
    this.unwritten.push(row);
    this.ended[row.state] = (this.ended[row.state] ?? 0) + 1;
  }

  private get failed(): number {
    return this.ended.failed ?? 0;
  }

  /** The bulk may stop at the next failure, and has not heard of one of ours. */
  private get isUnheard(): boolean {
    return this.failed > (this.control.heardFailures ?? Infinity);
  }

  private async writeRows(): Promise<void> {
    const { run } = this.input.bulk;
    while (!this.isOver || this.unwritten.length > 0) {
      await condition(() => this.isOver || this.unwritten.length > 0);
      if (!this.isOver) await condition(() => this.isOver || this.unwritten.length >= GATHER.rows, GATHER.ms);
      const rows = this.unwritten.splice(0, GATHER.rows);
      if (rows.length > 0) await bulkRecords.endBulkRows({ run, rows });
    }
  }

  /** The bulk adds up the failures of all its pages; it hears of several at once. */
  private async tellFailures(): Promise<void> {
    const { parent } = workflowInfo();
    if (!parent) return;
    // A budget may be given while the page runs.
    if (!this.tellsOfFailures) await condition(() => this.isOver || this.tellsOfFailures);
    const bulk = getExternalWorkflowHandle(parent.workflowId);
    while (!this.isOver) {
      await condition(() => this.isOver || this.failed > this.told);
      if (this.isOver) return;
      this.told = this.failed;
      await bulk.signal(failuresSignal, { page: this.input.page, failed: this.told });
      await condition(() => this.isOver || (this.isUnheard && this.failed > this.told), GATHER.ms);
    }
  }
}
