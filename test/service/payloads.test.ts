import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BulkItemRequest } from '../../client/index.js';
import { type Service, historyOf, startService } from './fixtures/service.js';
import { hostile, rowsOf } from './fixtures/scenario.js';
import { requestedBy, vpc } from './fixtures/targets.js';

/** Ten thousand rows go in and come out, and no event of any history is too large for Temporal to carry. */

const COUNT = 10_000;
const MOST_BYTES = 256 * 1_024;

let service: Service;

beforeAll(async () => {
  service = await startService(hostile());
}, 120_000);

afterAll(() => service.stop());

/** As much as people write; three bytes a letter. */
const spec = (name: string) => ({
  destination: { project: 'network-flow-logs-production', logStore: `store-of-${name}` },
  description: `流日志 ${'网络与平台'.repeat(20)} ${name}`,
  tags: { team: '网络与平台', env: 'prod', 'cost-center': 'cc-4711' },
});

const items = Array.from({ length: COUNT }, (_, index): BulkItemRequest => {
  const name = `payload-${index}`;
  return { target: vpc.target(name), spec: spec(name) };
});

/** Bytes that a part of a history holds. */
const bytesOf = (value: unknown): number => {
  if (value instanceof Uint8Array) return value.length;
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value !== 'object' || value === null) return 0;
  return Object.entries(value).reduce((sum, [, part]) => sum + bytesOf(part), 0);
};

/** The largest event of every workflow, by type. */
async function largestEvents(): Promise<Record<string, number>> {
  const largest: Record<string, number> = {};
  for await (const { workflowId, runId, type } of service.client.workflow.list()) {
    const most = Math.max(...(await historyOf(service.client, workflowId, runId)).map(bytesOf));
    largest[type] = Math.max(largest[type] ?? 0, most);
  }
  return largest;
}

describe(`of ${COUNT} targets`, () => {
  test('no event of any history is above 256 KB: manifest, plan, bulk and report', { timeout: 300_000 }, async () => {
    const asked = { operation: 'enable', items, requestedBy } as const;
    const plan = await service.flowLogs.bulks.plan(asked);
    expect(plan.report).toMatchObject({ expect: COUNT, destinations: { length: 200 }, moreDestinations: COUNT - 200 });
    let planned = 0;
    for await (const row of plan) planned += row.ordinal > 0 ? 1 : 0;
    expect(planned).toBe(COUNT);

    // The canary fails, so that ten thousand rows are reported without ten thousand operations.
    service.simulator.faults([
      { product: 'vpc', action: vpc.create, when: 'before', effect: 'code', code: 'InvalidParameter' },
    ]);
    const bulk = await service.flowLogs.bulks.start({ ...asked, options: { canary: 2 } });
    const report = await bulk.result();
    expect(report).toMatchObject({ end: 'stopped', tally: { total: COUNT, skipped: COUNT - 2, failed: 2 } });
    const states = new Map<string, number>();
    for (const { state = 'unended' } of await rowsOf(service, bulk)) states.set(state, (states.get(state) ?? 0) + 1);
    expect(Object.fromEntries(states)).toEqual({ skipped: COUNT - 2, failed: 2 });

    const largest = await largestEvents();
    expect(Object.keys(largest)).toEqual(
      expect.arrayContaining(['bulkFlowLogs', 'bulkPage', 'planFlowLogs', 'enableFlowLog']),
    );
    // Not by chance: pages are about as large as they may be.
    expect(Math.max(...Object.values(largest))).toBeGreaterThan(MOST_BYTES / 3);
    expect(Object.entries(largest).filter(([, bytes]) => bytes > MOST_BYTES)).toEqual([]);
  });
});
