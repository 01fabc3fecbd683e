import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow/index.js';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import { oneLine } from '../../cloud/text.js';
import { type BulkInput, manyWorkflowTypes } from '../../workflows/contract/bulk.js';
import {
  type Operation,
  type OperationInput,
  foundWorkflowTypes,
  joinSignalName,
  workflowTypes,
} from '../../workflows/contract/operation.js';
import { type AskedRequest, callMemo } from '../../workflows/contract/request.js';
import { parseOperationInput } from '../../workflows/contract/input.js';
import { wishOfBulk, wishOfOperation } from '../../workflows/contract/wish.js';
import { OperationInProgressError } from '../errors.js';
import type { StartRequest, Started } from './start.js';

/** Events of a history whose first task no worker has finished: started, task scheduled, task started. */
export const UNTOUCHED_EVENTS = 3;

/** Operation of each workflow type. */
export const operationOfType: ReadonlyMap<string, Operation> = new Map(
  [workflowTypes, foundWorkflowTypes].flatMap((types) =>
    Object.entries(types).map(([operation, type]) => [type, operation as Operation] as const),
  ),
);

/** Wish with which a run was started, as its first event tells; undefined where it is none of an operation. */
async function wishOfRun(client: Client, workflowId: string, runId: string) {
  const { history } = await client.workflowService.getWorkflowExecutionHistory({
    namespace: client.options.namespace,
    execution: { workflowId, runId },
    maximumPageSize: 1,
  });
  const started = history?.events?.[0]?.workflowExecutionStartedEventAttributes;
  const type = started?.workflowType?.name ?? '';
  const operation = operationOfType.get(type);
  const converter = client.options.loadedDataConverter;
  const [argument] = await decodeArrayFromPayloads(converter, started?.input?.payloads);
  if (type === manyWorkflowTypes.bulk) return wishOfStartedBulk(argument as BulkInput | null | undefined);
  if (!operation) return undefined;
  const isFound = type === foundWorkflowTypes[operation];
  const request = isFound ? (argument as { readonly request?: unknown } | undefined)?.request : argument;
  const parsed = parseOperationInput(operation, request);
  if ('problems' in parsed) return undefined;
  const { requestedBy, reason } = parsed.input;
  return {
    operation,
    requestedBy,
    ...omitUndefined({ reason: reason || undefined }),
    wish: wishOfOperation(operation, parsed.input),
  };
}

/** A bulk's argument as it was sent: one that says the same in other words counts as another wish, and is told to be under way. */
function wishOfStartedBulk(input: BulkInput | null | undefined) {
  if (!input?.operation) return undefined;
  const { operation, requestedBy } = input;
  return { operation, requestedBy, wish: wishOfBulk(operation, input) };
}

const wishOf = (workflowType: string, { operation, input }: AskedRequest): string =>
  workflowType === manyWorkflowTypes.bulk
    ? wishOfBulk(operation, input as BulkInput)
    : wishOfOperation(operation, input as OperationInput);

/**
 * Resolves an update without an answer: to the run that it started, or to one of the same wish, which is joined by a signal that waits
 * for a worker. So a call ends in time where no worker is up, and where one of an older release is. A bulk knows no such signal: who joins
 * one is not on its record.
 *
 * @throws OperationInProgressError where the run does something else
 * @throws unheard where nothing was started
 */
export async function resolveUnanswered(
  client: Client,
  { workflowId, workflowType, asked }: StartRequest,
  call: string,
  unheard: unknown,
): Promise<Started> {
  const run = await client.workflow
    .getHandle(workflowId)
    .describe()
    .catch((error: unknown) => {
      throw error instanceof WorkflowNotFoundError ? unheard : error;
    });
  const { runId, status, type, startTime, historyLength, memo } = run;
  const waiting = status.name === 'RUNNING' && historyLength <= UNTOUCHED_EVENTS ? { isWaiting: true } : {};
  if (memo?.[callMemo] === call) return { workflowId, runId, joined: false, ...waiting };
  if (status.name !== 'RUNNING' && status.name !== 'PAUSED') throw unheard;
  const since = startTime.toISOString();
  const known = await wishOfRun(client, workflowId, runId);
  if (!known || known.wish !== wishOf(workflowType, asked))
    throw new OperationInProgressError(workflowId, type, {
      runId,
      since,
      operation: known?.operation ?? asked.operation,
      requestedBy: known?.requestedBy ?? '',
    });
  if (type === manyWorkflowTypes.bulk) return { workflowId, runId, joined: true, ...waiting };
  const { requestedBy, reason } = asked.input as OperationInput;
  const clientIdentity = oneLine(client.options.identity ?? '').slice(0, 256);
  const joining = { requestedBy, ...omitUndefined({ reason: reason || undefined }), clientIdentity };
  // Pinned to the run described: a successor under the same id may do something else.
  await client.workflow.getHandle(workflowId, runId).signal(joinSignalName, joining);
  return { workflowId, runId, joined: true, ...waiting };
}
