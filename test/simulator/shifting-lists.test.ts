import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startSimulator, type Simulator } from '../../simulator/index.js';
import { ask, create, dialects, manualClock, products, type Product } from './fixtures/caller.js';

/** Lists as a real cloud may give them: in any order, each page as old as it likes, by prefix, and changed by others between two pages. */

const LAG_MS = 10_000;
const clock = manualClock();
let simulator: Simulator;
beforeAll(async () => {
  const config = { progression: { mode: 'immediate' as const }, limits: {}, quotas: {}, duplicates: 'allow' as const };
  simulator = await startSimulator({ profile: 'friendly', config, clock });
});
beforeEach(() => simulator.reset());
afterAll(() => simulator.close());

const COUNT = 12;
/** Makes some, one a second, and tells their ids in the order of their coming. */
async function made(product: Product): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let number = 1; number <= COUNT; number++) {
    clock.advance(1_000);
    ids.push(await create(simulator.url, product, number));
  }
  return ids;
}

/** A page that holds them all, unless told otherwise. */
async function listed(product: Product, params: Readonly<Record<string, string | number>> = {}) {
  const size = { [product === 'ecr' ? 'MaxResults' : 'PageSize']: 50 };
  const { body } = await ask(simulator.url, product, 'list', { ...size, ...params });
  const rows: readonly { FlowLogId: string }[] = dialects[product].rows(body);
  return { ids: rows.map(({ FlowLogId }) => FlowLogId), total: Number(body.TotalCount) };
}
const times = <Value>(count: number, does: () => Promise<Value>) => Promise.all(Array.from({ length: count }, does));

describe.each(products)('a list of %s', (product) => {
  test.each([
    { listOrder: 'oldest-first', right: (ids: readonly string[]) => ids },
    { listOrder: 'newest-first', right: (ids: readonly string[]) => ids.toReversed() },
    { listOrder: 'by-id', right: (ids: readonly string[]) => ids.toSorted() },
  ] as const)('is $listOrder', async ({ listOrder, right }) => {
    const ids = await made(product);
    simulator.config({ listOrder });
    expect((await listed(product)).ids).toEqual(right(ids));
  });

  test('is in an order of its own that stays, or in another one each time', async () => {
    const ids = await made(product);
    simulator.config({ listOrder: 'random' });
    const [first, second] = await times(2, () => listed(product));
    expect(first).toEqual(second);
    expect(first?.ids.toSorted()).toEqual(ids.toSorted());
    expect(first?.ids).not.toEqual(ids);
    simulator.config({ listOrder: 'changing' });
    const [third, fourth] = await times(2, () => listed(product));
    expect(third?.ids).not.toEqual(fourth?.ids);
    expect(third?.ids.toSorted()).toEqual(fourth?.ids.toSorted());
  });

  test('is as old as the lag, or each page as old as it likes up to that', async () => {
    const ids = await made(product);
    simulator.config({ listLagMs: LAG_MS, listLag: 'uniform' });
    // Of the last ten seconds nothing shows, so what was made in them is missing.
    const old = ids.slice(0, COUNT - LAG_MS / 1_000);
    expect(await times(3, () => listed(product))).toEqual(Array(3).fill({ ids: old, total: old.length }));
    simulator.config({ listLag: 'per-page' });
    const pages = await times(20, () => listed(product));
    for (const { ids: shown, total } of pages) {
      // One snapshot: the rows that were there, and their count.
      expect(shown).toEqual(ids.slice(0, total));
      expect(total).toBeGreaterThanOrEqual(old.length);
    }
    expect(new Set(pages.map(({ total }) => total)).size).toBeGreaterThan(3);
  });

  test('by a resource shows only that one, or where filters match prefixes all that begin so', async () => {
    const ids = await made(product);
    const field = { vpc: 'ResourceId', cen: 'TransitRouterAttachmentId', ecr: 'InstanceId' }[product];
    const asked = { [field]: String(dialects[product].resource(1).split('/').at(-1)) };
    expect((await listed(product, asked)).ids).toEqual([ids[0]]);
    simulator.config({ listFilters: 'prefix' });
    expect((await listed(product, asked)).ids).toEqual([ids[0], ...ids.slice(9)]);
  });
});

test('another program writes between two pages: what was on the second moves to the first, and the total does not tell', async () => {
  const ids = await made('vpc');
  simulator.faults([{ action: 'DescribeFlowLogs', when: 'after', count: 1, writes: { delete: 1, create: 1 } }]);
  const size = COUNT / 2;
  const first = await listed('vpc', { PageSize: size, PageNumber: 1 });
  const second = await listed('vpc', { PageSize: size, PageNumber: 2 });
  const [{ wrote } = {}] = simulator.journal().filter((call) => call.wrote);
  expect(first).toEqual({ ids: ids.slice(0, size), total: COUNT });
  expect(second).toEqual({ ids: [...ids.slice(size + 1), ...(wrote?.created ?? [])], total: COUNT });
  expect(wrote).toEqual({ created: [expect.any(String)], deleted: [ids[0]] });
  // It was there all the time.
  expect((await listed('vpc', { ResourceId: `vpc-${size + 1}` })).ids).toEqual([ids[size]]);
});
