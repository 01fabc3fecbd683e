import { type BulkInput, bulkUpdates } from './bulk.js';
import type { Operation, OperationInput } from './operation.js';

/**
 * The contract of the one call by which a program in any language asks for something: an update with start on the workflow id of the
 * target, or of the bulk. The run that gets it compares the wish with its own: a caller computes nothing.
 */

/** Name of the update that every operation's workflow and every bulk takes. */
export const requestUpdateName = 'request';

/**
 * Memo of a start that holds the id of the update sent with it. Our client sets it, so that the run knows its own update among those of
 * other calls of the same client, and a call without an answer finds out whether the run is its own. Callers may leave it out.
 */
export const callMemo = 'call';

/** The one JSON argument of the update `request`. */
export interface AskedRequest {
  /** Operation asked for; of a bulk the operation on each of its targets. */
  readonly operation: Operation;
  /** The argument of the workflow, the same as that of the start beside it. */
  readonly input: OperationInput | BulkInput;
  /** The workflow that asks, where it is one: it goes on the record. */
  readonly workflowId?: string;
}

/** Answer of the update `request`: the run that does what was asked for. */
export interface RequestAnswer {
  readonly workflowId: string;
  /** Of a bulk that goes on in a new history its first run. */
  readonly runId: string;
  /** True where the run was there before: somebody else had asked for the same. */
  readonly joined: boolean;
  readonly operation: Operation;
  /** Start of the run, ISO 8601 UTC. */
  readonly since: string;
  /** Name that the first caller gave itself. */
  readonly requestedBy: string;
}

/** The run in the way of another wish: in the details of a failure `OperationInProgress`, as `running`. */
export interface RunningOperation extends Omit<RequestAnswer, 'joined'> {
  readonly reason?: string;
  /** Workflow id of the bulk that the run is part of. */
  readonly bulk?: string;
}

/** Event of the ledger, and what a caller said by the update of this id. */
export interface CallerSaid {
  readonly event: string;
  readonly updateId: string;
  readonly body: CallerWord & { readonly workflowId?: string };
}

/** Argument of the update `cancel`, as of every update that tells a run something. */
export interface CallerWord {
  readonly requestedBy: string;
  readonly reason?: string;
}

/** Answer of every update that tells a run something. */
export interface Applied {
  /** False where nothing was changed by it. */
  readonly applied: boolean;
  /** Reason why it was not applied. */
  readonly why?: string;
}

/** Update by which a caller asks an operation or a bulk to stop. */
export const cancelUpdateName = 'cancel';

/** Names of all updates that workflows take. */
export const knownUpdates: ReadonlySet<string> = new Set([
  requestUpdateName,
  cancelUpdateName,
  ...Object.values(bulkUpdates),
]);
