import type { DoubtReport, DoubtRow, ListDoubtsInput, SettledDoubt, Verdict } from './doubts.js';

/** Activities for changes in doubt. Types only. */
export interface DoubtActivities {
  /** A page of what is in doubt, by the ledger. Asks no cloud. */
  listDoubts(input: ListDoubtsInput & DoubtPageSize): Promise<DoubtReport>;
  /** Looks, and settles one change in doubt as a person says, where the look agrees. */
  settleDoubt(input: SettleInput): Promise<SettledDoubt>;
}

/** Limit of a page of changes in doubt, beside their number. */
export interface DoubtPageSize {
  /** Bytes of JSON. Default: as many as one answer holds. */
  readonly bytes?: number;
}

/** Verdict on one change in doubt, the person who gives it, and the reason. */
export interface SettleInput extends Pick<DoubtRow, 'intentId'> {
  readonly as: Verdict;
  readonly requestedBy: string;
  readonly reason: string;
}
