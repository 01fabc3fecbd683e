import { setTimeout as sleep } from 'node:timers/promises';
import { NoAnswerError, UnreachableError } from '../errors.js';

/** A follower gives up after so long without an answer of Temporal or of a worker, in ms. */
const PATIENCE_MS = 10 * 60_000;
/** Time between two tries, in ms. */
const FOLLOWER_TRY_MS = 2_000;
/** Temporal answers a question for a result at least this often while it hears it, in ms; a connection that is refused fails sooner. */
const HEARD_MS = 60_000;

/** Options of a follower. */
export interface PatienceOptions {
  /** Ends the waiting; the last failure is thrown then. */
  readonly signal: AbortSignal;
  /** Command by which to follow it again, `flowlog …` without the `npx`. */
  readonly again: string;
  /** Is told once for each silence, in one line; default: nobody, where a display tells it. */
  readonly say?: (line: string) => void;
  readonly patienceMs?: number;
  readonly tryMs?: number;
}

/**
 * Asks until there is an answer: Temporal and the workers may go away and come back, and what is followed goes on meanwhile.
 * @throws UnreachableError, NoAnswerError when nothing answered for too long; it says that the work goes on and how to follow it
 */
export async function throughSilence<Result>(
  ask: () => Promise<Result>,
  { signal, again, say, patienceMs = PATIENCE_MS, tryMs = FOLLOWER_TRY_MS }: PatienceOptions,
): Promise<Result> {
  let silentSinceMs: number | undefined;
  for (;;) {
    const askedMs = performance.now();
    try {
      return await ask();
    } catch (error) {
      if (!isSilence(error) || signal.aborted) throw error;
      const nowMs = performance.now();
      // A question that was open for long was heard until now: this is a silence of its own.
      if (silentSinceMs === undefined || nowMs - askedMs > HEARD_MS) {
        silentSinceMs = nowMs;
        say?.(`${error.message}; still waiting`);
      }
      if (nowMs - silentSinceMs >= patienceMs) throw givenUp(error, again, patienceMs);
    }
    await sleep(tryMs, undefined, { signal }).catch(() => undefined);
  }
}

const isSilence = (error: unknown): error is UnreachableError | NoAnswerError =>
  error instanceof UnreachableError || error instanceof NoAnswerError;

function givenUp(error: UnreachableError | NoAnswerError, again: string, afterMs: number): Error {
  const advice = `it goes on by itself; follow it again with: npx flowlog ${again}`;
  const minutes = `no answer for ${Math.round(afterMs / 60_000)} min`;
  if (error instanceof UnreachableError) return new UnreachableError(error.address, minutes, { cause: error, advice });
  return new NoAnswerError(afterMs, `no worker; ${advice}`);
}
