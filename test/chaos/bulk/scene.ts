import { setTimeout as sleep } from 'node:timers/promises';
import type { BulkHandle, FlowLogs } from '../../../client/index.js';
import type { BulkOptions, BulkReport, BulkRow } from '../../../workflows/contract/bulk.js';
import { patiently } from '../programs.js';
import type { Stage } from '../stage.js';
import { type BulkTarget, itemsOf, rulesOf } from './world.js';

export const requestedBy = 'chaos';

/** Longer than any campaign. */
const DEADLINE_MS = 1_800_000;

/** Everything that the acts of a campaign work with. */
export interface Scene {
  readonly stage: Stage;
  readonly flowLogs: FlowLogs;
  readonly targets: readonly BulkTarget[];
  /** Operations of one bulk at a time. */
  readonly window: number;
  readonly limit: AbortSignal;
  readonly seed: number;
  readonly tell: (line: string) => void;
}

/** One bulk from its start to its end. */
export interface Run {
  readonly name: string;
  /** Targets that it was asked for. */
  readonly targets: readonly BulkTarget[];
  readonly report: BulkReport;
  readonly rows: readonly BulkRow[];
  /** Histories of the bulk itself: it goes on in a new one when one is long. */
  readonly histories: number;
}

/** Asks until Temporal answers. @throws when the time of the campaign is over before */
export async function asked<Answer>({ limit }: Pick<Scene, 'limit'>, call: () => Promise<Answer>): Promise<Answer> {
  const answer = await patiently(limit, async () => ({ value: await call() }));
  if (!answer) throw new Error('the time of the campaign was over');
  return answer.value;
}

/** Starts a bulk of these targets, or a retry of another. */
export function startBulk(
  scene: Scene,
  name: string,
  targets: readonly BulkTarget[],
  { retryOf, isPatient, ...options }: BulkOptions & { readonly retryOf?: string; readonly isPatient?: boolean } = {},
): Promise<BulkHandle> {
  const { flowLogs, window } = scene;
  const what = retryOf === undefined ? { items: itemsOf(targets, isPatient) } : { retryOf };
  const settings = { window, deadlineMs: DEADLINE_MS, ...options };
  return asked(scene, () =>
    flowLogs.bulks.start({ operation: 'enable', name, requestedBy, ...what, options: settings }),
  );
}

/** Waits for the end of a bulk and reads its report. */
export async function ended(scene: Scene, targets: readonly BulkTarget[], bulk: BulkHandle): Promise<Run> {
  const { flowLogs, stage, tell } = scene;
  const report = await asked(scene, () => bulk.result());
  const rows = await asked(scene, async () => {
    const all: BulkRow[] = [];
    for await (const row of flowLogs.bulks.rows(bulk.runId ?? '')) all.push(row);
    return all;
  });
  const histories = await asked(scene, async () => {
    let count = 0;
    const runs = stage.client.workflow.list({ query: `WorkflowId = "${bulk.workflowId}"` });
    for await (const { workflowId } of runs) count += Number(workflowId === bulk.workflowId);
    return count;
  });
  tell(`${bulk.workflowId} ${report.end}: ${JSON.stringify(report.tally)}`);
  return { name: bulk.workflowId, targets, report, rows, histories };
}

/** Puts the storm in force, with what ails the world or without. */
export function storm({ stage: { simulator }, targets, seed }: Scene, isCured: boolean, turn = 0): void {
  simulator.faults(rulesOf(targets, simulator.journal(), isCured), seed * 1_000 + turn);
}

/** Looks until it is so; false when `over` was so before. */
export async function until(isSo: () => boolean, over: () => boolean): Promise<boolean> {
  while (!isSo()) {
    if (over()) return false;
    await sleep(50);
  }
  return true;
}
