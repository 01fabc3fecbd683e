import { describe, expect, test, vi } from 'vitest';
import { type Budget, BudgetWait, createBudget, type Slot } from '../../cloud/call/budget.js';
import { budgeted } from '../../cloud/call/budgeted.js';
import type { Pace } from '../../cloud/call/line.js';
import type { CloudClient, CloudRequest } from '../../cloud/call/port.js';
import type { SlotAnswer, SlotRequest, Slots } from '../../cloud/call/slots.js';

/** A fleet of workers on a machine on which everything is late, in simulated time: no call of it is late by the machine that runs the test. */

const time = vi.hoisted(() => {
  const waiting: { readonly atMs: number; readonly wake: () => void }[] = [];
  const self = {
    nowMs: 0,
    /** As a timer of Node, which sleeps at least a millisecond. */
    sleep: (ms: number): Promise<void> =>
      new Promise((wake) => void waiting.push({ atMs: self.nowMs + Math.max(1, ms), wake })),
    /** Lets the time pass until nobody waits any more, or until that moment. */
    async pass(untilMs: number): Promise<void> {
      for (;;) {
        await new Promise((resolve) => setImmediate(resolve));
        const next = waiting.reduce<(typeof waiting)[0] | undefined>((a, b) => (a && a.atMs <= b.atMs ? a : b), undefined); // prettier-ignore
        if (!next || next.atMs > untilMs) return;
        waiting.splice(waiting.indexOf(next), 1);
        self.nowMs = Math.max(self.nowMs, next.atMs);
        next.wake();
      }
    },
    forget(): void {
      waiting.length = 0;
      self.nowMs = 0;
    },
  };
  return self;
});
vi.mock('node:timers/promises', () => ({ setTimeout: (ms: number) => time.sleep(ms) }));

const clock = { monotonicMs: () => time.nowMs };
const request: CloudRequest = { service: 'vpc', action: 'CreateFlowLog', accountId: '1', region: 'r', params: {} };

/** The rule of `flowlog.reserve_slot`, for one API. */
function sharedSlots(): Slots {
  let [nextMs, queueMs] = [0, 0];
  const reserve = ({ perSecond, mostMs, waited = false, probe = false }: SlotRequest): SlotAnswer => {
    const nowMs = time.nowMs;
    const spacingMs = 1_000 / perSecond;
    const slotMs = Math.max(nowMs, Math.min(nextMs, nowMs + Math.max(60_000, mostMs + spacingMs)));
    const tailMs = Math.max(slotMs, Math.min(queueMs, nowMs + 3_600_000));
    const isIdle = slotMs < nowMs + mostMs / 4;
    if ((waited || isIdle ? slotMs : tailMs) <= nowMs + mostMs) {
      if (!probe) [nextMs, queueMs] = [slotMs + spacingMs, tailMs + (waited ? 0 : spacingMs)];
      return { waitMs: slotMs - nowMs, atMs: nowMs, shared: true };
    }
    if (!waited) queueMs = tailMs + spacingMs;
    return { refusedForMs: Math.min(60_000, (waited ? slotMs : tailMs + spacingMs) - nowMs - mostMs / 2) };
  };
  const nothing = () => Promise.resolve();
  return { reserve: async (_, asked) => reserve(asked), slowDown: nothing, announce: nothing, leave: nothing };
}

/** Delay in ms of each step of a change: the intent's commit, and the way from there to the wire. */
interface Machine {
  readonly commitMs: () => number;
  readonly leaveMs: () => number;
}

/** A change leaves within so many ms of its intent, or not at all, as `activities/operation/send.ts` has it. */
const WINDOW_MS = 2_000;
const LEAD_MS = 60;

