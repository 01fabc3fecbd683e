import { describe, expect, test } from 'vitest';
import { changesOn, expectExactlyOne, flowLogsOn, ledgerProblems, seedOwn } from './fixtures/judge.js';
import {
  PATIENCE_MS,
  byHand,
  enable,
  enableAll,
  hostile,
  inService,
  numbered,
  onEveryProduct,
  remove,
  until,
  untilItWaits,
} from './fixtures/scenario.js';
import { productsUnderTest } from './fixtures/targets.js';

/** Scenarios 12 to 16: a flow log that does not behave, and lists that do not tell. */

const explicit = { progression: { mode: 'explicit' } } as const;

describe.concurrent('a flow log that does not behave', () => {
  test(
    'scenario 12: stuck beyond the deadline and Active late: reported with its status, then adopted as it is, not made again',
    async () => {
      await inService(hostile(explicit), async (service) => {
        const all = onEveryProduct('stuck');
        const started = await Promise.all(all.map((one) => enable(service, one, { deadlineMs: 25_000 })));
        const ends = await Promise.all(started.map((operation) => operation.result().catch((error: unknown) => error)));
        for (const [index, { product }] of all.entries()) {
          const [flowLog] = flowLogsOn(service, product, 'stuck');
          expect(ends[index]).toMatchObject({
            name: 'OperationFailedError',
            kind: 'DeadlineExceeded',
            message: expect.stringContaining(flowLog?.status ?? '?') as string,
          });
        }
        await service.simulator.settle();
        const again = await enableAll(service, all);
        for (const [index, { product, name }] of all.entries()) {
          const [flowLog] = flowLogsOn(service, product, name);
          expect(again[index]).toMatchObject({ outcome: 'unchanged', status: 'active', flowLogId: flowLog?.flowLogId });
          expectExactlyOne(service, product, name);
          expect(changesOn(service, product, name)).toHaveLength(1);
        }
      });
    },
    PATIENCE_MS,
  );

  test(
    'scenario 13: deleted out of band while it is waited for: made once more, and only when its absence is certain',
    async () => {
      await inService(hostile(explicit), async (service) => {
        const all = onEveryProduct('vanishing');
        const operations = await Promise.all(all.map((one) => enable(service, one)));
        await Promise.all(operations.map(untilItWaits));
        for (const one of all) {
          const [flowLog] = flowLogsOn(service, one.product, one.name);
          await byHand(service, one, flowLog?.flowLogId ?? '', { deleted: true });
        }
        // Whatever is created from here on becomes Active as soon as it is asked for.
        service.simulator.config({ progression: { mode: 'immediate' } });
        const reports = await Promise.all(operations.map((operation) => operation.result()));
        for (const [index, { product, name }] of all.entries()) {
          const [flowLog, ...more] = flowLogsOn(service, product, name);
          expect(more).toEqual([]);
          expect(reports[index]).toMatchObject({ outcome: 'created', status: 'active', flowLogId: flowLog?.flowLogId });
          const creates = changesOn(service, product, name);
          expect(creates.map(({ action, committed }) => [action, committed])).toEqual([
            [product.create, true],
            [product.create, true],
          ]);
          const [first, second] = creates.map(({ monotonicMs }) => monotonicMs);
          expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(Number(service.env['FLOWLOG_GRACE_MS']));
        }
        expect(await ledgerProblems(service)).toEqual([]);
      });
    },
    PATIENCE_MS,
  );

  test(
    'scenario 14: Inactive while it is waited for, and again after success: activated each time, never made again',
    async () => {
      await inService(hostile({ ...explicit, cooldownMs: 0 }), async (service) => {
        const all = onEveryProduct('flipping');
        const flip = (status: string) =>
          Promise.all(
            all.map((one) =>
              byHand(service, one, flowLogsOn(service, one.product, one.name)[0]?.flowLogId ?? '', { status }),
            ),
          );
        const operations = await Promise.all(all.map((one) => enable(service, one)));
        await Promise.all(operations.map(untilItWaits));
        service.simulator.config({ progression: { mode: 'time', activationMs: 300, settleMs: 300 } });
        await flip('Inactive');
        const reports = await Promise.all(operations.map((operation) => operation.result()));
        expect(reports).toMatchObject(all.map(() => ({ outcome: 'created', status: 'active' })));
        await flip('Inactive');
        // Lists are behind: what they show now was true before the flip.
        await until(() =>
          all.every(({ product, name }) => flowLogsOn(service, product, name)[0]?.listedStatus === 'Inactive'),
        );
        expect(await enableAll(service, all)).toMatchObject(
          all.map(() => ({ outcome: 'activated', status: 'active' })),
        );
        for (const { product, name } of all) {
          expectExactlyOne(service, product, name);
          const actions = changesOn(service, product, name).map(({ action }) => action);
          expect(actions).toEqual([product.create, product.activate, product.activate]);
        }
      });
    },
    PATIENCE_MS,
  );
});

