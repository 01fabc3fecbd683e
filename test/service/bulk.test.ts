import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BulkItemRequest } from '../../client/index.js';
import { type Service, startService } from './service.js';
import { hostile, rowsOf } from './scenario.js';
import { destination, productsUnderTest, requestedBy } from './targets.js';

/** A bulk on real servers: every target exactly once, and in exactly one row. */

let service: Service;

beforeAll(async () => {
  service = await startService(hostile({ cooldownMs: 0 }));
}, 120_000);

afterAll(() => service.stop());

const regions = ['cn-hangzhou', 'cn-beijing', 'cn-shanghai'];

/** Targets of every product, spread over regions. */
const items = (word: string, count: number): BulkItemRequest[] =>
  Array.from({ length: count }, (_, index): BulkItemRequest => {
    const product = productsUnderTest[index % productsUnderTest.length];
    if (!product) throw new Error('no product');
    const target = product.target(`${word}${index}`);
    const region = regions[Math.floor(index / productsUnderTest.length) % regions.length];
    return { target: { ...target, ...(target.region && region ? { region } : {}) }, spec: { destination } };
  });

describe('a bulk', () => {
  test('enables every target exactly once, and reports each in one row', { timeout: 240_000 }, async () => {
    const all = items('many', 90);
    const handle = await service.flowLogs.bulks.start({ operation: 'enable', items: all, requestedBy });
    const report = await handle.result();
    expect(report).toMatchObject({ end: 'completed', tally: { total: 90, succeeded: 90 } });
    const rows = await rowsOf(service, handle);
    expect(rows.map(({ ordinal }) => ordinal)).toEqual(Array.from({ length: 90 }, (_, index) => index + 1));
    expect(new Set(rows.map(({ workflowId }) => workflowId)).size).toBe(90);
    expect(
      rows.every(({ state, outcome, flowLogId }) => state === 'succeeded' && outcome === 'created' && flowLogId),
    ).toBe(true);
    const live = service.simulator.summary().live;
    expect(live).toHaveLength(90);
    expect(service.simulator.summary().madeMoreThanOnce).toEqual([]);
  });
});
