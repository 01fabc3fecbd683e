import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Pause, readTarget } from '../../cloud/lists/absence.js';
import type { CloudClient } from '../../cloud/call/port.js';
import { CloudError } from '../../cloud/errors/cloud-error.js';
import type { ObservedFlowLog } from '../../cloud/flow-log.js';
import { readList } from '../../cloud/lists/read-list.js';
import { scopeOf } from '../../cloud/lists/scope.js';
import { createScans } from '../../cloud/lists/scans.js';
import { randomStream } from '../../simulator/control/random.js';
import {
  type Order,
  type ShiftingList,
  orders,
  ours,
  owner,
  shiftingList,
  targetOf,
  theirs,
} from './fixtures/shifting-list.js';

/**
 * Law 3 against lists that shift: another program inserts and deletes between any two pages, and each page is as old as it likes. A flow log
 * that is there all the time is never believed to be absent, and with a part of the law taken out it is.
 */

const clock = { now: () => 0, monotonicMs: () => 0, bootMs: () => 0 };

/** Worlds tried of each order. */
const RUNS = 150;
const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000_007);

const worldOf = (order: Order, more: Partial<ShiftingList> = {}): fc.Arbitrary<ShiftingList & { seed: number }> =>
  fc.record({
    order: fc.constant(order),
    seed: fc.nat(),
    product: more.product ? fc.constant(more.product) : fc.constantFrom('vpc' as const, 'ecr' as const),
    filters: more.filters ? fc.constant(more.filters) : fc.constantFrom('exact' as const, 'prefix' as const),
    lag: fc.constantFrom(0, 3, 10),
    perPageLag: more.perPageLag === undefined ? fc.boolean() : fc.constant(more.perPageLag),
    writesOnce: more.writesOnce === undefined ? fc.boolean() : fc.constant(more.writesOnce),
    writesPerHundred: fc.constantFrom(5, 20, 50, 90),
    foreign: fc.constantFrom(0, 49, 50, 60, 99, 110),
    own: fc.constantFrom(0, 3, 60),
  });

type World = ShiftingList & { seed: number };
const listOf = (world: World) => {
  const random = randomStream(world.seed);
  return shiftingList(world, (below) => Math.floor(random() * below));
};
type List = ReturnType<typeof listOf>;

/** Tells whether the resource is believed to have no flow log: `undefined` where there is no belief either way. */
type Belief = (list: List, world: World, name: string) => Promise<boolean | undefined>;

const unlessItChanged = (error: unknown): undefined => {
  if (error instanceof CloudError && error.details.code === 'ListChangedWhileReading') return undefined;
  throw error;
};

const isOn = (name: string, { resource }: ObservedFlowLog): boolean =>
  (resource['id'] ?? resource['instanceId']) === name;
const lacks = (name: string, flowLogs: readonly ObservedFlowLog[]): boolean =>
  !flowLogs.some((each) => isOn(name, each));

const byTarget =
  (pauseOf: (list: List) => Pause): Belief =>
  async (list, { product }, name) => {
    const reading = readTarget(list.cloud, clock, targetOf(product, name), { listLagMs: 0, pause: pauseOf(list) });
    const read = await reading.catch(unlessItChanged);
    return read && lacks(name, read.flowLogs);
  };

/** The belief of a bulk: as often as it asks, also after the lag. */
const byScan =
  (pauseOf: (list: List) => Pause): Belief =>
  async (list, { product }, name) => {
    const { cloud } = list;
    const scans = createScans({ cloud, clock, owner, listLagMs: 0, pause: pauseOf(list) });
    const target = targetOf(product, name);
    const told = [await scans.look('bulk', target), await scans.proof('bulk', target)];
    await new Promise((done) => setImmediate(done));
    told.push(await scans.proof('bulk', target));
    const proven = told.filter((each) => each?.proven);
    return proven.length === 0 ? undefined : proven.some((each) => each && lacks(name, each.flowLogs));
  };

/** As it was before this law: one pass that adds up. */
const byOnePass: Belief = async (list, { product }, name) => {
  const read = await readList(list.cloud, clock, scopeOf(targetOf(product, name)).scope, {}).catch(unlessItChanged);
  return read && lacks(name, read.flowLogs);
};

