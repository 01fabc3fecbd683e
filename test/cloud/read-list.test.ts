import { beforeEach, describe, expect, it } from 'vitest';
import type { Product } from '../../cloud/flow-log.js';
import { products } from '../../cloud/products/products.js';
import { readList } from '../../cloud/lists/read-list.js';
import type { FaultRuleInput } from '../../simulator/index.js';
import { cloudErrorOf, friendlySimulator } from './fixtures/wire-server.js';

/** A list is believed only when it adds up; one that does not is read again, and not for ever. */

const accountId = '1000000000000001';
const scopes = {
  vpc: { product: 'vpc', accountId, region: 'cn-hangzhou' },
  cen: { product: 'cen', accountId, region: 'cn-hangzhou' },
  ecr: { product: 'ecr', accountId, ecrId: 'ecr-1' },
} as const;
const resources: Readonly<Record<Product, (number: number) => Record<string, string>>> = {
  vpc: (number) => ({ type: 'VPC', id: `vpc-${number}` }),
  cen: (number) => ({ cenId: 'cen-1', transitRouterId: `tr-${number}` }),
  ecr: (number) => ({ ecrId: 'ecr-1', instanceId: `vbr-${number}` }),
};
/** Two full pages: the last row is the one a shifted page loses. */
const rows = 100;

const { simulator, cloud } = await friendlySimulator();

const read = (product: Product) => readList(cloud, Date, scopes[product], {});
const calls = (): number => simulator.journal().length;
const lie = (about: FaultRuleInput['lie'], more: Partial<FaultRuleInput> = {}) =>
  simulator.faults([{ effect: 'lie', lie: about, ...more }]);
const lies = ['total-high', 'total-low', 'repeat', 'skip', 'stuck'] as const;

describe.each(Object.keys(scopes) as Product[])('a list of %s', (product) => {
  const pages = Math.ceil(rows / products[product].list.paging.pageSize);
  beforeEach(async () => {
    const flowLogs = Array.from({ length: rows }, (_, index) => ({ product, resource: resources[product](index) }));
    await simulator.seed({ flowLogs });
  });

  it('that tells the truth is read once', async () => {
    expect((await read(product)).flowLogs).toHaveLength(rows);
    expect(calls()).toBe(pages);
  });

  it.each(lies)('that lies once (%s) is read again, and the truth believed', async (about) => {
    lie(about, { count: 1 });
    const { flowLogs } = await read(product);
    expect(new Set(flowLogs.map(({ flowLogId }) => flowLogId)).size).toBe(rows);
    expect(simulator.faultRules()[0]?.hits).toBe(1);
    expect(calls()).toBeGreaterThan(pages);
  });

  it.runIf(pages > 1)('is not begun anew for a page that failed: only that is asked for again', async () => {
    simulator.faults([{ effect: 'status', status: 503, every: 2, count: 2 }]);
    expect((await read(product)).flowLogs).toHaveLength(rows);
    expect(calls()).toBe(pages + 1);
  });

  it.runIf(pages > 1)('whose page fails again and again is given up as that failure, after three tries', async () => {
    simulator.faults([
      { effect: 'none', count: 1 },
      { effect: 'status', status: 503 },
    ]);
    expect((await cloudErrorOf(read(product))).details.message).toContain('503');
    expect(calls()).toBe(1 + 3);
  });

  it.each(lies)('that lies for ever (%s) is given up after three reads, as unavailable', async (about) => {
    lie(about);
    const { details } = await cloudErrorOf(read(product));
    expect(details).toMatchObject({ kind: 'unavailable', code: 'ListChangedWhileReading' });
    // A total that is too high promises a page more.
    expect(calls()).toBeLessThanOrEqual(3 * (pages + 1));
  });
});
