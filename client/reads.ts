import { UNTOUCHED_EVENTS } from './operations/unanswered.js';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { taskQueues } from '../workflows/contract/operation.js';
import { NoAnswerError } from './errors.js';

/** At a keyboard, a worker that has not begun within this time is taken to be down or hung. */
export const SILENCE_MS = 5_000;

/** For a program, which has more patience than a person: a worker under load may take this long to begin. */
const PROGRAM_SILENCE_MS = 30_000;

/** A read that a worker has begun and that takes longer than this is not worth waiting for at a keyboard. */
const READ_PATIENCE_MS = 60_000;

/** Longest look over many places. Each place is bounded by itself; this is for hundreds of them. */
const LONG_READ_MS = 30 * 60_000;

/** Limits of a read. */
export interface Patience {
  readonly timeoutMs?: number;
  /** A worker that has not begun within this time is taken to be down or hung. Default 30000. */
  readonly silenceMs?: number;
  /** Stops it. */
  readonly signal?: AbortSignal;
}

/**
 * Runs a read-only workflow to its end. Its id is its own: reads do not exclude each other.
 * @throws NoAnswerError where no worker has begun within `silenceMs`, or none has ended within the time given
 */
export async function read<Report>(
  client: Client,
  workflowType: string,
  input: unknown,
  { timeoutMs = READ_PATIENCE_MS, silenceMs = PROGRAM_SILENCE_MS, signal }: Patience = {},
): Promise<Report> {
  const handle = await client.workflow.start(workflowType, {
    workflowId: `${workflowType}/${crypto.randomUUID()}`,
    taskQueue: taskQueues.workflows,
    args: [input],
    workflowExecutionTimeout: timeoutMs,
  });
  const stop = () => void handle.cancel().catch(() => undefined);
  const over = new AbortController();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    return (await Promise.race([handle.result(), silence(handle, { timeoutMs, silenceMs }, over.signal)])) as Report;
  } catch (error) {
    if (error instanceof NoAnswerError) stop();
    throw error;
  } finally {
    over.abort();
    signal?.removeEventListener('abort', stop);
  }
}

/** As {@link read}, for a look that may take minutes. */
export const readLong = <Report>(
  client: Client,
  workflowType: string,
  input: unknown,
  patience: Omit<Patience, 'timeoutMs'>,
): Promise<Report> => read(client, workflowType, input, { ...patience, timeoutMs: LONG_READ_MS });

/** Rejects when no worker answers. A worker that works at it has finished the first task. */
function silence(
  handle: WorkflowHandle,
  { timeoutMs, silenceMs }: { readonly timeoutMs: number; readonly silenceMs: number },
  over: AbortSignal,
): Promise<never> {
  return new Promise((_, reject) => {
    const look = async () => {
      const { historyLength, status } = await handle.describe();
      if (status.name === 'RUNNING' && historyLength <= UNTOUCHED_EVENTS)
        throw new NoAnswerError(silenceMs, 'no worker has begun to look: it is down, hung, or too busy');
    };
    const timers = [
      setTimeout(() => void look().catch(reject), silenceMs),
      setTimeout(() => reject(new NoAnswerError(timeoutMs, 'a worker has begun to look and has not ended')), timeoutMs),
    ];
    over.addEventListener('abort', () => timers.forEach(clearTimeout), { once: true });
  });
}