const waits = (list: List): Pause => list.pause;

/** Tries worlds until what is there is believed to be absent; which one, or how often anything was believed. */
async function tried(
  order: Order,
  belief: Belief,
  { name = ours, from = seed, ...more }: Partial<ShiftingList> & { name?: string; from?: number } = {},
) {
  let believed = 0;
  const property = fc.asyncProperty(worldOf(order, more), async (world) => {
    const absent = await belief(listOf(world), world, name);
    if (absent !== undefined) believed += 1;
    return absent !== true;
  });
  const { counterexample } = await fc.check(property, { seed: from, numRuns: RUNS, endOnFailure: true });
  return { wrong: counterexample?.[0], believed };
}

console.info(`absences: SEED=${seed}`);

describe.each(orders)('of a list in the order "%s"', (order) => {
  test('a read of one target never calls it empty where there is one all the time', async () => {
    const { wrong, believed } = await tried(order, byTarget(waits));
    expect(wrong).toBeUndefined();
    expect(believed).toBeGreaterThan(RUNS / 4);
  });

  test('a scan never proves our own flow log absent where it is there all the time', async () => {
    const { wrong, believed } = await tried(order, byScan(waits));
    expect(wrong).toBeUndefined();
    // Nothing is ever believed of several pages in an order that changes, but of one page it is.
    expect(believed).toBeGreaterThan(0);
  });

  test('nor one of others, where all pages are equally old', async () => {
    const { wrong } = await tried(order, byScan(waits), { name: theirs, perPageLag: false });
    expect(wrong).toBeUndefined();
  });
});

describe('with a part of the law taken out, a flow log that is there is believed to be absent', () => {
  test('the second pass: within the worlds of all orders together', async () => {
    let wrong: World | undefined;
    // One world in some thousands has what it takes, so further ones are tried until one is found.
    for (let round = 0; round < 20 && !wrong; round++)
      for (const order of orders)
        wrong ??= (await tried(order, byOnePass, { product: 'vpc', from: seed + round })).wrong;
    console.info(`without the second pass: ${JSON.stringify(wrong)}`);
    expect(wrong).toBeDefined();
  });

  /** Before and after a row of the first page was replaced: ours, the last but nine, moves from the second page to the first. */
  const others = Array.from({ length: 59 }, (_, index) => `vpc-1${index}`);
  const before = [...others.slice(0, 50), ours, ...others.slice(50)];
  const after = [...before.slice(1), 'vpc-1new'];
  const row = (name: string) => ({ FlowLogId: `fl-${name}`, Status: 'Active', ResourceType: 'VPC', ResourceId: name });

  /** Filters match prefixes, and until a lag has passed the first page is older than the second. */
  const replicas = () => {
    let first = before;
    const call: CloudClient['call'] = ({ params }) => {
      const number = Number(params['PageNumber']);
      const list = number === 1 ? first : after;
      const FlowLog = list.slice((number - 1) * 50, number * 50).map(row);
      const body = { TotalCount: '60', PageNumber: String(number), PageSize: '50', FlowLogs: { FlowLog } };
      return Promise.resolve({ body, requestId: 'r', httpStatus: 200 });
    };
    return { cloud: { call }, pause: async () => void (first = after) };
  };

  test.each([
    { name: 'the lag between the passes', waits: false, end: { lacksOurs: true } },
    { name: 'and nothing, where it is waited for', waits: true, end: { code: 'ListChangedWhileReading' } },
  ])('$name', async ({ waits: isWaitedFor, end }) => {
    const { cloud, pause } = replicas();
    const options = { listLagMs: 0, pause: isWaitedFor ? pause : () => Promise.resolve() };
    const believed = await readTarget(cloud, clock, targetOf('vpc', ours), options).then(
      ({ flowLogs }) => ({ lacksOurs: lacks(ours, flowLogs) }),
      (error: CloudError) => ({ code: error.details.code }),
    );
    expect(believed).toEqual(end);
  });
});
