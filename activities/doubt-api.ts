import type { DoubtReport, DoubtRow, ListDoubtsInput, SettledDoubt, Verdict } from '../workflows/doubt-contract.js';

/** Activities for changes in doubt. Types only. */
export interface DoubtActivities {
  /** A page of what is in doubt, by the ledger. Asks no cloud. */
  listDoubts(input: ListDoubtsInput & DoubtPageSize): Promise<DoubtReport>;
  /** Looks, and settles one change in doubt as somebody says, where the look agrees. */
  settleDoubt(input: SettleInput): Promise<SettledDoubt>;
}

/** How long a page of changes in doubt may be, beside their number. */
export interface DoubtPageSize {
  /** Of JSON. Default: what one answer holds. */
  readonly bytes?: number;
}

/** What is said of one change in doubt, by whom and why. */
export interface SettleInput extends Pick<DoubtRow, 'intentId'> {
  readonly as: Verdict;
  readonly requestedBy: string;
  readonly reason: string;
}
