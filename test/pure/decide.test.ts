import { describe, expect, test } from 'vitest';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import { decide } from '../../activities/operation/decide-attempt.js';
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
