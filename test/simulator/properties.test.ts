import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSimulator, type Simulator } from '../../simulator/index.js';
import { ask, dialects, manualClock, products, type Product } from './fixtures/caller.js';

/** The cloud keeps its own rules for any calls in any order. fast-check prints the seed of a run that breaks one. */

const clock = manualClock();
const began = clock.now();
let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ clock });
});
afterAll(() => simulator.close());

const verbs = ['activate', 'deactivate', 'modify', 'delete'] as const;
const step = fc.oneof(
  fc.record({ do: fc.constant('create' as const), n: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ do: fc.constantFrom(...verbs), n: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ do: fc.constant('wait' as const), n: fc.integer({ min: 1, max: 4_000 }) }),
);
const settings = fc.record({
  product: fc.constantFrom(...products),
  lagMs: fc.constantFrom(0, 700, 3_000),
  commitDelayMs: fc.constantFrom(0, 500),
  duplicates: fc.constantFrom('allow' as const, 'refuse' as const),
});

/** Statuses that lists show, by id. */
async function listed(product: Product): Promise<Map<string, string>> {
  const size = product === 'ecr' ? { MaxResults: 100 } : { PageSize: 50 };
  const { body } = await ask(simulator.url, product, 'list', size);
  return new Map(dialects[product].rows(body).map((row) => [row.FlowLogId as string, row.Status as string]));
}

const truth = (): Map<string, string> =>
  new Map(simulator.flowLogs().map(({ flowLogId, status }) => [flowLogId, status]));

test('lists are the truth of one lag ago; a change is accepted only from a settled state; duplicates only where allowed', async () => {
  await fc.assert(
    fc.asyncProperty(settings, fc.array(step, { minLength: 5, maxLength: 25 }), async (given, steps) => {
      const { product, lagMs, commitDelayMs, duplicates } = given;
      const { url } = simulator;
      await simulator.reset();
      // Far enough from the last run that nothing of it could be seen, near enough to now that signatures are fresh.
      if (clock.now() - began > 400_000) clock.advance(began - clock.now());
      const progression = { mode: 'time', activationMs: 900, settleMs: 300 } as const;
      simulator.config({ progression, listLagMs: lagMs, commitDelayMs, duplicates, cooldownMs: 0 });
      const ids: string[] = [];
      for (const { do: what, n } of steps) {
        const before = truth();
        if (what === 'wait') clock.advance(n);
        else if (what === 'create') {
          const { body } = await ask(url, product, 'create', dialects[product].createParams(n));
          if (body.FlowLogId) ids.push(body.FlowLogId as string);
        } else {
          const FlowLogId = ids[n % Math.max(1, ids.length)] ?? 'fl-none';
          const { status } = await ask(url, product, what, { FlowLogId });
          if (status === 200) expect(['Active', 'Inactive']).toContain(before.get(FlowLogId));
        }
        const made = simulator.summary();
        if (duplicates === 'refuse') {
          const resources = made.live.map(({ resource }) => resource);
          expect(new Set(resources).size).toBe(resources.length);
        }
      }
      const now = truth();
      clock.advance(lagMs);
      simulator.config({ listLagMs: lagMs });
      expect(await listed(product)).toEqual(now);
      expect(new Set(ids).size).toBe(ids.length);
      expect(
        simulator.journal().filter(({ committed, action }) => committed && action === dialects[product].create),
      ).toHaveLength(ids.length);
    }),
    { numRuns: 40 },
  );
});
