import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OperationReport } from '../../client/index.js';
import { hostile } from './fixtures/scenario.js';
import { type Service, startService } from './fixtures/service.js';
import { destination, productsUnderTest, requestedBy } from './fixtures/targets.js';

/** Doubt costs time, and no more of it than it must. */

const LAG_MS = 1_000;
const COMMIT_MS = 500;
const COOLDOWN_MS = 5_000;
/** Time that is allowed beyond the waits that a change needs. */
const ALLOWED_MS = 15_000;
/** Longer than anything that a busy machine adds. */
const GRACE_MS = 60_000;
/** Each product's answer for a flow log that was activated too recently. */
const cooling = {
  vpc: { code: 'IncorrectStatus.flowlog', status: 400 },
  cen: { code: 'IncorrectStatus.flowlog', status: 400 },
  ecr: { code: 'Conflict.Lock', status: 409 },
} as const;

let service: Service;
beforeAll(async () => {
  const env = {
    FLOWLOG_LIST_LAG_MS: String(LAG_MS),
    FLOWLOG_COMMIT_DELAY_MS: String(COMMIT_MS),
    FLOWLOG_GRACE_MS: String(GRACE_MS),
    // No answer is lost here: one that is only slow must not count as lost, and wait for the grace.
    FLOWLOG_READ_TIMEOUT_MS: '10000',
  };
  service = await startService(hostile({ listLagMs: LAG_MS - 100, cooldownMs: 0 }, { env }));
});
afterAll(() => service.stop());

/** A change that needs these waits has so much time: more where the same operation without a fault, taken just before, says that the machine is slow. */
const mostMs = (waitsMs: number, usual: OperationReport): number =>
  Math.min(GRACE_MS, waitsMs + ALLOWED_MS + 10 * tookMs(usual));

const tookMs = ({ startedAt, endedAt }: OperationReport): number => Date.parse(endedAt) - Date.parse(startedAt);

describe('a change that is answered in doubt', () => {
  test.each(productsUnderTest)(
    'ends without a wait for the grace: an activate of $product inside a cool-down of 5 s',
    { timeout: 120_000 },
    async (product) => {
      const { flowLogs, simulator } = service;
      const target = product.target('cool');
      const usual = await (await flowLogs.enable({ target, spec: { destination }, requestedBy })).result();
      const { flowLogId = '' } = await (await flowLogs.disable({ target, requestedBy })).result();
      // From its first call on, so that a busy machine makes it no shorter.
      const { code, status } = cooling[product.product];
      const action = product.activate;
      const rule = {
        product: product.product,
        action,
        flowLogId,
        when: 'before',
        effect: 'code',
        code,
        status,
      } as const;
      simulator.setFaults({ rules: [rule] }, 'add');
      const enabling = await flowLogs.enable({ target, spec: { destination }, requestedBy });
      const calls = () =>
        simulator.journal().filter((call) => call.action === action && call.params['FlowLogId'] === flowLogId);
      await expect.poll(() => calls().length, { timeout: 60_000 }).toBeGreaterThan(0);
      await sleep(COOLDOWN_MS);
      simulator.clearFaults();
      const report = await enabling.result();
      expect(report).toMatchObject({ outcome: 'activated', status: 'active' });
      const [first, ...others] = calls();
      expect(Date.parse(report.endedAt) - Date.parse(first?.time ?? '')).toBeLessThan(mostMs(0, usual));
      expect([first, ...others].map((call) => call?.committed)).toEqual([...others.map(() => false), true]);
    },
  );

  test.each(productsUnderTest)(
    'ends without a wait for the grace: a create of $product that is answered OperationConflict three times before it is done',
    { timeout: 120_000 },
    async (product) => {
      const { flowLogs, simulator } = service;
      const [name, code] = ['conflict', 'OperationConflict'];
      const rule = { product: product.product, action: product.create, resource: product.resource(name) };
      simulator.setFaults({ rules: [{ ...rule, count: 3, when: 'before', effect: 'code', code, status: 400 }] }, 'add');
      const enabled = async (target: ReturnType<typeof product.target>) =>
        (await flowLogs.enable({ target, spec: { destination }, requestedBy })).result();
      const usual = await enabled(product.target('usual'));
      const report = await enabled(product.target(name));
      expect(report).toMatchObject({ outcome: 'created', status: 'active' });
      expect(tookMs(report)).toBeLessThan(mostMs(3 * (COMMIT_MS + 2 * LAG_MS), usual));
      const calls = simulator.journal().filter((call) => Object.values(call.params).includes(product.resource(name)));
      const creates = calls.filter(({ action }) => action === product.create);
      expect(creates.map((call) => call.committed)).toEqual([false, false, false, true]);
    },
  );

  test.each(productsUnderTest)(
    'keeps another change off a flow log of $product until commit delay and list lag are over',
    { timeout: 120_000 },
    async (product) => {
      const { flowLogs, simulator } = service;
      const name = 'other';
      const target = product.target(name);
      const { flowLogId = '' } = await (await flowLogs.enable({ target, spec: { destination }, requestedBy })).result();
      // Done, and answered as if it were not: the deactivation may yet begin when the next change is asked for.
      const rule = { product: product.product, action: product.deactivate, flowLogId, count: 1 };
      simulator.setFaults({ rules: [{ ...rule, when: 'after', effect: 'code', code: 'TaskConflict' }] }, 'add');
      const disabling = await flowLogs.disable({ target, requestedBy });
      const callsOf = (action: string) =>
        simulator.journal().filter((call) => call.action === action && call.params['FlowLogId'] === flowLogId);
      await expect.poll(() => callsOf(product.deactivate).length, { timeout: 60_000 }).toBe(1);
      const sql = `select 1 from ledger.entries where run_id = $1 and kind = 'outcome' and result = 'ambiguous'`;
      await expect.poll(() => service.query(sql, [disabling.runId]), { timeout: 60_000 }).toHaveLength(1);
      await service.client.workflow.getHandle(disabling.workflowId).terminate('another change is asked for');
      const report = await (await flowLogs.delete({ target, requestedBy })).result();
      expect(report).toMatchObject({ outcome: 'deleted', status: 'absent' });
      const [deactivation] = callsOf(product.deactivate);
      const [deletion] = callsOf(product.delete);
      expect((deletion?.monotonicMs ?? 0) - (deactivation?.monotonicMs ?? 0)).toBeGreaterThanOrEqual(
        COMMIT_MS + LAG_MS,
      );
    },
  );
});
