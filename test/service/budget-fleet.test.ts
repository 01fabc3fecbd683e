import { expect, test } from 'vitest';
import { PATIENCE_MS, enableAll, inService, numbered } from './fixtures/scenario.js';
import { vpc as product } from './fixtures/targets.js';

/** Law 7 with the whole service: what two workers send together, by the simulator's journal. */

const limitPerSecond = 3;
const flowLogs = 60;
const fleet = {
  simulator: {
    profile: 'hostile',
    config: {
      limits: { '*': limitPerSecond },
      listLagMs: 0,
      cooldownMs: 0,
      progression: { mode: 'time', activationMs: 500, settleMs: 300 },
    },
  },
  // Enough for two workers that do not share to be throttled. At 0.95, the bench's, calls lie 53 ms further apart than they must: a
  // simulator that stalls for longer, as it may beside other tests, counts together what left apart.
  env: { FLOWLOG_BUDGETS: `*=${limitPerSecond}`, FLOWLOG_BUDGET_SHARE: '0.6' },
  workers: 0,
} as const;

test(
  'two workers together keep below a limit of 3 calls a second: 60 flow logs, and none of their calls is throttled',
  () =>
    inService(fleet, async (service) => {
      await Promise.all([service.spawnWorker(), service.spawnWorker()]);
      const names = numbered('paced', flowLogs);
      const reports = await enableAll(
        service,
        names.map((name) => ({ product, name })),
      );
      expect(reports.map(({ outcome }) => outcome)).toEqual(names.map(() => 'created'));
      const { throttled, peakPerSecond, calls } = service.simulator.summary();
      expect(throttled).toBe(0);
      expect(Math.max(...Object.values(peakPerSecond))).toBeLessThanOrEqual(limitPerSecond);
      expect(calls[product.create]).toBe(flowLogs);
      const ends = await service.query<{ result: string }>(
        `select distinct result from ledger.entries where kind = 'outcome'`,
      );
      expect(ends).toEqual([{ result: 'accepted' }]);
    }),
  PATIENCE_MS,
);
