import { type Client, ServiceError, WorkflowNotFoundError } from '@temporalio/client';
import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, test } from 'vitest';
import { requireAwaited, scheduledLately } from '../../activities/operation/awaited.js';

const SCHEDULED_MS = 1_000_000;

describe('an attempt was scheduled lately', () => {
  /** Whether it still is, so long after Temporal had it ready when it began, and after so long by each of its clocks. */
  const wasLately = (begunAfterMs: number, passed: { wall?: number; monotonic?: number; boot?: number } = {}) => {
    const at = { wall: SCHEDULED_MS + begunAfterMs, monotonic: 5, boot: 7 };
    const clock = { now: () => at.wall, monotonicMs: () => at.monotonic, bootMs: () => at.boot };
    const environment = new MockActivityEnvironment({ currentAttemptScheduledTimestampMs: SCHEDULED_MS });
    return environment.run(async () => {
      const isLately = scheduledLately(clock);
      at.wall += passed.wall ?? 0;
      at.monotonic += passed.monotonic ?? 0;
      at.boot += passed.boot ?? 0;
      return isLately();
    });
  };

  test('for the time that it takes to wait for its slot and to look at the ledger', async () => {
    expect(await wasLately(50, { wall: 2_500, monotonic: 2_500, boot: 2_500 })).toBe(true);
    expect(await wasLately(-900)).toBe(true);
  });

  test.each<[string, number, Parameters<typeof wasLately>[1]?]>([
    ['it was delivered late', 6_000],
    ['the process was stopped since', 50, { wall: 6_000, monotonic: 6_000, boot: 6_000 }],
    ['the machine slept since, and its wall clock was set back', 50, { wall: -6_000, boot: 6_000 }],
    ['only the wall clock tells', 50, { wall: 6_000 }],
    ['the wall clock is behind that of Temporal, so that nothing tells its age', -1_500],
  ])('no more when %s', async (_, begunAfterMs, passed) => {
    expect(await wasLately(begunAfterMs, passed)).toBe(false);
  });
});

describe('an attempt that asks whether it is waited for', () => {
  const by = { operation: { workflowId: 'w', runId: 'r' }, activityId: '7', attempt: 2 };
  const ask = (answer: () => unknown) => {
    const describeRun = () => new Promise((resolve) => resolve(answer()));
    const client = {
      withDeadline: (_: number, ask: () => unknown) => ask(),
      workflow: { getHandle: () => ({ describe: describeRun }) },
    };
    return requireAwaited(client as unknown as Client, by);
  };
  const run = (name: string, ...pendingActivities: object[]) => ({ status: { name }, raw: { pendingActivities } });

  test('is, while its run goes on and no later attempt is there', async () => {
    await expect(ask(() => run('RUNNING', { activityId: '7', attempt: 2 }))).resolves.toBeUndefined();
  });

  test.each<[string, () => unknown]>([
    ['a later attempt is there', () => run('RUNNING', { activityId: '7', attempt: 3 })],
    ['its activity has ended', () => run('RUNNING', { activityId: '9', attempt: 2 })],
    ['its run has ended', () => run('COMPLETED')],
    ['its run was terminated', () => run('TERMINATED', { activityId: '7', attempt: 2 })],
    [
      'its run is gone',
      () => {
        throw new WorkflowNotFoundError('gone', 'w', 'r');
      },
    ],
  ])('is not where %s', async (_, answer) => {
    await expect(ask(answer)).rejects.toMatchObject({
      type: 'busy',
      nonRetryable: false,
      message: expect.stringContaining('nothing was sent') as string,
    });
  });

  test('comes back where Temporal does not answer', async () => {
    const cause = Object.assign(new Error('14 UNAVAILABLE'), { code: 14, details: '', metadata: {} });
    const silent = () => {
      throw new ServiceError('no answer', { cause });
    };
    await expect(ask(silent)).rejects.toMatchObject({
      type: 'unavailable',
      nonRetryable: false,
      details: [{ code: 'TemporalUnavailable' }],
    });
  });
});
