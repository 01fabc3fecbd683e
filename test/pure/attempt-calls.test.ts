import { describe, expect, test } from 'vitest';
import { ofAttempt } from '../../activities/operation/attempt-calls.js';
import type { AttemptState } from '../../activities/operation/attempt-state.js';
import type { Dependencies } from '../../activities/dependencies.js';
import { BudgetWait, type SlotTurn } from '../../cloud/call/budget.js';
import type { CloudRequest } from '../../cloud/call/port.js';

const create: CloudRequest = { service: 'vpc', action: 'CreateFlowLog', accountId: '1', region: 'r', params: {} };
const list: CloudRequest = { ...create, action: 'DescribeFlowLogs' };

/** An attempt with this state, on a budget that tells those APIs to come back. */
function attempt(state: AttemptState, { full = [], bulk }: { full?: readonly CloudRequest[]; bulk?: string } = {}) {
  const turns: (SlotTurn & { readonly action: string })[] = [];
  const ask = (request: CloudRequest, turn: SlotTurn = {}) => {
    turns.push({ action: request.action, ...turn });
    return full.includes(request) ? Promise.reject(new BudgetWait(request, 1_000)) : Promise.resolve();
  };
  const deps = {
    budget: { probe: ask, reserve: ask },
    cloud: {
      call: async (request: CloudRequest, options: SlotTurn) => {
        await ask(request, options);
        return { requestId: 'R', httpStatus: 200, body: {} };
      },
    },
  } as unknown as Dependencies;
  return { turns, ...ofAttempt(deps, state, bulk === undefined ? {} : { bulk }) };
}
const fresh = (): AttemptState => ({ apiCalls: 0, requestIds: [] });

describe('an attempt that was told to come back for a slot', () => {
  test('says so the next time, whatever else it has read meanwhile', async () => {
    const state = fresh();
    await expect(attempt(state, { full: [create] }).budget.reserve(create)).rejects.toThrow(BudgetWait);
    const next = attempt(state);
    await next.cloud.call(list);
    await next.budget.reserve(create);
    expect(next.turns.map(({ action, waited }) => ({ action, waited }))).toEqual([
      { action: 'DescribeFlowLogs', waited: false },
      { action: 'CreateFlowLog', waited: true },
    ]);
  });

  test('says so no more once the call has been accepted', async () => {
    const state = fresh();
    await expect(attempt(state, { full: [list] }).cloud.call(list)).rejects.toThrow(BudgetWait);
    const next = attempt(state);
    await next.cloud.call(list);
    await next.cloud.call(list);
    expect(next.turns.map(({ waited }) => waited)).toEqual([true, false]);
    expect(state).toEqual({ apiCalls: 2, requestIds: ['R', 'R'] });
  });
});

test.each([
  { bulk: undefined, single: true },
  { bulk: 'run', single: false },
])('a call for bulk $bulk is single: $single', async ({ bulk, single }) => {
  const { turns, budget, cloud } = attempt(fresh(), bulk === undefined ? {} : { bulk });
  await budget.probe(create);
  await cloud.call(list);
  expect(turns.map((turn) => turn.single)).toEqual([single, single]);
});
