import { describe, expect, test } from 'vitest';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import { judge } from '../../activities/operation/pending.js';
import { mayYetHaveEffect, recentChange, situationOf } from '../../activities/operation/situation.js';
import { isOver } from '../../activities/operation/wait.js';
import type { Dependencies } from '../../activities/dependencies.js';
import type { AcceptedChange, DoubtfulAnswer, PendingIntent, TargetState } from '../../audit/index.js';
import type { ChangeVerb, Observation, SeenFlowLog } from '../../cloud/flow-log.js';
import { type Desired, type Memory, nextStep } from '../../workflows/decide/next-step.js';
import { operations } from '../../workflows/contract/operation.js';
import { flowLog } from './fixtures/seen-flow-log.js';

const timing = {
  connectTimeoutMs: 500,
  readTimeoutMs: 1_000,
  listLagMs: 3_000,
  commitDelayMs: 5_000,
  graceMs: 30_000,
  heartbeatMs: 2_000,
  deadlineMs: 60_000,
};
const run = { workflowId: 'flow-log/vpc/1/cn-hangzhou/VPC/vpc-1', runId: 'this' };
const seen = (more: Partial<Observation>): Observation => ({
  own: [],
  foreign: [],
  managed: [],
  readAt: '2026-01-01T00:00:00Z',
  complete: true,
  ...more,
});
const accepted = (verb: ChangeVerb, ageMs: number, flowLogId = 'fl-1'): AcceptedChange => ({
  verb,
  flowLogId,
  ageMs,
  version: 1,
  operation: { ...run, runId: 'earlier' },
});
const known = (more: Partial<TargetState>): TargetState => ({ fence: 2, version: 2, pending: [], ...more });
const memory: Memory = { changes: [], deadlineAt: 60_000 };
const desired = (operation: Desired['operation'], options: Desired['options'] = {}): Desired => ({
  operation,
  product: 'vpc',
  options,
  tellsDelivery: true,
});

describe('a flow log of somebody else does not stand in for ours', () => {
  const foreign = [flowLog('fl-foreign', 'active')];
  const look = { observation: seen({ foreign }), unclear: [] };
  const recent = { verb: 'create', flowLogId: 'fl-1' } as const;
  const meant = operations.flatMap((operation) =>
    [{}, { adopt: true }, { takeOver: true }].map((options) => ({ operation, options })),
  );

  test.each(meant)('$operation, $options: while a create of ours was accepted and does not show yet', (row) => {
    const step = nextStep(desired(row.operation, row.options), { ...look, recent }, memory, 0);
    expect(step).toEqual({ do: 'wait', until: { status: 'settled', flowLogId: 'fl-1' } });
  });

  test.each(meant)('$operation, $options: while a create of ours is in doubt', (row) => {
    const step = nextStep(desired(row.operation, row.options), { ...look, unclear: [{ verb: 'create' }] }, memory, 0);
    expect(step).toEqual({ do: 'wait', until: { status: 'settled' } });
  });

  test('it does once no create of ours can show any more', () => {
    expect(nextStep(desired('delete', { adopt: true }), look, memory, 0)).toEqual({
      do: 'delete',
      flowLogId: 'fl-foreign',
    });
  });

  test('it is spoken of where it is named by its id', () => {
    const pinned = { ...desired('delete'), pinned: 'fl-foreign' };
    expect(nextStep(pinned, { ...look, recent }, memory, 0)).toEqual({ do: 'delete', flowLogId: 'fl-foreign' });
  });

  test('a run of a release that took the one in sight goes on as it began', () => {
    const asBefore = () => false;
    expect(nextStep(desired('delete', { adopt: true }), { ...look, recent }, memory, 0, asBefore)).toMatchObject({
      do: 'delete',
    });
  });
});

describe('a wait is not over while the next step would be the same wait', () => {
  const verbs: readonly ChangeVerb[] = ['create', 'activate', 'deactivate', 'modify', 'tag', 'move', 'delete'];
  const statuses: readonly SeenFlowLog['status'][] = ['active', 'inactive', 'changing'];
  const drifts = [[], ['aggregationIntervalSeconds']];
  const looks = verbs.flatMap((verb) =>
    statuses.flatMap((status) =>
      drifts.flatMap((drift) =>
        (['own', 'foreign'] as const).map((whose) => ({ verb, status, drift, whose, ageMs: 1_000 })),
      ),
    ),
  );

  test.each(looks)(
    'after $verb: a $whose one is $status and differs in $drift',
    ({ verb, status, drift, whose, ageMs }) => {
      const observation = seen({ [whose]: [flowLog('fl-1', status, { drift })] });
      const state = known({ lastAccepted: accepted(verb, ageMs) });
      const recent = recentChange(state, timing, observation);
      for (const operation of operations) {
        const step = nextStep(
          desired(operation),
          { observation, unclear: [], ...omitUndefined({ recent }) },
          memory,
          0,
        );
        if (step.do === 'wait') expect(isOver({ timing }, step.until, observation, state, 0), operation).toBe(false);
      }
    },
  );
});

