import { describe, expect, test } from 'vitest';
import type { JournalEntry } from '../../simulator/index.js';
import { makePlan } from '../chaos/plan.js';
import { unproven } from '../chaos/proof.js';
import { faultsMet, lossy, rough, stormRules } from '../chaos/storm.js';
import type { Blow } from '../chaos/strikes.js';
import { targetNumber } from '../chaos/targets.js';
import { call, create, flowLog } from './fixtures/chaos-journal.js';

const { place } = targetNumber(0);
const flowLogs = [flowLog('fl-1'), flowLog('fl-2')];
const look = call(5, 25, 'DescribeFlowLogs', {
  kind: 'read',
  params: { ResourceId: 'vpc-0' },
  committed: false,
  outcome: 'pending',
});
const refused = call(4, 24, 'CreateFlowLog', { params: { ResourceId: 'vpc-0' }, committed: false, outcome: 'X' });
const again = create(8, 40, 'fl-2');
const blow = (strike: Blow['strike'], held: JournalEntry, more: Partial<Blow> = {}): Blow => ({
  strike,
  pid: 1,
  place,
  call: held,
  othersPending: 0,
  lastSeq: held.seq,
  sinceMs: 100,
  ...more,
});
const held = create(5, 25, 'fl-2');

/** A worker that stood between intent and send from one second to another. */
function suspended(from: number, until: number): Blow {
  const at = (seconds: number) => call(0, seconds, 'CreateFlowLog').monotonicMs;
  const stood = { fromMs: at(from), untilMs: at(until) };
  return { strike: 'suspended', pid: 1, place, stood, othersPending: 0, lastSeq: 0, sinceMs: 0 };
}

/** Blows that fell where they should, and such as fell beside. */
const cases: readonly { reason: string; blow: Blow; journal: readonly JournalEntry[]; proven: boolean }[] = [
  {
    reason: 'a worker looked after a refusal, died, and another one sent',
    blow: blow('before-send', look),
    journal: [refused, look, again],
    proven: true,
  },
  {
    reason: 'nothing had been refused: the look may be the first of the operation',
    blow: blow('before-send', look),
    journal: [look, again],
    proven: false,
  },
  {
    reason: 'the change was sent while the look was held',
    blow: blow('before-send', look, { lastSeq: 8 }),
    journal: [refused, look, again],
    proven: false,
  },
  {
    reason: 'nobody sent it afterwards',
    blow: blow('before-send', look),
    journal: [refused, look],
    proven: false,
  },
  {
    reason: 'the call was sent and not done when its worker died',
    blow: blow('in-flight', { ...held, outcome: 'pending', committed: false }),
    journal: [held],
    proven: true,
  },
  {
    reason: 'it was done already',
    blow: blow('in-flight', { ...held, outcome: 'pending' }),
    journal: [held],
    proven: false,
  },
  {
    reason: 'the call was done and not answered when its worker died',
    blow: blow('after-commit', { ...held, outcome: 'pending' }),
    journal: [held],
    proven: true,
  },
  { reason: 'it was answered already', blow: blow('after-commit', held), journal: [held], proven: false },
  {
    reason: 'the change was answered and nothing else under way',
    blow: blow('waiting', held),
    journal: [held],
    proven: true,
  },
  {
    reason: 'the worker stood, and nothing was sent meanwhile',
    blow: suspended(30, 40),
    journal: [held, again],
    proven: true,
  },
  {
    reason: 'the change was sent while the worker stood',
    blow: suspended(30, 41),
    journal: [held, again],
    proven: false,
  },
  {
    reason: 'another call about the target was under way',
    blow: blow('waiting', held, { othersPending: 1 }),
    journal: [held],
    proven: false,
  },
];

test.each(cases)('a blow $blow.strike is proven: $proven, because $reason', ({ blow: one, journal, proven }) => {
  expect(unproven(one, journal, flowLogs).length === 0).toBe(proven);
});

describe('the storm', () => {
  test('makes sure of the classes that no change has met so far, and gives each its share', () => {
    const met = call(1, 1, 'CreateFlowLog', { fault: 'reset', committed: false });
    expect(faultsMet([met], rough)).toMatchObject({ 'reset before': 1, 'reset after': 0 });
    const rules = stormRules([met], rough);
    expect(rules.filter(({ count }) => count === 1)).toHaveLength(Object.keys(rough.classes).length - 1);
    const spared = rules
      .filter(({ product, probability }) => product === undefined && probability !== undefined)
      .reduce((share, { probability = 0 }) => share * (1 - probability), 1);
    expect(1 - spared).toBeCloseTo(0.1, 5);
  });

  test('loses three of ten answers where it is lossy, and answers changes with codes after the act', () => {
    const rules = stormRules([], lossy);
    expect(rules).toContainEqual({ when: 'after', effect: 'reset', probability: 0.3 });
    const after = rules.filter(({ when, effect, probability }) => when === 'after' && effect === 'code' && probability);
    const codes = after.map(({ code }) => code);
    expect(codes).toEqual(expect.arrayContaining(['ServiceUnavailable', 'SystemBusy', 'TaskConflict']));
    const met = call(1, 1, 'CreateFlowLog', { fault: 'code', code: 'SystemBusy', committed: true });
    expect(faultsMet([met], lossy)).toMatchObject({ 'SystemBusy after': 1 });
  });

  test('does not count calls that were merely held, nor reads', () => {
    const calls = [call(1, 1, 'CreateFlowLog', { fault: 'none' }), { ...look, fault: 'reset' as const }];
    expect(Object.values(faultsMet(calls, rough)).every((count) => count === 0)).toBe(true);
  });
});

describe('the plan', () => {
  const size = { targets: 60, kills: 20, seed: 7 };

  test('is the same for the same seed, and another for another', () => {
    expect(makePlan(size)).toEqual(makePlan(size));
    expect(makePlan({ ...size, seed: 8 })).not.toEqual(makePlan(size));
  });

  test('has every product and operation, kills in every place, and both outages', () => {
    const { programs, strikes } = makePlan(size);
    expect(new Set(programs.map((each) => each.target.product))).toEqual(new Set(['vpc', 'cen', 'ecr']));
    expect(new Set(programs.flatMap(({ operations }) => operations.map(({ operation }) => operation)))).toEqual(
      new Set(['enable', 'disable', 'modify', 'delete']),
    );
    for (const kill of ['before-send', 'in-flight', 'after-commit', 'waiting']) {
      expect(strikes.filter((strike) => strike === kill).length).toBeGreaterThanOrEqual(3);
    }
    expect(strikes).toEqual(expect.arrayContaining(['temporal', 'database']));
  });
});
