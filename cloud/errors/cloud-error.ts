import type { Service } from '../call/port.js';

/**
 * Reasons why a call failed, in as few classes as there are ways to react.
 *
 * - `throttled`, `unavailable`: not now; wait, then send again. {@link Proof} says whether it may have been done.
 * - `busy`: another change is under way or the state does not allow it now; look, wait until settled.
 * - `ambiguous`: no clear answer; it may have happened. Look until the grace is over.
 * - `exists`, `not-found`: a fact about the cloud's state; look.
 * - `unknown`: a code that is not in the catalogue; treated as ambiguous, counted, reported.
 * - `invalid`, `denied`, `quota`, `unsupported`, `prerequisite`: a person must act.
 */
export const errorKinds = [
  'throttled',
  'unavailable',
  'busy',
  'ambiguous',
  'exists',
  'not-found',
  'unknown',
  'invalid',
  'denied',
  'quota',
  'unsupported',
  'prerequisite',
] as const;
export type ErrorKind = (typeof errorKinds)[number];

/**
 * Proof that the end of a call gives about the change that it asked for (law 5).
 *
 * - `not-sent`: nothing has left.
 * - `refused`: a code whose documented message says that the request was not admitted: not done.
 * - `answered`: any other code. The cloud answered, but may still have made the change.
 * - `unanswered`: no answer that says anything. It may have been done, or may yet be.
 */
export type Proof = 'not-sent' | 'refused' | 'answered' | 'unanswered';

export interface CloudErrorDetails {
  readonly kind: ErrorKind;
  /** Absent: nothing that the cloud said, and so as little as `unanswered`. */
  readonly proof?: Proof;
  /** Extent of the failure: one target, its destination, or the whole account. */
  readonly scope: 'target' | 'destination' | 'account';
  /** The cloud's code, or one of ours in the same place: `ReadTimeout`, `ConnectionReset`, `NotJson`, … */
  readonly code: string;
  readonly message: string;
  readonly service: Service;
  readonly action: string;
  readonly requestId?: string;
  readonly httpStatus?: number;
  /** Wait that the cloud asked for, in ms, clamped to 100 ms … 60 s. */
  readonly retryAfterMs?: number;
  /** Advice for a person, from the catalogue. */
  readonly advice: string;
  /** Of a permanent kind, yet tried again until the deadline: expired or disabled credentials, a wrong clock. */
  readonly untilDeadline?: boolean;
}

/**
 * A call that failed, with everything a person needs: the action, the cloud's code and request id, and advice.
 * Carries no secret: messages are redacted before they get here.
 */
export class CloudError extends Error {
  override readonly name = 'CloudError';
  constructor(
    readonly details: CloudErrorDetails,
    options?: { cause?: unknown },
  ) {
    super(
      `${details.service} ${details.action}: ${details.code}: ${details.message}` +
        (details.requestId ? ` (request ${details.requestId})` : ''),
      options,
    );
  }
  get kind(): ErrorKind {
    return this.details.kind;
  }
}
