import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { FlowLogs, OperationHandle } from '../../client/index.js';
import type { ConfigPatch, FaultRuleInput, Simulator } from '../../simulator/index.js';

/** Everything that a path works with: the whole service, and a simulated cloud that the path controls. */
export interface World {
  readonly flowLogs: FlowLogs;
  readonly client: Client;
  readonly simulator: Simulator;
  /** Of the deployment whose worker is at work. */
  readonly owner: string;
}

/** A run whose history is kept. */
export interface Run {
  readonly workflowId: string;
  /** Default: the newest. */
  readonly runId?: string;
}

export interface Path {
  readonly name: string;
  /** Difference from the other paths. */
  readonly reason: string;
  /** The outcome of the report, or the type of the failure; `completed` for what reports something else. */
  readonly ends: string;
  /** Walks it to its end. */
  walk(world: World): Promise<Run>;
}

/** While the path is walked the cloud is like that. */
export async function withCloud(
  { simulator }: World,
  cloud: { readonly config?: ConfigPatch; readonly faults?: readonly FaultRuleInput[] },
  walk: () => Promise<Run>,
): Promise<Run> {
  const before = simulator.config();
  simulator.config(cloud.config ?? {});
  simulator.faults(cloud.faults ?? []);
  try {
    return await walk();
  } finally {
    simulator.config(before);
    simulator.clearFaults();
  }
}

/** Nothing becomes Active by itself: what is waited for is certainly still waited for. */
export const standstill: ConfigPatch = { progression: { mode: 'explicit' } };

/** Longest wait for something that a path needs; far above what it takes, so that it ends what hangs and nothing else. */
const PATIENCE_MS = 60_000;

/** Looks until it is so. A look that fails, as at a run that has only begun, is one that says no. */
export async function until(isSo: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (!(await isSo().catch(() => false))) {
    if (Date.now() > end) throw new Error(`waited ${PATIENCE_MS} ms in vain`);
    await sleep(100);
  }
}

/** Until the operation waits for its flow log to settle. */
export const untilItWaits = (operation: Pick<OperationHandle, 'progress'>): Promise<void> =>
  until(async () =>
    (await operation.progress()).pending.some(({ activity, running }) => running && activity === 'waitUntilSettled'),
  );
