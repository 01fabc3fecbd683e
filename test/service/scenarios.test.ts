import { describe, expect, test } from 'vitest';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import { FlowLogs, InvalidInputError, OperationFailedError } from '../../client/index.js';
import type { FaultRuleInput } from '../../simulator/index.js';
import { createAsForeigner } from './fixtures/foreign.js';
import { changesOn, expectExactlyOne, flowLogsOn, ledgerProblems, seedOwn } from './fixtures/judge.js';
import {
  PATIENCE_MS,
  type Named,
  enable,
  enableAll,
  hostile,
  inService,
  numbered,
  onEveryProduct,
  remove,
  until,
} from './fixtures/scenario.js';
import { uid } from './fixtures/service.js';
import { cen, committed, destination, ecr, productsUnderTest, requestedBy, vpc } from './fixtures/targets.js';

/** The numbers are those of the list of 26 scenarios by which systems like this one are judged; what is asked of each is in its name. */

const changes = '^(Create|Activ|Deactiv|Modify|Delete)';
const lost = (action: string, more: object = {}): FaultRuleInput[] =>
  (['reset', 'timeout', 'half-body'] as const).map((effect) => ({ action, when: 'after', effect, ...more }));

describe.concurrent('what the cloud answers', () => {
  test(
    'scenario 1: answers of creates lost after the commit, every 7th and then all of them: one flow log each',
    async () => {
      await inService(hostile(), async (service) => {
        const first = onEveryProduct(...numbered('seventh', 7));
        service.simulator.faults(lost('^Create', { every: 7 }));
        await enableAll(service, first);
        const met = () => service.simulator.journal().filter(({ fault }) => fault).length;
        expect(met()).toBeGreaterThanOrEqual(3);
        // The first rule takes every third, the second half of what is left, the last the rest.
        const [reset, timeout, half] = lost('^Create');
        service.simulator.faults([{ ...reset, every: 3 }, { ...timeout, every: 2 }, { ...half }]);
        const before = met();
        const all = onEveryProduct(...numbered('all', 4));
        await enableAll(service, all);
        expect(met() - before).toBe(all.length);
        for (const { product, name } of [...first, ...all]) expectExactlyOne(service, product, name);
        expect(await ledgerProblems(service)).toEqual([]);
      });
    },
    PATIENCE_MS,
  );

  test(
    'scenario 2: every answer to an activation and a deletion lost after the commit: done once each',
    async () => {
      await inService(hostile(), async (service) => {
        const all = onEveryProduct('woken', 'gone');
        const from = { woken: 'Inactive', gone: 'Active' };
        for (const { product, name } of all) await seedOwn(service, product, name, from[name as keyof typeof from]);
        service.simulator.faults([
          { action: changes, when: 'after', effect: 'reset', every: 2 },
          { action: changes, when: 'after', effect: 'timeout' },
        ]);
        const ends = all.map(async (one) =>
          (await (one.name === 'woken' ? enable(service, one) : remove(service, one))).result(),
        );
        const outcomes = (await Promise.all(ends)).map(({ outcome }) => outcome);
        expect(outcomes).toEqual(all.map(({ name }) => (name === 'woken' ? 'activated' : 'deleted')));
        for (const { product, name } of all) {
          expect(changesOn(service, product, name)).toMatchObject([{ committed: true, outcome: 'dropped' }]);
          const standing = flowLogsOn(service, product, name).map(({ status }) => status);
          expect(standing).toEqual(name === 'woken' ? ['Active'] : []);
        }
      });
    },
    PATIENCE_MS,
  );

  test.each([{ told: true }, { told: false }])(
    'scenario 8: a storm that throttles every call, then 5 calls a second, waiting time told $told: all get through, once each',
    async ({ told: retryAfterHeader }) => {
      await inService(hostile({ retryAfterHeader }), async (service) => {
        const { simulator } = service;
        const throttle = { effect: 'code', code: 'Throttling.User', status: 400 } as const;
        simulator.faults([{ ...throttle, ...omitUndefined({ retryAfterMs: retryAfterHeader ? 700 : undefined }) }]);
        const all = onEveryProduct(...numbered('storm', 4));
        const ends = enableAll(service, all);
        // The storm lasts until every target has been thrown back three times.
        const refused = () => simulator.journal().filter(({ code }) => code === 'Throttling.User');
        await until(() => refused().length >= all.length * 3);
        expect(simulator.journal().filter(({ kind }) => kind === 'change')).toEqual([]);
        simulator.config({ limits: { '*': 5 } });
        simulator.clearFaults();
        expect(await ends).toMatchObject(all.map(() => ({ outcome: 'created', status: 'active' })));
        for (const { product, name } of all) expectExactlyOne(service, product, name);
        expect(await ledgerProblems(service)).toEqual([]);
      });
    },
    PATIENCE_MS,
  );

  const passing: readonly (Named & Pick<FaultRuleInput, 'effect' | 'code' | 'status'>)[] = [
    { product: vpc, name: 'state', effect: 'code', code: 'IncorrectStatus.flowlog', status: 400 },
    { product: cen, name: 'state', effect: 'code', code: 'IncorrectStatus.TrFlowlog', status: 400 },
    { product: ecr, name: 'state', effect: 'code', code: 'IncorrectStatus.Ecr', status: 400 },
    { product: ecr, name: 'temp', effect: 'code', code: 'InternalErrorTemp', status: 400 },
    { product: vpc, name: 'internal', effect: 'code', code: 'OperationFailed.InternalError', status: 400 },
    { product: cen, name: 'blocking', effect: 'code', code: 'Operation.Blocking', status: 400 },
    { product: vpc, name: 'bare', effect: 'status', status: 500 },
    { product: cen, name: 'html', effect: 'html' },
    { product: ecr, name: 'empty', effect: 'empty' },
    { product: vpc, name: 'plain', effect: 'status', status: 200 },
    { product: ecr, name: 'wrapped', effect: 'code', code: 'InternalErrorTemp', status: 200 },
  ];
  test(
    'scenario 9: state conflicts, temporary errors and answers that are none, twice each: passed over, one flow log each',
    async () => {
      await inService(hostile(), async (service) => {
        service.simulator.faults(
          passing.map(({ product, name, ...injury }) => ({
            ...injury,
            product: product.product,
            action: product.create,
            resource: product.resource(name),
            count: 2,
          })),
        );
        expect(await enableAll(service, passing)).toMatchObject(passing.map(() => ({ outcome: 'created' })));
        for (const { product, name } of passing) {
          expectExactlyOne(service, product, name);
          expect(changesOn(service, product, name).map(({ committed }) => committed)).toEqual([false, false, true]);
        }
      });
    },
    PATIENCE_MS,
  );

  const final: readonly { verb: 'create' | 'activate'; code: string; kind: string; name: string }[] = [
    { verb: 'create', code: 'QuotaExceeded.FlowlogCount', kind: 'quota', name: 'quota' },
    { verb: 'create', code: 'OperationUnsupported.AdvancedFeature', kind: 'unsupported', name: 'family' },
    { verb: 'create', code: 'OperationUnsupported.action', kind: 'unsupported', name: 'region' },
    { verb: 'create', code: 'Forbidden.RAM', kind: 'denied', name: 'denied' },
    { verb: 'activate', code: 'OperationDenied.FlowLogDeliverFailed', kind: 'prerequisite', name: 'delivery' },
    { verb: 'activate', code: 'Forbidden.OperateManagedFlowLog', kind: 'denied', name: 'managed' },
  ];
  test(
    'scenario 10: answers that no repetition can mend end their own operation after one call, and no other',
    async () => {
      await inService(hostile(), async (service) => {
        for (const { verb, name } of final) if (verb === 'activate') await seedOwn(service, vpc, name, 'Inactive');
        const ours = service.simulator.flowLogs();
        service.simulator.faults(
          final.map(({ verb, code, name }) => ({
            product: 'vpc',
            action: vpc[verb],
            resource: vpc.resource(name),
            effect: 'code',
            code,
            status: 400,
          })),
        );
        const healthy = onEveryProduct('healthy');
        const [ends, reports] = await Promise.all([
          Promise.all(
            final.map(async ({ name }) =>
              (await enable(service, { product: vpc, name })).result().catch((error: unknown) => error),
            ),
          ),
          enableAll(service, healthy),
        ]);
        expect(ends).toMatchObject(final.map(({ code, kind }) => ({ name: 'OperationFailedError', kind, code })));
        for (const { name } of final) expect(changesOn(service, vpc, name)).toHaveLength(1);
        expect(reports).toMatchObject(healthy.map(() => ({ outcome: 'created' })));
        for (const { product, name } of healthy) expectExactlyOne(service, product, name);
        expect(service.simulator.flowLogs()).toEqual(expect.arrayContaining([...ours]));
      });
    },
    PATIENCE_MS,
  );

  test(
    'scenario 11: a bad id, a megabyte of name and unicode among twenty others: refused by name, the others untouched',
    async () => {
      await inService(hostile(), async ({ flowLogs, simulator, ...rest }) => {
        const service = { flowLogs, simulator, ...rest };
        const target = vpc.target('poison');
        const spec = { destination };
        const bad = [
          { target: { ...target, resource: { type: 'VPC', id: 'vpc-1/../2' } }, spec, requestedBy },
          { target, spec: { ...spec, name: 'n'.repeat(1_000_000) }, requestedBy },
          { target, spec: { destination: { project: 'a\u0000b', logStore: '\u202e' } }, requestedBy },
          { target: { ...target, product: 'oss' }, spec, requestedBy },
        ];
        const speaking = { ...spec, description: '流日志 — «ο κόσμος» 🛰' };
        const good = onEveryProduct(...numbered('fine', 6));
        const [refusals, reports, said] = await Promise.all([
          Promise.all(bad.map((request) => flowLogs.enable(request as never).catch((error: unknown) => error))),
          enableAll(service, good),
          flowLogs
            .enable({ target: vpc.target('words'), spec: speaking, requestedBy: '网络组' })
            .then((operation) => operation.result()),
        ]);
        for (const refusal of refusals) expect(refusal).toBeInstanceOf(InvalidInputError);
        expect(reports).toMatchObject(good.map(() => ({ outcome: 'created', status: 'active' })));
        expect(said).toMatchObject({ outcome: 'created' });
        expect(flowLogsOn(service, vpc, 'words')).toMatchObject([{ fields: { Description: speaking.description } }]);
        expect(simulator.journal().filter(({ params }) => params['ResourceId']?.includes('poison'))).toEqual([]);
        expect(simulator.flowLogs()).toHaveLength(good.length + 1);
      });
    },
    PATIENCE_MS,
  );
});

