import { BudgetWait } from '../call/budget.js';
import { type Clock, type Moment, momentOf } from '../clock.js';
import type { CloudClient } from '../call/port.js';
import { CloudError } from '../errors/cloud-error.js';
import { mayPass } from '../errors/kind-rules.js';
import type { ObservedFlowLog, ResourceTarget } from '../flow-log.js';
import { ChangeRate } from '../call/change-rate.js';
import { readScope, scopeOf, unseen } from './scope.js';
import type { ListScope } from './wire.js';

/** One question for the present state of a target's flow log. */
export interface Question {
  readonly target: ResourceTarget;
  /** Id of the flow log, if known; a question without one is answered from a read of all that are ours in the scope. */
  readonly flowLogId?: string;
  /** It carries no tag of ours: only a read by id shows it. */
  readonly untagged?: boolean;
  /** Needs a complete read for its answer. */
  readonly whole?: boolean;
  /** It is asked for no bulk: the read that answers it does not stand behind the calls of bulks. */
  readonly single?: boolean;
  /** Time in ms for which the asker has been waiting: the longer, the less often it is read for. */
  readonly waitingMs: number;
  readonly signal: AbortSignal;
  /** Told when a read failed and is tried again. */
  readonly trouble?: (message: string) => void;
}

/** Rows of a read that was begun after the question was asked. It tells of the flow log asked for, whether or not it is among them. */
export interface WatchAnswer {
  readonly flowLogs: readonly ObservedFlowLog[];
  readonly readAt: string;
  /** Moment at which the read began. */
  readonly began: Moment;
}

export interface WatcherOptions {
  readonly cloud: CloudClient;
  readonly owner: string;
  readonly clock: Clock;
  /** From 0 to 1; for jitter. */
  readonly random: () => number;
}

/** Shared reads: all waiters in one scope (account × region; for ecr account × router) are served by the same list reads. */
export interface Watcher {
  look(question: Question): Promise<WatchAnswer>;
  /** A change has been sent there: reads pace themselves by how many are sent. */
  changeSent(target: ResourceTarget): void;
  close(): void;
}

/** Pause between two looks, by the time waited: a tenth of it, at least half a second, at most a quarter minute. */
const CADENCE = { shareOfWait: 0.1, leastMs: 500, mostMs: 15_000, jitter: 0.1 };

/** Reads may take this share of the calls while changes are being sent; the rest of the fifth that is allowed goes to scans and tails. */
const READ_SHARE = 0.12;

/** To keep to that share a round of many pages is put off for longer than a cadence, but by at most this, in ms. */
const MOST_DELAY_MS = 15_000;

/** From this many waiters on the share counts, and not the oldest one's wait: on a slow machine its cadence would take far more. */
const MANY = 10;

/** A first question waits this long for others to join its read. */
const GATHER_MS = 5;

/** A waiter whose turn comes within this time gets no read of its own. */
const SOON_MS = 250;

/** The pause before the next look of a waiter that has waited `waitingMs`, without jitter. */
export const cadenceMs = (waitingMs: number): number =>
  Math.min(Math.max(waitingMs * CADENCE.shareOfWait, CADENCE.leastMs), CADENCE.mostMs);

interface WaitingQuestion extends Question {
  readonly askedMs: number;
  readonly dueMs: number;
  readonly answer: (answer: WatchAnswer) => void;
  readonly refuse: (error: unknown) => void;
}

/** The watch over one scope: gathers questions, reads once for all of them, answers, rests. */
class ScopeWatch {
  private waiting: WaitingQuestion[] = [];
  private timer: NodeJS.Timeout | undefined;
  private reading = false;
  private lastReadMs = Number.NEGATIVE_INFINITY;
  private notBeforeMs = Number.NEGATIVE_INFINITY;
  private troubles = 0;
  private view = unseen;
  /** True where the watch was told to wait for the budget. */
  private waited = false;
  readonly changes: ChangeRate;

  constructor(
    private readonly options: WatcherOptions,
    private readonly scope: ListScope,
  ) {
    this.changes = new ChangeRate(options.clock);
  }

  ask(question: Question): Promise<WatchAnswer> {
    const askedMs = this.options.clock.monotonicMs();
    const again = question.waitingMs > 0 ? this.jittered(cadenceMs(question.waitingMs)) : GATHER_MS;
    const { signal } = question;
    return new Promise<WatchAnswer>((resolve, reject) => {
      const settled = () => signal.removeEventListener('abort', leave);
      const waiting: WaitingQuestion = {
        ...question,
        askedMs,
        dueMs: askedMs + again,
        answer: (answer) => (settled(), resolve(answer)),
        refuse: (error) => (settled(), reject(error)),
      };
      const leave = () => {
        this.waiting = this.waiting.filter((each) => each !== waiting);
        waiting.refuse(signal.reason);
      };
      if (signal.aborted) return leave();
      signal.addEventListener('abort', leave);
      this.waiting.push(waiting);
      this.schedule();
    });
  }

