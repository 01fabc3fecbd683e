import { describe, expect, test } from 'vitest';
import type { FlowLogView, JournalEntry } from '../../simulator/index.js';
import { type Evidence, judge } from '../chaos/judge.js';
import type { LedgerRow } from '../chaos/ledger-judge.js';
import type { Program } from '../chaos/plan.js';
import { targetNumber } from '../chaos/targets.js';
import { EPOCH_MS, call, create, flowLog } from './fixtures/chaos-journal.js';

/** A ledger row `at` seconds after the beginning. */
function row(at: number, kind: string, intentId: string | null, more: Partial<LedgerRow> = {}): LedgerRow {
  return {
    kind,
    workflow_id: 'w',
    run_id: 'run-1',
    seq: 1,
    intent_id: intentId,
    target: intentId === null ? null : 'chaos/vpc/1/cn-hangzhou/VPC/vpc-0',
    action: null,
    result: null,
    at_ms: EPOCH_MS + at * 1_000,
    body: {},
    ...more,
  };
}

const { target, place } = targetNumber(0);
const request = { target, requestedBy: 'test' };

/** One target, enabled, deleted and enabled again, and all of it as it should be. */
const program: Program = {
  target,
  place,
  operations: [
    { operation: 'enable', request, outcome: 'created' },
    { operation: 'delete', request, outcome: 'deleted' },
    { operation: 'enable', request, outcome: 'created' },
  ],
  wanted: { status: 'Active', creates: 2 },
};
const byHand = flowLog('fl-hand', { origin: 'seed' });
const remove = (seq: number, at: number): JournalEntry =>
  call(seq, at, 'DeleteFlowLog', { params: { FlowLogId: 'fl-1' }, flowLogId: 'fl-1' });
const accepted = (requestId: string): Partial<LedgerRow> => ({ result: 'accepted', body: { requestId } });

const sound: Evidence = {
  programs: [program],
  ends: [
    { place, index: 0, runId: 'run-1', outcome: 'created', status: 'active' },
    { place, index: 1, runId: 'run-2', outcome: 'deleted', status: 'absent' },
    { place, index: 2, runId: 'run-3', outcome: 'created', status: 'active' },
  ],
  journal: [create(1, 10, 'fl-1'), remove(2, 20), create(3, 30, 'fl-2')],
  releasedMs: new Map(),
  flowLogs: [byHand, flowLog('fl-1', { deleted: true }), flowLog('fl-2')],
  foreign: [byHand],
  ledger: [
    ...['run-1', 'run-2', 'run-3'].flatMap((run_id) =>
      ['opened', 'closed'].map((kind) => row(0, kind, null, { run_id })),
    ),
    row(9, 'intent', 'i1', { action: 'CreateFlowLog' }),
    row(11, 'outcome', 'i1', accepted('R1')),
    row(19, 'intent', 'i2', { action: 'DeleteFlowLog' }),
    row(21, 'unknown', 'i2'),
    row(22, 'resolution', 'i2', { result: 'effect-seen' }),
    row(29, 'intent', 'i3', { action: 'CreateFlowLog' }),
    row(31, 'outcome', 'i3', accepted('R3')),
  ],
  verification: { ok: true, entries: 13, chains: 3, unanchoredChains: 0 },
};

const problemsOf = (evidence: Evidence): string[] =>
  judge(evidence).flatMap(({ invariant, problems }) => problems.map((problem) => `${invariant} ${problem}`));

const without = <Item>(items: readonly Item[], index: number): Item[] => items.filter((_, each) => each !== index);
const replaced = <Item>(items: readonly Item[], index: number, more: Partial<Item>): Item[] =>
  items.map((item, each) => (each === index ? { ...item, ...more } : item));
const rowOf = (intentId: string, kind: string): number =>
  sound.ledger.findIndex((each) => each.intent_id === intentId && each.kind === kind);
