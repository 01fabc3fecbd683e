import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Program, startWorkerProgram } from '../../local/program.js';
import type { Stack } from '../../local/stack.js';
import { logTo } from './servers.js';

/** A worker that cannot start is started again this often; then something is wrong that no patience mends. */
const MAX_STARTS = 5;

/** Worker processes that are replaced when they are gone, as a supervisor would. */
export interface Fleet {
  /** Process numbers of the workers that run now. */
  pids(): readonly number[];
  /** Resolves when as many workers poll as there should be. */
  ready(): Promise<void>;
  /** Kills one at once and starts another in its place. Resolves when the first is gone. */
  kill(pid: number): Promise<void>;
  /**
   * Stops one for so long, and lets it go on. With `asleep` as a sleeping machine does: its monotonic clock has stood still meanwhile.
   * @param stopped told as soon as it stands
   */
  suspend(pid: number, ms: number, asleep: boolean, stopped: () => void): Promise<void>;
  /** Workers that ended although the campaign did not kill them, each with how and its last words. */
  readonly deserters: readonly string[];
  stop(): Promise<void>;
}

/** Starts `size` workers, each the same program as `npm run worker`. Their output goes to files in `folder`. */
export async function startFleet(
  size: number,
  env: Record<string, string>,
  folder: string,
  stack: Stack,
  movesClocks = false,
): Promise<Fleet> {
  const workers = new Map<number, Program>();
  const replacing = new Set<Promise<void>>();
  const killed = new Set<number>();
  const deserters: string[] = [];
  let isStopping = false;
  /** Each worker's clocks can be moved by themselves. */
  const clocks = new Map<number, { readonly file: string; sleptMs: number }>();
  let ordinal = 0;

  async function enlist(attempt = 1): Promise<void> {
    const name = `worker-${(ordinal += 1)}`;
    const file = join(folder, `${name}.clock`);
    const worker = await startWorkerProgram({
      env: movesClocks ? { ...env, FLOWLOG_TEST_CLOCK: file } : env,
      log: logTo(folder, name),
    });
    const { pid, ended, ready, lastLines } = worker;
    workers.set(pid, worker);
    clocks.set(pid, { file, sleptMs: 0 });
    void ended.then((how) => {
      workers.delete(pid);
      if (isStopping) return;
      if (!killed.has(pid)) deserters.push(`worker ${pid} ended by itself (${how}): ${lastLines()}`);
    });
    try {
      await ready;
    } catch (error) {
      if (isStopping) return;
      if (attempt >= MAX_STARTS) throw error;
      return enlist(attempt + 1);
    }
    void ended.then(() => isStopping || replace());
  }

  function replace(): void {
    const replacement = enlist().finally(() => replacing.delete(replacement));
    replacing.add(replacement);
    // A caller that waits for the fleet gets the error; until then it must not count as unhandled.
    replacement.catch(() => undefined);
  }

  const fleet: Fleet = {
    deserters,
    pids: () => [...workers.keys()],
    async ready() {
      while (replacing.size > 0) await Promise.all(replacing);
    },
    async kill(pid) {
      const worker = workers.get(pid);
      if (!worker) throw new Error(`no worker ${pid}`);
      killed.add(pid);
      await worker.kill();
    },
    async suspend(pid, ms, asleep, stopped) {
      const clock = clocks.get(pid);
      if (!workers.has(pid) || !clock) throw new Error(`no worker ${pid}`);
      process.kill(pid, 'SIGSTOP');
      try {
        stopped();
        await sleep(ms);
        if (asleep) {
          clock.sleptMs += ms;
          await writeFile(clock.file, JSON.stringify({ monotonicMs: -clock.sleptMs }));
        }
      } finally {
        if (workers.has(pid)) process.kill(pid, 'SIGCONT');
      }
    },
    async stop() {
      isStopping = true;
      await Promise.all([...workers.values()].map((worker) => worker.stop()));
    },
  };
  await stack.add(Promise.resolve({ id: 'workers', name: 'the workers', stop: () => fleet.stop() }));
  for (let count = 0; count < size; count++) replace();
  await fleet.ready();
  return fleet;
}