  private get cloud(): CloudClient {
    const { waited } = this;
    const single = this.waiting.some((question) => question.single);
    return { call: (request, options) => this.options.cloud.call(request, { ...options, waited, single }) };
  }

  close(): void {
    clearTimeout(this.timer);
    for (const { refuse } of this.waiting) refuse(new Error('the watcher is closed'));
    this.waiting = [];
  }

  private jittered(ms: number): number {
    return ms * (1 + CADENCE.jitter * (2 * this.options.random() - 1));
  }

  private schedule(): void {
    if (this.reading || this.waiting.length === 0) return;
    clearTimeout(this.timer);
    const atMs = Math.max(this.nextReadMs(), this.notBeforeMs);
    this.timer = setTimeout(() => void this.read(), Math.max(0, atMs - this.options.clock.monotonicMs()));
  }

  /**
   * Time at which a waiter is due; later while changes are being sent, but never later than the oldest waiter's cadence for each page, or a
   * quarter of a minute where many wait.
   */
  private nextReadMs(): number {
    const dueMs = Math.min(...this.waiting.map((waiting) => waiting.dueMs));
    const perSecond = this.changes.perSecond();
    if (perSecond === 0) return dueMs;
    const pacedMs = this.lastReadMs + (this.view.pagesNeeded / (READ_SHARE * perSecond)) * 1_000;
    const oldest = Math.max(...this.waiting.map(({ waitingMs }) => waitingMs));
    const cadence = cadenceMs(oldest);
    const patienceMs = this.waiting.length >= MANY ? MOST_DELAY_MS : cadence * this.view.pagesNeeded;
    const mostMs = Math.max(cadence, Math.min(patienceMs, MOST_DELAY_MS));
    return Math.max(dueMs, Math.min(pacedMs, this.lastReadMs + mostMs));
  }

  private async read(): Promise<void> {
    this.reading = true;
    const { clock } = this.options;
    const began = momentOf(clock);
    const beganMs = began.monotonicMs;
    const readAt = new Date(began.wallMs).toISOString();
    try {
      // A waiter whose turn has not come is served where the read shows it, and makes no read longer.
      const due = this.waiting.filter(({ dueMs }) => dueMs <= beganMs + SOON_MS);
      const read = await readScope({ ...this.options, cloud: this.cloud }, this.scope, due, this.view);
      this.view = read.view;
      this.troubles = 0;
      this.waited = false;
      const { flowLogs, tells } = read;
      const heard = this.waiting.filter((each) => each.askedMs <= beganMs && tells(each));
      if (!due.every(tells)) this.notBeforeMs = clock.monotonicMs() + this.jittered(CADENCE.leastMs);
      this.waiting = this.waiting.filter((each) => !heard.includes(each));
      for (const { answer } of heard) answer({ flowLogs, readAt, began });
    } catch (error) {
      this.failed(error);
    }
    this.lastReadMs = beganMs;
    this.reading = false;
    this.schedule();
  }

  /** A failure that a person must mend ends the waits; after any other the list is read again, after the pause that the cloud asked for. */
  private failed(error: unknown): void {
    if (error instanceof BudgetWait) {
      this.waited = true;
      this.notBeforeMs = this.options.clock.monotonicMs() + error.forMs;
      for (const { trouble } of this.waiting) trouble?.(error.message);
      return;
    }
    const known = error instanceof CloudError;
    if (!known || !mayPass(error)) {
      const all = this.waiting;
      this.waiting = [];
      for (const { refuse } of all) refuse(error);
      return;
    }
    const pauseMs = error.details.retryAfterMs ?? cadenceMs(this.troubles * 5_000);
    this.troubles += 1;
    this.notBeforeMs = this.options.clock.monotonicMs() + this.jittered(pauseMs);
    for (const { trouble } of this.waiting) trouble?.(error.message);
  }
}

/** One watch per scope of this worker, made when first asked. */
export function createWatcher(options: WatcherOptions): Watcher {
  const watches = new Map<string, ScopeWatch>();
  const watchOf = (target: ResourceTarget): ScopeWatch => {
    const { id, scope } = scopeOf(target);
    const existing = watches.get(id);
    if (existing) return existing;
    const watch = new ScopeWatch(options, scope);
    watches.set(id, watch);
    return watch;
  };
  return {
    look: (question) => watchOf(question.target).ask(question),
    changeSent: (target) => watchOf(target).changes.count(),
    close: () => watches.forEach((watch) => watch.close()),
  };
}
