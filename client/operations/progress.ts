import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import {
  decodeArrayFromPayloads,
  decodeOptionalFailureToOptionalError,
} from '@temporalio/common/lib/internal-non-workflow/index.js';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import { progressQueryName, type FailureDetails, type Progress } from '../../workflows/contract/operation.js';

/** State of a run as Temporal has it. */
export type RunState = 'running' | 'completed' | 'failed' | 'cancelled' | 'terminated' | 'timed-out' | 'unknown';

/** Activity that has not ended: its attempt, the failure of the one before, and its last heartbeat. */
export interface PendingAttempt {
  /** The activity, e.g. `waitUntilSettled`. */
  readonly activity: string;
  /** Counts from 1. */
  readonly attempt: number;
  /** True where a worker has it; else it waits for its next attempt, or for a worker. */
  readonly running: boolean;
  /** Time of the next attempt, ISO 8601 UTC. */
  readonly nextAttemptAt?: string;
  /** Failure of the last attempt: `type` is the error kind; `details` has code, request id, advice. */
  readonly lastFailure?: { readonly type: string; readonly message: string; readonly details?: FailureDetails };
  /** Details of the attempt's last heartbeat: raw status of the cloud, what it waits for. */
  readonly heartbeat?: unknown;
  readonly heartbeatAt?: string;
}

/** Progress of an operation: the workflow's own answer, joined with what only the server knows of its attempts. */
export interface OperationProgress {
  readonly workflowId: string;
  readonly runId: string;
  readonly workflowType: string;
  readonly state: RunState;
  /** ISO 8601 UTC. */
  readonly startedAt: string;
  readonly endedAt?: string;
  /** Absent when no worker answered in time. */
  readonly progress?: Progress;
  readonly pending: readonly PendingAttempt[];
}

/** A query needs a worker; without one it would wait for ever. */
const queryTimeoutMs = 3_000;

/** Temporal's number for "a worker has it" (`PENDING_ACTIVITY_STATE_STARTED`). */
const startedState = 2;

const runStates: Readonly<Record<string, RunState>> = {
  RUNNING: 'running',
  PAUSED: 'running',
  COMPLETED: 'completed',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
  TERMINATED: 'terminated',
  TIMED_OUT: 'timed-out',
  CONTINUED_AS_NEW: 'running',
};

/** Temporal's status name in our words. */
export const runStateOf = (statusName: string): RunState => runStates[statusName] ?? 'unknown';

type RawPendingActivity = NonNullable<WorkflowExecutionDescription['raw']['pendingActivities']>[number];
type Timestamp = { seconds?: { toString(): string } | number | null; nanos?: number | null };
const isoTime = (time: Timestamp | null | undefined): string | undefined =>
  time ? new Date(Number(time.seconds ?? 0) * 1000 + (time.nanos ?? 0) / 1e6).toISOString() : undefined;

async function attemptOf(client: Client, raw: RawPendingActivity): Promise<PendingAttempt> {
  const converter = client.options.loadedDataConverter;
  const failure = await decodeOptionalFailureToOptionalError(converter, raw.lastFailure);
  const [heartbeat] = await decodeArrayFromPayloads(converter, raw.heartbeatDetails?.payloads);
  const nextAttemptAt = isoTime(raw.nextAttemptScheduleTime);
  const heartbeatAt = isoTime(raw.lastHeartbeatTime);
  const application = failure instanceof ApplicationFailure ? failure : undefined;
  const details = application?.details?.[0] as FailureDetails | undefined;
  return {
    activity: raw.activityType?.name ?? 'unknown',
    attempt: raw.attempt ?? 1,
    running: raw.state === startedState,
    ...omitUndefined({
      nextAttemptAt: nextAttemptAt || undefined,
      lastFailure: failure
        ? {
            type: application?.type ?? failure.name,
            message: failure.message,
            ...omitUndefined({ details }),
          }
        : undefined,
      heartbeat,
      heartbeatAt: heartbeatAt || undefined,
    }),
  };
}

/** Asks the workflow where it is; a missing worker, or one too busy to answer, is no reason to fail. */
async function askWorkflow(client: Client, description: WorkflowExecutionDescription): Promise<Progress | undefined> {
  const { workflowId, runId } = description;
  try {
    return await client.withDeadline(Date.now() + queryTimeoutMs, () =>
      client.workflow.getHandle(workflowId, runId).query<Progress>(progressQueryName),
    );
  } catch {
    return undefined;
  }
}

/** Reads the progress of the run. Without `runId`: the newest one under this id. */
export async function progressOf(client: Client, workflowId: string, runId?: string): Promise<OperationProgress> {
  const description = await client.workflow.getHandle(workflowId, runId).describe();
  const state = runStateOf(description.status.name);
  const progress = state === 'running' ? await askWorkflow(client, description) : undefined;
  const pending = await Promise.all((description.raw.pendingActivities ?? []).map((raw) => attemptOf(client, raw)));
  return {
    workflowId,
    runId: description.runId,
    workflowType: description.type,
    state,
    startedAt: description.startTime.toISOString(),
    ...omitUndefined({ endedAt: description.closeTime ? description.closeTime.toISOString() : undefined, progress }),
    pending,
  };
}
