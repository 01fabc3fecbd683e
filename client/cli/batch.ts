import { omitUndefined } from '../../cloud/omit-undefined.js';
import { UnreachableError } from '../errors.js';
import type { StartedOperation } from '../operations/handle.js';
import type { OperationRequest } from '../operations/request.js';
import type { Operation, OperationReport } from '../../workflows/contract/operation.js';
import { phaseText } from './phase.js';
import type { Live, LiveLine } from './live.js';
import { throughSilence } from './patience.js';
import type { FlowLogsPort } from './surroundings.js';

/** Anything that is followed to its end. */
export interface Named {
  /** Target as it is shown, e.g. `vpc VPC/vpc-1`. */
  readonly name: string;
}

/** One operation to ask for. */
export interface Item extends Named {
  readonly request: OperationRequest;
}

/** Result of an item: it was started, and with `wait` it ended; or an error. */
export interface ItemEnd<One extends Named = Item> {
  readonly item: One;
  readonly started?: StartedOperation;
  readonly report?: OperationReport;
  readonly error?: unknown;
  readonly seconds: number;
}

/** Options of a batch. */
export interface BatchOptions {
  /** Wait for each operation's end. */
  readonly wait: boolean;
  /** Operations at once. */
  readonly concurrency: number;
  readonly live: Live;
  /** Stops starting and waiting; what runs goes on without us. */
  readonly signal: AbortSignal;
}

/** Between two looks at what is under way. */
const lookIntervalMs = 1_000;
/** A query costs a worker some work; at most so many are asked at each look. */
const maximumLooks = 20;

const secondsSince = (start: number): number => Math.round((Date.now() - start) / 1000);

interface Running {
  readonly item: Named;
  readonly startedAt: number;
  readonly operation: StartedOperation;
}

/** Text after a failed look: that Temporal does not answer; undefined for any other failure, which leaves the last text as it is. */
const lookFailure = (error: unknown): string | undefined =>
  error instanceof UnreachableError ? 'no answer from Temporal or a worker; still waiting' : undefined;

/** Looks at what runs, again and again, until stopped. */
function watchOperations(
  running: ReadonlySet<Running>,
  live: Live,
  counts: () => [done: number, total: number],
): () => void {
  const texts = new WeakMap<Running, string>();
  let looking = false;
  const look = async (): Promise<void> => {
    if (looking) return;
    looking = true;
    const shown = [...running].slice(0, maximumLooks);
    await Promise.all(
      shown.map(async (one) => {
        const text = await one.operation.progress().then(phaseText, lookFailure);
        if (text !== undefined) texts.set(one, text);
      }),
    );
    looking = false;
    const lines = shown
      .filter((one) => running.has(one))
      .map((one): LiveLine => ({
        name: one.item.name,
        text: texts.get(one) ?? 'started',
        seconds: secondsSince(one.startedAt),
      }));
    live.show(lines, ...counts());
  };
  const timer = setInterval(() => void look(), lookIntervalMs);
  return () => {
    clearInterval(timer);
    live.end();
  };
}

/** Rejects when the signal fires, so that waiting can be left. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason as Error);
    else signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}

/** Asks for every item, at most `concurrency` at once, in order. Never rejects: each item ends in exactly one {@link ItemEnd}. */
export const runBatch = (
  flowLogs: Pick<FlowLogsPort, 'operate'>,
  operation: Operation,
  items: readonly Item[],
  options: BatchOptions,
): Promise<ItemEnd[]> => follow(items, ({ request }) => flowLogs.operate(operation, request), options);

/** Starts, or finds, the operation of every item and follows it, as {@link runBatch}. */
export async function follow<One extends Named>(
  items: readonly One[],
  start: (item: One) => Promise<StartedOperation>,
  { wait, concurrency, live, signal }: BatchOptions,
): Promise<ItemEnd<One>[]> {
  const ends: ItemEnd<One>[] = [];
  let done = 0;
  const running = new Set<Running>();
  const interrupt = aborted(signal);
  interrupt.catch(() => undefined);
  const stopWatching = wait ? watchOperations(running, live, () => [done, items.length]) : () => undefined;

  const run = async (item: One): Promise<ItemEnd<One>> => {
    const startedAt = Date.now();
    let started: StartedOperation | undefined;
    try {
      started = await start(item);
      if (!wait) return { item, started, seconds: secondsSince(startedAt) };
      const one: Running = { item, startedAt, operation: started };
      running.add(one);
      const { workflowId } = started;
      const heard = throughSilence(() => one.operation.result(), { signal, again: `operation wait ${workflowId}` });
      const report = await Promise.race([heard, interrupt]).finally(() => running.delete(one));
      return { item, started, report, seconds: secondsSince(startedAt) };
    } catch (error) {
      return { item, ...omitUndefined({ started }), error, seconds: secondsSince(startedAt) };
    }
  };

  const queue = items.entries();
  const lane = async (): Promise<void> => {
    for (const [index, item] of queue) {
      if (signal.aborted) return;
      ends[index] = await run(item);
      done++;
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, lane));
  } finally {
    stopWatching();
  }
  return ends.filter((end) => end !== undefined);
}
