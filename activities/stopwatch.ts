import type { Clock } from './dependencies.js';

/**
 * Begins to measure. The function it returns says how many ms have passed, by whichever clock says most: one that stood still while the
 * machine slept, or was set back, makes nothing younger than it is.
 */
export function stopwatch(clock: Clock): () => number {
  const wallMs = clock.now();
  const monotonicMs = clock.monotonicMs();
  const bootMs = clock.bootMs();
  return () => Math.max(clock.now() - wallMs, clock.monotonicMs() - monotonicMs, clock.bootMs() - bootMs);
}
