import {
  type Client,
  WithStartWorkflowOperation,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import { type FailureDetails, failureTypes, workflowTypes } from '../../workflows/contract/operation.js';
import { asPairs } from '../../workflows/contract/labels.js';
import {
  type AskedRequest,
  type RequestAnswer,
  callMemo,
  requestUpdateName,
} from '../../workflows/contract/request.js';
import { InvalidInputError, OperationInProgressError } from '../errors.js';
import { grpcErrorOf } from '../failure.js';
import { grpcCodes } from '../../workflows/contract/grpc-codes.js';
import { resolveUnanswered } from './unanswered.js';

/** One workflow to ask for: it is started, or joined where it does the same already. */
export interface StartRequest {
  readonly workflowType: string;
  readonly workflowId: string;
  readonly taskQueue: string;
  readonly asked: AskedRequest;
  /** Search attributes, all Keywords. */
  readonly attributes: Readonly<Record<string, string>>;
  /** One line for Temporal's UI. */
  readonly summary: string;
}

/** The run that does what was asked. */
export interface Started {
  readonly workflowId: string;
  readonly runId: string;
  /** True where the run was there before this call. */
  readonly joined: boolean;
  /** True where no worker has taken it up within the time given: Temporal has accepted it, and the first worker that is there does. */
  readonly isWaiting?: boolean;
}

/** Search attributes can be missing in a namespace; the first start that finds out tells the others. */
export interface AttributeSupport {
  registered: boolean;
  readonly onMissing: (message: string) => void;
}

/** A worker that is up answers in a tenth of a second. */
export const ANSWER_MS = 10_000;

/** Runs that may close under one call, each before it has answered. */
const MOST_ROUNDS = 3;

/** Tells whether the server refused the start only because the namespace does not know our search attributes. */
const refusesAttributes = (error: unknown): boolean => {
  const grpc = grpcErrorOf(error);
  return grpc?.code === grpcCodes.invalidArgument && /search attribute/i.test(grpc.details);
};

/** One update with start. @param call id of this call, the same in each of its rounds */
async function sendRequest(
  client: Client,
  { workflowType, workflowId, taskQueue, asked, attributes, summary }: StartRequest,
  call: string,
  withAttributes: boolean,
): Promise<RequestAnswer> {
  const startWorkflowOperation = new WithStartWorkflowOperation(workflowType, {
    workflowId,
    taskQueue,
    args: [asked.input],
    // The run that is there compares the wish itself, and refuses another one.
    workflowIdConflictPolicy: 'USE_EXISTING',
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    memo: { [callMemo]: call },
    staticSummary: summary,
    ...omitUndefined({ typedSearchAttributes: withAttributes ? asPairs(attributes) : undefined }),
  });
  return client.workflow.executeUpdateWithStart<(input: unknown) => Promise<unknown>, RequestAnswer, [AskedRequest]>(
    requestUpdateName,
    {
      args: [asked],
      updateId: call,
      startWorkflowOperation,
    },
  );
}

async function requestOnce(client: Client, request: StartRequest, call: string, support: AttributeSupport) {
  try {
    return await sendRequest(client, request, call, support.registered);
  } catch (error) {
    if (!support.registered || !refusesAttributes(error)) throw error;
    const answer = await sendRequest(client, request, call, false);
    if (support.registered) support.onMissing(grpcErrorOf(error)?.details ?? String(error));
    support.registered = false;
    return answer;
  }
}

/** Failure with which a workflow refused the update. */
function refusalOf(
  error: unknown,
): { readonly failure: ApplicationFailure; readonly details?: FailureDetails } | undefined {
  if (!(error instanceof WorkflowUpdateFailedError) || !(error.cause instanceof ApplicationFailure)) return undefined;
  const details = error.cause.details?.[0] as FailureDetails | undefined;
  return { failure: error.cause, ...omitUndefined({ details }) };
}

/** Throws our own error for what the workflow refused. A worker of an older release refuses the update itself: that is left to the caller. */
function throwRefusal(error: unknown, { workflowId, workflowType }: StartRequest): void {
  const refusal = refusalOf(error);
  if (!refusal?.details) return;
  const { failure, details } = refusal;
  if (failure.type === failureTypes.inProgress)
    throw new OperationInProgressError(
      workflowId,
      details.running ? workflowTypes[details.running.operation] : workflowType,
      details.running,
    );
  if (failure.type === failureTypes.invalidInput)
    throw new InvalidInputError(details.problems ?? [{ path: '', message: details.message }]);
}

/** Tells whether the run has closed under the call, or has changed hands meanwhile. */
const hasClosedOrMoved = (error: unknown): boolean => {
  const code = grpcErrorOf(error)?.code;
  return code === grpcCodes.notFound || code === grpcCodes.aborted;
};

/** Tells whether the run took no notice of the update: no worker answered in time, or one of an older release. */
export function isUnheard(error: unknown): boolean {
  const refusal = refusalOf(error);
  return error instanceof WorkflowUpdateRPCTimeoutOrCancelledError || (refusal !== undefined && !refusal.details);
}

/**
 * Asks for a workflow by one update with start: nothing runs, so it starts; the same wish runs, so this caller joins it. A run that
 * closes under the call is asked again. Without an answer in time, what stands on the server decides.
 *
 * @param answerMs time in ms for all rounds together
 * @throws OperationInProgressError where another operation or another wish has the id
 * @throws InvalidInputError where the worker refuses what this side took to be right
 */
export async function startOrJoin(
  client: Client,
  request: StartRequest,
  support: AttributeSupport,
  answerMs = ANSWER_MS,
): Promise<Started> {
  const call = crypto.randomUUID();
  const deadline = Date.now() + answerMs;
  for (let round = 1; ; round++) {
    try {
      const answer = await client.withDeadline(deadline, () => requestOnce(client, request, call, support));
      const { workflowId, runId, joined } = answer;
      return { workflowId, runId, joined };
    } catch (error) {
      throwRefusal(error, request);
      if (isUnheard(error)) return resolveUnanswered(client, request, call, error);
      if (!hasClosedOrMoved(error)) throw error;
      if (round === MOST_ROUNDS) throw new OperationInProgressError(request.workflowId, request.workflowType);
    }
  }
}
