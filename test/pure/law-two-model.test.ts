import { describe, expect, test } from 'vitest';
import { type Setting, lateSends } from './fixtures/law-two-attempt.model.js';
import { type Late, type Part, TICK_MS, type Times, tightTimes } from './fixtures/law-two-state.model.js';
import { lateSecondCreate, lawTwo, secondCreate } from './fixtures/law-two.model.js';
import { type Findings, type Step, search } from './fixtures/search.model.js';

const maxStates = 1_000_000;

/** Two attempts of one run, one of which may be frozen while the other is at work. */
const small: Setting = { times: tightTimes, without: new Set(), mostAttempts: 2, mostRuns: 1 };

/** The same, with each of what else goes on in the world. */
const inTrouble = {
  clocks: { ...small, jumps: 1 },
  failOver: { ...small, failOvers: 1, scans: true },
} as const satisfies Record<string, Setting>;

/** Two runs, one after the other, of which nothing of the first is left. */
const twoRuns = { mostAttempts: 1, mostRuns: 2 } as const;

const without = (...parts: readonly Part[]): Setting => ({ ...small, without: new Set(parts) });

/** Exceptions of I1, and nothing else. */
const exceptions = Object.values(lateSends).sort();
const wrongIn = ({ wrong }: Findings) => [...wrong.keys()].sort();

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

