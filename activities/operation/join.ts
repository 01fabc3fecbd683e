import { Context } from '@temporalio/activity';
import { WorkflowFailedError, WorkflowNotFoundError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { type OperationReport, failureTypes, joinSignalName, requestMemo } from '../../workflows/contract/operation.js';
import type { JoinInput } from '../../workflows/contract/activities.js';
import { beatMs, beating } from './attempt.js';
import type { Dependencies } from '../dependencies.js';
import { failure } from '../failures.js';

/** Heartbeat details for the next attempt: the run that has been told already who joins it. */
interface Joined {
  readonly joined?: string;
}

/**
 * Waits for a running operation on behalf of a workflow that asks for the same, and ends as it ends. Refuses to join one that asks
 * for something else. A run that closed meanwhile is `JoinedTooLate`: the caller starts its own.
 */
export async function awaitOperation({ temporal, timing }: Dependencies, input: JoinInput): Promise<OperationReport> {
  const context = Context.current();
  let joined = (context.info.heartbeatDetails as Joined | undefined)?.joined;
  const stop = beating(beatMs(timing), (): Joined => ({ ...(joined ? { joined } : {}) }));
  try {
    const handle = temporal.workflow.getHandle(input.workflowId);
    const { runId, status, memo, type } = await handle.describe();
    if (status.name !== 'RUNNING') throw tooLate(input);
    if (memo?.[requestMemo] !== input.requestHash) throw inProgress(input, runId, type);
    const run = temporal.workflow.getHandle(input.workflowId, runId);
    if (joined !== runId) {
      await run.signal(joinSignalName, input.joining).catch((error: unknown) => {
        if (!(error instanceof WorkflowNotFoundError)) throw error;
        throw tooLate(input);
      });
      joined = runId;
      context.heartbeat({ joined } satisfies Joined);
    }
    return (await Promise.race([run.result(), context.cancelled])) as OperationReport;
  } catch (error) {
    if (error instanceof WorkflowFailedError && error.cause instanceof ApplicationFailure) throw error.cause;
    throw error;
  } finally {
    stop();
  }
}

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

const inProgress = ({ workflowId }: JoinInput, runId: string, type: string) =>
  failure(
    {
      kind: failureTypes.inProgress,
      code: failureTypes.inProgress,
      message: `${type} is at work on this target (${workflowId}, run ${runId}) and was asked for something else`,
      advice: 'Wait for it (`flowlog operation wait`), or cancel it, then ask again.',
    },
    { nonRetryable: true },
  );
