/** Most room asked for behind one slot, in ms: a call that is later than this has other troubles. */
const MOST_ROOM_MS = 10_000;

/** Earliest beginning of the work for a call before its slot, in ms. */
const MOST_LEAD_MS = 1_000;

/** Share of the room, and of the lead, that is kept after a call that needed less. */
const KEPT_SHARE = 0.75;

/** Room asked for, as a multiple of what was needed last. */
const SPARE = 1.5;

/**
 * Lateness of one worker's calls to one API. A call that is about to leave too late has missed its turn, because the next slot may be
 * another worker's. On a machine where every call is late it would miss each turn it is given. So the work for a call begins as long before
 * its slot as it took lately; and after a second miss in a row slots are asked for with time behind them that nobody else gets. All times in ms.
 */
export class Lateness {
  /** Room to ask for with the next slot. */
  roomMs = 0;
  /** Time before a slot at which the work for its call begins. */
  leadMs = 0;
  private missed = 0;
  private missedAtMs = Number.NEGATIVE_INFINITY;

  /** The work for a call took so long. */
  worked(ms: number): void {
    this.leadMs = Math.min(MOST_LEAD_MS, Math.max(ms, KEPT_SHARE * this.leadMs));
  }

  /** A call left in its slot, so much later than it might have without room. */
  left(lateMs: number): void {
    this.missed = 0;
    this.roomMs = Math.min(MOST_ROOM_MS, Math.max(SPARE * lateMs, KEPT_SHARE * this.roomMs));
    if (this.roomMs < 1) this.roomMs = 0;
  }

  /**
   * A call missed its turn. Calls held up by one and the same pause are one miss: only a slot that was reserved after the last miss counts.
   * @param lateMs as for {@link left}
   */
  miss(lateMs: number, reservedMs: number, nowMs: number): void {
    if (reservedMs < this.missedAtMs) return;
    this.missedAtMs = nowMs;
    this.missed += 1;
    if (this.missed > 1) this.roomMs = Math.min(MOST_ROOM_MS, Math.max(this.roomMs, SPARE * lateMs));
  }
}
