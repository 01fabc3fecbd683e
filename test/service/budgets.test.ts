import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SlotAnswer } from '../../cloud/call/slots.js';
import { type Store, openStore } from '../../store/index.js';
import { migratedDatabase } from './fixtures/servers.js';

/** Budgets of calls as all workers share them, on a real database; each store here stands for a worker. */

let stores: readonly Store[];
let databaseUrl: string;
beforeAll(async () => {
  databaseUrl = await migratedDatabase();
  stores = [openStore({ databaseUrl }), openStore({ databaseUrl })];
});
afterAll(() => Promise.all(stores.map((store) => store.close())));

const caller = 'worker';

let keys = 0;
/** An API that no other test calls. */
const someKey = () => ({ accountId: '1', place: 'cn-hangzhou', api: `vpc:Action${++keys}` });
const worker = (index = 0) => (stores[index % stores.length] as Store).budgets;

type Reserved = Extract<SlotAnswer, { waitMs: number }>;
const isReserved = (answer: SlotAnswer): answer is Reserved => 'waitMs' in answer;
/** Lets so long pass for one API: what is kept of it lies that much further back. */
async function timePasses({ accountId, place, api }: ReturnType<typeof someKey>, seconds: number): Promise<void> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rowCount } = await client.query(
      `update flowlog.budgets set next_at = next_at - $4 * interval '1 s', queue_at = queue_at - $4 * interval '1 s',
          singles_at = singles_at - $4 * interval '1 s' where (account_id, place, api) = ($1, $2, $3)`,
      [accountId, place, api, seconds],
    );
    expect(rowCount).toBe(1);
  } finally {
    await client.end();
  }
}

/** Time of the slot, by the database's clock. */
const slotOf = ({ atMs, waitMs }: Reserved): number => atMs + waitMs;

test('slots asked for all at once by two workers keep the spacing, none is given twice, and none is left out while somebody waits', async () => {
  const key = someKey();
  const perSecond = 50;
  const all = Array.from({ length: 100 }, (_, index) =>
    worker(index).reserve(key, { caller, perSecond, mostMs: 2_000 }),
  );
  const slots = (await Promise.all(all)).filter(isReserved).toSorted((a, b) => slotOf(a) - slotOf(b));
  expect(slots).toHaveLength(100);
  const distances = slots.slice(1).map((slot, index) => slotOf(slot) - slotOf(slots[index] as Reserved));
  expect(Math.min(...distances)).toBeGreaterThan(1_000 / perSecond - 0.1);
  // A caller who asks when the line is empty goes at once: a stall of this machine leaves out slots that were not asked for.
  const waited = distances.filter((_, index) => (slots[index + 1] as Reserved).waitMs > 0);
  expect(waited.length).toBeGreaterThan(50);
  expect(Math.max(...waited)).toBeLessThan(1_000 / perSecond + 0.1);
});

test('a slot that is further away than allowed is refused, and nothing is reserved', async () => {
  const key = someKey();
  const request = { caller, perSecond: 1, mostMs: 2_000 };
  const answers = [];
  for (let count = 0; count < 5; count++) answers.push(await worker(count).reserve(key, request));
  expect(answers.filter(isReserved)).toHaveLength(3);
  for (const answer of answers.slice(3)) expect(answer).toHaveProperty('refusedForMs');
  const patient = await worker().reserve(key, { ...request, mostMs: 10_000, waited: true });
  expect(isReserved(patient) && patient.waitMs).toBeGreaterThan(2_500);
  expect(isReserved(patient) && patient.waitMs).toBeLessThan(3_001);
});

test('those who are refused come back one after the other, each to a slot that is free', async () => {
  const key = someKey();
  const request = { caller, perSecond: 20, mostMs: 400 };
  const reserved: number[] = [];
  let asked = 0;
  const comer = async (index: number, waited: boolean): Promise<void> => {
    asked += 1;
    const answer = await worker(index).reserve(key, { ...request, waited });
    if (isReserved(answer)) return void reserved.push(slotOf(answer));
    await new Promise((resolve) => setTimeout(resolve, answer.refusedForMs));
    return comer(index, true);
  };
  await Promise.all(Array.from({ length: 60 }, (_, index) => comer(index, false)));
  expect(reserved).toHaveLength(60);
  // No herd: hardly any caller asks more than twice, and hardly a slot is left out.
  expect(asked).toBeLessThan(60 * 2.2);
  expect(Math.max(...reserved) - Math.min(...reserved)).toBeLessThan((59 * 1_000 * 1.15) / request.perSecond);
});

test('who comes anew goes behind those who were told to come back, but waits for none who do not come', async () => {
  const key = someKey();
  // Slots stand 10 s apart: no stall of this machine moves the questions from one to the next.
  const request = { caller, perSecond: 0.1, mostMs: 40_000 };
  for (let count = 0; count < 30; count++) await worker(count).reserve(key, request);
  expect(isReserved(await worker().reserve(key, request))).toBe(false);
  expect(isReserved(await worker().reserve(key, { ...request, waited: true }))).toBe(false);
  await timePasses(key, 45);
  expect(isReserved(await worker().reserve(key, request))).toBe(true);
});

/** Slots 10 s apart, five of them given; one call of a bulk more was told to come back. 15 s of that have passed. */
async function queuedByBulks() {
  const key = someKey();
  const request = { caller, perSecond: 0.1, mostMs: 40_000 };
  for (let count = 0; count < 6; count++) await worker(count).reserve(key, request);
  await timePasses(key, 15);
  const toldInS = async (asked: object) => {
    const answer = await worker().reserve(key, { ...request, ...asked });
    if (isReserved(answer)) throw new Error('reserved');
    return Math.round(answer.refusedForMs / 1_000);
  };
  return { key, request, toldInS };
}

