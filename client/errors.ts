import type { Problem } from '../cloud/effective-spec.js';
import type { FailureDetails } from '../workflows/contract/operation.js';
import type { RunningOperation } from '../workflows/contract/request.js';

/**
 * Errors between a request and its result, one class each. A caller needs no other error types: everything
 * Temporal throws at this door is turned into one of these (see `failure.ts`).
 */

/** One thing that is wrong with an input: the field's path from the top (`spec.trafficPath[3]`), the value found, what would be right. */
export type InputProblem = Problem;

/** The input is wrong, and nothing was started. Holds every problem, not only the first. */
export class InvalidInputError extends Error {
  override readonly name = 'InvalidInputError';
  constructor(readonly problems: readonly InputProblem[]) {
    super(problems.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join('\n'));
  }
}

/** Another operation, or the same one asked differently, runs on this target. One at a time: nothing was started. */
export class OperationInProgressError extends Error {
  override readonly name = 'OperationInProgressError';
  constructor(
    readonly workflowId: string,
    /** Type of the workflow in the way, e.g. `disableFlowLog`. */
    readonly workflowType: string,
    /** The run in the way; absent where runs changed faster than they could be asked. */
    readonly run?: RunInTheWay,
  ) {
    super(
      `another operation is in progress on this target: ${workflowType} (workflow ${workflowId}` +
        (run
          ? `, run ${run.runId}, since ${run.since}${run.requestedBy ? `, asked for by ${run.requestedBy}` : ''}`
          : '') +
        (run?.bulk ? `, part of ${run.bulk})` : ')'),
    );
  }
}

/** Known facts of the run that holds a target. */
export type RunInTheWay = Pick<RunningOperation, 'runId' | 'operation' | 'since' | 'requestedBy' | 'reason' | 'bulk'>;

/** A failure in one sentence: what was being done, the cloud's code, its words, its request id; each of them once. */
export function failureText({ product, action, code, message, requestId }: FailureDetails): string {
  const unlessSaid = (text: string, part: string | undefined, say: (part: string) => string) =>
    part === undefined || text.includes(part) ? text : say(part);
  const coded = unlessSaid(message, code, (part) => `${part}: ${message}`);
  const placed = unlessSaid(coded, action, (part) => `${[product, part].filter(Boolean).join(' ')}: ${coded}`);
  return unlessSaid(placed, requestId, (part) => `${placed} (request ${part})`);
}

/** The operation ran and ended badly. {@link details} says what the cloud said and what a person can do next. */
export class OperationFailedError extends Error {
  override readonly name = 'OperationFailedError';
  constructor(
    readonly workflowId: string,
    readonly runId: string,
    readonly details: FailureDetails,
    options?: { cause?: unknown },
  ) {
    super(failureText(details), options);
  }
  /** The class of the failure: an error kind of the catalogue, or one of our own (`Conflict`, `DeadlineExceeded`, …). */
  get kind(): string {
    return this.details.kind;
  }
  /** The cloud's code, or ours in the same place. */
  get code(): string {
    return this.details.code;
  }
  /** The cloud's request id of the call that failed, for its support. */
  get requestId(): string | undefined {
    return this.details.requestId;
  }
  /** The one thing to do next. */
  get advice(): string {
    return this.details.advice;
  }
  /** Last observation of the cloud. */
  get lastObservation(): unknown {
    return this.details.lastObservation;
  }
  /** Hash of the operation's last ledger row. */
  get ledgerHead(): string | undefined {
    return this.details.ledgerHead;
  }
}

/** A bulk of this name is at work. */
export class BulkInProgressError extends Error {
  override readonly name = 'BulkInProgressError';
  constructor(readonly workflowId: string) {
    super(`${workflowId} is running: wait for it (\`flowlog bulk status\`), or give the new one another name`);
  }
}

/** A schedule of this name is there already. */
export class ScheduleExistsError extends Error {
  override readonly name = 'ScheduleExistsError';
  constructor(readonly schedule: string) {
    super(`a schedule named ${schedule} is there already; nothing was changed`);
  }
}

/** There is no schedule of this name. */
export class NoSuchScheduleError extends Error {
  override readonly name = 'NoSuchScheduleError';
  constructor(readonly schedule: string) {
    super(`no schedule is named ${schedule}`);
  }
}

/** The bulk of an earlier firing runs, and the schedule skips a firing that would overlap it. */
export class ScheduleBusyError extends Error {
  override readonly name = 'ScheduleBusyError';
  constructor(
    readonly schedule: string,
    /** Workflow id of the bulk that runs, where it is known. */
    readonly bulk?: string,
  ) {
    super(
      `schedule ${schedule} was not triggered: ${bulk ?? 'its last bulk'} is running, and its rule for overlaps is to skip`,
    );
  }
}

/** Temporal did not answer. What had been started goes on without us. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
  constructor(
    /** Address at which the client looked for it, `host:port`. */
    readonly address: string,
    reason: string,
    options?: {
      readonly cause?: unknown;
      /** Advice, where it is not the usual: start it, or name another. */
      readonly advice?: string;
      /** True where nothing named this address: it is Temporal's default, and no service has been started there. */
      readonly unnamed?: boolean;
    },
  ) {
    const { unnamed = false, advice, ...rest } = options ?? {};
    super(`${unnamed ? 'nothing runs here: ' : ''}Temporal at ${address} is out of reach: ${reason}`, rest);
    this.advice = advice;
  }
  readonly advice: string | undefined;
}

/** Temporal is there, and no worker answered in time. Nothing was looked at. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
  constructor(
    readonly afterMs: number,
    reason: string,
  ) {
    super(afterMs > 0 ? `no answer within ${Math.round(afterMs / 1000)} s: ${reason}` : `no answer yet: ${reason}`);
  }
}

/** The bulk has ended, and no longer takes signals. */
export class BulkEndedError extends Error {
  override readonly name = 'BulkEndedError';
  constructor(
    readonly workflowId: string,
    /** End of the bulk: `completed`, `refused: …`. */
    readonly how: string,
    /** ISO 8601 UTC. */
    readonly endedAt?: string,
  ) {
    super(`${workflowId} has ended${endedAt ? ` at ${endedAt}` : ''}: ${how}`);
  }
}

/** There is no operation under this workflow id, or it ended longer ago than Temporal keeps. */
export class OperationNotFoundError extends Error {
  override readonly name = 'OperationNotFoundError';
  constructor(readonly workflowId: string) {
    super(`no operation ${workflowId}: none was started, or it ended longer ago than Temporal's retention`);
  }
}

/** Temporal answered, and refused; its own words are in the message. */
export class RefusedByTemporalError extends Error {
  override readonly name = 'RefusedByTemporalError';
}
