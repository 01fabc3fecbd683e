import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ControlError, startSimulator, type FaultRuleInput, type Simulator } from '../../simulator/index.js';
import { ask, call, create, dialects, products, type Product, type Service } from './fixtures/caller.js';

/** Lists page by page: what is truly there, and what a list says that lies. */

let simulator: Simulator;
beforeAll(async () => {
  const config = { progression: { mode: 'immediate' as const }, limits: {}, quotas: {} };
  simulator = await startSimulator({ profile: 'friendly', config });
});
beforeEach(() => simulator.reset());
afterAll(() => simulator.close());

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- answers are looked into by every test
type Row = any;
interface PagedList {
  readonly service: Service;
  readonly action: string;
  readonly least: Readonly<Record<string, string>>;
  readonly by: 'number' | 'token';
  readonly sizeParam: string;
  /** A page as small as the list allows, but of two rows at least. */
  readonly size: number;
  readonly ids: (body: Row) => string[];
  /** Makes rows of these names, in this order. */
  readonly make: (names: readonly string[]) => Promise<unknown>;
}

const RegionId = 'cn-hangzhou';
const seeded = (kind: string, more: object = {}) =>
  ((names) => simulator.seed({ [kind]: names.map((id) => ({ id, ...more })) } as never)) satisfies PagedList['make'];
const flowLogs = (product: Product): PagedList['make'] =>
  async function (names) {
    for (const name of names) await create(simulator.url, product, Number(name.slice(4)));
  };
const flowLogList = (product: Product): PagedList => ({
  service: product,
  action: dialects[product].list,
  least: dialects[product].common,
  by: product === 'ecr' ? 'token' : 'number',
  sizeParam: product === 'ecr' ? 'MaxResults' : 'PageSize',
  size: 2,
  ids: (body) => dialects[product].rows(body).map((row) => String(row.ResourceId ?? row.InstanceId)),
  make: flowLogs(product),
});

/** Every kind of paging there is: by number with text and with numbers, by token with and without the envelope, and with a least size. */
const lists: readonly PagedList[] = [
  flowLogList('vpc'),
  {
    ...flowLogList('ecr'),
    ids: (body) => body.FlowLogs.map((row: Row) => row.InstanceId),
  },
  {
    service: 'vpc',
    action: 'DescribeVpcs',
    least: { RegionId },
    by: 'number',
    sizeParam: 'PageSize',
    size: 2,
    ids: (body) => body.Vpcs.Vpc.map((row: Row) => row.VpcId),
    make: (names) => seeded('vpcs')(names),
  },
  {
    service: 'cen',
    action: 'ListTransitRouterVpcAttachments',
    least: {},
    by: 'token',
    sizeParam: 'MaxResults',
    size: 2,
    ids: (body) => body.TransitRouterAttachments.map((row: Row) => row.TransitRouterAttachmentId),
    make: (names) => seeded('attachments', { vpcId: 'vpc-1' })(names),
  },
  {
    service: 'ecr',
    action: 'DescribeExpressConnectRouterChildInstance',
    least: { EcrId: 'ecr-1' },
    by: 'token',
    sizeParam: 'MaxResults',
    size: 2,
    ids: (body) => body.ChildInstanceList.map((row: Row) => row.ChildInstanceId),
    make: (names) => simulator.seed({ ecrs: [{ id: 'ecr-1' }], vbrs: names.map((id) => ({ id, ecrId: 'ecr-1' })) }),
  },
];
const [vpcLogs, ecrLogs, vpcs, tokens] = lists as [PagedList, PagedList, PagedList, PagedList];

const prefixOf = ({ action, service }: PagedList): string =>
  action === 'ListTransitRouterVpcAttachments' ? 'att-' : service === 'ecr' ? 'vbr-' : 'vpc-';
const names = (list: PagedList, count: number, from = 1): string[] =>
  Array.from({ length: count }, (_, index) => `${prefixOf(list)}${from + index}`);

interface Page {
  readonly ids: readonly string[];
  readonly total: number;
  readonly next: string | number | undefined;
}

