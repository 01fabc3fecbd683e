import { describe, expect, test } from 'vitest';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import { decide, lookHolds } from '../../activities/operation/decide-attempt.js';
import type { ChangeInput } from '../../workflows/contract/activities.js';
import type { AcceptedChange, TargetState } from '../../audit/index.js';
import type { Observation, SeenFlowLog } from '../../cloud/flow-log.js';

const thisRun = { workflowId: 'flow-log/vpc/1/cn-hangzhou/VPC/vpc-1', runId: 'this' };
const earlierRun = { ...thisRun, runId: 'earlier' };
const timing = {
  connectTimeoutMs: 500,
  readTimeoutMs: 1_000,
  listLagMs: 3_000,
  commitDelayMs: 0,
  graceMs: 6_500,
  heartbeatMs: 2_000,
  deadlineMs: 60_000,
};
const longAgoMs = 600_000;

const flowLog = (status: SeenFlowLog['status']) => ({ flowLogId: 'fl-1', status, drift: [] }) as unknown as SeenFlowLog;
const observationOf = (...own: SeenFlowLog[]): Observation => ({
  own,
  foreign: [],
  managed: [],
  readAt: '2026-01-01T00:00:00Z',
  complete: true,
});
const inputOf = (verb: ChangeInput['verb']) =>
  ({
    verb,
    seen: { ids: [], readAt: '', version: 0 },
    ...omitUndefined({ flowLogId: verb === 'create' ? undefined : 'fl-1' }),
  }) as never;
const stateAfter = (lastAccepted?: AcceptedChange): TargetState => ({
  fence: 2,
  version: 1,
  pending: [],
  ...omitUndefined({ lastAccepted }),
});
const accepted = (verb: AcceptedChange['verb'], operation = thisRun, version = 1): AcceptedChange => ({
  verb,
  flowLogId: 'fl-1',
  ageMs: longAgoMs,
  version,
  operation,
});

describe('an attempt that finds its change made, long after it was accepted', () => {
  const active = observationOf(flowLog('active'));
  const cases = [
    {
      reason: 'this run created it, and the worker was lost with its report',
      verb: 'create',
      last: accepted('create'),
      seen: active,
      end: 'seen',
    },
    {
      reason: 'this run activated it, and the worker was lost with its report',
      verb: 'activate',
      last: accepted('activate'),
      seen: active,
      end: 'seen',
    },
    {
      reason: 'an earlier run created it',
      verb: 'create',
      last: accepted('create', earlierRun),
      seen: active,
      end: 'unneeded',
    },
    {
      reason: 'this run created it before it looked and decided to create: that one was gone',
      verb: 'create',
      last: accepted('create', thisRun, 0),
      seen: active,
      end: 'unneeded',
    },
    {
      reason: 'this run created it, somebody else activated it',
      verb: 'activate',
      last: accepted('create'),
      seen: active,
      end: 'unneeded',
    },
    { reason: 'nothing is on record', verb: 'create', last: undefined, seen: active, end: 'unneeded' },
  ] as const;
  test.each(cases)('$verb: $reason: $end', ({ verb, last, seen, end }) => {
    const look = { observation: seen, elapsedMs: 0, missedBefore: [] };
    expect(decide(inputOf(verb), stateAfter(last), thisRun, timing, look).decision).toMatchObject({ do: 'end', end });
  });
});

describe('an attempt to remove a surplus', () => {
  const kept = (more: Partial<SeenFlowLog> = {}) =>
    ({ ...flowLog('active'), flowLogId: 'fl-kept', delivery: { state: 'unknown' }, ...more }) as SeenFlowLog;
  const plain = { verb: 'delete', flowLogId: 'fl-1', seen: { ids: [], readAt: '', version: 1 } };
  const input = { ...plain, keptFlowLogId: 'fl-kept' };
  const lately = (verb: AcceptedChange['verb']) => ({
    lastAccepted: { ...accepted(verb, earlierRun), flowLogId: 'fl-kept', ageMs: timing.listLagMs - 1 },
  });
  const inDoubt = {
    lastAnswer: { flowLogId: 'fl-kept', verb: 'deactivate', action: 'DeactiveFlowLog', ageMs: timing.listLagMs - 1 },
  };

  const cases = [
    { reason: 'the other one records', others: [kept()], does: { do: 'send' } },
    { reason: 'the other one is inactive', others: [kept({ status: 'inactive' })] },
    { reason: 'the other one is changing', others: [kept({ status: 'changing' })] },
    { reason: 'records of the other one do not arrive', others: [kept({ delivery: { state: 'failed' } as never })] },
    { reason: 'the other one goes elsewhere', others: [kept({ drift: ['destination.project'] })] },
    { reason: 'the other one is gone', others: [] },
    {
      reason: 'we have stopped the other one, and lists may not show it yet',
      others: [kept()],
      state: lately('deactivate'),
    },
    {
      reason: 'we have deleted the other one, and lists may not show it yet',
      others: [kept()],
      state: lately('delete'),
    },
    { reason: 'we have activated the other one', others: [kept()], state: lately('activate'), does: { do: 'send' } },
    {
      reason: 'the other one may yet be stopped',
      others: [kept()],
      state: inDoubt,
      does: { do: 'wait', againInMs: 1 },
    },
  ];
  test.each(cases)('$reason', ({ others, state, does = { do: 'end', end: 'unneeded' } }) => {
    const look = { observation: observationOf(flowLog('active'), ...others), elapsedMs: 0, missedBefore: [] };
    const known = { ...stateAfter(), ...state } as TargetState;
    expect(decide(input as never, known, thisRun, timing, look).decision).toMatchObject(does);
  });

  test('never relies on an earlier look', () => {
    const fenced = { state: stateAfter(), attempt: 1, seenAgoMs: 0, graceMs: timing.graceMs };
    expect([plain, input].map((one) => lookHolds(one as never, fenced))).toEqual([true, false]);
  });
});