describe.concurrent('who else is there', () => {
  test(
    'scenario 6: two callers in the same second, by resource and by flow log id: one operation at a time, one flow log',
    async () => {
      await inService(hostile({}, { workers: 2 }), async (service) => {
        const others = new FlowLogs(service.client, { accounts: { default: { uid } } });
        const all = onEveryProduct('same');
        const runs = await Promise.all(
          all.map((one) => Promise.all([enable(service, one), enable({ flowLogs: others }, one)])),
        );
        for (const [mine, theirs] of runs) expect(mine.runId).toBe(theirs.runId);
        const reports = await Promise.all(runs.map(([mine]) => mine.result()));
        // By its id and by its resource at once, and for the same: the resource's key is what holds.
        for (const [index, { product, name }] of all.entries()) {
          const { resource, ...place } = product.target(name);
          const { ecrId } = resource;
          const byId = {
            ...place,
            ...omitUndefined({ ecrId: ecrId || undefined }),
            flowLogId: reports[index]?.flowLogId ?? '',
          };
          const ends = await Promise.allSettled(
            [byId, product.target(name)].map(async (target) =>
              (await service.flowLogs.disable({ target, requestedBy })).result(),
            ),
          );
          expect(ends.some(({ status }) => status === 'fulfilled')).toBe(true);
          const { create, deactivate } = product;
          const actions = changesOn(service, product, name).map(({ action }) => action);
          expect(actions).toEqual([create, deactivate]);
        }
      });
    },
    PATIENCE_MS,
  );

  test(
    'scenario 7: somebody else creates it between our look and our create: adopted by name only, never doubled',
    async () => {
      await inService(hostile({ duplicates: 'refuse', createdAs: 'inactive' }), async (service) => {
        const { simulator } = service;
        const wanted = { asked: { adopt: true }, unasked: {} } as const;
        const names = Object.keys(wanted) as (keyof typeof wanted)[];
        const all = productsUnderTest.flatMap((product) => names.map((name) => ({ product, name })));
        simulator.faults(
          all.map(({ product, name }) => ({
            product: product.product,
            action: product.list,
            resource: product.resource(name),
            when: 'after',
            barrier: `${product.product} ${name}`,
            count: 1,
          })),
        );
        const ends = await Promise.all(
          all.map(async ({ product, name }) => {
            const operation = await enable(service, { product, name }, wanted[name]);
            await simulator.barriers.waiting(`${product.product} ${name}`);
            await createAsForeigner(simulator.url, product, name, destination);
            simulator.barriers.release(`${product.product} ${name}`);
            return operation.result().catch((error: unknown) => error);
          }),
        );
        for (const [index, { product, name }] of all.entries()) {
          const [flowLog, ...more] = flowLogsOn(service, product, name);
          expect(more).toEqual([]);
          if (name === 'asked') {
            expect(ends[index]).toMatchObject({ outcome: 'activated', flowLogId: flowLog?.flowLogId });
            expect(flowLog?.status).toBe('Active');
          } else {
            expect(ends[index]).toBeInstanceOf(OperationFailedError);
            expect(ends[index]).toMatchObject({ kind: 'Conflict' });
            expect(flowLog?.status).toBe('Inactive');
          }
          expect(committed(simulator.journal(), product.product, product.activate).length).toBeLessThanOrEqual(1);
        }
      });
    },
    PATIENCE_MS,
  );
});
