import { afterAll, beforeAll, expect, test } from 'vitest';
import { type BulkTarget, type Gatherer, type Store, openStore } from '../../store/index.js';
import { migratedDatabase } from './fixtures/servers.js';
import { vpc } from './fixtures/targets.js';

/** How the targets of a bulk are gathered, on a real database: by one attempt, whatever others do that were thought dead. */

let store: Store;
beforeAll(async () => {
  store = openStore({ databaseUrl: await migratedDatabase() });
});
afterAll(() => store.close());

const open = (run: string) =>
  store.bulks.open({ run, bulk: `flow-log-bulk/${run}`, operation: 'enable', requestedBy: 'network-team' });
const opened = async (run: string) => (await open(run)) as Gatherer;
const targetsOf = (names: readonly string[]) =>
  names.map((name) => ({
    target: vpc.target(name),
    workflowId: `flow-log/${name}`,
    place: 'vpc/1/cn-x',
  })) as unknown as BulkTarget[];
const add = (gatherer: Gatherer, ...names: string[]) => store.bulks.add(gatherer, targetsOf(names), false);
const isLate = { name: 'AnotherGathers' };

test('an attempt that was suspended adds and seals nothing of what another has begun to gather since', async () => {
  const first = await opened('suspended');
  await add(first, 'a', 'b');
  const second = await opened('suspended');
  expect(await store.bulks.count('suspended')).toBe(0);
  await add(second, 'a');
  await expect(store.bulks.seal(first, 0, { problems: [] })).rejects.toMatchObject(isLate);
  await expect(add(first, 'c')).rejects.toMatchObject(isLate);
  await add(second, 'b');
  await store.bulks.seal(second, 0, { problems: [] });
  const { pages } = await store.bulks.readSealed('suspended');
  expect(pages).toEqual([{ page: 1, place: 'vpc/1/cn-x', count: 2 }]);
});

test('what an attempt adds while another opens the bulk is gone with the rest of it', async () => {
  for (const run of Array.from({ length: 10 }, (_, index) => `meanwhile${index}`)) {
    const first = await opened(run);
    const [, second] = await Promise.all([add(first, 'a', 'b').catch(() => undefined), opened(run)]);
    expect(await store.bulks.count(run)).toBe(0);
    await add(second, 'c');
    expect(await store.bulks.count(run)).toBe(1);
  }
});

test('the remainder of an earlier bulk is added only by the attempt that gathers', async () => {
  await add(await opened('earlier'), 'a', 'b');
  await store.bulks.seal(await opened('earlier'), 0, { problems: [] });
  const first = await opened('retry');
  const second = await opened('retry');
  await expect(store.bulks.addRemainder(first, 'flow-log-bulk/earlier')).rejects.toMatchObject(isLate);
  expect(await store.bulks.addRemainder(second, 'flow-log-bulk/earlier')).toBe(true);
});

test('a sealed bulk answers the same pages and places unread, however often it is prepared', async () => {
  const gathered = {
    problems: [{ accountId: '1', region: 'cn-x', kind: 'unavailable', message: 'it was dark' }] as never,
    moreProblems: 2,
    emptySelectors: [1],
  };
  const gatherer = await opened('sealed');
  await add(gatherer, 'a');
  await store.bulks.seal(gatherer, 0, gathered);
  const before = await store.bulks.readSealed('sealed');
  expect(await open('sealed')).toBeUndefined();
  await expect(add(gatherer, 'b')).rejects.toMatchObject(isLate);
  await expect(store.bulks.seal(gatherer, 1, { problems: [] })).rejects.toMatchObject(isLate);
  expect(await store.bulks.readSealed('sealed')).toEqual(before);
  expect(before.gathered).toEqual(gathered);
});
