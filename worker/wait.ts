import { setTimeout as sleep } from 'node:timers/promises';
import { isGrpcServiceError } from '@temporalio/client';
import { databaseTrouble, DatabaseUnavailable } from '../audit/index.js';
import { grpcCodes } from '../workflows/contract/grpc-codes.js';
import type { WorkerLog } from './log.js';

/** A part that is not there yet, in one sentence that says what to do. Waiting can cure it. */
export class NotThereYet extends Error {
  override readonly name = 'NotThereYet';
}

/** Time between two tries, in ms. */
const TRY_MS = 1_000;

/** Time between two lines of the log about the same trouble, in ms. */
export const SAY_MS = 60_000;

/** Options of a wait. */
export interface WaitOptions {
  readonly log: Pick<WorkerLog, 'warn' | 'info'>;
  /** Ends the wait. */
  readonly signal: AbortSignal;
  /** Is told why it waits; undefined when it waits no longer. */
  readonly onWait?: (why: string | undefined) => void;
}

/**
 * Tries until it works. While a part is away that may come, it says so in one line, and in one more each minute or when the reason changes.
 * @returns undefined where the signal ended the wait
 * @throws whatever waiting cannot cure
 */
export async function untilThere<Result>(
  attempt: () => Promise<Result>,
  { log, signal, onWait }: WaitOptions,
): Promise<Result | undefined> {
  let said: { readonly why: string; readonly atMs: number } | undefined;
  while (!signal.aborted) {
    try {
      const result = await attempt();
      if (said) log.info({ after: said.why }, 'all that the worker waited for is there');
      onWait?.(undefined);
      return result;
    } catch (error) {
      const why = waitReason(error);
      if (why === undefined) throw error;
      onWait?.(why);
      if (said?.why !== why || performance.now() - said.atMs >= SAY_MS) {
        said = { why, atMs: performance.now() };
        log.warn(`the worker waits: ${why}`);
      }
    }
    await sleep(TRY_MS, undefined, { signal }).catch(() => undefined);
  }
  return undefined;
}

/** Sentence for what waiting can cure: the database or Temporal is away. */
function waitReason(error: unknown): string | undefined {
  if (error instanceof NotThereYet) return error.message;
  if (error instanceof DatabaseUnavailable) {
    const { detail, advice } = databaseTrouble(error);
    return `the database cannot be used: ${detail}. ${advice}`;
  }
  for (let link: unknown = error; link instanceof Error; link = link.cause)
    if (isGrpcServiceError(link) && AWAY.has(link.code)) return `Temporal does not answer: ${link.details}`;
  return undefined;
}

/** Codes of a server that cannot answer now. */
const AWAY: ReadonlySet<number> = new Set([
  grpcCodes.deadlineExceeded,
  grpcCodes.resourceExhausted,
  grpcCodes.aborted,
  grpcCodes.unavailable,
]);
