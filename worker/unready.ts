import { SAY_MS } from './wait.js';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkerLog } from './log.js';
import type { RunningWorker } from './worker.js';

/** Time between two looks while something is not well, in ms. */
const UNREADY_LOOK_MS = 10_000;
/**
 * Says at the start, and once a minute, why the worker is not ready, until it is for the first time: a wrong uid or a key that is not there would
 * else show only in the first operation.
 */
export async function tellUnready(
  worker: Pick<RunningWorker, 'checks'>,
  log: Pick<WorkerLog, 'warn' | 'info'>,
  signal: AbortSignal,
): Promise<void> {
  let saidMs = -Infinity;
  while (!signal.aborted) {
    const wrong = (await worker.checks()).filter(({ ok }) => !ok);
    if (wrong.length === 0) {
      if (saidMs !== -Infinity) log.info('the worker is ready');
      return;
    }
    if (performance.now() - saidMs >= SAY_MS && !signal.aborted) {
      saidMs = performance.now();
      for (const { name, detail, advice } of wrong)
        log.warn(`the worker is not ready: ${name}: ${detail}${advice ? `. ${advice}` : ''}`);
    }
    await sleep(UNREADY_LOOK_MS, undefined, { signal }).catch(() => undefined);
  }
}
