import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CloudRequest } from './port.js';
import { Line, type Pace } from './line.js';
import { Lateness } from './lateness.js';
import type { BudgetKey, Slots } from './slots.js';

/** A slot further away than this, in ms, is not reserved: the caller comes back later. */
export const MOST_AWAY_MS = 2_000;

/** The call has to wait for its budget: nothing was sent, and nothing went wrong. */
export class BudgetWait extends Error {
  override readonly name = 'BudgetWait';
  constructor(
    readonly request: Pick<CloudRequest, 'service' | 'action'>,
    /** Time in ms after which the caller may come back. */
    readonly forMs: number,
  ) {
    super(`waiting for the budget of ${request.service} ${request.action}: ${(forMs / 1_000).toFixed(1)} s`);
  }
}

/** A call that was about to leave missed its turn. Nothing was sent; it needs another slot. */
export class TurnMissed extends Error {
  override readonly name = 'TurnMissed';
}

/** A place in the line of calls to one API: one call, and only that, may leave at its time. */
export interface Slot {
  /** Sleeps until so many ms before the call may leave, or earlier where the work for calls took longer lately. @throws BudgetWait where that has moved far away meanwhile */
  near(leadMs: number, signal?: AbortSignal): Promise<void>;
  /** Sleeps until the call may leave, and takes its place: the calls behind keep their distance. @throws BudgetWait as `near` */
  come(signal?: AbortSignal): Promise<void>;
  /**
   * The call is about to leave, a moment after its place was taken.
   * @throws TurnMissed where that is so late that it would come too close to the calls of other workers, which cannot know of it
   */
  leave(): void;
  /** The cloud has answered, or never will. */
  answered(): void;
}

/** Facts that give a call its place in the queue for slots. */
export interface SlotTurn {
  /** Was told to come back before. */
  readonly waited?: boolean;
  /** Is no part of a bulk: does not stand behind the calls of bulks. */
  readonly single?: boolean;
}

/** The calls that all workers of this deployment together may make (law 7). */
export interface Budget {
  /** Calls per second for this API, account and region. */
  perSecond(request: CloudRequest): number;
  /** Asks whether there is a slot, before work is done that only a slot makes worth while. @throws BudgetWait */
  probe(request: CloudRequest, turn?: SlotTurn): Promise<void>;
  /** Reserves the next slot. @throws BudgetWait where it is more than {@link MOST_AWAY_MS} away; then nothing is reserved */
  reserve(request: CloudRequest, turn?: SlotTurn): Promise<Slot>;
  /** The cloud throttled a call: all workers slow down, and wait as long as it asked. Never fails. */
  throttled(request: CloudRequest, retryAfterMs?: number): Promise<void>;
  /** Lets the other workers know that this one is there, until it is closed. */
  open(): Promise<void>;
  close(): Promise<void>;
}

export interface BudgetOptions {
  readonly slots: Slots;
  readonly paceOf: (request: CloudRequest) => Pace;
  readonly clock: { monotonicMs(): number };
  /** The shared budgets are out of reach: reads go on at the pace of this worker's own line. */
  readonly isAway: (error: unknown) => boolean;
}

/** The budgets' clock may be set back: an earlier offset is trusted over the present one by at most this, in ms. */
const BELIEVED_MS = 200;

/** An offset greater than the known one by more than this, in ms, is no slow answer: the budgets' clock was set back. */
const JUMPED_MS = 1_000;

/** Converts times of the budgets' clock to ours: the offset is best known from the answer that came fastest. */
class SharedClock {
  private offsetMs = Number.POSITIVE_INFINITY;

  onOurs(theirMs: number, saidMs: number, heardMs: number): number {
    const offsetMs = heardMs - saidMs;
    if (offsetMs - this.offsetMs > JUMPED_MS) this.offsetMs = offsetMs;
    this.offsetMs = Math.max(Math.min(this.offsetMs, offsetMs), offsetMs - BELIEVED_MS);
    return theirMs + this.offsetMs;
  }
}

/** Interval in ms at which a worker announces itself; an announcement is believed for three times as long. */
const ANNOUNCE_MS = 10_000;