/** Callers of one worker, each with one change after the other. @returns when calls arrived */
function worker(slots: Slots, pace: Pace, { commitMs, leaveMs }: Machine, callers: number, arrivedMs: number[]): void {
  const budget: Budget = createBudget({ slots, paceOf: () => pace, clock, isAway: () => false });
  const cloud: CloudClient = {
    async call(_, { beforeSend, window } = {}) {
      await time.sleep(leaveMs());
      const passed = window?.passed();
      if (passed) throw passed;
      beforeSend?.();
      arrivedMs.push(time.nowMs);
      await time.sleep(40);
      return { requestId: 'R', httpStatus: 200, body: {} };
    },
  };
  const send = async (slot: Slot, waited: boolean) => {
    await slot.near(LEAD_MS);
    const beganMs = time.nowMs;
    const leftMs = () => WINDOW_MS - (time.nowMs - beganMs);
    const window = { leftMs, passed: () => (leftMs() < 0 ? new Error('held up') : undefined) };
    await time.sleep(commitMs());
    await budgeted(cloud, budget).call(request, { slot, window, waited });
  };
  const changes = async () => {
    for (let waited = false; ;) {
      try {
        await budget.probe(request, { waited });
        await send(await budget.reserve(request, { waited }), waited);
        waited = false;
      } catch (error) {
        waited ||= error instanceof BudgetWait;
        await time.sleep(error instanceof BudgetWait ? error.forMs : 1_000);
      }
    }
  };
  for (let caller = 0; caller < callers; caller++) void changes();
}

/** Numbers that look random, the same ones for a seed. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

async function arrivals(pace: Pace, machines: readonly Machine[], minutes: number): Promise<readonly number[]> {
  time.forget();
  const slots = sharedSlots();
  const arrivedMs: number[] = [];
  for (const machine of machines) worker(slots, pace, machine, 12, arrivedMs);
  await time.pass(minutes * 60_000);
  return arrivedMs;
}

/** Shortest time in which one call more arrived than the limit lets through in a second, or one more than one where it is less. */
function tightest(
  { limitPerSecond }: Pace,
  arrivedMs: readonly number[],
): { readonly ms: number; readonly leastMs: number } {
  const count = Math.max(1, Math.floor(limitPerSecond));
  const ms = Math.min(...arrivedMs.slice(count).map((at, index) => at - arrivedMs[index]!));
  return { ms, leastMs: (count * 1_000) / limitPerSecond };
}

const slow: Pace = { perSecond: 0.72, limitPerSecond: 0.9 };
const quick: Pace = { perSecond: 8, limitPerSecond: 10 };
const tight: Pace = { perSecond: 9.5, limitPerSecond: 10 };
const always = (commitMs: number, leaveMs = 2): Machine => ({ commitMs: () => commitMs, leaveMs: () => leaveMs });
function sometimes(seed: number, mostMs: number): Machine {
  const random = randomOf(seed);
  return { commitMs: () => random() * mostMs, leaveMs: () => (random() * mostMs) / 4 };
}

/** Lateness of the two workers, and the least share of their pace that they keep; 0 stands for one call in four seconds. */
const fleets: readonly [string, readonly Machine[], number][] = [
  ['not late', [always(20), always(20)], 0.95],
  ['late by a commit of 0.2 s', [always(200), always(200)], 0.9],
  ['late by a commit of 0.4 s', [always(400), always(400)], 0.9],
  ['late in one of the two workers', [always(20), always(900)], 0.9],
  ['late by a commit of 1.7 s', [always(1_700, 60), always(1_700, 60)], 0],
  ['late by 0.7 s between commit and wire', [always(40, 700), always(40, 700)], 0],
  ['late by up to 1 s, seed 1', [sometimes(1, 800), sometimes(2, 800)], 0],
  ['late by up to 1.5 s, seed 3', [sometimes(3, 1_200), sometimes(4, 1_200)], 0],
];

describe.each(fleets)('a fleet that is %s at every turn', (_, machines, share) => {
  test.each([
    { pace: slow, minutes: 6 },
    { pace: quick, minutes: 1 },
    { pace: tight, minutes: 1 },
  ])('makes progress at $pace.perSecond calls a second, and never more than the limit', async ({ pace, minutes }) => {
    const arrivedMs = await arrivals(pace, machines, minutes);
    expect(arrivedMs.length).toBeGreaterThanOrEqual(minutes * Math.max(15, share * 60 * pace.perSecond));
    const { ms, leastMs } = tightest(pace, arrivedMs);
    expect(ms).toBeGreaterThan(leastMs - 1);
  });
});
