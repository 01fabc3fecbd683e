import type { MetricMeter } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { standingOf } from '../../cloud/discovery/coverage.js';
import type { ObservedFlowLog, Product, ResourceTarget } from '../../cloud/flow-log.js';
import { sortOut } from '../../cloud/observation.js';
import { ownerTags } from '../../cloud/ownership.js';
import { surplusOf } from '../../cloud/subject.js';
import { targetKey } from '../../cloud/target.js';
import { surplusGauge } from '../../worker/surplus-gauge.js';

const accountId = '1000000000000001';
const targets: Readonly<Record<Product, ResourceTarget>> = {
  vpc: { product: 'vpc', accountId, region: 'cn-hangzhou', resource: { type: 'VPC', id: 'vpc-1' } },
  cen: { product: 'cen', accountId, region: 'cn-hangzhou', resource: { cenId: 'cen-1', transitRouterId: 'tr-1' } },
  ecr: { product: 'ecr', accountId, resource: { ecrId: 'ecr-1', instanceId: 'vbr-1' } },
};
const destination = { project: 'netlogs', logStore: 'flow' };

const flowLogOf = (
  target: ResourceTarget,
  flowLogId: string,
  more: Partial<ObservedFlowLog> = {},
): ObservedFlowLog => ({
  flowLogId,
  status: 'active',
  rawStatus: 'Active',
  delivery: { state: 'ok' },
  resource: target.resource,
  destination,
  tags: ownerTags('prod', target),
  serviceManaged: false,
  ...more,
});

const rows: readonly {
  reason: string;
  states: readonly Partial<ObservedFlowLog>[];
  coverage: string;
  surplus: string[];
}[] = [
  { reason: 'one of ours is all there is to be', states: [{}], coverage: 'covered', surplus: [] },
  { reason: 'a second one records everything twice', states: [{}, {}], coverage: 'doubled', surplus: ['1'] },
  {
    reason: 'the one that records counts, wherever it stands',
    states: [{ status: 'inactive' }, {}, {}],
    coverage: 'doubled',
    surplus: ['2', '0'],
  },
  {
    reason: 'that nothing is recorded is worse, and the surplus is told all the same',
    states: [{ status: 'inactive' }, { status: 'inactive' }],
    coverage: 'inactive',
    surplus: ['1'],
  },
  {
    reason: 'a foreign one beside ours is nobody’s surplus',
    states: [{}, { tags: {} }],
    coverage: 'covered',
    surplus: [],
  },
];

describe.each(Object.keys(targets) as Product[])('own flow logs beyond the one that counts, of %s', (product) => {
  it.each(rows)('$reason', ({ states, coverage, surplus }) => {
    const target = targets[product];
    const flowLogs = states.map((more, index) => flowLogOf(target, String(index), more));
    const found = standingOf(target, new Map([[targetKey(target), flowLogs]]), {
      owner: 'prod',
      spec: { destination },
    });
    expect(found).toMatchObject({ coverage, surplus });
  });

  it('where a foreign one is spoken of, ours is no surplus; a second of ours is', () => {
    const target = targets[product];
    const foreign = flowLogOf(target, 'f', { tags: {} });
    const seen = (...ids: string[]) =>
      sortOut(target, 'prod', undefined, [foreign, ...ids.map((id) => flowLogOf(target, id))]);
    const beside = (...ids: string[]) =>
      surplusOf(seen(...ids), seen(...ids).foreign[0]).map(({ flowLogId }) => flowLogId);
    expect(beside('a')).toEqual([]);
    expect(beside('a', 'b')).toEqual(['b']);
  });
});

describe('the metric flowlog_surplus_flow_logs', () => {
  it('is by product, account and region what was seen last, and falls when it is gone', () => {
    const set: [number, unknown][] = [];
    const meter = {
      createGauge: (name: string) => {
        expect(name).toBe('flowlog_surplus_flow_logs');
        return { set: (value: number, tags: unknown) => void set.push([value, tags]) };
      },
    } as unknown as MetricMeter;
    const saw = surplusGauge(meter);
    const other = { ...targets.vpc, resource: { type: 'VPC', id: 'vpc-2' } };
    saw(targets.vpc, 0);
    saw(targets.vpc, 1);
    saw(targets.vpc, 1);
    saw(other, 2);
    saw(targets.ecr, 1);
    saw(targets.vpc, 0);
    const vpc = { product: 'vpc', account: accountId, region: 'cn-hangzhou' };
    expect(set).toEqual([
      [1, vpc],
      [3, vpc],
      [1, { product: 'ecr', account: accountId, region: 'central' }],
      [2, vpc],
    ]);
  });
});
