import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Line, type Pace } from '../../cloud/call/line.js';

/** The calls of one worker to one API, whatever holds them up: `late` is how long each is held up beyond its slot, in ms. */
function sendAll(pace: Pace, late: readonly number[], shared = true): number[] {
  const line = new Line();
  let nowMs = 1_000;
  return late.map((heldUpMs, index) => {
    const slotMs = 1_000 + (index * 1_000) / pace.perSecond;
    nowMs = Math.max(nowMs, line.earliestMs(slotMs, pace, shared), slotMs + heldUpMs);
    const sent = line.leave(slotMs, nowMs);
    line.answered(sent, nowMs + 5);
    return nowMs;
  });
}

/** Most calls within any second. */
const peak = (sent: readonly number[]): number =>
  Math.max(...sent.map((first) => sent.filter((each) => each >= first && each < first + 1_000).length));

const tight: Pace = { perSecond: 9.5, limitPerSecond: 10 };

describe('the line of one worker', () => {
  test('sends every call at its slot where nothing holds it up', () => {
    const sent = sendAll(
      tight,
      Array.from({ length: 50 }, () => 0),
    );
    expect(sent.map((each, index) => Math.abs(each - 1_000 - index * (1_000 / 9.5)) < 0.01)).not.toContain(false);
  });

  test('never lets more calls leave within a second than the limit, however late they are', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<Pace>(tight, { perSecond: 2.85, limitPerSecond: 3 }, { perSecond: 8, limitPerSecond: 10 }),
        fc.array(fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.integer({ min: 0, max: 2_000 })), {
          minLength: 60,
          maxLength: 60,
        }),
        fc.boolean(),
        (pace, late, shared) => {
          expect(peak(sendAll(pace, late, shared))).toBeLessThanOrEqual(pace.limitPerSecond);
        },
      ),
    );
  });

  test('a call that took its place late and did not leave after all holds up nobody behind it', () => {
    const spacingMs = 1_000 / tight.perSecond;
    const line = new Line();
    line.leave(0, 0);
    const given = line.leave(spacingMs, spacingMs + 60);
    expect(line.earliestMs(2 * spacingMs, tight, true)).toBeGreaterThan(2 * spacingMs + 50);
    line.takeBack(given);
    expect(line.earliestMs(2 * spacingMs, tight, true)).toBe(2 * spacingMs);
    expect(line.lateMs(2 * spacingMs)).toBe(0);
  });

  test('nor does it take back the distance to one that left after it', () => {
    const spacingMs = 1_000 / tight.perSecond;
    const line = new Line();
    const given = line.leave(0, 60);
    line.leave(spacingMs, spacingMs + 90);
    line.takeBack(given);
    expect(line.earliestMs(2 * spacingMs, tight, true)).toBeGreaterThan(2 * spacingMs + 80);
  });

  test.each([
    { shared: true, calls: 200, reason: 'by half of what the share leaves of the limit where there are other workers' },
    { shared: false, calls: 110, reason: 'by nearly all of it where there are none' },
  ])('catches up after a call that was late, $reason', ({ shared, calls }) => {
    const late = Array.from({ length: 400 }, (_, index) => (index === 10 ? 500 : 0));
    const sent = sendAll(tight, late, shared);
    const behind = (index: number) => (sent[index] ?? 0) - 1_000 - index * (1_000 / 9.5);
    expect(behind(10)).toBeCloseTo(500, 0);
    expect(behind(11)).toBeGreaterThan(490);
    expect(behind(10 + calls)).toBeLessThan(1);
    expect(behind(10 + calls / 2)).toBeGreaterThan(100);
  });

  test('a call that is answered late counts from when it can have arrived', () => {
    const line = new Line();
    const pace: Pace = { perSecond: 2.85, limitPerSecond: 3 };
    const slotOf = (index: number) => (index * 1_000) / pace.perSecond;
    const first = line.leave(slotOf(0), slotOf(0));
    for (const index of [1, 2]) line.answered(line.leave(slotOf(index), slotOf(index)), slotOf(index) + 5);
    // Unanswered: it may take a quarter second to arrive.
    expect(line.earliestMs(slotOf(3), pace, true)).toBe(1_250);
    line.answered(first, 120);
    expect(line.earliestMs(slotOf(3), pace, true)).toBe(1_120);
  });

  test('holds everything as long as the cloud asked, and tells how late it is', () => {
    const line = new Line();
    expect(line.lateMs(0)).toBe(0);
    line.hold(1_500);
    expect(line.earliestMs(100, tight, true)).toBe(1_500);
    expect(line.lateMs(100)).toBe(1_400);
  });

  test('lateness of long ago concerns nobody', () => {
    const line = new Line();
    line.answered(line.leave(0, 800), 805);
    expect(line.lateMs(900)).toBe(800);
    expect(line.lateMs(2_000)).toBe(0);
    expect(line.earliestMs(2_000, tight, true)).toBe(2_000);
  });
});
