import { workflowInfo } from '@temporalio/workflow';
import type { WorkerSettings } from '../contract/activities.js';
import type { PreparedBulk } from '../contract/bulk-activities.js';
import type { BulkOptions, RowState } from '../contract/bulk.js';
import type { Ignored } from '../contract/operation.js';

/** Tells whether this history is long enough to go on in a new one. */
export function isLongHistory(settings: WorkerSettings | undefined): boolean {
  const { historyLength, continueAsNewSuggested } = workflowInfo();
  return continueAsNewSuggested || historyLength > (settings?.longHistoryEvents ?? Infinity);
}

/** State of a bulk that goes on in a new history. */
export interface Carried {
  readonly prepared: PreparedBulk;
  readonly ended: Readonly<Partial<Record<RowState, number>>>;
  readonly donePages: readonly number[];
  readonly startedAt: string;
  readonly paused: boolean;
  readonly approval?: Approval;
  readonly ignored?: readonly Ignored[];
  readonly changed?: BulkLimits;
}

/** Limits of a bulk that can be changed while it runs. */
export type BulkLimits = Pick<BulkOptions, 'window' | 'failureBudget'>;

/** Verdict of a person after the canary. */
export type Approval = 'approved' | 'rejected';
