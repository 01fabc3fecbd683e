import { omitUndefined } from '../cloud/omit-undefined.js';
import type { BulkReport } from '../workflows/contract/bulk.js';
import type { BulkItemRequest } from '../client/index.js';
import type { Laboratory } from './laboratory.js';
import { vpcRequest } from './targets.js';

/** One bulk, measured from asking to its report. */
export interface BulkRun {
  readonly report: BulkReport;
  readonly wallMs: number;
  /** Every call that reached the cloud. */
  readonly calls: number;
  readonly throttled: number;
}

/** `count` VPCs of one region that no other measurement uses. */
export const vpcItems = (word: string, count: number): BulkItemRequest[] =>
  Array.from({ length: count }, (_, index) => {
    const { target, spec } = vpcRequest(`${word}-${index}`);
    return { target, ...omitUndefined({ spec }) };
  });

/** Enables all of them in one bulk. @throws where not every one is as wished at the end */
export async function enableAll(
  { flowLogs, simulator }: Laboratory,
  items: readonly BulkItemRequest[],
): Promise<BulkRun> {
  const before = simulator.summary();
  const began = performance.now();
  const bulk = await flowLogs.bulks.start({ operation: 'enable', items, requestedBy: 'bench' });
  const report = await bulk.result();
  const wallMs = performance.now() - began;
  const { tally } = report;
  if ((tally.succeeded ?? 0) + (tally.unchanged ?? 0) !== items.length)
    throw new Error(`of ${items.length}: ${JSON.stringify(tally)}`);
  const after = simulator.summary();
  if (after.madeMoreThanOnce.length > 0) throw new Error(`made more than once: ${after.madeMoreThanOnce.join(', ')}`);
  const total = (calls: Readonly<Record<string, number>>) => Object.values(calls).reduce((sum, each) => sum + each, 0);
  return {
    report,
    wallMs,
    calls: total(after.calls) - total(before.calls),
    throttled: after.throttled - before.throttled,
  };
}
