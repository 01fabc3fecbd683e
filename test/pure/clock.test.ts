import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { stopwatch } from '../../activities/operation/stopwatch.js';
import { leastBetween, momentOf } from '../../cloud/clock.js';
import { workerClock } from '../../worker/clock.js';
import { ConfigError } from '../../worker/config.js';

const clocks = ['wall', 'monotonic', 'boot'] as const;
const simulator = 'http://127.0.0.1:1';

describe('elapsed time', () => {
  /** A clock each of whose readings can be set. */
  const settable = () => {
    const at = { wall: 1_000_000, monotonic: 10_000, boot: 20_000 };
    return { at, clock: { now: () => at.wall, monotonicMs: () => at.monotonic, bootMs: () => at.boot } };
  };

  test.each(clocks)('is what the %s clock says, where the other two stand still', (moving) => {
    const { at, clock } = settable();
    const elapsedMs = stopwatch(clock);
    at[moving] += 74_000;
    expect(elapsedMs()).toBe(74_000);
  });

  test('is not made less by a wall clock that is set back', () => {
    const { at, clock } = settable();
    const elapsedMs = stopwatch(clock);
    at.wall -= 600_000;
    at.monotonic += 1_500;
    at.boot += 3_000;
    expect(elapsedMs()).toBe(3_000);
  });

  test('is by the clock that says least what may be added to the age of a doubt: none that jumps makes it older', () => {
    const { at, clock } = settable();
    const began = momentOf(clock);
    at.wall += 600_000;
    at.monotonic += 1_500;
    at.boot += 3_000;
    expect(leastBetween(began, momentOf(clock))).toBe(1_500);
    expect(leastBetween(momentOf(clock), began)).toBe(-600_000);
  });
});

describe('the clock of a machine', () => {
  test('has a name that stays while the machine is up, and counts its sleep', () => {
    const [one, other] = [workerClock({}), workerClock({})];
    if (process.platform === 'linux') expect(one.bootId).toBe(other.bootId);
    expect(one.bootMs()).toBeGreaterThan(0);
    expect(one.bootMs()).toBeLessThanOrEqual(other.bootMs());
  });

  test.each(clocks)('is moved by the file of a test: the %s clock jumps, stands still and goes on', (name) => {
    const folder = mkdtempSync(join(tmpdir(), 'flowlog-clock-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'clock.json');
    const clock = workerClock({ FLOWLOG_TEST_CLOCK: file, FLOWLOG_ENDPOINT: simulator });
    const read = { wall: clock.now, monotonic: clock.monotonicMs, boot: clock.bootMs }[name];
    const before = read();
    writeFileSync(file, JSON.stringify({ [`${name}Ms`]: 600_000 }));
    const ahead = read();
    expect(ahead - before).toBeGreaterThanOrEqual(600_000);
    writeFileSync(file, JSON.stringify({ still: [name] }));
    expect([read(), read()]).toEqual([ahead, ahead]);
    writeFileSync(file, '{}');
    expect(read() - before).toBeLessThan(60_000);
  });

  test('is its own machine where it is moved', () => {
    const moved = workerClock({ FLOWLOG_TEST_CLOCK: '/nowhere', FLOWLOG_ENDPOINT: simulator });
    expect(moved.bootId).not.toBe(workerClock({}).bootId);
  });

  test.each([
    { reason: 'no endpoint: the cloud itself', env: {} },
    { reason: 'an endpoint elsewhere', env: { FLOWLOG_ENDPOINT: 'https://vpc.example.com' } },
    { reason: 'a name that only begins like this machine', env: { FLOWLOG_ENDPOINT: 'http://127.0.0.1.example.com' } },
    { reason: 'production', env: { FLOWLOG_ENDPOINT: simulator, NODE_ENV: 'production' } },
  ])('cannot be moved where changes are real: $reason', ({ env }) => {
    expect(() => workerClock({ ...env, FLOWLOG_TEST_CLOCK: '/tmp/clock.json' })).toThrow(ConfigError);
  });
});
