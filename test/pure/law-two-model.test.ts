import { describe, expect, test } from 'vitest';
import { type Setting, lateSend } from './fixtures/law-two-attempt.model.js';
import { type Part, TICK_MS, type Times, tightTimes } from './fixtures/law-two-state.model.js';
import { lateSecondCreate, lawTwo, secondCreate } from './fixtures/law-two.model.js';
import { type Findings, type Step, search } from './fixtures/search.model.js';

/** Two attempts of the first run may be frozen while the second run is at work. */
const whole: Setting = { times: tightTimes, without: new Set(), mostAttempts: 3, lateSends: 'counted' };
const small: Setting = { ...whole, mostAttempts: 2 };
const maxStates = 1_000_000;

const without = (...parts: readonly Part[]): Setting => ({ ...small, without: new Set(parts) });

const size = ({ states, moves }: Findings) => `${states} states, ${moves} moves`;

/** A line for each change of actor. */
function printed(trace: readonly Step[]): string {
  const lines: string[] = [];
  let last = '';
  for (const { who, what } of trace) {
    if (who === last) lines.push(`${lines.pop()}; ${what}`);
    else lines.push(`  ${who} ${what}`);
    last = who;
  }
  return lines.join('\n');
}

const steps = (trace: readonly Step[]) => trace.map(({ who, what }) => `${who} ${what}`);

/** Steps that a search must have gone through to have shown anything. */
const wentThrough = [
  'crashes',
  'gives up on the attempt, which may live on',
  'ends run 1, and run 2 begins',
  'makes a flow log',
  'takes the fence',
  'takes the fence; relies on the earlier look; decides to send',
  'closes the open intent as unknown',
  'looks, and does not see it yet; the outcome is unclear',
  'looks, and sees the flow log; ends: seen',
  'looks, and sees the flow log; ends: unneeded',
  'is refused the intent: superseded',
  'commits its intent',
  'finds the send window passed',
  'records that it was not-sent',
  'sends, and is answered',
  'sends, and is answered in doubt',
  'sends for nothing, and is answered in doubt',
  'sends, and the answer is lost',
  'sends, and is refused',
  'sends, and the call is lost',
  'records that it was accepted, too late',
  'records the effect as absent; decides to send',
  'records the effect as seen; ends: seen',
];

describe('law 2, searched whole', () => {
  test('never makes a second flow log, never sends while something is in doubt, and can always end', () => {
    const found = search(lawTwo(whole), { maxStates });
    const late = found.wrong.get(lateSend)?.states ?? 0;
    console.info(`law 2: ${size(found)}; in ${late} more an attempt frozen past its grace is about to send`);
    for (const [wrong, { trace }] of found.wrong) if (wrong !== lateSend) console.error(`${wrong}:\n${printed(trace)}`);
    // The exception of invariant I1, and nothing else.
    expect([...found.wrong.keys()]).toEqual([lateSend]);
    expect(found.withoutEnd).toEqual({ states: 0, trace: [] });
    expect(found.states).toBeGreaterThan(100_000);
    expect(wentThrough.filter((what) => !found.done.has(what))).toEqual([]);
  }, 300_000);

  const ticks = (windowTicks: number, flightTicks: number, lagTicks: number): Times => ({
    windowMs: windowTicks * TICK_MS,
    flightMs: flightTicks * TICK_MS,
    lagMs: lagTicks * TICK_MS,
    graceMs: (windowTicks + flightTicks + lagTicks) * TICK_MS,
  });

  test.each([
    { times: ticks(1, 0, 2), reason: 'lists later than all else' },
    { times: ticks(1, 2, 1), reason: 'a cloud slower than its lists' },
    { times: ticks(2, 1, 1), reason: 'a wide send window' },
    { times: { ...tightTimes, graceMs: 4 * TICK_MS }, reason: 'a grace longer than it need be' },
  ])('holds with other times: $reason', ({ times }) => {
    const found = search(lawTwo({ ...small, times }), { maxStates });
    expect([...found.wrong.keys()]).toEqual([lateSend]);
    expect(found.withoutEnd.states).toBe(0);
  });

  test('has the one exception that invariant I1 names: frozen after the send-window check, past the grace', () => {
    const found = search(lawTwo({ ...small, lateSends: 'followed' }), { maxStates, stopAt: lateSecondCreate });
    expect([...found.wrong.keys()]).toEqual([lateSecondCreate]);
    const { trace } = found.wrong.get(lateSecondCreate)!;
    console.info(`the exception of I1, after ${size(found)}:\n${printed(trace)}`);
    const way = steps(trace);
    const checked = way.indexOf('attempt A of run 1 is within the send window');
    const sent = way.findIndex((step) => step.startsWith('attempt A of run 1 sends'));
    expect(way.slice(checked, sent).filter((step) => step === 'time goes on').length).toBeGreaterThan(1);
  });
});

