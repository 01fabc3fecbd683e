import { describe, expect, test, vi } from 'vitest';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import { BudgetWait, createBudget } from '../../cloud/call/budget.js';
import { budgeted } from '../../cloud/call/budgeted.js';
import type { CloudClient, CloudRequest } from '../../cloud/call/port.js';
import { CloudError } from '../../cloud/errors/cloud-error.js';
import type { SlotAnswer, Slots } from '../../cloud/call/slots.js';
import { createWatcher } from '../../cloud/lists/watcher.js';

/** The client within a budget whose slots are given by hand. */

const request: CloudRequest = {
  service: 'vpc',
  action: 'DescribeFlowLogs',
  accountId: '1',
  region: 'cn-hangzhou',
  params: {},
};
const change: CloudRequest = { ...request, action: 'CreateFlowLog' };
const clock = { now: () => Date.now(), monotonicMs: () => performance.now(), bootMs: () => performance.now() };
const away = new Error('the database is away');

const slotIn = (waitMs: number, shared = false): SlotAnswer => ({ waitMs, atMs: performance.now(), shared });

/** Answers in order, the last one again and again; an error is thrown. */
function budgetOf(...answers: readonly ((() => SlotAnswer) | Error)[]) {
  let count = 0;
  const reserve = vi.fn<Slots['reserve']>(async () => {
    const answer = answers[Math.min(count++, answers.length - 1)];
    if (answer === undefined || answer instanceof Error) throw answer ?? new Error('nothing to answer');
    return answer();
  });
  const slowDown = vi.fn<Slots['slowDown']>(async () => undefined);
  const announce = vi.fn<Slots['announce']>(async () => undefined);
  const leave = vi.fn<Slots['leave']>(async () => undefined);
  const paceOf = () => ({ perSecond: 100, limitPerSecond: 125 });
  const budget = createBudget({
    slots: { reserve, slowDown, announce, leave },
    paceOf,
    clock,
    isAway: (error) => error === away,
  });
  return { budget, reserve, slowDown };
}

/** Notes when each call left; `before` runs in its place. */
function cloudOf(before: (leaving: () => void) => void = (leaving) => leaving()) {
  const leftMs: number[] = [];
  const cloud: CloudClient = {
    async call(_, options) {
      before(() => options?.beforeSend?.());
      leftMs.push(performance.now());
      return { requestId: 'R', httpStatus: 200, body: {} };
    },
  };
  return { cloud, leftMs };
}

const throttledError = (retryAfterMs?: number): CloudError =>
  new CloudError({
    ...{ kind: 'throttled', scope: 'account', code: 'Throttling.User', message: 'm', service: 'vpc', advice: 'wait' },
    action: request.action,
    ...omitUndefined({ retryAfterMs }),
  });

describe('a call within the budget', () => {
  test('leaves at its slot, not before', async () => {
    const { budget } = budgetOf(() => slotIn(80));
    const { cloud, leftMs } = cloudOf();
    const beganMs = performance.now();
    await budgeted(cloud, budget).call(request);
    expect((leftMs[0] ?? 0) - beganMs).toBeGreaterThanOrEqual(79);
  });

  test('whose slot is too far away is not made: the error says when to come back', async () => {
    const { budget } = budgetOf(() => ({ refusedForMs: 3_000 }));
    const { cloud, leftMs } = cloudOf();
    const ended = budgeted(cloud, budget).call(request);
    await expect(ended).rejects.toBeInstanceOf(BudgetWait);
    await expect(ended).rejects.toMatchObject({
      forMs: 3_000,
      message: 'waiting for the budget of vpc DescribeFlowLogs: 3.0 s',
    });
    expect(leftMs).toEqual([]);
  });

  test('that is patient waits as long as it is told to, and comes back as one who waited', async () => {
    const { budget, reserve } = budgetOf(
      () => ({ refusedForMs: 50 }),
      () => slotIn(0),
    );
    const { cloud, leftMs } = cloudOf();
    await budgeted(cloud, budget).call(request, { patient: true });
    expect(leftMs).toHaveLength(1);
    expect(reserve.mock.calls.map(([, { waited }]) => waited)).toEqual([undefined, true]);
  });

  test('that was throttled slows everybody down, for as long as the cloud asked', async () => {
    const { budget, slowDown } = budgetOf(() => slotIn(0));
    const cloud: CloudClient = { call: () => Promise.reject(throttledError(700)) };
    await expect(budgeted(cloud, budget).call(request)).rejects.toMatchObject({ kind: 'throttled' });
    expect(slowDown).toHaveBeenCalledExactlyOnceWith(
      { accountId: '1', place: 'cn-hangzhou', api: 'vpc:DescribeFlowLogs' },
      700,
    );
    const beganMs = performance.now();
    const next = cloudOf();
    await budgeted(next.cloud, budget).call(request);
    expect((next.leftMs[0] ?? 0) - beganMs).toBeGreaterThan(600);
  });

  test.each([
    { shared: true, times: 2, reason: 'another worker has the slot beside it' },
    { shared: false, times: 1, reason: 'this worker keeps the distance by itself' },
  ])('that is about to leave too late takes another slot only where $reason', async ({ shared, times }) => {
    const { budget, reserve } = budgetOf(() => slotIn(0, shared));
    let held = false;
    const { cloud, leftMs } = cloudOf((leave) => {
      const untilMs = performance.now() + 200;
      while (!held && performance.now() < untilMs);
      held = true;
      leave();
    });
    const beforeSend = vi.fn();
    await budgeted(cloud, budget).call(request, { beforeSend });
    expect(reserve).toHaveBeenCalledTimes(times);
    expect(leftMs).toHaveLength(1);
    // Who missed a turn has not left.
    expect(beforeSend).toHaveBeenCalledTimes(1);
  });

  test('is made at this worker’s own pace while the shared budget is away, if it changes nothing', async () => {
    const { budget } = budgetOf(away);
    const { cloud, leftMs } = cloudOf();
    await Promise.all([1, 2, 3].map(() => budgeted(cloud, budget).call(request)));
    expect(leftMs).toHaveLength(3);
    expect((leftMs[2] ?? 0) - (leftMs[0] ?? 0)).toBeGreaterThan(15);
    await expect(budgeted(cloud, budget).call(change)).rejects.toBe(away);
  });
});

test('the watcher whose turn has not come reads later, tells those who wait, and none of them fails', async () => {
  const { budget, reserve } = budgetOf(
    () => ({ refusedForMs: 60 }),
    () => slotIn(0),
  );
  const body = { FlowLogs: { FlowLog: [] }, TotalCount: '0', PageNumber: '1', PageSize: '50', Success: 'true' };
  const cloud: CloudClient = { call: async () => ({ requestId: 'R', httpStatus: 200, body }) };
  const watcher = createWatcher({ cloud: budgeted(cloud, budget), owner: 'test', clock, random: () => 0.5 });
  const told: string[] = [];
  const target = {
    product: 'vpc',
    accountId: '1',
    region: 'cn-hangzhou',
    resource: { type: 'VPC', id: 'vpc-1' },
  } as const;
  const { signal } = new AbortController();
  const answer = await watcher.look({ target, waitingMs: 0, signal, trouble: (message) => told.push(message) });
  watcher.close();
  expect(answer.flowLogs).toEqual([]);
  expect(told).toEqual(['waiting for the budget of vpc DescribeFlowLogs: 0.1 s']);
  expect(reserve.mock.calls.map(([, { waited }]) => waited ?? false)).toEqual([false, true]);
});
