import { expect, describe, test } from 'vitest';
import type { Server } from '../../local/server.js';
import { type RestartLimits, supervised } from '../../local/supervisor.js';

const limits: RestartLimits = { quickMs: 10_000, most: 2, firstPauseMs: 1, longestPauseMs: 4 };
/** A pid that no process has. */
const noPid = 2 ** 22 + 1;

/** A process as a test drives it. */
interface Fake extends Server {
  end(how: string): void;
  isStopped: boolean;
}

function fakeServer(pid: number): Fake {
  let end!: (how: string) => void;
  const ended = new Promise<string>((resolve) => (end = resolve));
  const fake: Fake = {
    ...{ pid, ended, end, isStopped: false },
    lastLines: () => 'disk full',
    stop: () => {
      fake.isStopped = true;
      end('exit code 0');
      return Promise.resolve();
    },
  };
  return fake;
}

async function world(ready: (program: Fake) => Promise<void> = () => Promise.resolve(), quickMs = limits.quickMs) {
  const lives: Fake[] = [];
  const lines: string[] = [];
  const pids: (number | undefined)[] = [];
  const part = await supervised<Fake>({
    ...{ id: 'worker', name: 'the worker', limits: { ...limits, quickMs }, ready },
    start: () => {
      const fake = fakeServer(noPid + lives.length);
      lives.push(fake);
      return Promise.resolve(fake);
    },
    say: (line) => void lines.push(line),
    changed: () => void pids.push(part.pid),
  });
  const lived = (count: number) => expect.poll(() => lives.length).toBe(count);
  return { part, lives, lines, pids, lived };
}

describe('a supervised process', () => {
  test('that is killed is started again, and the screen says both', async () => {
    const { part, lives, lines, pids, lived } = await world();
    await part.up;
    lives[0]!.end('signal SIGKILL');
    await lived(2);
    await expect.poll(() => lines.length).toBe(2);
    expect(lines[0]).toBe('The worker ended by itself (signal SIGKILL); it is started again in 0.001 s.');
    expect(lines[1]).toMatch(new RegExp(`^The worker is up again, as process ${noPid + 1}, after \\d+\\.\\d s\\.$`));
    expect(pids).toEqual([undefined, noPid + 1]);
    await part.stop();
  });

  test('that keeps ending is given up with the reason', async () => {
    const { part, lives, lived } = await world();
    for (let life = 1; life <= 3; life += 1) {
      await lived(life);
      lives[life - 1]!.end('exit code 1');
    }
    expect(await part.ended).toBe('3 times in a row within 10 s of its start; the last time: exit code 1');
    expect(part.lastLines?.()).toBe('disk full');
    expect(lives).toHaveLength(3);
  });

  test('that is killed now and then is started again each time', async () => {
    const { part, lives, lived } = await world(undefined, 0);
    for (let life = 1; life <= 6; life += 1) {
      await lived(life);
      lives[life - 1]!.end('signal SIGKILL');
    }
    await lived(7);
    await part.stop();
  });

  test('that ends by its own exit code before it was ever up is not started again', async () => {
    const { part, lives } = await world(() => new Promise(() => undefined));
    lives[0]!.end('exit code 2');
    expect(await part.ended).toBe('exit code 2');
    expect(lives).toHaveLength(1);
  });

  test('that does not come up counts as one that ended, with the reason', async () => {
    const { part, lives, lines, lived } = await world((program) =>
      program.pid === noPid ? Promise.resolve() : Promise.reject(new Error('it takes no tasks')),
    );
    await part.up;
    lives[0]!.end('signal SIGKILL');
    await lived(2);
    // Killed by its number, which no process has here.
    await new Promise((resolve) => setTimeout(resolve, 120));
    lives[1]!.end('signal SIGKILL');
    await expect.poll(() => lines.at(-1)).toContain('it takes no tasks');
    await part.stop();
  });

  test.each([{ pauseMs: 0 }, { pauseMs: 2 }])(
    'that was asked to end stays ended, also $pauseMs ms after it was killed',
    async ({ pauseMs }) => {
      const { part, lives } = await world();
      await part.up;
      lives[0]!.end('signal SIGKILL');
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      await part.stop();
      const count = lives.length;
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(lives).toHaveLength(count);
      expect(lives.slice(1).every(({ isStopped }) => isStopped)).toBe(true);
      expect(await Promise.race([part.ended, Promise.resolve('not given up')])).toBe('not given up');
    },
  );
});