async function page(list: PagedList, cursor?: string | number): Promise<Page> {
  const cursorParam = list.by === 'number' ? 'PageNumber' : 'NextToken';
  const { body } = await call(simulator.url, list.service, list.action, {
    ...list.least,
    [list.sizeParam]: list.size,
    ...(cursor === undefined ? undefined : { [cursorParam]: cursor }),
  });
  const number = Number(body.PageNumber);
  const total = Number(body.TotalCount);
  const next = list.by === 'token' ? body.NextToken || undefined : number * list.size < total ? number + 1 : undefined;
  return { ids: list.ids(body), total, next };
}

/** Reads to the end, or so many pages. */
async function pages(list: PagedList, most = 20, between: (page: number) => Promise<unknown> = async () => undefined) {
  const read: Page[] = [];
  let cursor: string | number | undefined;
  do {
    if (read.length > 0) await between(read.length);
    read.push(await page(list, cursor));
    cursor = read.at(-1)?.next;
  } while (cursor !== undefined && read.length < most);
  return read;
}
const idsOf = (read: readonly Page[]): (readonly string[])[] => read.map(({ ids }) => ids);

describe.each(lists)('$service $action', (list) => {
  test('shows each row once, in the order of their coming, with the total on every page', async () => {
    const all = names(list, 5);
    await list.make(all);
    const read = await pages(list);
    expect(idsOf(read)).toEqual([all.slice(0, 2), all.slice(2, 4), all.slice(4)]);
    expect(read.map(({ total }) => total)).toEqual([5, 5, 5]);
  });

  test('ends with the page that ends the list', async () => {
    const all = names(list, 4);
    await list.make(all);
    expect(idsOf(await pages(list))).toEqual([all.slice(0, 2), all.slice(2)]);
  });

  const lied = (lie: FaultRuleInput['lie']): FaultRuleInput => ({ action: list.action, effect: 'lie', lie });

  test('lies of a total too high, or too low', async () => {
    const all = names(list, 3);
    await list.make(all);
    for (const [lie, total] of [
      ['total-high', 4],
      ['total-low', 2],
    ] as const) {
      simulator.faults([lied(lie)]);
      expect(await page(list)).toMatchObject({ ids: all.slice(0, 2), total });
    }
    expect(simulator.journal().at(-1)).toMatchObject({ fault: 'lie', outcome: 'answered' });
  });

  test('lies by showing a row again on the next page; the last row is never shown', async () => {
    const all = names(list, 4);
    await list.make(all);
    simulator.faults([lied('repeat')]);
    const read = await pages(list);
    expect(idsOf(read)).toEqual([all.slice(0, 2), all.slice(1, 3)]);
    expect(read.map(({ total }) => total)).toEqual([4, 4]);
  });

  test('lies by leaving out the row at the boundary of two pages', async () => {
    const all = names(list, 5);
    await list.make(all);
    simulator.faults([lied('skip')]);
    const read = await pages(list);
    expect(idsOf(read).flat()).not.toContain(all[2]);
    expect(new Set(idsOf(read).flat()).size).toBe(4);
    expect(read.map(({ total }) => total)).toEqual([5, 5, 5]);
  });

  test('does not get on: the same token, or the first page again', async () => {
    const all = names(list, 5);
    await list.make(all);
    simulator.faults([lied('stuck')]);
    const read = await pages(list, 6);
    if (list.by === 'number') {
      expect(idsOf(read)).toEqual([all.slice(0, 2), all.slice(0, 2), all.slice(0, 2)]);
    } else {
      expect(read).toHaveLength(6);
      expect(new Set(read.map(({ next }) => next)).size).toBe(1);
      expect(idsOf(read).slice(1)).toEqual(Array.from({ length: 5 }, () => all.slice(2, 4)));
    }
  });
});

