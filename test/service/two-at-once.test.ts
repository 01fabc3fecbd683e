import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import { OperationFailedError, type StartedOperation } from '../../client/index.js';
import type { ConfigPatch, FaultRuleInput } from '../../simulator/index.js';
import { createAsForeigner } from './fixtures/foreign.js';
import { changesOn, expectExactlyOne, expectNeverTwo, flowLogsOn, ledgerProblems } from './fixtures/judge.js';
import { type Service, type ServiceOptions, historyOf, startService } from './fixtures/service.js';
import {
  type ProductUnderTest,
  cen,
  committed,
  destination,
  productsUnderTest,
  requestedBy,
} from './fixtures/targets.js';

const elsewhere = { project: 'others', logStore: 'flow' };

/** The hostile cloud with a short lag, and calls that may be held for a while before they are given up. */
const hostile = (config: ConfigPatch = {}, options: ServiceOptions = {}): ServiceOptions => ({
  ...options,
  simulator: {
    profile: 'hostile',
    config: { listLagMs: 1_000, progression: { mode: 'time', activationMs: 500, settleMs: 300 }, ...config },
  },
  env: {
    FLOWLOG_LIST_LAG_MS: '1000',
    FLOWLOG_READ_TIMEOUT_MS: '4000',
    FLOWLOG_GRACE_MS: '7500',
    ...options.env,
  },
});

const enable = ({ flowLogs }: Service, product: ProductUnderTest, name: string, more: object = {}) =>
  flowLogs.enable({ target: product.target(name), spec: { destination }, requestedBy, ...more });

/** Holds the create of each product on the target of this name, before or after its effect. */
const holdCreates = (names: readonly string[], when: 'before' | 'after'): FaultRuleInput[] =>
  productsUnderTest.flatMap(({ product, create, resource }) =>
    names.map((name) => ({
      product,
      action: create,
      resource: resource(name),
      when,
      barrier: `${product} ${name}`,
      count: 1,
    })),
  );

describe('two workers at once', () => {
  let service: Service;
  beforeAll(async () => {
    service = await startService(hostile({}, { workers: 2 }));
  });
  afterAll(() => service.stop());

  test('and every target asked for three times in the same moment: one run and one flow log each', async () => {
    const names = Array.from({ length: 8 }, (_, index) => `d${index}`);
    const all = productsUnderTest.flatMap((product) => names.map((name) => ({ product, name })));
    const started = await Promise.all(
      all.map(({ product, name }) => Promise.all([1, 2, 3].map(() => enable(service, product, name)))),
    );
    for (const [index, three] of started.entries()) {
      const { product, name } = all[index] ?? { product: cen, name: '' };
      expect(new Set(three.map(({ runId }) => runId)).size).toBe(1);
      expect(three.filter(({ joined }) => !joined)).toHaveLength(1);
      const reports = await Promise.all(three.map((operation) => operation.result()));
      expect(reports).toMatchObject([1, 2, 3].map(() => ({ outcome: 'created', status: 'active' })));
      expectExactlyOne(service, product, name);
    }
    expect(await ledgerProblems(service)).toEqual([]);
  }, 240_000);

  test('and a cen attachment asked for with and without its router: one target, one flow log', async () => {
    const base = cen.target('pair');
    const alone = { cenId: 'cen-pair', transitRouterAttachmentId: 'tr-attach-pair' };
    const withRouter = { ...alone, transitRouterId: 'tr-pair' };
    const both = await Promise.all(
      [alone, withRouter].map((resource) =>
        service.flowLogs.enable({ target: { ...base, resource }, spec: { destination }, requestedBy }),
      ),
    );
    expect(both[0]?.runId).toBe(both[1]?.runId);
    expect(both.map(({ joined }) => joined).sort()).toEqual([false, true]);
    expect(await Promise.all(both.map((operation) => operation.result()))).toMatchObject([
      { outcome: 'created' },
      { outcome: 'created' },
    ]);
    const again = await service.flowLogs.enable({
      target: { ...base, resource: withRouter },
      spec: { destination },
      requestedBy,
    });
    expect(await again.result()).toMatchObject({ outcome: 'unchanged' });
    const creates = committed(service.simulator.journal(), 'cen', cen.create);
    expect(creates.filter((call) => call.params['TransitRouterAttachmentId'] === 'tr-attach-pair')).toHaveLength(1);
  }, 240_000);
});

