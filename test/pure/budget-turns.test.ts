import { expect, test } from 'vitest';
import { BudgetWait } from '../../cloud/call/budget.js';
import type { CallOptions, CloudRequest } from '../../cloud/call/port.js';
import { countingCalls, type AttemptState, passed, waitingOf } from '../../activities/operation/attempt-state.js';

/** An attempt that its budget told to come back keeps its turn until it has had it, whatever else it calls meanwhile. */

const request = (action: string): CloudRequest => ({
  service: 'vpc',
  action,
  params: {},
  accountId: '1000000000000001',
});
const create = request('CreateFlowLog');
const list = request('DescribeFlowLogs');

/** The cloud behind a budget that has no slot for these actions; notes which calls came as ones that had waited. */
function cloudWithout(full: readonly string[], noted: [action: string, waited: boolean][] = []) {
  const call = (asked: CloudRequest, { waited = false }: CallOptions = {}) => {
    noted.push([asked.action, waited]);
    if (full.includes(asked.action)) return Promise.reject(new BudgetWait(asked, 2_000));
    return Promise.resolve({ requestId: 'R', httpStatus: 200, body: {} });
  };
  return { cloud: { call }, noted };
}

test('a read that goes through takes no turn away from the change that waits', async () => {
  const attemptState: AttemptState = { apiCalls: 0, requestIds: [] };
  const { cloud } = cloudWithout(['CreateFlowLog']);
  await expect(countingCalls(cloud, attemptState).call(create)).rejects.toThrow(BudgetWait);
  await countingCalls(cloud, attemptState).call(list);
  expect(waitingOf(attemptState, create)).toEqual({ waited: true });
  expect(waitingOf(attemptState, list)).toEqual({});
  passed(attemptState, create);
  expect(waitingOf(attemptState, create)).toEqual({});
  expect(attemptState).not.toHaveProperty('waitsFor');
});

test('each API has a turn of its own, and loses it once it was let through', async () => {
  const attemptState: AttemptState = { apiCalls: 0, requestIds: [] };
  const busy = cloudWithout(['CreateFlowLog', 'DescribeFlowLogs']);
  for (const asked of [create, list, create])
    await expect(countingCalls(busy.cloud, attemptState).call(asked)).rejects.toThrow(BudgetWait);
  expect(busy.noted.map(([, waited]) => waited)).toEqual([false, false, true]);
  const free = cloudWithout([]);
  for (const asked of [list, list, create, create]) await countingCalls(free.cloud, attemptState).call(asked);
  expect(free.noted.map(([, waited]) => waited)).toEqual([true, false, true, false]);
});
