import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Dependencies } from '../../activities/index.js';
import { setDatabaseClock } from './fixtures/database-clock.js';
import { changesOn, expectExactlyOne } from './fixtures/judge.js';
import { enable, enableAll, hostile, onEveryProduct, until } from './fixtures/scenario.js';
import { type Service, startService } from './fixtures/service.js';
import { productsUnderTest, vpc } from './fixtures/targets.js';

/**
 * Clocks that jump, and a machine that sleeps, while creates are under way: nothing in doubt grows older by it, and nothing is sent late. The
 * clocks of the worker are moved by a file, that of the database by its own function.
 */

/** Longer than all looks of a test: nothing but a clock that was believed makes a doubt so old. */
const GRACE_MS = 60_000;
const AHEAD_MS = 600_000;
const ASLEEP_MS = 74_000;

let service: Service;
let owner: Client;
let folder: string;
/** Called with the key of the target when an attempt comes to the place. */
let at: Partial<Record<'fence' | 'intent' | 'unclear', (key: string) => Promise<void>>> = {};

const watched = (dependencies: Dependencies): Dependencies => {
  const { ledger } = dependencies;
  return {
    ...dependencies,
    ledger: {
      ...ledger,
      async takeFence(target, by) {
        await at.fence?.(target.key);
        return ledger.takeFence(target, by);
      },
      async commitIntent(intent) {
        const admitted = await ledger.commitIntent(intent);
        await at.intent?.(intent.target.key);
        return admitted;
      },
      async recordOutcome(outcome) {
        await ledger.recordOutcome(outcome);
        if (outcome.result === 'ambiguous') await at.unclear?.(outcome.intent?.target.key ?? '');
      },
    },
  };
};

/** Moves the clocks of the worker to so much from the machine's, in ms. */
const moveWorker = (moved: { wallMs?: number; bootMs?: number }) =>
  writeFileSync(join(folder, 'clock.json'), JSON.stringify(moved));

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'flowlog-clocks-'));
  const config = { cooldownMs: 0, progression: { mode: 'immediate' } } as const;
  service = await startService(hostile(config, { workers: 0, env: { FLOWLOG_GRACE_MS: String(GRACE_MS) } }));
  owner = new Client({ connectionString: service.env['DATABASE_URL'] });
  await owner.connect();
  vi.stubEnv('FLOWLOG_TEST_CLOCK', join(folder, 'clock.json'));
  vi.stubEnv('FLOWLOG_ENDPOINT', service.simulator.url);
  await service.startWorker({ wrap: watched });
  vi.unstubAllEnvs();
});
afterEach(() => void (at = {}));
afterAll(async () => {
  await owner.end();
  await service.stop();
  rmSync(folder, { recursive: true });
});

const expectOneCreate = (name: string) => {
  for (const product of productsUnderTest) {
    expect(changesOn(service, product, name).map(({ action }) => action)).toEqual([product.create]);
    expectExactlyOne(service, product, name);
  }
};

describe('the clock of the database jumps ahead while nobody knows how creates ended', () => {
  test.each([
    { how: 'by itself', name: 'ahead', wallMs: 0 },
    { how: 'and the wall clock of the worker with it', name: 'together', wallMs: AHEAD_MS },
  ])('$how: none is sent again; when it is back a new one is made at once', { timeout: 120_000 }, async (jump) => {
    const { simulator } = service;
    const { name, wallMs } = jump;
    const held = () => simulator.barriers.list().flatMap(({ waiting }) => waiting).length;
    // On their way for longer than their answers are waited for.
    simulator.faults(
      productsUnderTest.map(({ product, create, resource }) => ({
        ...{ product, action: create, resource: resource(name), count: 1, barrier: name },
      })),
    );
    let hasJumped = false;
    let looks = 0;
    const isMeant = (key: string) => key.endsWith(`/${vpc.resource(name)}`);
    at = {
      async unclear(key) {
        if (!isMeant(key) || hasJumped) return;
        await until(() => held() === productsUnderTest.length);
        await setDatabaseClock(owner, AHEAD_MS, { more: true });
        moveWorker({ wallMs });
        hasJumped = true;
      },
      async fence(key) {
        // Two looks miss it, as many as an absence is believed by; then it is made after all.
        if (isMeant(key) && hasJumped && ++looks === 3) simulator.barriers.release(name);
      },
    };
    const reports = await enableAll(service, onEveryProduct(name));
    expect(reports).toMatchObject(productsUnderTest.map(() => ({ outcome: 'created' })));
    expectOneCreate(name);
    expect(looks).toBeGreaterThanOrEqual(3);

    await setDatabaseClock(owner, 0);
    moveWorker({});
    const [after] = await enableAll(service, [{ product: vpc, name: `${name}-after` }]);
    expect(after).toMatchObject({ outcome: 'created' });
  });
});

test(
  'a machine sleeps between intents and the wire, and its monotonic clock stands still: none is sent late, and each is sent once',
  { timeout: 120_000 },
  async () => {
    const all = onEveryProduct('asleep');
    const committed = new Set<string>();
    let wakes!: () => void;
    const awake = new Promise<void>((resolve) => (wakes = resolve));
    at = {
      async intent(key) {
        if (committed.add(key).size === all.length) {
          moveWorker({ wallMs: ASLEEP_MS, bootMs: ASLEEP_MS });
          wakes();
        }
        await awake;
      },
    };
    const operations = await Promise.all(all.map((one) => enable(service, one)));
    const reports = await Promise.all(operations.map((operation) => operation.result()));
    expect(reports).toMatchObject(all.map(() => ({ outcome: 'created' })));
    expectOneCreate('asleep');
    const ends = await service.query<{ result: string; code: string | null }>(
      `select result, body::json ->> 'code' as code from ledger.entries
        where kind = 'outcome' and target like '%asleep' order by result`,
    );
    expect(ends).toEqual([
      ...all.map(() => ({ result: 'accepted', code: null })),
      ...all.map(() => ({ result: 'not-sent', code: 'SendWindowPassed' })),
    ]);
  },
);
