import { ActivityCancellationType, proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { BulkActivities } from '../activities/bulk-api.js';
import type { FlowLogActivities, WorkerSettings } from '../activities/api.js';
import { taskQueues } from './contract.js';
import { retryPolicy } from './retry.js';

/** Longest time of one look: a worker that is lost in the middle is missed after it. */
const OBSERVE_TIMEOUT_MS = 30_000;

type Reads = Pick<FlowLogActivities, 'observe' | 'resolveFlowLog' | 'inspect' | 'diagnose'>;
type Changes = Pick<FlowLogActivities, 'create' | 'activate' | 'deactivate' | 'modify' | 'remove' | 'openService'>;
type Waits = Pick<FlowLogActivities, 'waitUntilSettled'>;
type Joins = Pick<FlowLogActivities, 'awaitOperation'>;
type Records = Pick<FlowLogActivities, 'closeOperation' | 'recordJoin'>;

/** One line for a reader of Temporal's UI; without it the activity's name is all there is to read. */
const summarized = (summary?: string): { summary?: string } => (summary ? { summary } : {});

/** Temporal refuses a timeout of nothing. */
const atLeastMs = (ms: number): number => Math.max(1, Math.round(ms));

/** Looks: cancelled at once, since nothing is lost with them. */
export const reads = (leftMs: number, summary?: string): Reads =>
  proxyActivities<Reads>({
    ...summarized(summary),
    taskQueue: taskQueues.cloud,
    startToCloseTimeout: OBSERVE_TIMEOUT_MS,
    scheduleToCloseTimeout: atLeastMs(leftMs),
    cancellationType: ActivityCancellationType.TRY_CANCEL,
    retry: retryPolicy('read'),
  });

/**
 * Changes: an attempt under way is never abandoned, so that its outcome is on the record; a cancellation only keeps the next
 * attempt from starting.
 */
export const changes = (leftMs: number, { changeTimeoutMs }: WorkerSettings, summary: string): Changes =>
  proxyActivities<Changes>({
    summary,
    taskQueue: taskQueues.cloud,
    startToCloseTimeout: changeTimeoutMs,
    scheduleToCloseTimeout: atLeastMs(leftMs),
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: retryPolicy('change'),
  });

/** Long read-only waits on a queue of their own, so that they never hold a slot a change needs. */
export const waits = (leftMs: number, { heartbeatMs }: WorkerSettings, summary: string): Waits =>
  proxyActivities<Waits>({
    summary,
    taskQueue: taskQueues.wait,
    scheduleToCloseTimeout: atLeastMs(leftMs),
    heartbeatTimeout: heartbeatMs,
    cancellationType: ActivityCancellationType.TRY_CANCEL,
    retry: retryPolicy('wait'),
  });

export const joins = (leftMs: number, { heartbeatMs }: WorkerSettings): Joins =>
  proxyActivities<Joins>({
    taskQueue: taskQueues.join,
    scheduleToCloseTimeout: atLeastMs(leftMs),
    heartbeatTimeout: heartbeatMs,
    cancellationType: ActivityCancellationType.TRY_CANCEL,
    retry: retryPolicy('wait'),
  });

/** Gathering may take long: pages of discovery over many places. A worker that is lost is missed by its heartbeat. */
export const bulkReads: Pick<
  BulkActivities,
  'prepareBulk' | 'readBulkPage' | 'storeManifestPage' | 'readRows' | 'inspectBulks' | 'discover' | 'planBulk'
> = proxyActivities({
  taskQueue: taskQueues.cloud,
  startToCloseTimeout: '30 minutes',
  heartbeatTimeout: '30 seconds',
  cancellationType: ActivityCancellationType.TRY_CANCEL,
  retry: retryPolicy('read'),
});

/** Rows of bulks, as {@link records}. */
export const bulkRecords: Pick<BulkActivities, 'endBulkRows' | 'recordBulkEvent' | 'finishBulk'> = proxyLocalActivities(
  {
    startToCloseTimeout: '10 seconds',
    retry: retryPolicy('record'),
  },
);

/** A first look that asks no cloud, in the workflow's own task. Tried once: the look that does ask stands behind it. */
export const { observeAtHand } = proxyLocalActivities<Pick<FlowLogActivities, 'observeAtHand'>>({
  startToCloseTimeout: '10 seconds',
  retry: { maximumAttempts: 1 },
});

/** Rows of the ledger that are no change: one event of history each. A database that is away is waited for. */
export const records: Records = proxyLocalActivities<Records>({
  startToCloseTimeout: '10 seconds',
  retry: retryPolicy('record'),
});
