import {
  ActivityFailure,
  ApplicationFailure,
  RetryState,
  defaultFailureConverter,
  defaultPayloadConverter,
} from '@temporalio/common';
import { describe, expect, test } from 'vitest';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import type { FailureDetails } from '../../workflows/contract/operation.js';
import { type Seen, detailsOfFailure } from '../../workflows/operation/failure.js';

/** Failure that a caller gets for an operation that ran out of time, at whatever step that was. */

const frozen: FailureDetails = {
  kind: 'busy',
  code: 'Intent(frozen)',
  message: 'changes are frozen',
  advice: 'Changes are frozen in this scope: `flowlog thaw` lets them go on.',
};

const attempted = (details: FailureDetails) =>
  ApplicationFailure.create({ type: details.kind, message: details.message, details: [details] });

const ended = (retryState: RetryState, cause: Error) =>
  new ActivityFailure('Activity task failed', 'create', '5', retryState, 'worker', cause);

/** `TIMEOUT_TYPE_SCHEDULE_TO_CLOSE` and `RETRY_STATE_TIMEOUT` of Temporal's API. */
const [scheduleToClose, retryStateTimeout] = [3, 3];

/** An attempt was under way: as the server writes it, the failure of the attempt before is the cause of the timeout. */
function inTheMiddle(heartbeat: unknown, last?: Error): Error {
  const details = heartbeat === undefined ? [] : [defaultPayloadConverter.toPayload(heartbeat)];
  return defaultFailureConverter.failureToError(
    {
      message: 'Activity task timed out',
      activityFailureInfo: { activityType: { name: 'create' }, retryState: retryStateTimeout },
      cause: {
        message: 'Not enough time to schedule next retry before activity ScheduleToClose timeout, giving up retrying',
        timeoutFailureInfo: { timeoutType: scheduleToClose, lastHeartbeatDetails: { payloads: details } },
        ...omitUndefined({
          cause: last ? defaultFailureConverter.errorToFailure(last, defaultPayloadConverter) : undefined,
        }),
      },
    },
    defaultPayloadConverter,
  );
}

const changing: Seen = { product: 'vpc', rawStatus: 'Activating', flowLogId: 'fl-1' };
const notSeen: Seen = { product: 'vpc' };
const inheritance = { apiCalls: 3, requestIds: ['r-1'] };

const throttled = (requestId: string): FailureDetails => ({
  kind: 'throttled',
  code: 'Throttling.User',
  message: `denied (request ${requestId})`,
  advice: 'Nothing to do.',
  requestId,
});
const thirdCall = { ...inheritance, requestIds: ['r-1', 'r-2', 'r-3'], lastEnd: throttled('r-3') };

describe('time that ran out', () => {
  test.each<{ reason: string; error: Error; seen?: Seen; tells: Partial<FailureDetails> }>([
    {
      reason: 'in a wait that no read had answered: what was seen before it',
      error: ended(
        RetryState.NON_RETRYABLE_FAILURE,
        attempted({
          kind: 'DeadlineExceeded',
          code: 'DeadlineExceeded',
          message: 'none',
          advice: '',
          lastObservation: {},
        }),
      ),
      seen: changing,
      tells: { kind: 'DeadlineExceeded', message: 'vpc flow log fl-1 was still Activating at the deadline' },
    },
    {
      reason: 'between two attempts: the last failure',
      error: ended(RetryState.TIMEOUT, attempted(frozen)),
      seen: notSeen,
      tells: {
        kind: 'DeadlineExceeded',
        code: 'Intent(frozen)',
        message: 'the deadline passed; last: changes are frozen',
        advice: frozen.advice,
      },
    },
    {
      reason: 'while a later attempt was under way: the last failure as well',
      error: inTheMiddle(inheritance, attempted(frozen)),
      seen: notSeen,
      tells: { kind: 'DeadlineExceeded', code: 'Intent(frozen)', advice: frozen.advice },
    },
    {
      reason: 'with a flow log in sight: its status beside the last failure',
      error: ended(RetryState.TIMEOUT, attempted(frozen)),
      seen: changing,
      tells: {
        code: 'Intent(frozen)',
        message: 'the deadline passed; last: changes are frozen; vpc flow log fl-1 was last seen Activating',
        lastObservation: changing,
      },
    },
    {
      reason:
        'in the middle of a wait: what its last heartbeat showed, which is younger than what the workflow has seen',
      error: inTheMiddle({
        readAt: '2026-01-01T00:00:00.000Z',
        rawStatus: 'Frobnicating',
        flowLogId: 'fl-1',
        unexpected: true,
      }),
      seen: changing,
      tells: { kind: 'UnexpectedStatus', message: 'vpc flow log fl-1 was still Frobnicating at the deadline' },
    },
    {
      reason: 'in the middle of a wait for delivery: what the cloud said of it',
      error: inTheMiddle({
        readAt: '2026-01-01T00:00:00.000Z',
        rawStatus: 'Active',
        flowLogId: 'fl-1',
        notDelivering: 'no such project',
      }),
      seen: changing,
      tells: { kind: 'prerequisite', code: 'NotDelivering' },
    },
    {
      reason: 'in the middle of a first attempt: what the workflow has seen',
      error: inTheMiddle(inheritance),
      seen: changing,
      tells: { kind: 'DeadlineExceeded', message: 'vpc flow log fl-1 was still Activating at the deadline' },
    },
    {
      reason: 'before the last attempt could tell how its send had ended: what its heartbeat told of it',
      error: inTheMiddle(thirdCall, attempted(throttled('r-1'))),
      seen: notSeen,
      tells: { kind: 'DeadlineExceeded', requestId: 'r-3', message: 'the deadline passed; last: denied (request r-3)' },
    },
    {
      reason: 'in the only attempt, whose send had ended: the same',
      error: inTheMiddle(thirdCall),
      seen: notSeen,
      tells: { kind: 'DeadlineExceeded', requestId: 'r-3', code: 'Throttling.User' },
    },
    {
      reason: 'after a failure that came later than the last send: that failure',
      error: inTheMiddle({ ...thirdCall, lastEnd: throttled('r-1') }, attempted(throttled('r-3'))),
      seen: notSeen,
      tells: { requestId: 'r-3' },
    },
    {
      reason: 'after a failure that was no call of the cloud and came later than the last send: that failure',
      error: inTheMiddle(thirdCall, attempted(frozen)),
      seen: notSeen,
      tells: { code: 'Intent(frozen)' },
    },
    {
      reason: 'where there was nothing to see',
      error: inTheMiddle(undefined),
      seen: notSeen,
      tells: { kind: 'DeadlineExceeded', message: 'no flow log of ours was seen before the deadline' },
    },
    {
      reason: 'before the first look was over',
      error: inTheMiddle(undefined),
      tells: { kind: 'DeadlineExceeded', message: 'the deadline passed before the cloud could be asked' },
    },
  ])('tells, $reason', ({ error, seen, tells }) => {
    expect(detailsOfFailure(error, seen)).toMatchObject(tells);
  });
});

test('an activity that failed for good is told in its own words', () => {
  const denied = { ...frozen, kind: 'denied', code: 'Forbidden.RAM' };
  expect(detailsOfFailure(ended(RetryState.NON_RETRYABLE_FAILURE, attempted(denied)), changing)).toEqual(denied);
});
