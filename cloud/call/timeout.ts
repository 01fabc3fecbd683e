import { setImmediate as nextTurn } from 'node:timers/promises';

/** Turns of the event loop in which what has arrived is read: a connection that stands, or an answer to its end. */
const TURNS = 4;

/**
 * Read timeout of the library, in ms: so long that {@link startTimeout} comes first. Half of the longest timer, because the library reckons by the
 * wall clock, which may be set by so much, either way, during a call.
 */
export const LIBRARY_TIMEOUT_MS = 2 ** 30;

/**
 * Calls `expired` unless it is stopped in time. A process that stood still runs its timers before it reads its sockets: what came meanwhile is
 * read first, so that a call that was answered is not taken for one whose end nobody knows.
 * @returns the function that stops it
 */
export function startTimeout(timeoutMs: number, expired: () => void): () => void {
  let isStopped = false;
  const timer = setTimeout(() => {
    void (async () => {
      for (let turn = 0; turn < TURNS && !isStopped; turn++) await nextTurn();
      if (!isStopped) expired();
    })();
  }, timeoutMs);
  return () => {
    isStopped = true;
    clearTimeout(timer);
  };
}
