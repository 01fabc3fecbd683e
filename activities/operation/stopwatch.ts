import { type Clock, momentOf, mostBetween } from '../../cloud/clock.js';

/**
 * Begins to measure. The function it returns says how many ms have passed, by whichever clock says most: one that stood still while the
 * machine slept, or was set back, makes nothing younger than it is.
 */
export function stopwatch(clock: Clock): () => number {
  const began = momentOf(clock);
  return () => mostBetween(began, momentOf(clock));
}
