import { ActivityCancellationType, proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { BulkActivities, BulkReads } from './contract/bulk-activities.js';
import type { DoubtActivities } from './contract/doubt-activities.js';
import type { FlowLogActivities, WorkerSettings } from './contract/activities.js';
import type { EditVerb } from '../cloud/flow-log.js';
import { taskQueues } from './contract/operation.js';
import { retryPolicy } from './retry.js';

/** Longest time of one read. */
const READ_TIMEOUT_MS = 30_000;

type Reads = Pick<FlowLogActivities, 'inspect' | 'diagnose'> & Pick<DoubtActivities, 'listDoubts'>;
type Looks = Pick<FlowLogActivities, 'observe' | 'resolveFlowLog'>;
type ChangeActivities = Pick<
  FlowLogActivities,
  'create' | 'activate' | 'deactivate' | EditVerb | 'remove' | 'openService'
>;
type Waits = Pick<FlowLogActivities, 'waitUntilSettled'>;
type Joins = Pick<FlowLogActivities, 'awaitOperation'>;
type CallerRecords = Pick<FlowLogActivities, 'recordCallers' | 'compareCallers'>;
type Records = Pick<FlowLogActivities, 'closeOperation' | 'recordJoin'>;

/** One line for a reader of Temporal's UI; without it the activity's name is all there is to read. */
const summarized = (summary?: string): { summary?: string } => (summary ? { summary } : {});

/** Temporal refuses a timeout of nothing. */
const atLeastMs = (ms: number): number => Math.max(1, Math.round(ms));

/** A look that is silent for so long is given to another worker: short, so that it has time to tell why, where the deadline is near. */
const LOOK_HEARTBEAT_MS = 10_000;

/** Reads: cancelled at once, since nothing is lost with them. */
const readOptions = (leftMs: number, summary?: string) => ({
  ...summarized(summary),
  taskQueue: taskQueues.cloud,
  startToCloseTimeout: READ_TIMEOUT_MS,
  scheduleToCloseTimeout: atLeastMs(leftMs),
  cancellationType: ActivityCancellationType.TRY_CANCEL,
  retry: retryPolicy('read'),
});

/** Reads for a person, who waits for them. */
export const reads = (leftMs: number): Reads => proxyActivities<Reads>(readOptions(leftMs));

/** Looks of operations. */
export const looks = (leftMs: number, summary?: string): Looks =>
  proxyActivities<Looks>({ ...readOptions(leftMs, summary), heartbeatTimeout: LOOK_HEARTBEAT_MS });

/**
 * Changes: an attempt under way is never abandoned, so that its outcome is on the record; a cancellation only keeps the next
 * attempt from starting.
 */
export const changes = (leftMs: number, { changeTimeoutMs }: WorkerSettings, summary: string): ChangeActivities =>
  proxyActivities<ChangeActivities>({
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

/**
 * Looks at changes in doubt, each of which ends by itself when the cloud cannot be read. Beside the long waits: one may wait a list lag
 * between two reads, and hold no slot that a change needs.
 */
export const settling: Pick<DoubtActivities, 'settleDoubt'> = proxyActivities({
  taskQueue: taskQueues.wait,
  startToCloseTimeout: '10 minutes',
  scheduleToCloseTimeout: '20 minutes',
  heartbeatTimeout: '30 seconds',
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: retryPolicy('read'),
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
export const bulkReads: BulkReads = proxyActivities({
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

/** Lists a bulk that was refused before it began. Tried once: nothing rests on it. */
export const { listRefusal } = proxyLocalActivities<Pick<BulkActivities, 'listRefusal'>>({
  startToCloseTimeout: '5 seconds',
  retry: { maximumAttempts: 1 },
});

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

/** Records that need the history of the run itself, which a local activity of the same task could not read yet. */
export const callerRecords: CallerRecords = proxyActivities<CallerRecords>({
  taskQueue: taskQueues.join,
  startToCloseTimeout: READ_TIMEOUT_MS,
  retry: retryPolicy('record'),
});
