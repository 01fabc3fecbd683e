import { type FailureDetails, failureTypes } from '../contract/operation.js';

/** A flow log as a wait has seen it last: shown in heartbeats, in `progress`, and in the failure when time runs out. */
export interface Sighting {
  /** The cloud's own status word. */
  readonly rawStatus?: string;
  /** True where the word is not documented. */
  readonly unexpected?: boolean;
  readonly flowLogId?: string;
  /** The cloud's message about delivery, where the wait is for that. */
  readonly notDelivering?: string;
  /** ISO 8601 UTC. */
  readonly readAt?: string;
  /** The last read that failed, while waiting goes on. */
  readonly lastError?: string;
}

const askAgain = 'Look at the flow log in the console, then ask again; asking again is safe.';

/** Failure of an operation that ran out of time while it waited. */
export function lastWord(
  product: string,
  { rawStatus, flowLogId, unexpected, notDelivering, lastError }: Sighting,
): Pick<FailureDetails, 'kind' | 'code' | 'message' | 'advice'> {
  const name = `${product} flow log ${flowLogId}`;
  if (notDelivering) {
    const message = `${name} is Active, but records did not arrive before the deadline: ${notDelivering}`;
    const advice = 'See that the project and log store exist and the service role may write to them.';
    return { kind: 'prerequisite', code: 'NotDelivering', message, advice };
  }
  const kind = unexpected ? failureTypes.unexpectedStatus : failureTypes.deadline;
  const message = rawStatus
    ? `${name} was still ${rawStatus} at the deadline`
    : `no flow log of ours was seen before the deadline${lastError ? `; the last read failed: ${lastError}` : ''}`;
  return { kind, code: kind, message, advice: askAgain };
}