describe.concurrent('lists that do not tell', () => {
  test(
    'scenario 15: late in showing what was made and in dropping what is gone: the ghost is not kept, nothing is made twice',
    async () => {
      // Later than a call is waited for.
      const times = { FLOWLOG_LIST_LAG_MS: '3000', FLOWLOG_READ_TIMEOUT_MS: '2000', FLOWLOG_GRACE_MS: '7500' };
      await inService(hostile({ listLagMs: 3_000 }, { env: times }), async (service) => {
        const all = onEveryProduct('ghost');
        const first = await enableAll(service, all);
        const gone = await Promise.all(all.map(async (one) => (await remove(service, one)).result()));
        expect(gone).toMatchObject(all.map(() => ({ outcome: 'deleted', status: 'absent' })));
        // The answer of the second create is lost as well: only the lists could tell, and they show the ghost of the first.
        service.simulator.faults([{ action: '^Create', when: 'after', effect: 'reset' }]);
        const second = await enableAll(service, all);
        for (const [index, { product, name }] of all.entries()) {
          const [flowLog, ...more] = flowLogsOn(service, product, name);
          expect(more).toEqual([]);
          expect(second[index]).toMatchObject({ outcome: 'created', flowLogId: flowLog?.flowLogId });
          expect(flowLog?.flowLogId).not.toBe(first[index]?.flowLogId);
          const actions = changesOn(service, product, name).map(({ action }) => action);
          expect(actions).toEqual([product.create, product.delete, product.create]);
        }
      });
    },
    PATIENCE_MS,
  );

  test(
    'scenario 16: pages that repeat, skip and stand still, totals that lie: read again until they add up, one flow log each',
    async () => {
      await inService(hostile(), async (service) => {
        const { simulator } = service;
        // Two pages and more of our own, so that shared reads have pages to be wrong about.
        for (const { product, name } of onEveryProduct(...numbered('old', 60))) {
          await seedOwn(service, product, product.product === 'ecr' ? `of-${name}` : name, 'Active');
        }
        const seed = Number(process.env['SEED'] ?? 16);
        console.info(`scenario 16: SEED=${seed}`);
        const lies = ['total-high', 'total-low', 'repeat', 'skip', 'stuck'] as const;
        simulator.faults(
          lies.map((lie) => ({ action: '^Describe', effect: 'lie', lie, probability: 0.12 })),
          seed,
        );
        const all = onEveryProduct(...numbered('new', 5));
        expect(await enableAll(service, all)).toMatchObject(all.map(() => ({ outcome: 'created', status: 'active' })));
        for (const { product, name } of all) expectExactlyOne(service, product, name);
        expect(simulator.journal().filter(({ fault }) => fault === 'lie')).not.toEqual([]);
      });
    },
    PATIENCE_MS,
  );

  test(
    'scenario 16: a total that never adds up is never believed: nothing is made on the word of such a list',
    async () => {
      await inService(hostile(), async (service) => {
        service.simulator.faults([{ action: '^Describe', effect: 'lie', lie: 'total-high' }]);
        const all = onEveryProduct('doubtful');
        const ends = await Promise.all(
          all.map(async (one) =>
            (await enable(service, one, { deadlineMs: 10_000 })).result().catch((error: unknown) => error),
          ),
        );
        expect(ends).toMatchObject(productsUnderTest.map(() => ({ name: 'OperationFailedError' })));
        expect(service.simulator.journal().filter(({ kind }) => kind === 'change')).toEqual([]);
      });
    },
    PATIENCE_MS,
  );
});
