import { defaultFailureConverter, defaultPayloadConverter } from '@temporalio/common';
import { ActivityFailure, ApplicationFailure, ChildWorkflowFailure, TimeoutFailure } from '@temporalio/workflow';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import { type FailureDetails, failureTypes } from '../contract/operation.js';
import { type Sighting, lastWord } from '../decide/timeout-report.js';
import type { Reason } from '../decide/next-step.js';
import { whenEnded } from '../decide/when-ended.js';

/** An operation that cannot go on, as its caller sees it: typed, with the one thing to do next. Never retried by Temporal. */
export function operationFailure(details: FailureDetails, cause?: Error): ApplicationFailure {
  const { kind, message } = details;
  return ApplicationFailure.create({
    type: kind,
    message,
    nonRetryable: true,
    details: [details],
    ...omitUndefined({ cause }),
  });
}

/** Turns the reason for which `nextStep` fails into a failure. */
export const failureOfReason = ({ type, code, message, advice }: Reason): FailureDetails => ({
  kind: type,
  code,
  message,
  advice,
});

/** Subject of a failure, where that is known: the product, and its flow log as seen last. */
export interface Seen extends Sighting {
  readonly product: string;
}

/**
 * The failure of an activity or child in the words of the catalogue; time that ran out tells what was tried last, and what was seen.
 * @param seen by the workflow; the last heartbeat is younger
 */
export const detailsOfFailure = (error: unknown, seen?: Seen): FailureDetails => whenEnded(toldBy(error, seen));

function toldBy(error: unknown, seen?: Seen): FailureDetails {
  const chain = causes(error);
  const application = chain.find((each) => each instanceof ApplicationFailure);
  // Temporal does not begin an attempt that would come after the deadline: it ends the activity with its last failure instead.
  const timedOut = chain.some(
    (each) => each instanceof TimeoutFailure || (each instanceof ActivityFailure && each.retryState === 'TIMEOUT'),
  );
  const details = application?.details?.[0] as FailureDetails | undefined;
  // A child has found its own words already.
  if (details && error instanceof ChildWorkflowFailure) return details;
  if (timedOut) {
    const heartbeat = heartbeatOf(chain);
    const untold = application && !details ? undefined : untoldEnd(heartbeat, details);
    const message = untold?.message ?? application?.message;
    return pastDeadline(untold ?? details, message, seen && { ...seen, ...(heartbeat.readAt ? heartbeat : undefined) });
  }
  if (details && seen && isBlind(details)) return ofSight({ ...seen, ...(details.lastObservation as Sighting) });
  if (details) return details;
  const message = chain.at(-1)?.message ?? String(error);
  return {
    kind: 'unknown',
    code: application?.type ?? 'Unknown',
    message,
    advice: 'Report this with the workflow id: it is a defect.',
  };
}

/** The chain of causes, outermost first. */
function causes(error: unknown): readonly Error[] {
  const chain: Error[] = [];
  for (let each = error; each instanceof Error; each = causeOfTimeout(each)) chain.push(each);
  return chain;
}

/**
 * The SDK (1.24.0) makes a `TimeoutFailure` without its cause, which is how the attempt before ended: time ran out while another one was
 * under way. The server's failure is kept beside it.
 */
function causeOfTimeout(error: Error): unknown {
  const lost = error instanceof TimeoutFailure ? error.failure?.cause : undefined;
  return error.cause ?? (lost ? defaultFailureConverter.failureToError(lost, defaultPayloadConverter) : undefined);
}

/** Last heartbeat of an activity that Temporal had to end: of a wait what it saw, of a change how its last send ended. */
interface Heartbeat extends Sighting {
  readonly lastEnd?: FailureDetails;
  readonly requestIds?: readonly string[];
}

const heartbeatOf = (chain: readonly Error[]): Heartbeat =>
  (chain.find((each) => each instanceof TimeoutFailure)?.lastHeartbeatDetails ?? {}) as Heartbeat;

/**
 * Failure of the last send, where time ran out before its attempt could tell Temporal: its heartbeat had told already. Request ids stand
 * there in the order of their calls.
 */
function untoldEnd(
  { lastEnd, requestIds = [] }: Heartbeat,
  told: FailureDetails | undefined,
): FailureDetails | undefined {
  if (!lastEnd?.requestId || (told && !told.requestId)) return undefined;
  const turnOf = (requestId?: string) => (requestId ? requestIds.indexOf(requestId) : -1);
  return !told || turnOf(lastEnd.requestId) > turnOf(told.requestId) ? lastEnd : undefined;
}

/** A wait that ran out of time before a read answered it: the look before it is the last one. */
const isBlind = ({ kind, lastObservation }: FailureDetails): boolean =>
  kind === failureTypes.deadline && lastObservation !== undefined && !(lastObservation as Sighting).readAt;

const ofSight = (seen: Seen): FailureDetails => ({
  ...lastWord(seen.product, seen),
  product: seen.product,
  lastObservation: seen,
});

/** Time ran out: after an attempt that failed, in the middle of a wait, or before anything could be looked at. */
function pastDeadline(last: FailureDetails | undefined, message = last?.message, seen?: Seen): FailureDetails {
  if (!message && seen) return ofSight(seen);
  const said = message ? `; last: ${message}` : ' before the cloud could be asked';
  const sight = seen?.rawStatus ? `; ${seen.product} flow log ${seen.flowLogId} was last seen ${seen.rawStatus}` : '';
  return {
    ...last,
    kind: failureTypes.deadline,
    code: last?.code ?? failureTypes.deadline,
    message: `the deadline passed${said}${sight}`,
    ...omitUndefined({ lastObservation: seen }),
    advice:
      (last && whenEnded(last).advice) ??
      'See that workers run and the cloud is reachable (`flowlog doctor`), then ask again; asking again is safe.',
  };
}

/** Tells whether an error came out of an activity or child workflow, rather than out of our own code. */
export const isRemote = (error: unknown): boolean =>
  error instanceof ActivityFailure || error instanceof ChildWorkflowFailure;
