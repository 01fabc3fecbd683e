/** Time in ms for which a sent change counts for the present rate. */
const WINDOW_MS = 2_000;

/** Counts the changes sent, and gives their number per second over the last two seconds. */
export class ChangeRate {
  private sentMs: number[] = [];
  constructor(private readonly clock: { monotonicMs(): number }) {}

  count(): void {
    this.sentMs.push(this.clock.monotonicMs());
  }

  perSecond(): number {
    const since = this.clock.monotonicMs() - WINDOW_MS;
    this.sentMs = this.sentMs.filter((ms) => ms > since);
    return this.sentMs.length / (WINDOW_MS / 1_000);
  }
}
