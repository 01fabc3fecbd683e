import type { CloudError, ErrorKind } from './cloud-error.js';
import type { ChangeVerb } from '../flow-log.js';
import { kindRules, mayPass } from './kind-rules.js';

/** Conclusions from a failed call about the change that it asked for: law 5. */

type Failed = Pick<CloudError, 'kind' | 'details'>;

/** Opening the account's service twice makes nothing twice: there the kind alone is believed. */
const doubtfulKinds: ReadonlySet<ErrorKind> = new Set<ErrorKind>(['ambiguous', 'unknown']);

/** Tells whether the change is known not to have been made: it never left, or a document says that such a request is not admitted. */
export function isNotDone(
  { kind, details: { proof = 'unanswered' } }: Failed,
  verb: ChangeVerb | 'openService',
): boolean {
  if (proof === 'answered' && verb === 'openService') return !doubtfulKinds.has(kind);
  return proof === 'not-sent' || proof === 'refused';
}

/** Number of times a change may be sent again in one step after it ended in this way; undefined: until the deadline. */
export function resendsAfter({ kind, details }: Failed): number | undefined {
  const { resend, maxRefusals } = kindRules[kind];
  if (resend !== 'never') return maxRefusals;
  return kindRules[kind].permanent && mayPass({ kind, details }) ? undefined : 0;
}

/** Time for which lists may go on showing the state before a change, and delay with which the cloud may begin it, in ms. */
interface Delays {
  readonly listLagMs: number;
  readonly commitDelayMs: number;
}

/** Time in ms after its answer by which an answered change shows; one that does not show by then was not made. */
export const answerHoldsMs = ({ listLagMs, commitDelayMs }: Delays): number => listLagMs + commitDelayMs;
