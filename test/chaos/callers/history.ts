import type { Client } from '@temporalio/client';

/** End of a run, read from its history and from nothing that the service says of itself. */
export interface RunEnd {
  readonly isClosed: boolean;
  readonly isCompleted: boolean;
  readonly isCancelled: boolean;
  /** From its start to its last event, in ms of the server's clock. */
  readonly tookMs: number;
  /** Workflow tasks that failed; not those that were to end a run to which a signal came in between. */
  readonly failedTasks: readonly string[];
  /** Workflow tasks that no worker answered in time: a machine was too busy. A run that stops its worker is never closed. */
  readonly timedOutTasks: number;
  readonly kind: string;
  readonly isRetryable: boolean;
  readonly message: string;
  /** Bytes of the largest payload or failure that a worker wrote. */
  readonly largest: number;
}

/** Numbers of Temporal's event types. */
const COMPLETED = 2;
const FAILED = 3;
const TIMED_OUT = 4;
const TASK_TIMED_OUT = 8;
const TASK_FAILED = 9;
const CANCELLED = 21;
const TERMINATED = 27;
const CONTINUED = 28;

/** Another signal came while the task was about to end the run: Temporal gives it a new one. */
const UNHANDLED_COMMAND = 1;

/** Attributes of events that hold callers' own input. */
const ofCallers = new Set([
  'workflowExecutionStartedEventAttributes',
  'workflowExecutionSignaledEventAttributes',
  'acceptedRequest',
]);

export async function endOfRun(client: Client, workflowId: string, runId?: string): Promise<RunEnd> {
  const { events: given } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  const events = given ?? [];
  const last = events.at(-1);
  const type = Number(last?.eventType);
  const failure = last?.workflowExecutionFailedEventAttributes?.failure;
  return {
    isClosed: [COMPLETED, FAILED, TIMED_OUT, CANCELLED, TERMINATED, CONTINUED].includes(type),
    isCompleted: type === COMPLETED || type === CONTINUED,
    isCancelled: type === CANCELLED || type === TERMINATED,
    tookMs: msOf(last?.eventTime) - msOf(events[0]?.eventTime),
    timedOutTasks: events.filter(({ eventType }) => Number(eventType) === TASK_TIMED_OUT).length,
    failedTasks: events.flatMap(({ eventType, workflowTaskFailedEventAttributes: failed }) => {
      if (Number(eventType) !== TASK_FAILED || failed?.cause === UNHANDLED_COMMAND) return [];
      return [failed?.failure?.message ?? `cause ${failed?.cause}`];
    }),
    kind: failure?.applicationFailureInfo?.type ?? '',
    isRetryable: failure?.applicationFailureInfo?.nonRetryable === false,
    message: failure?.message ?? '',
    largest: Math.max(0, ...events.map(largestIn)),
  };
}

const msOf = (time: { seconds?: unknown; nanos?: number | null } | null | undefined): number =>
  Number(time?.seconds ?? 0) * 1_000 + (time?.nanos ?? 0) / 1e6;

/** Bytes of the largest payload or failure below a value that was not written by a caller. */
export function largestIn(value: unknown): number {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return 0;
  return Math.max(
    0,
    ...Object.entries(value).map(([name, inner]) => {
      if (ofCallers.has(name)) return 0;
      return name === 'payloads' || name === 'failure' ? bytesOf(inner) : largestIn(inner);
    }),
  );
}

/** Bytes of all texts and data in a value. */
function bytesOf(value: unknown): number {
  if (value instanceof Uint8Array) return value.length;
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value !== 'object' || value === null) return 0;
  return Object.values(value).reduce<number>((sum, inner) => sum + bytesOf(inner), 0);
}
