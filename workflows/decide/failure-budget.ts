/**
 * Number of the `total` targets that may fail before nothing new starts: a number, or a percentage of all, rounded down. Absent: any number.
 * One failure more than this stops the bulk.
 */
export function allowedFailures(budget: number | string | undefined, total: number): number {
  if (budget === undefined) return Infinity;
  const text = String(budget);
  return text.endsWith('%') ? Math.floor((Number(text.slice(0, -1)) / 100) * total) : Number(text);
}

/**
 * With no more than so many failures left, a page starts nothing while the bulk has not heard of one of its own: then no more fail than
 * the budget and what was under way when it was spent. Before that pages tell once a second, so that a large budget does not fill histories.
 */
const NEARLY_SPENT = 100;

/** Failures of a bulk against its budget, as far as its pages have told. */
export class FailureCount {
  private readonly ofPages = new Map<number, number>();

  /**
   * @param allowed see {@link allowedFailures}
   * @param ended failures of pages that have ended
   */
  constructor(
    private allowed: number,
    private ended: number,
  ) {}

  /** Changes how many may fail. */
  allow(allowed: number): void {
    this.allowed = allowed;
  }

  get isLimited(): boolean {
    return Number.isFinite(this.allowed);
  }

  get failed(): number {
    return [...this.ofPages.values()].reduce((sum, count) => sum + count, this.ended);
  }

  get isSpent(): boolean {
    return this.failed > this.allowed;
  }

  get isNearlySpent(): boolean {
    return this.allowed - this.failed <= NEARLY_SPENT;
  }

  /** Failures that the bulk has heard of one page; absent while many more may fail. */
  heardOf(page: number): number | undefined {
    return this.isNearlySpent ? (this.ofPages.get(page) ?? 0) : undefined;
  }

  /** Takes the failures of a page, the highest number told: a message may overtake an earlier one. */
  hear(page: number, failed: number): void {
    this.ofPages.set(page, Math.max(failed, this.ofPages.get(page) ?? 0));
  }

  /** The page has ended with so many. */
  settle(page: number, failed: number): void {
    this.ofPages.delete(page);
    this.ended += failed;
  }
}