describe.each(['allow', 'refuse'] as const)(
  'somebody else creates the flow log between our look and our create',
  (duplicates) => {
    let service: Service;
    const foreign = new Set<string>();
    const ends = new Map<string, Promise<unknown>>();
    const cases = productsUnderTest.flatMap((product) =>
      [destination, elsewhere].map((where) => ({ product, where, name: `f-${where.project}` })),
    );
    beforeAll(async () => {
      service = await startService(hostile({ duplicates }));
      const barrier = ({ product, name }: (typeof cases)[number]) => `${product.product} ${name}`;
      service.simulator.faults(
        cases.map((one) => ({
          product: one.product.product,
          action: one.product.list,
          resource: one.product.resource(one.name),
          when: 'after',
          barrier: barrier(one),
          count: 1,
        })),
      );
      for (const one of cases) {
        const { product, where, name } = one;
        const operation = await enable(service, product, name);
        await service.simulator.barriers.waiting(barrier(one));
        const made = await createAsForeigner(service.simulator.url, product, name, where);
        foreign.add(made.RequestId);
        service.simulator.barriers.release(barrier(one));
        ends.set(
          barrier(one),
          operation.result().catch((error: unknown) => error),
        );
      }
    });
    afterAll(() => service.stop());

    test.each(cases)(
      `where duplicates are ${duplicates === 'allow' ? 'allowed' : 'refused'}, on $product.product to $where.project: I1 and I5 hold`,
      async ({ product, where, name }) => {
        const end = await ends.get(`${product.product} ${name}`);
        const live = flowLogsOn(service, product, name);
        const ours = live.filter(({ tags }) => 'flowlog:owner' in tags);
        const theirs = live.filter(({ tags }) => !('flowlog:owner' in tags));
        expect(theirs).toMatchObject([{ status: 'Active', fields: { ProjectName: where.project } }]);
        const touched = changesOn(service, product, name).filter(
          ({ params }) => params['FlowLogId'] === theirs[0]?.flowLogId,
        );
        expect(touched).toEqual([]);
        if (duplicates === 'allow') {
          expect(end).toMatchObject({ outcome: 'created', status: 'active' });
          expect(ours).toMatchObject([{ status: 'Active' }]);
          return;
        }
        expect(ours).toEqual([]);
        if (where === destination) expect(end).toMatchObject({ outcome: 'adopted', flowLogId: theirs[0]?.flowLogId });
        else {
          expect(end).toBeInstanceOf(OperationFailedError);
          expect(end).toMatchObject({
            kind: 'Conflict',
            message: expect.stringContaining(theirs[0]?.flowLogId ?? '?') as string,
          });
        }
      },
      240_000,
    );

    test(`where duplicates are ${duplicates === 'allow' ? 'allowed' : 'refused'}, the ledger knows every call of ours and none of theirs`, async () => {
      await Promise.all(ends.values());
      expect(await ledgerProblems(service, foreign)).toEqual([]);
      // The judge can tell: a call that is not on the record is found.
      expect(await ledgerProblems(service)).not.toEqual([]);
    });
  },
);

describe('two owners on one account', () => {
  test(
    'keep to their own: what one disables, modifies and deletes is never the other’s',
    { timeout: 240_000 },
    async () => {
      const a = await startService(hostile({}, { env: { FLOWLOG_OWNER: 'a' } }));
      const b = await startService(hostile({}, { env: { FLOWLOG_OWNER: 'b', FLOWLOG_ENDPOINT: a.simulator.url } }));
      const cloud = a;
      const statusOf = (product: ProductUnderTest, owner: string) =>
        flowLogsOn(cloud, product, 'shared')
          .filter(({ tags }) => tags['flowlog:owner'] === owner)
          .map(({ status }) => status);
      try {
        const keepApart = async (product: ProductUnderTest): Promise<void> => {
          const target = product.target('shared');
          const beside = { options: { onExisting: 'alongside' } } as const;
          const spec = { destination: elsewhere };
          const both = await Promise.all([
            enable(a, product, 'shared', beside),
            b.flowLogs.enable({ target, spec, requestedBy, ...beside }),
          ]);
          const reports = await Promise.all(both.map((operation) => operation.result()));
          expect(reports).toMatchObject([{ outcome: 'created' }, { outcome: 'created' }]);
          expect([statusOf(product, 'a'), statusOf(product, 'b')]).toEqual([['Active'], ['Active']]);

          const disabled = await (await a.flowLogs.disable({ target, requestedBy })).result();
          expect(disabled).toMatchObject({ outcome: 'deactivated', flowLogId: reports[0]?.flowLogId });
          expect([statusOf(product, 'a'), statusOf(product, 'b')]).toEqual([['Inactive'], ['Active']]);
          const deleted = await (await a.flowLogs.delete({ target, requestedBy })).result();
          expect(deleted).toMatchObject({ outcome: 'deleted' });
          expect([statusOf(product, 'a'), statusOf(product, 'b')]).toEqual([[], ['Active']]);

          // Nothing of its own is left; the remaining flow log belongs to another deployment, and a target is no name for it.
          const refused = (await a.flowLogs.delete({ target, requestedBy })).result();
          await expect(refused).rejects.toMatchObject({ kind: 'Conflict' });
          expect(statusOf(product, 'b')).toEqual(['Active']);
        };
        await Promise.all(productsUnderTest.map(keepApart));
        await expectOwnRecords(a, b);
      } finally {
        await b.stop();
        await a.stop();
      }
    },
  );

  /** Every change of a flow log is in the ledger of its owner, and in no other. */
  async function expectOwnRecords(a: Service, b: Service): Promise<void> {
    const requestIds = async ({ query }: Service) => {
      const rows = await query<{ id: string }>(
        "select body::json ->> 'requestId' as id from ledger.entries where kind = 'outcome'",
      );
      return new Set(rows.map(({ id }) => id));
    };
    const records = { a: await requestIds(a), b: await requestIds(b) };
    const owners = new Map(
      a.simulator.flowLogs({ gone: true }).map(({ flowLogId, tags }) => [flowLogId, tags['flowlog:owner']]),
    );
    const changes = a.simulator.journal().filter(({ kind }) => kind === 'change');
    expect(changes.length).toBeGreaterThanOrEqual(productsUnderTest.length * 4);
    for (const { requestId, params, flowLogId, action } of changes) {
      const owner = owners.get(params['FlowLogId'] ?? flowLogId ?? '');
      const found = Object.entries(records).flatMap(([name, ids]) => (ids.has(requestId) ? [name] : []));
      expect(found, `${action} ${requestId}`).toEqual([owner]);
    }
  }
});