describe('with a part of it taken out, a second flow log is made', () => {
  test.each<{ name: string; setting: Setting; reason: string; way: readonly RegExp[] }>([
    {
      name: 'the fence',
      setting: without('fence'),
      reason: 'an attempt given up commits after its successor has looked',
      way: [/attempt B .* takes the fence/, /attempt A .* commits/, /attempt B .* commits/],
    },
    {
      name: 'the grace',
      setting: without('grace'),
      reason: 'what lists do not show yet is taken for absent',
      way: [/makes a flow log/, /looks, and does not see it yet/, /commits/, /sends/],
    },
    {
      name: 'the look',
      setting: without('look'),
      reason: 'what nobody knows the end of is sent again',
      way: [/the answer is lost|is answered in doubt/, /relies on the earlier look/, /sends/],
    },
    {
      name: 'the doubt about codes',
      setting: without('codes'),
      reason: 'what was answered with a code and done all the same is sent again',
      way: [/is answered in doubt/, /records that it was refused/, /does not see it yet; decides to send/, /sends/],
    },
    {
      name: 'the wait after a code, and the second read',
      setting: without('answer-wait', 'second-read'),
      reason: 'what begins a commit delay after its answer is taken for absent',
      way: [
        /is answered in doubt/,
        /records that it was ambiguous/,
        /records the effect as absent/,
        /commits/,
        /sends/,
      ],
    },
    {
      name: 'the send window',
      setting: without('window'),
      reason: 'an attempt frozen after its intent sends when nobody waits for it any more',
      way: [/commits its intent/, /time goes on/, /sends/, /records the effect as absent/, /sends/],
    },
    {
      name: 'waiting for what is in doubt',
      setting: without('waiting'),
      reason: 'the ledger clears the doubt with an answer that the attempt does not know of',
      way: [/records that it was accepted/, /does not see it yet; decides to send/, /commits/, /sends/],
    },
    {
      name: 'the pending check',
      setting: without('pending-refusal', 'waiting'),
      reason: 'a change in doubt keeps nobody from sending',
      way: [/the answer is lost|is answered in doubt/, /does not see it yet; decides to send/, /sends/],
    },
    {
      name: 'the count of ends',
      setting: without('counted-ends'),
      reason: 'a look made while a change was in doubt is relied on long after it was accepted',
      way: [/run 2 reads the ledger/, /accepted/, /run 2 looks, and does not see it yet/, /relies on the earlier look/],
    },
    {
      name: 'two thirds of the grace',
      setting: { ...small, times: { ...tightTimes, graceMs: TICK_MS } },
      reason: 'an accepted create is not waited for any more while lists may still hide it',
      way: [/accepted/, /looks, and does not see it yet; creates/, /sends/],
    },
  ])('$name: $reason', ({ name, setting, way }) => {
    const found = search(lawTwo(setting), { maxStates, stopAt: secondCreate });
    const counterexample = found.wrong.get(secondCreate);
    expect(counterexample).toBeDefined();
    const { trace } = counterexample!;
    console.info(`without ${name}, after ${size(found)}:\n${printed(trace)}`);
    expect(trace.filter(({ what }) => what === 'makes a flow log')).toHaveLength(2);
    let from = 0;
    for (const mark of way) {
      const at = steps(trace).findIndex((step, index) => index >= from && mark.test(step));
      expect(at, `${mark} in the trace`).toBeGreaterThanOrEqual(0);
      from = at + 1;
    }
  });

  test('but not with the refusal of the ledger alone: whoever knows of a change in doubt waits of himself', () => {
    const found = search(lawTwo(without('pending-refusal')), { maxStates });
    expect([...found.wrong.keys()]).toEqual([lateSend]);
  });
});
