import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError, type Client } from '@temporalio/client';
import { oneLine } from '../../cloud/text.js';
import { joinSignalName, requestMemo, type Joining } from '../../workflows/contract/operation.js';
import { asPairs } from '../../workflows/contract/labels.js';
import { OperationInProgressError } from '../errors.js';
import { grpcErrorOf } from '../failure.js';

/** One workflow to start, or to join where the same one is running. */
export interface StartRequest {
  readonly workflowType: string;
  readonly workflowId: string;
  readonly taskQueue: string;
  readonly input: unknown;
  /** Hash of what is asked; equal hashes join. */
  readonly requestHash: string;
  /** Search attributes, all Keywords. */
  readonly attributes: Readonly<Record<string, string>>;
  /** One line for Temporal's UI. */
  readonly summary: string;
  /** Caller that joins, and its reason, where there is something to join. */
  readonly joining: Joining;
}

/** The run that does what was asked. */
export interface Started {
  readonly workflowId: string;
  readonly runId: string;
  /** True where the run was there before this call. */
  readonly joined: boolean;
}

/** Search attributes can be missing in a namespace; the first start that finds out tells the others. */
export interface AttributeSupport {
  registered: boolean;
  readonly onMissing: (message: string) => void;
}

/** A second look is enough: between two looks one run closed; if another holds the target again, it is in the way. */
const maximumRounds = 2;

/** Tells whether the server refused the start only because the namespace does not know our search attributes. */
const refusesAttributes = (error: unknown): boolean => {
  const grpc = grpcErrorOf(error);
  return grpc?.code === 3 && /search attribute/i.test(grpc.details);
};

async function start(client: Client, request: StartRequest, support: AttributeSupport): Promise<Started> {
  const { workflowType, workflowId, taskQueue, input, requestHash, attributes, summary } = request;
  const send = (withAttributes: boolean) =>
    client.workflow.start(workflowType, {
      workflowId,
      taskQueue,
      args: [input],
      // Never USE_EXISTING: it would silently join an operation of another type.
      workflowIdConflictPolicy: 'FAIL',
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      memo: { [requestMemo]: requestHash },
      staticSummary: summary,
      ...(withAttributes ? { typedSearchAttributes: asPairs(attributes) } : {}),
    });
  try {
    const handle = await send(support.registered);
    return { workflowId, runId: handle.firstExecutionRunId, joined: false };
  } catch (error) {
    if (!support.registered || !refusesAttributes(error)) throw error;
    const handle = await send(false);
    if (support.registered) support.onMissing(grpcErrorOf(error)?.details ?? String(error));
    support.registered = false;
    return { workflowId, runId: handle.firstExecutionRunId, joined: false };
  }
}

/**
 * Joins the run that holds the target, if it does what we ask; `undefined` when it has closed meanwhile.
 * @throws OperationInProgressError when it does something else.
 */
async function join(client: Client, request: StartRequest): Promise<Started | undefined> {
  const { workflowId, workflowType, requestHash, joining } = request;
  try {
    const running = await client.workflow.getHandle(workflowId).describe();
    if (running.status.name !== 'RUNNING' && running.status.name !== 'PAUSED') return undefined;
    const { runId, type } = running;
    if (type !== workflowType || running.memo?.[requestMemo] !== requestHash)
      throw new OperationInProgressError(workflowId, type, { runId, startedAt: running.startTime.toISOString() });
    const clientIdentity = oneLine(client.options.identity ?? '').slice(0, 256);
    // Pinned to the run described: a successor under the same id may do something else.
    await client.workflow.getHandle(workflowId, runId).signal(joinSignalName, { ...joining, clientIdentity });
    return { workflowId, runId, joined: true };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

/**
 * Starts the workflow with conflict policy FAIL. If one is running under this id: the same request joins it and says who and why
 * by the signal `join`; a different one is refused; one that closed between two looks makes room for one more start.
 *
 * @throws OperationInProgressError when a different operation holds the target.
 */
export async function startOrJoin(client: Client, request: StartRequest, support: AttributeSupport): Promise<Started> {
  for (let round = 1; ; round++) {
    try {
      return await start(client, request, support);
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      const joined = await join(client, request);
      if (joined) return joined;
      if (round < maximumRounds) continue;
      throw new OperationInProgressError(request.workflowId, request.workflowType);
    }
  }
}