export function createBudget({ slots, paceOf, clock, isAway }: BudgetOptions): Budget {
  const caller = randomUUID();
  const lines = new Map<string, WorkerLine>();
  const sharedClock = new SharedClock();
  let announcing: NodeJS.Timeout | undefined;
  const unlessAway = (error: unknown): void => {
    if (!isAway(error)) throw error;
  };
  const lineOf = (key: BudgetKey): WorkerLine => {
    const name = Object.values(key).join(' ');
    const line = lines.get(name) ?? { line: new Line(), lateness: new Lateness() };
    lines.set(name, line);
    return line;
  };
  const ask = async (request: CloudRequest, turn: SlotTurn, probe: boolean) => {
    const key = budgetKeyOf(request);
    const { line, lateness } = lineOf(key);
    const reservedMs = clock.monotonicMs();
    // If this worker is late already, its next call is that much further away.
    const mostMs = Math.max(0, MOST_AWAY_MS - line.lateMs(reservedMs));
    const { roomMs } = lateness;
    const perSecond = 1_000 / (1_000 / paceOf(request).perSecond + roomMs);
    const answer = await slots.reserve(key, { caller, perSecond, mostMs, probe, ...turn });
    if ('refusedForMs' in answer) throw new BudgetWait(request, answer.refusedForMs);
    const slotMs = sharedClock.onOurs(answer.atMs + answer.waitMs, answer.atMs, clock.monotonicMs());
    return { slotMs, shared: answer.shared, roomMs, reservedMs };
  };
  return {
    perSecond: (request) => paceOf(request).perSecond,
    async probe(request, turn = {}) {
      await ask(request, turn, true);
    },
    async reserve(request, turn = {}) {
      const slot = await ask(request, turn, false).catch((error: unknown) => {
        if (!isAway(error) || !isRead(request)) throw error;
        const nowMs = clock.monotonicMs();
        return { slotMs: nowMs, shared: false, roomMs: 0, reservedMs: nowMs };
      });
      return new PlaceInLine({ request, ...lineOf(budgetKeyOf(request)), pace: paceOf(request), clock, ...slot });
    },
    async throttled(request, retryAfterMs) {
      const key = budgetKeyOf(request);
      if (retryAfterMs !== undefined) lineOf(key).line.hold(clock.monotonicMs() + retryAfterMs);
      await slots.slowDown(key, retryAfterMs).catch(unlessAway);
    },
    async open() {
      await slots.announce(caller).catch(unlessAway);
      announcing = setInterval(() => void slots.announce(caller).catch(unlessAway), ANNOUNCE_MS);
    },
    async close() {
      clearInterval(announcing);
      await slots.leave(caller).catch(unlessAway);
    },
  };
}

/** Tells reads from changes: no change is sent without the shared budget, and a call in doubt counts as a change. */
const isRead = ({ action }: CloudRequest): boolean => /^(Describe|List|Get|Assume)/.test(action);

/** Name under which calls are counted. */
export const apiOf = ({ service, action }: Pick<CloudRequest, 'service' | 'action'>): string => `${service}:${action}`;

const budgetKeyOf = (request: CloudRequest): BudgetKey => ({
  accountId: request.accountId,
  place: request.region ?? 'central',
  api: apiOf(request),
});

/** State of this worker for one API. */
interface WorkerLine {
  readonly line: Line;
  readonly lateness: Lateness;
}

interface Placed extends WorkerLine {
  readonly request: CloudRequest;
  readonly pace: Pace;
  readonly clock: { monotonicMs(): number };
  readonly slotMs: number;
  readonly shared: boolean;
  /** Time in ms behind the slot, beyond the usual distance, that nobody else was given. */
  readonly roomMs: number;
  /** Time at which the slot was asked for. */
  readonly reservedMs: number;
}

/** Lateness in ms that a call is always allowed, however narrow the share is: timers are no more exact. */
const LEAST_LATE_MS = 10;

/** A quarter of what the share leaves free in a second, or in one call's time; the rest is for delays on the network. */
const mayBeLateMs = ({ perSecond, limitPerSecond }: Pace): number =>
  Math.max(LEAST_LATE_MS, (Math.max(1_000, 1_000 / perSecond) * (limitPerSecond / perSecond - 1)) / 4);

class PlaceInLine implements Slot {
  private sent: ReturnType<Line['leave']> | undefined;
  /** Time at which work for the call began. From then on a pause that the cloud asks for comes too late for it. */
  private nearMs: number | undefined;
  constructor(private readonly placed: Placed) {}

  async near(leadMs: number, signal?: AbortSignal): Promise<void> {
    await this.until(Math.max(leadMs, this.placed.lateness.leadMs), signal);
    this.nearMs = this.placed.clock.monotonicMs();
  }

  async come(signal?: AbortSignal): Promise<void> {
    const { line, lateness, clock, slotMs } = this.placed;
    if (this.nearMs !== undefined) lateness.worked(clock.monotonicMs() - this.nearMs);
    // Looked at and taken in one step: of two calls that wake at the same moment the second finds the place taken.
    while (this.leftMs() > 0) await this.until(0, signal);
    this.sent = line.leave(slotMs, clock.monotonicMs());
  }

  leave(): void {
    const { line, lateness, clock, slotMs, shared, pace, roomMs, reservedMs } = this.placed;
    const nowMs = clock.monotonicMs();
    const lateMs = Math.max(0, nowMs - slotMs - mayBeLateMs(pace));
    if (shared && lateMs > roomMs) {
      if (this.sent) line.takeBack(this.sent);
      lateness.miss(lateMs, reservedMs, nowMs);
      throw new TurnMissed();
    }
    lateness.left(shared ? lateMs : 0);
    if (this.sent) line.delay(this.sent, nowMs);
  }

  answered(): void {
    if (this.sent) this.placed.line.answered(this.sent, this.placed.clock.monotonicMs());
  }

  private async until(leadMs: number, signal?: AbortSignal): Promise<void> {
    for (let leftMs = this.leftMs(); leftMs > leadMs; leftMs = this.leftMs()) {
      if (leftMs > 2 * MOST_AWAY_MS) throw new BudgetWait(this.placed.request, leftMs);
      await sleep(leftMs - leadMs, undefined, signal ? { signal } : {});
    }
  }

  private leftMs(): number {
    const { line, pace, clock, slotMs, shared } = this.placed;
    const isNear = this.nearMs !== undefined;
    const earliestMs = isNear ? line.nextMs(slotMs, pace, shared) : line.earliestMs(slotMs, pace, shared);
    return earliestMs - clock.monotonicMs();
  }
}