describe.each(['before', 'after'] as const)(
  'an operation interrupted while its create is held %s its effect',
  (when) => {
    let service: Service;
    const names = ['terminated', 'reset', 'leftover'] as const;
    const barrierOf = (product: ProductUnderTest, name: string) => `${product.product} ${name}`;
    beforeAll(async () => {
      service = await startService(hostile());
      service.simulator.faults(holdCreates(names, when));
    });
    afterAll(() => service.stop());

    /** An operation whose create stands at the barrier. */
    async function underWay(product: ProductUnderTest, name: (typeof names)[number]): Promise<StartedOperation> {
      const operation = await enable(service, product, name);
      await service.simulator.barriers.waiting(barrierOf(product, name));
      return operation;
    }
    const terminate = ({ workflowId, runId }: StartedOperation) =>
      service.client.workflow.getHandle(workflowId, runId).terminate('test');
    const release = (product: ProductUnderTest, name: string) =>
      service.simulator.barriers.release(barrierOf(product, name));

    test('by terminate, and enabled again at once: exactly one, on every product', async () => {
      const reports = productsUnderTest.map(async (product) => {
        await terminate(await underWay(product, 'terminated'));
        const again = await enable(service, product, 'terminated');
        expect(again.joined).toBe(false);
        release(product, 'terminated');
        return again.result();
      });
      expect(await Promise.all(reports)).toMatchObject(productsUnderTest.map(() => ({ status: 'active' })));
      for (const product of productsUnderTest) {
        expectExactlyOne(service, product, 'terminated');
        expect(changesOn(service, product, 'terminated')).toHaveLength(1);
      }
    }, 240_000);

    test('by terminate, and deleted at once: nothing is left over', async () => {
      const reports = productsUnderTest.map(async (product) => {
        await terminate(await underWay(product, 'leftover'));
        const removal = await service.flowLogs.delete({ target: product.target('leftover'), requestedBy });
        release(product, 'leftover');
        return removal.result();
      });
      expect(await Promise.all(reports)).toMatchObject(productsUnderTest.map(() => ({ outcome: 'deleted' })));
      for (const product of productsUnderTest) {
        expect(flowLogsOn(service, product, 'leftover')).toEqual([]);
        expectNeverTwo(service, product, 'leftover');
      }
    }, 240_000);

    test('by reset to its beginning: exactly one, on every product', async () => {
      const reports = productsUnderTest.map(async (product) => {
        const { workflowId, runId } = await underWay(product, 'reset');
        const events = await historyOf(service.client, workflowId, runId);
        const first = events.find(({ workflowTaskCompletedEventAttributes }) => workflowTaskCompletedEventAttributes);
        const answer = await service.client.workflowService.resetWorkflowExecution({
          namespace: service.namespace,
          workflowExecution: { workflowId, runId },
          reason: 'test',
          requestId: `${runId}-reset`,
          ...omitUndefined({ workflowTaskFinishEventId: first?.eventId ? first.eventId : undefined }),
        });
        expect(answer.runId).not.toBe(runId);
        release(product, 'reset');
        return service.flowLogs.getHandleById(workflowId, answer.runId).result();
      });
      expect(await Promise.all(reports)).toMatchObject(productsUnderTest.map(() => ({ status: 'active' })));
      for (const product of productsUnderTest) {
        expectExactlyOne(service, product, 'reset');
        expect(changesOn(service, product, 'reset')).toHaveLength(1);
      }
    }, 240_000);

    test('leaves no call unrecorded and no intent open', async () => {
      expect(await ledgerProblems(service)).toEqual([]);
    });
  },
);
