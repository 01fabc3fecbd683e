import { describe, expect, test } from 'vitest';
import type { OperationReport } from '../../workflows/contract/operation.js';
import type { ConfigPatch, FaultRuleInput } from '../../simulator/index.js';
import { type Service, type ServiceOptions, startService } from './fixtures/service.js';
import { type ProductUnderTest, committed, destination, productsUnderTest, requestedBy } from './fixtures/targets.js';

/** Unknown properties of the real cloud: it may refuse duplicates, may honour tokens, and its lists may be late by an unknown time. */
const clouds = (['allow', 'refuse'] as const).flatMap((duplicates) =>
  (['honour', 'ignore'] as const).flatMap((clientToken) =>
    [0, 3_000].map((listLagMs) => ({ duplicates, clientToken, listLagMs })),
  ),
);
type Cloud = (typeof clouds)[number];

const hostile = (cloud: Cloud): ServiceOptions => ({
  simulator: {
    profile: 'hostile',
    config: { ...cloud, progression: { mode: 'time', activationMs: 1_000, settleMs: 500 } },
  },
  env: { FLOWLOG_LIST_LAG_MS: String(cloud.listLagMs), FLOWLOG_GRACE_MS: String(4_500 + cloud.listLagMs) },
});

const enable = async ({ flowLogs }: Service, product: ProductUnderTest, name: string): Promise<OperationReport> => {
  const handle = await flowLogs.enable({ target: product.target(name), spec: { destination }, requestedBy });
  return handle.result();
};

/** Judged by the simulator, not by what the service says of itself. */
function expectExactlyOne({ simulator }: Service, product: ProductUnderTest, name: string): void {
  const { live, madeMoreThanOnce } = simulator.summary();
  const resource = product.resource(name);
  const found = live.filter((flowLog) => flowLog.product === product.product && flowLog.resource.includes(resource));
  expect(found, `${product.product} ${resource}`).toMatchObject([{ status: 'Active' }]);
  expect(madeMoreThanOnce.filter((made) => made.resource.includes(resource))).toEqual([]);
}

/** Ways to lose the answer of a create that was made. */
const losses = ['reset', 'timeout', 'half-body', 'empty', 'html', 'codeless-500'] as const;

describe.concurrent('where duplicates are $duplicates, tokens $clientToken, lists late', () => {
  test.each(clouds)(
    '%o: a create whose answer was lost, however, is made once on every product',
    { timeout: 120_000 },
    async (cloud) => {
      const service = await startService(hostile(cloud));
      try {
        const cases = productsUnderTest.flatMap((product) => losses.map((effect) => ({ product, effect })));
        const rules: FaultRuleInput[] = cases.map(({ product, effect }) => ({
          product: product.product,
          action: product.create,
          resource: product.resource(effect),
          when: 'after',
          effect,
          count: 1,
        }));
        service.simulator.faults(rules);
        const reports = await Promise.all(cases.map(({ product, effect }) => enable(service, product, effect)));
        for (const [index, { product, effect }] of cases.entries()) {
          expectExactlyOne(service, product, effect);
          expect(reports[index]).toMatchObject({ outcome: 'created', status: 'active' });
        }
        const faults = service.simulator.journal().filter(({ fault }) => fault);
        expect(faults).toHaveLength(cases.length);
      } finally {
        await service.stop();
      }
    },
  );

  test.each(clouds)(
    '%o: a worker killed between the commit and the answer leaves one flow log, and its successor finds it',
    { timeout: 300_000 },
    async (cloud) => {
      const service = await startService({ ...hostile(cloud), workers: 0 });
      try {
        const worker = await service.spawnWorker();
        const barriers = productsUnderTest.map(({ product }) => `${product}-committed`);
        service.simulator.faults(
          productsUnderTest.map(({ product, create }) => ({
            product,
            action: create,
            when: 'after',
            barrier: `${product}-committed`,
            count: 1,
          })),
        );
        const reports = productsUnderTest.map((product) => enable(service, product, 'killed'));
        await Promise.all(barriers.map((name) => service.simulator.barriers.waiting(name)));
        await worker.kill();
        for (const name of barriers) service.simulator.barriers.release(name);
        await service.spawnWorker();
        expect(await Promise.all(reports)).toMatchObject(productsUnderTest.map(() => ({ status: 'active' })));
        for (const product of productsUnderTest) expectExactlyOne(service, product, 'killed');
      } finally {
        await service.stop();
      }
    },
  );
});

describe.concurrent('under the hostile cloud', () => {
  const storms: { name: string; config?: ConfigPatch; rules: FaultRuleInput[] }[] = [
    {
      name: 'InternalErrorTemp on half of all calls, before and after the effect',
      rules: [
        { probability: 0.25, when: 'after', effect: 'code', code: 'InternalErrorTemp', status: 400 },
        { probability: 0.33, when: 'before', effect: 'code', code: 'InternalErrorTemp', status: 400 },
      ],
    },
    {
      name: '30 % throttled with x-acs-retry-after',
      rules: [
        { probability: 0.3, when: 'before', effect: 'code', code: 'Throttling.User', status: 400, retryAfterMs: 300 },
      ],
    },
  ];
  test.each(storms)('$name: one Active flow log each', { timeout: 600_000 }, async ({ rules }) => {
    const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
    console.info(`SEED=${seed}`);
    const service = await startService(hostile({ duplicates: 'allow', clientToken: 'ignore', listLagMs: 3_000 }));
    try {
      service.simulator.faults(rules, seed);
      const names = ['a', 'b', 'c'];
      const all = productsUnderTest.flatMap((product) => names.map((name) => ({ product, name })));
      const reports = await Promise.all(all.map(({ product, name }) => enable(service, product, name)));
      expect(reports.map(({ status }) => status)).toEqual(all.map(() => 'active'));
      for (const { product, name } of all) expectExactlyOne(service, product, name);
      expect(service.simulator.journal().filter(({ fault }) => fault).length).toBeGreaterThan(3);
    } finally {
      await service.stop();
    }
  });

  const busy = { vpc: 'IncorrectStatus.flowlog', cen: 'IncorrectStatus.TrFlowlog', ecr: 'IncorrectStatus.Ecr' };
  test(
    'refused as busy three times, then well: one flow log, four sends, on every product',
    { timeout: 120_000 },
    async () => {
      const service = await startService(hostile({ duplicates: 'allow', clientToken: 'ignore', listLagMs: 3_000 }));
      try {
        service.simulator.faults(
          productsUnderTest.map(({ product, create }) => ({
            product,
            action: create,
            effect: 'code',
            code: busy[product],
            status: 400,
            count: 3,
          })),
        );
        const reports = await Promise.all(productsUnderTest.map((product) => enable(service, product, 'busy')));
        expect(reports).toMatchObject(productsUnderTest.map(() => ({ outcome: 'created', status: 'active' })));
        for (const product of productsUnderTest) {
          expectExactlyOne(service, product, 'busy');
          const sends = service.simulator
            .journal()
            .filter((call) => call.product === product.product && call.action === product.create);
          expect(sends).toHaveLength(4);
          expect(committed(sends, product.product, product.create)).toHaveLength(1);
        }
      } finally {
        await service.stop();
      }
    },
  );
});
