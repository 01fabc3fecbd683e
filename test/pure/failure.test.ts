import { ActivityFailure, ApplicationFailure, RetryState, TimeoutFailure, TimeoutType } from '@temporalio/common';
import { describe, expect, test } from 'vitest';
import type { FailureDetails } from '../../workflows/contract.js';
import { type Seen, detailsOfFailure } from '../../workflows/failure.js';

/** What a caller is told of an operation that ran out of time, wherever that was. */

const frozen: FailureDetails = {
  kind: 'busy',
  code: 'Intent(frozen)',
  message: 'changes are frozen',
  advice: 'Changes are frozen in this scope: `flowlog thaw` lets them go on.',
};

const attempted = (details: FailureDetails) =>
  ApplicationFailure.create({ type: details.kind, message: details.message, details: [details] });

/** As the server tells it: the activity, the timeout where an attempt was under way, and the failure of the attempt before that. */
const ended = (retryState: RetryState, cause: Error) =>
  new ActivityFailure('Activity task failed', 'create', '5', retryState, 'worker', cause);

function inTheMiddle(heartbeat: unknown, cause?: Error): ActivityFailure {
  const timeout = new TimeoutFailure('giving up retrying', heartbeat, TimeoutType.SCHEDULE_TO_CLOSE);
  return ended(RetryState.TIMEOUT, Object.assign(timeout, { cause }));
}

const changing: Seen = { product: 'vpc', rawStatus: 'Activating', flowLogId: 'fl-1' };
const notSeen: Seen = { product: 'vpc' };
const inheritance = { apiCalls: 3, requestIds: ['r-1'] };

describe('time that ran out', () => {
  test.each<{ reason: string; error: Error; seen?: Seen; tells: Partial<FailureDetails> }>([
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
