import { setTimeout as sleep } from 'node:timers/promises';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import { type FlowLogs, OperationFailedError, UnreachableError } from '../../client/index.js';
import type { Gate } from './gate.js';
import type { End } from './judge.js';
import type { PlannedOperation, Program } from './plan.js';

/** Pause before Temporal is asked again. */
const RETRY_MS = 500;

/** Those who ask for the operations of all programs, each as a careful program would. */
export interface Callers {
  readonly flowLogs: FlowLogs;
  readonly gate: Gate;
  /** Targets worked on at a time. */
  readonly window: number;
  /** Aborted when the time is over; no operation is asked for after that. */
  readonly limit: AbortSignal;
  /** Gets the end of each operation. */
  readonly ended: (end: End) => void;
}

/** Runs every program, operation after operation. Resolves when all have ended. */
export async function runPrograms(callers: Callers, programs: readonly Program[]): Promise<void> {
  const queue = [...programs];
  const work = async (): Promise<void> => {
    for (let program = queue.shift(); program && !callers.limit.aborted; program = queue.shift()) {
      await runProgram(callers, program);
    }
  };
  await Promise.all(Array.from({ length: callers.window }, work));
}

async function runProgram(callers: Callers, { place, operations }: Program): Promise<void> {
  for (const [index, planned] of operations.entries()) {
    await callers.gate.pass();
    const end = await ask(callers, planned);
    if (!end) return;
    callers.ended({ place, index, ...end });
    // The next operations would begin from another state than planned.
    if (end.failure) return;
  }
}

/** Starts the operation and waits for its end; while Temporal is out of reach, again, which joins what was started. */
async function ask(
  { flowLogs, limit }: Callers,
  planned: PlannedOperation,
): Promise<Omit<End, 'place' | 'index'> | undefined> {
  let runId: string | undefined;
  try {
    const started = await patiently(limit, () => flowLogs.operate(planned.operation, planned.request));
    if (!started) return undefined;
    ({ runId } = started);
    const report = await patiently(limit, () => started.result());
    if (!report) return undefined;
    const { outcome, status } = report;
    return { runId, outcome, ...omitUndefined({ status }) };
  } catch (error) {
    if (!(error instanceof OperationFailedError)) throw error;
    const { kind, code, message } = error;
    return { ...omitUndefined({ runId: runId || undefined }), failure: { kind, code, message } };
  }
}

/** Calls until Temporal answers; nothing, when the time was over before. */
export async function patiently<Answer>(limit: AbortSignal, call: () => Promise<Answer>): Promise<Answer | undefined> {
  while (!limit.aborted) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof UnreachableError)) throw error;
      await sleep(RETRY_MS);
    }
  }
  return undefined;
}
