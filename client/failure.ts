import {
  ApplicationFailure,
  CancelledFailure,
  NamespaceNotFoundError,
  TerminatedFailure,
  TimeoutFailure,
  WorkflowFailedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  isGrpcServiceError,
} from '@temporalio/client';
import { grpcCodes } from '../workflows/contract/grpc-codes.js';
import type { FailureDetails } from '../workflows/contract/operation.js';
import { OperationFailedError, OperationNotFoundError, RefusedByTemporalError, UnreachableError } from './errors.js';

/** Server and run that an error from Temporal belongs to. */
export interface FailureContext {
  readonly address: string;
  readonly workflowId?: string;
  readonly runId?: string;
}

/** gRPC status codes that mean: Temporal did not answer, or does not admit us. Each with its reason in words. */
const unreachableCodes: Readonly<Record<number, string>> = {
  [grpcCodes.deadlineExceeded]: 'no answer in time',
  [grpcCodes.permissionDenied]: 'it does not permit this',
  [grpcCodes.resourceExhausted]: 'it has too much to do',
  [grpcCodes.unavailable]: 'no connection',
  [grpcCodes.unauthenticated]: 'it does not accept our credentials',
};

/** Walks an error and its causes, nearest first. */
function* chain(error: unknown): Generator<unknown> {
  for (let current = error; current !== undefined && current !== null;) {
    yield current;
    current = current instanceof Error ? current.cause : undefined;
  }
}

/** The gRPC error inside `error`, if there is one. */
export function grpcErrorOf(error: unknown): { code: number; details: string } | undefined {
  for (const link of chain(error)) if (isGrpcServiceError(link)) return { code: link.code, details: link.details };
  return undefined;
}

/** Endings that Temporal itself decided, in the words of an operation's failure. */
const temporalEndings: readonly { of: abstract new (...args: never[]) => Error; details: FailureDetails }[] = [
  {
    of: TerminatedFailure,
    details: {
      kind: 'Terminated',
      code: 'Terminated',
      message: 'the workflow was terminated from outside; what it had sent to the cloud stands',
      advice: 'Ask for the same operation again: it looks first and does only what is left.',
    },
  },
  {
    of: TimeoutFailure,
    details: {
      kind: 'TimedOut',
      code: 'WorkflowTimedOut',
      message: 'Temporal timed the workflow out; what it had sent to the cloud stands',
      advice: 'Ask for the same operation again: it looks first and does only what is left.',
    },
  },
  {
    of: CancelledFailure,
    details: {
      kind: 'Cancelled',
      code: 'Cancelled',
      message: 'the workflow was cancelled before it could report what stands in the cloud',
      advice: 'Look at the flow log with `flowlog status`.',
    },
  },
];

const isFailureDetails = (value: unknown): value is FailureDetails =>
  typeof value === 'object' && value !== null && 'code' in value && 'message' in value;

/** Details of a failure: the workflow's own words, else what can be told from Temporal's. */
function failureDetailsOf(failure: WorkflowFailedError | WorkflowUpdateFailedError): FailureDetails {
  for (const link of chain(failure.cause)) {
    if (link instanceof ApplicationFailure) {
      const details = link.details?.[0];
      if (isFailureDetails(details)) return { ...details, kind: details.kind ?? link.type ?? 'unknown' };
      return {
        kind: link.type ?? 'unknown',
        code: link.type ?? 'unknown',
        message: link.message,
        advice: 'See the history of the workflow in the Temporal UI.',
      };
    }
    const ending = temporalEndings.find(({ of }) => link instanceof of);
    if (ending) return ending.details;
  }
  const message = failure.cause?.message ?? failure.message;
  return { kind: 'unknown', code: 'unknown', message, advice: 'See the history of the workflow in the Temporal UI.' };
}

/** Temporal's refusal, and what to do where we know. */
const refusal = (details: string): string =>
  /search attribute/i.test(details)
    ? `Temporal refused: ${details}; filters need the search attributes: the worker registers them where it may, else ` +
      '`temporal operator search-attribute create` does'
    : `Temporal refused: ${details}`;

/** Turns whatever Temporal threw into one of our errors; what is neither (a programmer's mistake) is returned as it is. */
export function translate(error: unknown, context: FailureContext): unknown {
  const { address, workflowId = '', runId = '' } = context;
  if (error instanceof WorkflowFailedError || error instanceof WorkflowUpdateFailedError)
    return new OperationFailedError(workflowId, runId, failureDetailsOf(error), { cause: error });
  if (error instanceof WorkflowNotFoundError) return new OperationNotFoundError(workflowId);
  if (error instanceof NamespaceNotFoundError)
    return new UnreachableError(address, `it has no namespace "${error.namespace}"`, {
      cause: error,
      advice:
        'name one that is there by --namespace or TEMPORAL_NAMESPACE: `temporal operator namespace list` shows them',
    });
  const grpc = grpcErrorOf(error);
  const reason = grpc && unreachableCodes[grpc.code];
  if (grpc && reason) return new UnreachableError(address, `${reason} (${grpc.details})`, { cause: error });
  if (grpc) return new RefusedByTemporalError(refusal(grpc.details), { cause: error });
  return error;
}

/** Runs `call`; its errors come out as ours. */
export async function translated<T>(context: FailureContext, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw translate(error, context);
  }
}
