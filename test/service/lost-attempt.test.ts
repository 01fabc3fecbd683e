import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import type { Dependencies } from '../../activities/index.js';
import { type Task, tasksOf } from './fixtures/fault-cases.js';
import { changesOn, expectNeverTwo, seedOwn } from './fixtures/judge.js';
import { type Service, startService } from './fixtures/service.js';
import { type ProductUnderTest, productsUnderTest, requestedBy } from './fixtures/targets.js';

/** The graces of this cloud are over by then: what an attempt did is no news any more when the next one begins. */
const HELD_MS = 5_500;

/** Every change is accepted and put on the record, and then its attempt is lost before it can tell Temporal. */
const losesAttempts = (dependencies: Dependencies): Dependencies => {
  const lost = new Set<string>();
  const { ledger } = dependencies;
  return {
    ...dependencies,
    ledger: {
      ...ledger,
      async recordOutcome(outcome) {
        await ledger.recordOutcome(outcome);
        if (outcome.result !== 'accepted' || lost.has(outcome.intentId)) return;
        lost.add(outcome.intentId);
        await sleep(HELD_MS);
        throw new Error('the attempt is lost');
      },
    },
  };
};

/** One change of one product; beside a flow log of others, or alone on its target. */
interface Case {
  readonly product: ProductUnderTest;
  readonly task: Task;
  readonly beside: 'alone' | 'beside one of others';
}
const cases: readonly Case[] = productsUnderTest.flatMap((product) => [
  ...tasksOf(product).map((task): Case => ({ product, task, beside: 'alone' })),
  ...tasksOf(product)
    .filter(({ verb }) => verb === 'delete')
    .map((task): Case => ({ product, task, beside: 'beside one of others' })),
]);
const nameOf = ({ task: { verb }, beside }: Case): string => `lost-${verb}-${beside === 'alone' ? 'a' : 'b'}`;

describe('an attempt is lost after its outcome was recorded, and the next one comes after all graces', () => {
  let service: Service;
  const reports = new Map<Case, ReturnType<typeof run>>();

  /** All at once: they only wait. */
  beforeAll(async () => {
    service = await startService({
      simulator: {
        profile: 'hostile',
        config: { listLagMs: 0, progression: { mode: 'time', activationMs: 500, settleMs: 500 } },
      },
      env: { FLOWLOG_LIST_LAG_MS: '0', FLOWLOG_GRACE_MS: '4500' },
      workers: 0,
    });
    await service.startWorker({ wrap: losesAttempts });
    for (const one of cases) {
      const report = run(one);
      // Its own test hears of it; until then it is not unhandled.
      report.catch(() => undefined);
      reports.set(one, report);
    }
  });
  afterAll(() => service.stop());

  async function run(one: Case) {
    const { product, task } = one;
    const target = product.target(nameOf(one));
    if (task.from) await seedOwn(service, product, nameOf(one), task.from);
    if (one.beside !== 'alone') {
      const destination = { project: 'theirs', logStore: 'theirs' };
      const flowLog = { product: product.product, resource: target.resource, destination };
      await service.simulator.seed({ region: target.region ?? 'cn-hangzhou', flowLogs: [flowLog] });
    }
    const request = { target, requestedBy, ...omitUndefined({ spec: task.spec }) };
    return (await service.flowLogs.operate(task.operation, request)).result();
  }

  test.each(cases)(
    '$product.product $task.verb $beside: the operation says $task.outcome, and it is done once',
    async (one) => {
      const { product, task } = one;
      const report = await reports.get(one);
      expect(report).toMatchObject({ outcome: task.outcome, status: task.to?.toLowerCase() ?? 'absent' });
      expect(report?.steps.map(({ step }) => step)).toEqual([task.verb]);
      expect(changesOn(service, product, nameOf(one)).filter(({ committed }) => committed)).toHaveLength(1);
      expectNeverTwo(service, product, nameOf(one));
    },
  );
});