describe('the effect of a change in doubt is not read from a page older than the change before it', () => {
  const pending = (verb: ChangeVerb): PendingIntent =>
    ({
      intentId: 'i-1',
      operation: run,
      verb,
      action: verb,
      flowLogId: 'fl-1',
      ageMs: 500,
      state: 'unknown',
      earlierFlowLogs: [],
    }) as unknown as PendingIntent;
  const judged = (verb: ChangeVerb, observation: Observation, memoryOf: Partial<TargetState>) =>
    judge(
      { state: known({ pending: [pending(verb)], ...memoryOf }), observation, elapsedMs: 0, missedBefore: [] },
      run,
      timing,
    );

  test.each([
    { verb: 'activate', before: 'deactivate', status: 'active' },
    { verb: 'deactivate', before: 'activate', status: 'inactive' },
  ] as const)('$verb after $before', ({ verb, before, status }) => {
    const observation = seen({ own: [flowLog('fl-1', status)] });
    const { seen: effects, open } = judged(verb, observation, { lastAccepted: accepted(before, 1_000) });
    expect(effects).toEqual([]);
    expect(open).toMatchObject([{ againInMs: timing.listLagMs + timing.commitDelayMs - 1_000 }]);
    expect(judged(verb, observation, { lastAccepted: accepted(before, 8_000) }).seen).toHaveLength(1);
    expect(judged(verb, observation, { lastAccepted: accepted(before, 1_000, 'fl-other') }).seen).toHaveLength(1);
  });

  test('the absence that a delete makes, while its create may not show yet', () => {
    const created = (ageMs: number) => ({ lastCreated: { flowLogId: 'fl-1', ageMs } });
    expect(judged('delete', seen({}), created(10_000))).toMatchObject({ seen: [], open: [{ againInMs: 20_000 }] });
    expect(judged('delete', seen({}), created(30_000)).seen).toHaveLength(1);
  });
});

describe('an answer in doubt that a look has not borne out', () => {
  const answer = (ageMs: number, verb: ChangeVerb = 'delete'): DoubtfulAnswer => ({
    intentId: 'i-1',
    operation: run,
    verb,
    action: 'DeleteFlowLogs',
    flowLogId: 'fl-1',
    kind: 'busy',
    code: 'IncorrectStatus',
    message: '',
    ageMs,
  });
  const observation = seen({ own: [flowLog('fl-1', 'active')] });
  const deps = { timing, searchAttributes: true, longHistoryEvents: 1 } as unknown as Dependencies;
  const stepOf = (state: TargetState) =>
    nextStep(desired('enable'), situationOf(deps, observation, state, { apiCalls: 0, requestIds: [] }), memory, 0);

  test('keeps the next operation from ending well until it can have no effect any more', () => {
    const until = { status: 'settled', flowLogId: 'fl-1' } as const;
    expect(stepOf(known({ lastAnswer: answer(7_999) }))).toEqual({ do: 'wait', until });
    expect(isOver({ timing }, until, observation, known({ lastAnswer: answer(4_000) }), 3_999)).toBe(false);
    expect(isOver({ timing }, until, observation, known({ lastAnswer: answer(4_000) }), 4_000)).toBe(true);
    expect(stepOf(known({ lastAnswer: answer(8_000) }))).toMatchObject({ do: 'done', outcome: 'unchanged' });
  });

  test('does not where a call for the same flow log was accepted since, nor where it was a create', () => {
    expect(mayYetHaveEffect(known({ lastAnswer: answer(2_000), lastAccepted: accepted('activate', 1_000) }), timing)).toBe(undefined); // prettier-ignore
    expect(mayYetHaveEffect(known({ lastAnswer: answer(2_000, 'create') }), timing)).toBe(undefined);
    expect(mayYetHaveEffect(known({ lastAnswer: answer(2_000), lastAccepted: accepted('activate', 3_000) }), timing)).toMatchObject({ verb: 'delete' }); // prettier-ignore
  });
});
