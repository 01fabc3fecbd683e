import { type ErrorKind, errorKinds } from '../../cloud/errors/cloud-error.js';
import { adviceWhenEnded } from '../../cloud/errors/kind-rules.js';
import { type FailureDetails, failureTypes } from '../contract/operation.js';

/** Advice that speaks of an operation which goes on by itself. */
const OF_RUNNING = /nothing to do|(it|the operation) (looks|waits|goes on|is (sent|tried|read|started|looked))/i;

const anyway = 'See how the target stands (`flowlog status`), then ask again; asking again is safe.';

/** The same failure with advice for an operation that has ended by it. @param kind of the last failure, where time ran out after it */
export function whenEnded(details: FailureDetails, kind: string = details.kind): FailureDetails {
  if (!OF_RUNNING.test(details.advice)) return details;
  const isKind = (word: string): word is ErrorKind => (errorKinds as readonly string[]).includes(word);
  return { ...details, advice: isKind(kind) ? adviceWhenEnded[kind] : anyway };
}

/** Failures by which an operation's time ran out. */
export const isOutOfTime = ({ kind, code }: FailureDetails): boolean =>
  kind === failureTypes.deadline || kind === failureTypes.unexpectedStatus || code === 'NotDelivering';
