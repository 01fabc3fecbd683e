import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { uptime } from 'node:os';
import type { Clock } from '../activities/index.js';
import type { LedgerMachine } from '../audit/index.js';
import { ConfigError } from './config.js';

/** All clocks of this machine, and the name under which its database remembers how they ran. */
export type SystemClock = Clock & LedgerMachine;

/** The first time namespace, in which every process is unless another was made; in another the machine has been up for another time. */
const FIRST_TIME_NAMESPACE = 'time:[4026531834]';

/**
 * The clocks of the machine. For tests alone: where `FLOWLOG_TEST_CLOCK` names a file, they are moved as it says, see {@link movedClock}.
 * @throws ConfigError where that is set and the cloud is not a simulator on this machine
 */
export function workerClock(env: Readonly<Record<string, string | undefined>> = process.env): SystemClock {
  const real: SystemClock = {
    now: () => Date.now(),
    monotonicMs: () => performance.now(),
    bootMs: () => uptime() * 1_000,
    bootId: bootId(),
  };
  const file = env['FLOWLOG_TEST_CLOCK'];
  if (!file) return real;
  if (env['NODE_ENV'] === 'production' || !isLoopback(env['FLOWLOG_ENDPOINT'])) {
    throw new ConfigError(
      'FLOWLOG_TEST_CLOCK moves the clocks that keep a change from being sent twice. It is for tests: unset it, or let ' +
        'FLOWLOG_ENDPOINT be a simulator on this machine.',
    );
  }
  return movedClock(real, file);
}

/**
 * This start of this machine. Elsewhere than on Linux, and where a container shows a time of its own since the start, every process
 * counts as a machine of its own: it then waits out one grace more, and believes nothing that it should not.
 */
function bootId(): string {
  try {
    const id = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const isOwn =
      readlinkSync('/proc/self/ns/time') !== FIRST_TIME_NAMESPACE ||
      readFileSync('/proc/self/mountinfo', 'utf8').includes(' /proc/uptime ');
    return isOwn ? `${id}/${randomUUID()}` : id;
  } catch {
    return randomUUID();
  }
}

const isLoopback = (url: string | undefined): boolean =>
  url !== undefined && /^https?:\/\/(127\.\d+\.\d+\.\d+|localhost|\[::1\])(:\d+)?(\/|$)/.test(url);

/** Content of the file of a moved clock, as JSON; an absent or unreadable file moves nothing. */
interface Moved {
  /** Added to each clock, in ms. */
  readonly wallMs?: number;
  readonly monotonicMs?: number;
  readonly bootMs?: number;
  /** Clocks that stand still at what they last said. */
  readonly still?: readonly ('wall' | 'monotonic' | 'boot')[];
}

/** Clocks that a test moves while the process runs: the file is read at each reading. */
function movedClock(real: SystemClock, file: string): SystemClock {
  const last = new Map<string, number>();
  const moved = (
    name: 'wall' | 'monotonic' | 'boot',
    field: 'wallMs' | 'monotonicMs' | 'bootMs',
    read: () => number,
  ) => {
    return () => {
      const says = readMoved(file);
      const before = last.get(name);
      if (before !== undefined && says.still?.includes(name)) return before;
      const now = read() + (says[field] ?? 0);
      last.set(name, now);
      return now;
    };
  };
  return {
    now: moved('wall', 'wallMs', real.now),
    monotonicMs: moved('monotonic', 'monotonicMs', real.monotonicMs),
    bootMs: moved('boot', 'bootMs', real.bootMs),
    // Its clocks are its own, so it is a machine of its own.
    bootId: `${real.bootId}/${file}`,
  };
}

function readMoved(file: string): Moved {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Moved;
  } catch {
    return {};
  }
}
