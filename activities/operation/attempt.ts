import { Context } from '@temporalio/activity';
import type { AttemptRef, OperationRef, TargetRef } from '../../audit/index.js';
import type { ResourceTarget } from '../../cloud/flow-log.js';
import { placeName, targetKey } from '../../cloud/target.js';
import type { Timing } from '../dependencies.js';

/** The workflow run this activity works for: one chain in the ledger. */
export function currentOperation(): OperationRef {
  const { workflowExecution } = Context.current().info;
  if (!workflowExecution) throw new Error('this activity runs only inside a workflow');
  return { workflowId: workflowExecution.workflowId, runId: workflowExecution.runId };
}

/** The name under which this attempt keeps rows. Each has its own, so that no rows are of two looks. */
export function rowsOfAttempt(): string {
  const { workflowExecution, activityId, attempt } = Context.current().info;
  return `${workflowExecution?.runId ?? activityId}/${attempt}`;
}

/** This very attempt. */
export function currentAttempt(): AttemptRef {
  const { activityId, attempt } = Context.current().info;
  return { operation: currentOperation(), activityId, attempt };
}

/** The target's row in the ledger: per deployment, since each deployment has its own flow log of it. */
export const targetRef = (owner: string, target: ResourceTarget): TargetRef => ({
  owner,
  product: target.product,
  accountId: target.accountId,
  place: placeName(target),
  key: targetKey(target),
});

/** A third of the heartbeat's limit: two may be lost. */
export const beatMs = ({ heartbeatMs }: Pick<Timing, 'heartbeatMs'>): number => Math.max(50, heartbeatMs / 3);

/** Time between two heartbeats of a read of many things, in ms. */
export const BEAT_MS = 5_000;

/** Sends heartbeats of this attempt every `everyMs`, first after `firstMs`, whatever it waits for; returns the function that stops them. */
export function beating(everyMs: number, details: () => unknown = () => undefined, firstMs = everyMs): () => void {
  const context = Context.current();
  const beat = () => {
    context.heartbeat(details());
    timer = setTimeout(beat, everyMs);
  };
  let timer = setTimeout(beat, firstMs);
  return () => clearTimeout(timer);
}

/** Time left of the activity's schedule-to-close time, in ms, by the server's schedule and our clock. */
export function remainingMs(now: number): number {
  const { scheduledTimestampMs, scheduleToCloseTimeoutMs } = Context.current().info;
  return scheduledTimestampMs + scheduleToCloseTimeoutMs - now;
}