/** Prints the way to what should not be. */
function show({ wrong }: Findings): void {
  for (const [what, { trace }] of wrong) if (!exceptions.includes(what)) console.error(`${what}:\n${printed(trace)}`);
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

/** Steps that a search of trouble must have gone through as well. */
const wentThroughInTrouble = {
  clocks: ['has its clock set ahead', 'has its clock set ahead with all wall clocks'],
  failOver: [
    'fails over without the last intent',
    'is refused the intent: failed-over',
    'records that it was accepted, though its intent is gone',
    'records that it was ambiguous, though its intent is gone',
    'takes a scan from before the flow log; creates',
    'scans a list that shifts, and misses the flow log; creates',
  ],
};

/**
 * Several searches rather than one. An attempt that a run of old has left differs from one that its own run has given up in two rules
 * only: whether an earlier look may be relied on, and whose an acceptance is; each is about one attempt and one run. So three attempts are
 * searched within one run, and two over two runs.
 */
describe('law 2, searched whole', () => {
  test('never makes a second flow log, never sends while something is in doubt, and can always end', () => {
    const threeAttempts = search(lawTwo({ ...small, mostAttempts: 3 }), { maxStates });
    const over = search(lawTwo({ ...small, mostRuns: 2, scans: true }), { maxStates });
    console.info(`law 2: three attempts ${size(threeAttempts)}; over two runs ${size(over)}`);
    for (const found of [threeAttempts, over]) {
      show(found);
      expect(wrongIn(found)).toEqual(exceptions);
      expect(found.withoutEnd).toEqual({ states: 0, trace: [] });
    }
    expect(threeAttempts.states + over.states).toBeGreaterThan(60_000);
    expect(wentThrough.filter((what) => !threeAttempts.done.has(what) && !over.done.has(what))).toEqual([]);
  }, 300_000);

  test.each([
    { trouble: 'clocks', reason: 'the clock of the database is set ahead, alone or with all wall clocks' },
    {
      trouble: 'failOver',
      reason: 'the database fails over without the last intent, beside another writer that shifts lists',
    },
  ] as const)('holds in trouble: $reason', ({ trouble }) => {
    const setting = inTrouble[trouble];
    const oneRun = search(lawTwo(setting), { maxStates });
    const oneAfterOther = search(lawTwo({ ...setting, ...twoRuns }), { maxStates });
    console.info(`law 2, ${trouble}: ${size(oneRun)}; one run after the other ${size(oneAfterOther)}`);
    for (const found of [oneRun, oneAfterOther]) {
      show(found);
      expect(wrongIn(found)).toEqual(exceptions);
      expect(found.withoutEnd).toEqual({ states: 0, trace: [] });
    }
    const missing = wentThroughInTrouble[trouble].filter(
      (what) => !oneRun.done.has(what) && !oneAfterOther.done.has(what),
    );
    expect(missing).toEqual([]);
  });

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
    expect(wrongIn(found)).toEqual(exceptions);
    expect(found.withoutEnd?.states).toBe(0);
  });

  /** The way to a second flow log by what no rule can keep from happening. */
  function wayOf(late: Late): readonly string[] {
    const wrong = lateSecondCreate(late);
    const found = search(lawTwo({ ...small, follow: late }), { maxStates, stopAt: wrong });
    expect(wrongIn(found)).toContain(wrong);
    expect(wrongIn(found)).not.toContain(secondCreate);
    const { trace } = found.wrong.get(wrong)!;
    console.info(`the exception of I1, after ${size(found)}:\n${printed(trace)}`);
    return steps(trace);
  }

  test('has the one exception that invariant I1 names: frozen after the send-window check, past the grace', () => {
    const way = wayOf('frozen');
    const checked = way.indexOf('attempt A of run 1 is within the send window');
    const sent = way.findIndex((step) => step.startsWith('attempt A of run 1 sends'));
    expect(way.slice(checked, sent).filter((step) => step === 'time goes on').length).toBeGreaterThan(1);
  });

  test.each<{ late: Late; reason: string }>([
    { late: 'stood-still', reason: 'a virtual machine all of whose clocks stood still' },
    { late: 'held-back', reason: 'a request that the cloud, or a proxy, carries out after the grace' },
  ])('and the other two that remain: $reason', ({ late }) => {
    const way = wayOf(late);
    const kept = way.findIndex((step) => step.endsWith(lateSends[late]));
    const again = way.findLastIndex((step) => /^attempt . of run 1 commits its intent$/.test(step));
    expect(again).toBeGreaterThan(kept);
    expect(way.filter((step) => step === 'the cloud makes a flow log')).toHaveLength(2);
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
      setting: { ...without('counted-ends'), mostRuns: 2 },
      reason: 'a look made while a change was in doubt is relied on long after it was accepted',
      way: [/run 2 reads the ledger/, /accepted/, /run 2 looks, and does not see it yet/, /relies on the earlier look/],
    },
    {
      name: 'two thirds of the grace',
      setting: { ...small, times: { ...tightTimes, graceMs: TICK_MS } },
      reason: 'an accepted create is not waited for any more while lists may still hide it',
      way: [/accepted/, /looks, and does not see it yet; creates/, /sends/],
    },
    {
      name: 'all clocks but the monotonic one',
      setting: without('three-clocks'),
      reason: 'a machine that has slept between its intent and the wire sends',
      way: [/commits its intent/, /time goes on/, /is within the send window/, /sends/, /decides to send/, /sends/],
    },
    {
      name: 'the comparison of clocks',
      setting: { ...inTrouble.clocks, without: new Set(['compared-clocks']) },
      reason: 'all that the ledger has stamped is old at once',
      way: [/commits/, /has its clock set ahead$/, /does not see it yet/, /sends/],
    },
    {
      name: 'boot time',
      setting: { ...inTrouble.clocks, without: new Set(['boot-time']) },
      reason: 'two wall clocks that are set together agree',
      way: [/commits/, /has its clock set ahead with all wall clocks/, /does not see it yet/, /sends/],
    },
    {
      name: 'the wait after a fail-over',
      setting: { ...inTrouble.failOver, without: new Set(['fail-over-wait']) },
      reason: 'what the lost intent made does not show yet',
      way: [/makes a flow log/, /fails over/, /does not see it yet/, /commits/, /sends/],
    },
    {
      name: 'the early looks of a run',
      setting: { ...inTrouble.failOver, without: new Set(['looks-before']) },
      reason: 'a look from before the fail-over is relied on after the wait',
      way: [/fails over/, /relies on the earlier look/, /commits/, /sends/],
    },
    {
      name: 'the early looks of an attempt',
      setting: { ...inTrouble.failOver, without: new Set(['fences-before']) },
      reason: 'an attempt looks during the wait, and is frozen until it is over',
      way: [
        /fails over/,
        /takes the fence/,
        /does not see it yet; decides to send/,
        /time goes on/,
        /commits/,
        /sends/,
      ],
    },
    {
      name: 'what the ledger knows',
      setting: { ...without('ledger-first'), mostRuns: 2, scans: true },
      reason: 'a scan from before a flow log is believed',
      way: [/run 2 takes a scan from before the flow log; creates/, /relies on the earlier look/, /commits/, /sends/],
    },
    {
      name: 'the proof of a scan',
      setting: { ...inTrouble.failOver, ...twoRuns, without: new Set(['proof']) },
      reason: 'another writer shifts the list while it is read, and the ledger has lost what it knew',
      way: [/fails over/, /scans a list that shifts, and misses the flow log; creates/, /relies on/, /sends/],
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

  test.each<[string, Setting]>([
    [
      'the refusal of the ledger alone: whoever knows of a change in doubt waits of himself',
      without('pending-refusal'),
    ],
    [
      'the proof of a scan alone: the ledger knows the flow log that the scan has missed',
      { ...without('proof'), mostRuns: 2, scans: true },
    ],
    [
      'orphans alone: the wait after a fail-over is as long as what they are about takes to show',
      { ...inTrouble.failOver, without: new Set<Part>(['orphans']) },
    ],
  ])('but not with %s', (_, setting) => {
    const found = search(lawTwo(setting), { maxStates });
    expect(wrongIn(found)).toEqual(exceptions);
  });
});