const withRow = (intentId: string, kind: string, more: Partial<LedgerRow>): Partial<Evidence> => ({
  ledger: replaced(sound.ledger, rowOf(intentId, kind), more),
});
const withFlowLog = (index: number, more: Partial<FlowLogView>): Partial<Evidence> => ({
  flowLogs: replaced(sound.flowLogs, index, more),
});
const withEnd = (index: number, more: Partial<Evidence['ends'][number]>): Partial<Evidence> => ({
  ends: replaced(sound.ends, index, more),
});
const withCall = (index: number, more: Partial<JournalEntry>): Partial<Evidence> => ({
  journal: replaced(sound.journal, index, more),
});

/** Each lets one thing go wrong, and names what must be found. */
const doctored: readonly { reason: string; change: Partial<Evidence>; found: RegExp }[] = [
  {
    reason: 'a second flow log stands on the target',
    change: { flowLogs: [...sound.flowLogs, flowLog('fl-3')] },
    found: /^I1 .*a second flow log fl-3/,
  },
  { reason: 'the flow log is gone', change: withFlowLog(2, { deleted: true }), found: /^I1 .*is absent, not Active/ },
  { reason: 'it is in another state', change: withFlowLog(2, { status: 'Inactive' }), found: /^I1 .*is Inactive, not/ },
  {
    reason: 'one stands where none should',
    change: { programs: [{ ...program, wanted: { creates: 2 } }] },
    found: /^I1 .*is Active, not absent/,
  },
  {
    reason: 'one more was made than was needed, and is deleted',
    change: { flowLogs: [...sound.flowLogs, flowLog('fl-3', { deleted: true })] },
    found: /^I1 .*3 flow logs were made/,
  },
  {
    reason: 'a modification is lost',
    change: { programs: [{ ...program, wanted: { ...program.wanted, description: 'new' } }] },
    found: /^I1 .*the description is/,
  },
  {
    reason: 'one was made on a resource nobody named',
    change: { flowLogs: [...sound.flowLogs, flowLog('fl-3', { resource: 'vpc-77' })] },
    found: /^I1 .*nobody asked for fl-3/,
  },
  {
    reason: 'the second was made before the first was deleted',
    change: { journal: [create(1, 10, 'fl-1'), create(3, 15, 'fl-2'), remove(2, 20)] },
    found: /^I1 .*fl-2 was made .* while fl-1 was there/,
  },
  {
    reason: 'the delete arrived before the second create, but was held and done after it',
    change: { releasedMs: new Map([['R2', 31_000]]) },
    found: /^I1 .*fl-2 was made .* while fl-1 was there/,
  },
  {
    reason: 'an operation failed',
    change: withEnd(2, { failure: { kind: 'busy', code: 'X', message: 'm' } }),
    found: /^I2 .*failed: busy, X: m/,
  },
  {
    reason: 'an operation says that it did what it did not',
    change: withEnd(2, { outcome: 'unchanged' }),
    found: /^I2 .*ended unchanged, not created/,
  },
  {
    reason: 'the last report does not say what is true',
    change: withEnd(2, { status: 'absent' }),
    found: /^I2 .*reported absent, but it is active/,
  },
  { reason: 'an operation never ended', change: { ends: without(sound.ends, 2) }, found: /^I3 .*has 0 ends/ },
  {
    reason: 'an operation ended twice',
    change: { ends: [...sound.ends, ...sound.ends.slice(2)] },
    found: /^I3 .*has 2 ends/,
  },
  {
    reason: 'a call has no intent',
    change: { ledger: sound.ledger.filter(({ intent_id }) => intent_id !== 'i1') },
    found: /^I4 .*R1 has no intent before it/,
  },
  {
    reason: 'a call was sent before its intent was committed',
    change: withCall(0, { time: new Date(EPOCH_MS + 8_000).toISOString() }),
    found: /^I4 .*R1 has no intent before it/,
  },
  {
    reason: 'a call was sent again under the same intent',
    change: {
      journal: [...sound.journal, call(4, 32, 'CreateFlowLog', { params: { ResourceId: 'vpc-0' }, committed: false })],
    },
    found: /^I4 .*has a second call: CreateFlowLog R4/,
  },
  {
    reason: 'an intent has no end',
    change: { ledger: without(sound.ledger, rowOf('i3', 'outcome')) },
    found: /^I4 .*i3\) has no end/,
  },
  {
    reason: 'an intent is still in doubt',
    change: { ledger: without(sound.ledger, rowOf('i2', 'resolution')) },
    found: /^I4 .*i2\) is still in doubt/,
  },
  {
    reason: 'the ledger claims an effect that the cloud does not know',
    change: withCall(1, { committed: false }),
    found: /^I4 .*is said to have had its effect, but request R2 has none/,
  },
  {
    reason: 'the ledger claims an effect of a call that never came',
    change: { journal: without(sound.journal, 1) },
    found: /^I4 .*is said to have had its effect, but no call has none/,
  },
  {
    reason: 'the ledger denies an effect that was',
    change: withRow('i2', 'resolution', { result: 'effect-absent' }),
    found: /^I4 .*is said to have had no effect, but request R2 has one/,
  },
  {
    reason: 'what is recorded as not sent arrived',
    change: withRow('i3', 'outcome', { result: 'not-sent' }),
    found: /^I4 .*is said not to have been sent, but request R3 arrived/,
  },
  {
    reason: 'an answer is recorded without its request id',
    change: withRow('i3', 'outcome', { body: {} }),
    found: /^I4 .*has an answer without a request id/,
  },
  {
    reason: "an answer is recorded with another call's request id",
    change: withRow('i3', 'outcome', { body: { requestId: 'R1' } }),
    found: /^I4 .*names request R1, which is not its call/,
  },
  {
    reason: 'the intent is of another action',
    change: withRow('i3', 'intent', { action: 'ActiveFlowLog' }),
    found: /^I4 .*has the call CreateFlowLog/,
  },
  {
    reason: 'a run was never closed',
    change: { ledger: without(sound.ledger, 5) },
    found: /^I4 .*run run-3 has no row closed/,
  },
  {
    reason: 'the chain is broken',
    change: {
      verification: {
        ...sound.verification,
        ok: false,
        broken: { operation: { workflowId: 'w', runId: 'r' }, seq: 2, what: 'row 2 was changed' },
      },
    },
    found: /^I4 the ledger does not verify: row 2 was changed/,
  },
  { reason: "another's flow log was changed", change: withFlowLog(0, { status: 'Inactive' }), found: /^I5 fl-hand/ },
  { reason: "another's flow log is gone", change: { flowLogs: sound.flowLogs.slice(1) }, found: /^I5 fl-hand/ },
  {
    reason: "another's flow log was named by a call that was refused",
    change: {
      journal: [...sound.journal, call(4, 40, 'DeleteFlowLog', { params: { FlowLogId: 'fl-hand' }, committed: false })],
    },
    found: /^I5 fl-hand was named by DeleteFlowLog/,
  },
  {
    reason: 'a throttled change was sent again at once',
    change: {
      journal: [
        call(9, 9.9, 'CreateFlowLog', {
          params: { ResourceId: 'vpc-0' },
          committed: false,
          outcome: 'Throttling.User',
          code: 'Throttling.User',
        }),
        ...sound.journal,
      ],
    },
    found: /^I6 .*came 100 ms after it was throttled/,
  },
];

describe('the judge of a campaign', () => {
  test('finds nothing where nothing is wrong', () => {
    expect(problemsOf(sound)).toEqual([]);
    expect(judge(sound).map(({ invariant }) => invariant)).toEqual(['I1', 'I2', 'I3', 'I4', 'I5', 'I6']);
  });

  test.each(doctored)('finds it when $reason', ({ change, found }) => {
    expect(problemsOf({ ...sound, ...change })).toEqual(expect.arrayContaining([expect.stringMatching(found)]));
  });
});
