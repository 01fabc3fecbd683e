/** Rate at which one API may be called. */
export interface Pace {
  /** Slots per second: the limit's share that is ours. */
  readonly perSecond: number;
  /** Calls per second that the cloud lets through. */
  readonly limitPerSecond: number;
}

const SECOND_MS = 1_000;

/** Time in ms after which a call without an answer is taken to have reached the cloud. */
const ARRIVAL_MS = 250;

/** State of the line: the last slot that was used, and the time at which the last call left. */
interface LineState {
  readonly slotMs: number;
  sentMs: number;
}

interface SentCall {
  arrivedByMs: number;
  readonly place: LineState;
  readonly before: LineState;
}

/**
 * The calls of this worker to one API. Slots are evenly spaced, but a call may leave late: the process was busy, the database slow. Then
 * those behind it keep their distance, because the cloud counts calls as they arrive, not by their slots. The rest of the limit that the
 * share leaves is for catching up; if other workers use the same line, which know nothing of it, half of that is left for network delays.
 */
export class Line {
  private last: LineState = { slotMs: Number.NEGATIVE_INFINITY, sentMs: Number.NEGATIVE_INFINITY };
  private heldUntilMs = Number.NEGATIVE_INFINITY;
  private recent: readonly SentCall[] = [];

  /** Delay of the line, in ms: a slot reserved now would be used that much later. */
  lateMs(nowMs: number): number {
    const lateMs = nowMs - this.last.sentMs > SECOND_MS ? 0 : this.last.sentMs - this.last.slotMs;
    return Math.max(0, lateMs, this.heldUntilMs - nowMs);
  }

  /** Time at which a call with that slot may leave; not before the end of a pause that the cloud asked for. All times in ms on one monotonic clock. */
  earliestMs(slotMs: number, pace: Pace, shared: boolean): number {
    return Math.max(this.heldUntilMs, this.nextMs(slotMs, pace, shared));
  }

  /** The same for a call that is about to leave: a pause that the cloud asks for now does not delay it. */
  nextMs(slotMs: number, { perSecond, limitPerSecond }: Pace, shared: boolean): number {
    const spacingMs = SECOND_MS / perSecond;
    const share = perSecond / limitPerSecond;
    const squeeze = shared ? (1 + share) / 2 : share;
    // A call that left longer ago than a second, or than one call takes, does not delay the next one.
    const apartMs = Math.min(Math.max(slotMs - this.last.slotMs, spacingMs), Math.max(spacingMs, SECOND_MS));
    // As many as the limit within any second, by the latest moment at which each can have arrived.
    const first = this.recent.at(-Math.ceil(limitPerSecond));
    const windowMs = first ? first.arrivedByMs + SECOND_MS : slotMs;
    return Math.max(slotMs, this.last.sentMs + apartMs * squeeze, windowMs);
  }

  /** A call with that slot leaves now. Tell {@link answered} with what this returns. */
  leave(slotMs: number, nowMs: number): SentCall {
    const before = this.last;
    this.last = { slotMs: Math.max(before.slotMs, slotMs), sentMs: nowMs };
    const sent = { arrivedByMs: nowMs + ARRIVAL_MS, place: this.last, before };
    this.recent = [...this.recent.filter(({ arrivedByMs }) => arrivedByMs > nowMs - SECOND_MS), sent];
    return sent;
  }

  /** It took its place and does not leave after all: the calls behind it do not wait for a call that was not sent. */
  takeBack(sent: SentCall): void {
    this.recent = this.recent.filter((each) => each !== sent);
    if (this.last === sent.place) this.last = sent.before;
  }

  /** It took its place before, but leaves only now. */
  delay(sent: SentCall, nowMs: number): void {
    sent.place.sentMs = nowMs;
    this.last.sentMs = Math.max(this.last.sentMs, nowMs);
    sent.arrivedByMs = nowMs + ARRIVAL_MS;
  }

  answered(sent: SentCall, nowMs: number): void {
    sent.arrivedByMs = Math.min(sent.arrivedByMs, nowMs);
  }

  /** The cloud asked for a pause: nothing of this worker leaves before. */
  hold(untilMs: number): void {
    this.heldUntilMs = Math.max(this.heldUntilMs, untilMs);
  }
}