test('a single call takes the next slot where only calls of bulks wait for it, and those that bulks ask for later move back by one', async () => {
  const { key, request, toldInS } = await queuedByBulks();
  const before = await toldInS({});
  const single = await worker().reserve(key, { ...request, single: true });
  expect(isReserved(single) && Math.round(single.waitMs / 1_000)).toBe(35);
  expect(await toldInS({})).toBe(before + 20);
});

test('single calls stand behind one another, each told its own time', async () => {
  const { key, request, toldInS } = await queuedByBulks();
  await worker().reserve(key, { ...request, single: true });
  const told = [await toldInS({ single: true }), await toldInS({ single: true })];
  expect(told).toEqual([35, 45]);
  await timePasses(key, 10);
  expect(isReserved(await worker().reserve(key, { ...request, single: true }))).toBe(false);
  expect(isReserved(await worker().reserve(key, { ...request, single: true, waited: true }))).toBe(true);
});

test('a probe of a single call takes no slot, and no place in the queue where there is one', async () => {
  const { key, request } = await queuedByBulks();
  for (let count = 0; count < 3; count++)
    expect(isReserved(await worker(count).reserve(key, { ...request, single: true, probe: true }))).toBe(true);
});

test('a worker of the release before, which tells no single calls, shares the slots', async () => {
  const { accountId, place, api } = someKey();
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const asked = [accountId, place, api, 'old worker', 0.1, 40_000, false, false];
    const { rows } = await client.query<{ answer: SlotAnswer }>(
      'select flowlog.reserve_slot($1, $2, $3, $4, $5, $6, $7, $8) as answer',
      asked,
    );
    expect(rows[0]?.answer).toMatchObject({ waitMs: 0 });
  } finally {
    await client.end();
  }
  const next = await worker().reserve(
    { accountId, place, api },
    { caller, perSecond: 0.1, mostMs: 40_000, single: true },
  );
  expect(isReserved(next) && Math.round(next.waitMs / 1_000)).toBe(10);
});

test('a slot tells whether there are other workers, until they leave or fall silent', async () => {
  const key = someKey();
  const shared = async () => {
    const answer = await worker().reserve(key, { caller: 'one', perSecond: 1_000, mostMs: 2_000 });
    return isReserved(answer) && answer.shared;
  };
  await worker().announce('one');
  expect(await shared()).toBe(false);
  await worker(1).announce('two');
  await worker(1).announce('two');
  expect(await shared()).toBe(true);
  await worker(1).leave('two');
  expect(await shared()).toBe(false);
});

test('a probe takes no slot', async () => {
  const key = someKey();
  const request = { caller, perSecond: 1, mostMs: 2_000 };
  for (let count = 0; count < 5; count++) {
    expect(isReserved(await worker(count).reserve(key, { ...request, probe: true }))).toBe(true);
  }
  expect(await worker().reserve(key, request)).toMatchObject({ waitMs: 0 });
});

/** The distance of two slots where the second had to wait for its own, in ms: one that was asked for too late says nothing of the rate. */
async function spacing(key: ReturnType<typeof someKey>, perSecond: number): Promise<number> {
  const request = { caller, perSecond, mostMs: 10_000, waited: true };
  const [first, second] = [await worker(0).reserve(key, request), await worker(1).reserve(key, request)];
  if (!isReserved(first) || !isReserved(second)) throw new Error('refused');
  return second.waitMs > 0 ? slotOf(second) - slotOf(first) : spacing(key, perSecond);
}

test('a throttled call halves the rate for all, once a second at most, and it recovers by a tenth a second', async () => {
  const key = someKey();
  expect(await spacing(key, 100)).toBeCloseTo(10, 0);
  await Promise.all([worker(0).slowDown(key), worker(1).slowDown(key), worker(0).slowDown(key)]);
  const halved = await spacing(key, 100);
  expect(halved).toBeGreaterThan(18);
  expect(halved).toBeLessThan(20.1);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  const recovering = await spacing(key, 100);
  expect(recovering).toBeGreaterThan(14.5);
  expect(recovering).toBeLessThan(16);
});

test('the rate goes on falling while calls are throttled, and never to nothing', async () => {
  const key = someKey();
  const [store] = stores;
  if (!store) throw new Error('no store');
  for (let count = 0; count < 6; count++) {
    await worker().slowDown(key);
    await new Promise((resolve) => setTimeout(resolve, 1_010));
  }
  // Halved six times with a tenth regained after each: 0.5, 0.3, 0.2, 0.15, 0.125, 0.1125, and a tenth since.
  const ratio = 10 / (await spacing(key, 100));
  expect(ratio).toBeGreaterThan(0.2);
  expect(ratio).toBeLessThan(0.23);
});

test('what the cloud asked to wait is waited for by all', async () => {
  const key = someKey();
  await worker(0).slowDown(key, 1_500);
  const answer = await worker(1).reserve(key, { caller, perSecond: 100, mostMs: 2_000 });
  expect(isReserved(answer) && answer.waitMs).toBeGreaterThan(1_300);
  expect(isReserved(answer) && answer.waitMs).toBeLessThanOrEqual(1_500);
});

test.each([
  { perSecond: 0.05, reason: 'a budget slower than anybody waits' },
  { perSecond: 100_000, reason: 'a budget that limits nothing' },
])('$reason gives a first slot at once', async ({ perSecond }) => {
  expect(await worker().reserve(someKey(), { caller, perSecond, mostMs: 2_000 })).toMatchObject({ waitMs: 0 });
});
