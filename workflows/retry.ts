import type { RetryPolicy } from '@temporalio/common';
import { type ErrorKind, errorKinds } from '../cloud/errors/cloud-error.js';
import { kindRules } from '../cloud/errors/kind-rules.js';
import { failureTypes } from './contract/operation.js';

/** Role of an activity: it decides which kinds of failure may be tried again. */
export type ActivityRole = 'read' | 'change' | 'wait' | 'record';

/** Kinds that a person must settle: the cloud would answer the same again. */
const permanentKinds: readonly ErrorKind[] = errorKinds.filter((kind) => kindRules[kind].permanent);

/** Our own failures that no retry can mend. */
const ourPermanentTypes = [failureTypes.invalidInput, failureTypes.unexpectedStatus, failureTypes.deadline];

/** A read has no effect to be in doubt about: it may go again at the pace of the shortest pause of any kind. */
const retriedKinds: Record<ActivityRole, readonly ErrorKind[]> = {
  read: ['throttled', 'unavailable', 'ambiguous', 'unknown'],
  wait: ['throttled', 'unavailable', 'ambiguous', 'unknown'],
  change: errorKinds.filter((kind) => !kindRules[kind].permanent),
  record: ['unavailable'],
};

/**
 * The Temporal retry policy of an activity, computed from the catalogue. There is no `maximumAttempts`: the operation's deadline ends
 * the attempts, and the caps of the kinds are counted from the ledger.
 */
export function retryPolicy(role: ActivityRole): RetryPolicy {
  const rules = retriedKinds[role].map((kind) => kindRules[kind]);
  return {
    initialInterval: Math.min(...rules.map((rule) => rule.initialIntervalMs)),
    backoffCoefficient: Math.max(...rules.map((rule) => rule.backoffCoefficient)),
    maximumInterval: Math.max(...rules.map((rule) => rule.maximumIntervalMs)),
    nonRetryableErrorTypes: [...permanentKinds, ...ourPermanentTypes],
  };
}
