import { Context } from '@temporalio/activity';
import {
  type WorkflowHandle,
  WorkflowFailedError,
  WorkflowUpdateFailedError,
  isGrpcServiceError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import {
  type FailureDetails,
  type OperationReport,
  failureTypes,
  joinSignalName,
  requestMemo,
} from '../../workflows/contract/operation.js';
import { grpcCodes } from '../../workflows/contract/grpc-codes.js';
import type { JoinInput } from '../../workflows/contract/activities.js';
import { beatMs, beating, currentAttempt } from './attempt.js';
import type { Dependencies } from '../dependencies.js';
import { failure } from '../failures.js';
import { type RequestAnswer, requestUpdateName } from '../../workflows/contract/request.js';

/** Heartbeat details for the next attempt: the run that has been told already who joins it. */
interface Joined {
  readonly joined?: string;
}

/**
 * Waits for a running operation on behalf of a workflow that asks for the same, and ends as it ends; a failure names the run that had it. Refuses
 * to join one that asks for something else. A run that closed meanwhile is `JoinedTooLate`: the caller starts its own.
 */
export async function awaitOperation({ temporal, timing }: Dependencies, input: JoinInput): Promise<OperationReport> {
  const context = Context.current();
  let joined = (context.info.heartbeatDetails as Joined | undefined)?.joined;
  const stop = beating(beatMs(timing), (): Joined => omitUndefined({ joined: joined || undefined }));
  try {
    const handle = temporal.workflow.getHandle(input.workflowId);
    const { runId, status, memo, type } = await handle.describe();
    if (status.name !== 'RUNNING') throw tooLate(input);
    const run = temporal.workflow.getHandle(input.workflowId, runId);
    if (joined !== runId) {
      const isHeard = await Promise.race([joinByRequest(run, input), context.cancelled]);
      if (!isHeard) await joinBySignal(run, input, { runId, type, hash: memo?.[requestMemo] });
      joined = runId;
      context.heartbeat({ joined } satisfies Joined);
    }
    const end = run.result().catch((error: unknown) => {
      throw failureOfJoined(error, runId);
    });
    return (await Promise.race([end, context.cancelled])) as OperationReport;
  } finally {
    stop();
  }
}

/** The failure of a run that was joined, as that run's; any other end of it is an error to be tried again. */
function failureOfJoined(error: unknown, runId: string): unknown {
  if (!(error instanceof WorkflowFailedError && error.cause instanceof ApplicationFailure)) return error;
  const details = error.cause.details?.[0] as FailureDetails | undefined;
  if (!details) return error.cause;
  const message = `${details.message} (the end of run ${runId}, which it joined)`;
  return failure({ ...details, message }, { nonRetryable: true });
}

/** Asks the run by its update. False where it takes none: a worker of an older release has it, or its caller. */
async function joinByRequest(run: WorkflowHandle, input: JoinInput): Promise<boolean> {
  if (!input.asked) return false;
  const { operation, activityId } = currentAttempt();
  // One request, however often this activity is tried: an update of the same id is answered as before.
  const updateId = `join-${operation.runId}-${activityId}`;
  try {
    await run.executeUpdate<RequestAnswer, [unknown]>(requestUpdateName, { args: [input.asked], updateId });
    return true;
  } catch (error) {
    if (hasClosed(error)) throw tooLate(input);
    if (!(error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure)) throw error;
    const details = error.cause.details?.[0] as FailureDetails | undefined;
    if (!details) return false;
    throw failure(details, { nonRetryable: true });
  }
}

/** As callers of the last release do: the memo tells whether the same was asked for. */
async function joinBySignal(
  run: WorkflowHandle,
  input: JoinInput,
  { runId, type, hash }: { readonly runId: string; readonly type: string; readonly hash: unknown },
): Promise<void> {
  if (hash !== input.requestHash) throw operationInProgress(input, runId, type);
  await run.signal(joinSignalName, input.joining).catch((error: unknown) => {
    throw hasClosed(error) ? tooLate(input) : error;
  });
}

/** Tells whether the run has closed, and so takes no signal and no update. The SDK wraps the server's answer for a signal, and not for an update. */
const hasClosed = (error: unknown): boolean =>
  (error instanceof Error && error.name === 'WorkflowNotFoundError') ||
  (isGrpcServiceError(error) && error.code === grpcCodes.notFound) ||
  (error instanceof Error && error.cause !== undefined && hasClosed(error.cause));

const tooLate = ({ workflowId }: JoinInput) =>
  failure(
    {
      kind: failureTypes.joinedTooLate,
      code: failureTypes.joinedTooLate,
      message: `${workflowId} closed before it could be joined`,
      advice: 'Nothing to do: the operation is started again.',
    },
    { nonRetryable: true },
  );

const operationInProgress = ({ workflowId }: JoinInput, runId: string, type: string) =>
  failure(
    {
      kind: failureTypes.inProgress,
      code: failureTypes.inProgress,
      message: `${type} is at work on this target (${workflowId}, run ${runId}) and was asked for something else`,
      advice: 'Wait for it (`flowlog operation wait`), or cancel it, then ask again.',
    },
    { nonRetryable: true },
  );
