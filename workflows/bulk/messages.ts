import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import {
  type BulkPageProgress,
  type BulkProgress,
  type BulkSignal,
  bulkProgressQuery,
  bulkSignals,
  bulkUpdates,
  type ChangedLimits,
  failuresSignalName,
  pageControlSignalName,
} from '../contract/bulk.js';
import type { Applied, CallerWord } from '../contract/request.js';

/** Signals of people to a bulk. */
export const pauseSignal = defineSignal<[BulkSignal]>(bulkSignals.pause);
export const resumeSignal = defineSignal<[BulkSignal]>(bulkSignals.resume);
export const approveSignal = defineSignal<[BulkSignal]>(bulkSignals.approve);
export const rejectSignal = defineSignal<[BulkSignal]>(bulkSignals.reject);

/** Updates of people to a bulk: as the signals, and each is answered. */
export const pauseUpdate = defineUpdate<Applied, [CallerWord]>(bulkUpdates.pause);
export const resumeUpdate = defineUpdate<Applied, [CallerWord]>(bulkUpdates.resume);
export const approveUpdate = defineUpdate<Applied, [CallerWord]>(bulkUpdates.approve);
export const rejectUpdate = defineUpdate<Applied, [CallerWord]>(bulkUpdates.reject);
export const changeUpdate = defineUpdate<Applied, [ChangedLimits]>(bulkUpdates.change);

export const progressOfBulk = defineQuery<BulkProgress>(bulkProgressQuery);
export const progressOfPage = defineQuery<BulkPageProgress>(bulkProgressQuery);

/** Message of a bulk to its pages. */
export interface PageControl {
  /** Rises with each word to any page: signals may overtake each other, and the last word counts. */
  readonly turn: number;
  readonly paused: boolean;
  /** Nothing new starts, for this reason. */
  readonly stop?: string;
  /** Failures of the page that the bulk knows of; with more, nothing new starts. Absent while many more may fail. */
  readonly heardFailures?: number;
  /** Operations at once, where that was changed. */
  readonly window?: number;
  /** True where the bulk counts failures since its budget was changed. */
  readonly tellsFailures?: boolean;
}
export const controlSignal = defineSignal<[PageControl]>(pageControlSignalName);

/** Message of a page to its bulk, where failures count: the number of its targets that have failed so far. */
export interface PageFailures {
  readonly page: number;
  readonly failed: number;
}
export const failuresSignal = defineSignal<[PageFailures]>(failuresSignalName);
