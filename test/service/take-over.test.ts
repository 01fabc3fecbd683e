import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import type { ResourceTarget } from '../../cloud/flow-log.js';
import { ownerTags } from '../../cloud/ownership.js';
import type { PlanRow } from '../../workflows/contract/plan.js';
import { changesOn, flowLogsOn, ledgerProblems } from './fixtures/judge.js';
import { type Service, startService } from './fixtures/service.js';
import { productsUnderTest, requestedBy } from './fixtures/targets.js';

/** A foreign flow log becomes ours only where that is asked for: planned, audited, and kept. */

const spec = { destination: { project: 'netlogs', logStore: 'flow' } };
const [vpc, cen, ecr] = ['vpc', 'cen', 'ecr'].map((name) => productsUnderTest.find(({ product }) => product === name)!);

describe('taking a flow log over', () => {
  let service: Service;
  const seed = async (product: NonNullable<typeof vpc>, name: string, status: 'Active' | 'Inactive' = 'Active') => {
    const target = product.target(name) as ResourceTarget;
    const tags = { team: 'app' };
    const flowLog = { product: product.product, resource: target.resource, status, ...spec, tags };
    const [flowLogId = ''] = await service.simulator.seed({ region: 'cn-hangzhou', flowLogs: [flowLog] });
    return { target, flowLogId };
  };
  const enable = async (target: ResourceTarget, options: object) =>
    (await service.flowLogs.enable({ target, spec, requestedBy, options })).result();
  const remove = async (target: ResourceTarget) => (await service.flowLogs.delete({ target, requestedBy })).result();

  beforeAll(async () => {
    const config = { progression: { mode: 'time', activationMs: 100, settleMs: 100 }, listLagMs: 200 } as const;
    service = await startService({
      simulator: { profile: 'hostile', config },
      env: { FLOWLOG_LIST_LAG_MS: '200', FLOWLOG_READ_TIMEOUT_MS: '2000', FLOWLOG_GRACE_MS: '5000' },
    });
  }, 240_000);
  afterAll(() => service.stop());

  test('adopted only, it stays foreign: the report says whose it is, and the next delete is refused', async () => {
    const { target } = await seed(vpc!, 'adopted');
    expect(await enable(target, { adopt: true })).toMatchObject({ outcome: 'adopted', whose: 'foreign' });
    await expect(remove(target)).rejects.toMatchObject({ details: { code: 'Conflict(foreign)' } });
    expect(changesOn(service, vpc!, 'adopted')).toEqual([]);
  }, 60_000);

  test.each([vpc!, cen!])(
    '$product: planned, then our two tags are sent and nothing else, and from then on it is ours',
    async (product) => {
      const { target, flowLogId } = await seed(product, 'taken');
      const items = [{ target, spec }];
      const plan = await service.flowLogs.bulks.plan({
        operation: 'enable',
        items,
        requestedBy,
        options: { takeOver: true },
      });
      const planned: PlanRow[] = [];
      for await (const row of plan) planned.push(row);
      expect(planned).toMatchObject([
        { verdict: 'modify', changes: ['tag'], fields: ['owner'], outcome: 'modified', flowLogId },
      ]);
      expect(changesOn(service, product, 'taken')).toEqual([]);

      const report = await enable(target, { takeOver: true });
      expect(report).toMatchObject({ outcome: 'modified', flowLogId, steps: [{ step: 'tag', fields: ['owner'] }] });
      expect(report.whose).toBeUndefined();
      expect(changesOn(service, product, 'taken')).toMatchObject([{ action: 'TagResources', committed: true }]);
      const [flowLog] = flowLogsOn(service, product, 'taken');
      expect(flowLog?.tags).toEqual({ team: 'app', ...ownerTags('test', target) });
      expect(await enable(target, { takeOver: true })).toMatchObject({ outcome: 'unchanged' });
      expect(await remove(target)).toMatchObject({ outcome: 'deleted', flowLogId });
      expect(flowLogsOn(service, product, 'taken')).toEqual([]);
    },
    60_000,
  );

  test('what is Inactive is activated too, by id as well', async () => {
    const { target, flowLogId } = await seed(vpc!, 'by-id', 'Inactive');
    const { product, accountId, region } = target;
    const byId = { product, accountId, ...omitUndefined({ region: region || undefined }), flowLogId };
    const asked = { target: byId, requestedBy, options: { takeOver: true } };
    expect(await (await service.flowLogs.enable(asked)).result()).toMatchObject({ outcome: 'activated', flowLogId });
    const [flowLog] = flowLogsOn(service, vpc!, 'by-id');
    expect(flowLog).toMatchObject({ status: 'Active', tags: ownerTags('test', target) });
  }, 60_000);

  test('an answer that was lost is not sent twice', async () => {
    const { target, flowLogId } = await seed(vpc!, 'lost');
    const rule = {
      product: 'vpc',
      action: 'TagResources',
      flowLogId,
      count: 1,
      when: 'after',
      effect: 'reset',
    } as const;
    service.simulator.setFaults({ rules: [rule] }, 'add');
    expect(await enable(target, { takeOver: true })).toMatchObject({ flowLogId });
    expect(changesOn(service, vpc!, 'lost')).toHaveLength(1);
  }, 60_000);

  test('is refused at the door where there is no call for tags, and by operations that keep nothing', async () => {
    const target = ecr!.target('any') as ResourceTarget;
    await expect(enable(target, { takeOver: true })).rejects.toThrow(/options\.takeOver/);
    const asked = { target: vpc!.target('any') as ResourceTarget, requestedBy, options: { takeOver: true } };
    await expect(service.flowLogs.delete(asked)).rejects.toThrow('delete takes nothing over');
  });

  test('the ledger tells every change', async () => {
    expect(await ledgerProblems(service)).toEqual([]);
  }, 60_000);
});