describe('a lie', () => {
  test('that changes nothing is none: it is not used up, and the journal knows nothing of it', async () => {
    await vpcs.make(names(vpcs, 3));
    simulator.faults([{ effect: 'lie', lie: 'repeat', count: 1 }]);
    await page(vpcs);
    expect(simulator.journal().at(-1)).not.toHaveProperty('fault');
    expect(simulator.faultRules()[0]?.hits).toBe(0);
    expect((await page(vpcs, 2)).ids).toEqual(['vpc-2', 'vpc-3']);
    expect((await page(vpcs, 2)).ids).toEqual(['vpc-3']);
    expect(simulator.faultRules()[0]?.hits).toBe(1);
  });

  test('is told by lists alone, and changes nothing that is true', async () => {
    simulator.faults([{ effect: 'lie', lie: 'total-high' }]);
    for (const product of products) await create(simulator.url, product);
    expect(simulator.faultRules()[0]?.hits).toBe(0);
    await ask(simulator.url, 'vpc', 'list');
    expect(simulator.faultRules()[0]?.hits).toBe(1);
    expect(simulator.summary().live).toHaveLength(3);
  });

  test.each([
    { reason: 'without its word', rule: { effect: 'lie' } },
    { reason: 'of an unknown word', rule: { effect: 'lie', lie: 'white' } },
    { reason: 'with another effect', rule: { effect: 'reset', lie: 'skip' } },
  ])('$reason is refused', ({ rule }) => {
    expect(() => simulator.faults([rule as never])).toThrow(ControlError);
  });
});

describe('rows that come and go between two pages', () => {
  test('make a list by token neither repeat nor leave out any that stays', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 3, max: 12 }),
        fc.array(fc.record({ remove: fc.integer({ min: 1, max: 12 }), add: fc.boolean() }), { maxLength: 6 }),
        async (count, moves) => {
          await simulator.reset();
          const all = names(tokens, count);
          await tokens.make(all);
          const removed = new Set<string>();
          const read = await pages(tokens, 30, async (number) => {
            const move = moves[number - 1];
            if (!move) return;
            const id = `${prefixOf(tokens)}${move.remove}`;
            removed.add(id);
            await simulator.seed({ attachments: [{ id, deleted: true }] });
            if (move.add) await tokens.make([`att-new-${number}`]);
          });
          const shown = idsOf(read).flat();
          expect(new Set(shown).size).toBe(shown.length);
          expect(shown).toEqual(expect.arrayContaining(all.filter((id) => !removed.has(id))));
        },
      ),
      { numRuns: 30 },
    );
  });

  test('make a list by number leave one out, as the cloud’s do', async () => {
    await vpcs.make(names(vpcs, 4));
    const read = await pages(vpcs, 9, () => simulator.seed({ vpcs: [{ id: 'vpc-1', deleted: true }] }));
    expect(idsOf(read).flat()).toEqual(['vpc-1', 'vpc-2', 'vpc-4']);
    expect(read.map(({ total }) => total)).toEqual([4, 3]);
  });
});

test('pages of ECS have a least and a most size, and their total by token says nothing', async () => {
  const all = Array.from({ length: 12 }, (_, index) => ({ id: `eni-${index}` }));
  await simulator.seed({ networkInterfaces: all });
  const list = (params: object) =>
    call(simulator.url, 'ecs', 'DescribeNetworkInterfaces', { RegionId, ...params }).then(({ body }) => body);
  const first = await list({ MaxResults: 1 });
  expect(first.NetworkInterfaceSets.NetworkInterfaceSet).toHaveLength(10);
  expect(first).toMatchObject({ TotalCount: 0, NextToken: expect.stringMatching(/./) as string });
  const second = await list({ NextToken: first.NextToken });
  expect(second.NetworkInterfaceSets.NetworkInterfaceSet).toHaveLength(2);
  expect(second.NextToken).toBe('');
  expect((await list({ MaxResults: 501 })).NetworkInterfaceSets.NetworkInterfaceSet).toHaveLength(12);
  expect(await list({ PageNumber: 2 })).toMatchObject({ PageNumber: 2, PageSize: 10, TotalCount: 12, NextToken: '' });
});

test('flow logs of two products page apart', async () => {
  await vpcLogs.make(names(vpcLogs, 1));
  await ecrLogs.make(names(ecrLogs, 2));
  expect((await page(vpcLogs)).total).toBe(1);
  expect((await page(ecrLogs)).total).toBe(2);
});
