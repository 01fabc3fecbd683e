import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import { fieldsOf, withField, type FieldValue } from '../../cloud/products/fields.js';
import type { ResourceTarget, Spec } from '../../cloud/flow-log.js';
import { ownerTags } from '../../cloud/ownership.js';
import type { SpecField } from '../../cloud/products/product-row.js';
import type { FlowLogSeed } from './fixtures/plan-table.js';
import type { PlanRow } from '../../workflows/contract/plan.js';
import { changesOn, flowLogsOn, ledgerProblems } from './fixtures/judge.js';
import { numbered } from './fixtures/scenario.js';
import { type Service, startService } from './fixtures/service.js';
import { type ProductUnderTest, productsUnderTest, requestedBy } from './fixtures/targets.js';

/** Planned, sent and reported changes are the same: every field of every product, with a wish that differs from its value. */

/** The call that changes a field, from the documents and by hand; `fixed`: none, it is another flow log; `label`: none, and it may stay. */
type By = 'modify' | 'tag' | 'move' | 'fixed' | 'label';

/** One field: what the flow log has, what is wished, and what of it goes over the wire. */
interface FieldCase {
  readonly was: FieldValue;
  readonly wish: FieldValue;
  readonly by: By;
  readonly params?: Readonly<Record<string, string>>;
}

const common: Readonly<Record<string, FieldCase>> = {
  'destination.project': { was: 'netlogs', wish: 'elsewhere', by: 'fixed' },
  'destination.logStore': { was: 'flow', wish: 'other', by: 'fixed' },
  name: { was: 'prod', wish: 'other', by: 'modify', params: { FlowLogName: 'other' } },
  description: { was: 'before', wish: 'after', by: 'modify', params: { Description: 'after' } },
};
const tagParams = { 'Tag.1.Key': 'team', 'Tag.1.Value': 'net' };
const tagged = { was: { team: 'app', kept: 'yes' }, wish: { team: 'net' } } as const;
const interval = (params: Readonly<Record<string, string>>): FieldCase => ({
  ...{ was: 600, wish: 60, by: 'modify', params },
});

const cases: Readonly<Record<ProductUnderTest['product'], Readonly<Record<string, FieldCase>>>> = {
  vpc: {
    ...common,
    aggregationIntervalSeconds: interval({ AggregationInterval: '1' }),
    trafficType: { was: 'All', wish: 'Drop', by: 'fixed' },
    trafficPath: { was: ['all'], wish: ['vbr'], by: 'fixed' },
    ipVersion: { was: 'IPv4', wish: 'DualStack', by: 'modify', params: { IpVersion: 'DualStack' } },
    tags: { ...tagged, by: 'tag', params: { ...tagParams, ResourceType: 'FLOWLOG' } },
    resourceGroupId: {
      ...{ was: 'rg-1', wish: 'rg-2', by: 'move' },
      params: { NewResourceGroupId: 'rg-2', ResourceType: 'FLOWLOG' },
    },
  },
  cen: {
    ...common,
    aggregationIntervalSeconds: interval({ Interval: '60' }),
    logFormat: {
      ...{ was: '${srcaddr}${dstaddr}${bytes}', wish: '${srcaddr}${dstaddr}${bytes}${action}', by: 'fixed' },
    },
    tags: { ...tagged, by: 'tag', params: { ...tagParams, ResourceType: 'flowlog' } },
  },
  ecr: {
    ...common,
    'destination.region': { was: 'cn-shanghai', wish: 'cn-beijing', by: 'fixed' },
    aggregationIntervalSeconds: interval({ Interval: '60' }),
    samplingRate: { was: '1:4096', wish: '1:1024', by: 'modify', params: { SamplingRate: '1:1024' } },
    tags: { ...tagged, by: 'label' },
    resourceGroupId: { was: 'rg-1', wish: 'rg-2', by: 'label' },
  },
};

const actions = { modify: 'ModifyFlowLogAttribute', tag: 'TagResources', move: 'MoveResourceGroup' } as const;

/** Parameters that say which flow log, and not what becomes of it. */
const naming = new Set(['RegionId', 'FlowLogId', 'CenId', 'EcrId', 'ClientToken', 'ResourceId', 'ResourceId.1']);

/** Ways to come to a flow log that is not as wished: by enable, but for the last, which is the operation `modify`. */
const ways = ['own', 'adopt', 'id', 'modify'] as const;
type Way = (typeof ways)[number];

interface Row extends FieldCase {
  readonly product: ProductUnderTest;
  readonly way: Way;
  readonly field: string;
  readonly name: string;
}

const rows: readonly Row[] = productsUnderTest.flatMap((product) =>
  ways.flatMap((way) =>
    Object.entries(cases[product.product]).map(([field, one]) => ({
      ...one,
      ...{ product, way, field, name: `${way}-${field.replace('.', '-')}`.toLowerCase() },
    })),
  ),
);

const destination = { project: 'netlogs', logStore: 'flow' };
const owner = 'test';

/** All a flow log of the product has before. */
const stateOf = (product: ProductUnderTest): Spec =>
  Object.entries(cases[product.product]).reduce<Spec>(
    (spec, [field, { was }]) => withField(spec, field as SpecField, was),
    { destination },
  );

const isOwn = ({ way }: Pick<Row, 'way'>): boolean => way === 'own' || way === 'modify';
const operationOf = ({ way }: Pick<Row, 'way'>) => (way === 'modify' ? 'modify' : 'enable');

/** A modification names no field that no call changes, but for those that say which flow log is meant. */
const isRefused = ({ way, by, field, product }: Row): boolean => {
  const meant = fieldsOf(product.product).some(([name, { identifying }]) => name === field && identifying);
  return way === 'modify' && (by === 'label' || by === 'fixed') && !meant;
};

const targetOf = ({ product, name }: Pick<Row, 'product' | 'name'>): ResourceTarget =>
  product.target(name) as ResourceTarget;

/** The flow log as it stands; our own or another owner's. */
function seedOf(row: Pick<Row, 'product' | 'name' | 'way'>): FlowLogSeed {
  const target = targetOf(row);
  const { tags, ...state } = stateOf(row.product);
  return {
    ...(state as Partial<FlowLogSeed>),
    ...{ product: row.product.product, resource: target.resource, status: 'Active' },
    tags: { ...tags, ...(isOwn(row) ? ownerTags(owner, target) : undefined) },
  };
}

describe('every field of every product, where the wish is not the state', () => {
  let service: Service;
  const ids = new Map<Row, string>();
  const plans = new Map<Row, PlanRow>();
  const ends = new Map<Row, { report?: Awaited<ReturnType<typeof ask>>; error?: { details: { message: string } } }>();

  const requestOf = (row: Row) => {
    const target = targetOf(row);
    const { resource, ...place } = target;
    const above = resource['ecrId'] ? { ecrId: resource['ecrId'] } : {};
    const byId = { ...place, ...above, flowLogId: ids.get(row) ?? '' };
    // A modification names at least one field that can be changed: here one that stands as it is wished.
    const asItIs = { name: cases[row.product.product]['name']?.was as string };
    const whole =
      row.way !== 'modify'
        ? { destination }
        : row.field.startsWith('destination')
          ? { destination, ...asItIs }
          : asItIs;
    const spec = withField<Spec>(whole, row.field as SpecField, row.wish);
    return {
      target: row.way === 'id' ? byId : target,
      spec,
      ...omitUndefined({ options: row.way === 'adopt' ? { adopt: true } : undefined }),
    };
  };
  const ask = async (row: Row) =>
    (await service.flowLogs.operate(operationOf(row), { ...requestOf(row), requestedBy })).result();

  beforeAll(async () => {
    const config = { progression: { mode: 'time', activationMs: 200, settleMs: 200 }, listLagMs: 300 } as const;
    service = await startService({
      simulator: { profile: 'hostile', config },
      env: { FLOWLOG_LIST_LAG_MS: '300', FLOWLOG_READ_TIMEOUT_MS: '2000', FLOWLOG_GRACE_MS: '5000' },
    });
    const made = await service.simulator.seed({ region: 'cn-hangzhou', flowLogs: rows.map(seedOf) });
    rows.forEach((row, index) => ids.set(row, made[index] ?? ''));
    for (const operation of ['enable', 'modify'] as const) {
      const those = rows.filter((row) => operationOf(row) === operation && !isRefused(row));
      const plan = await service.flowLogs.bulks.plan({ operation, items: those.map(requestOf), requestedBy });
      for await (const planned of plan) plans.set(those[planned.ordinal - 1] as Row, planned);
    }
    expect(service.simulator.journal().filter(({ kind }) => kind === 'change')).toEqual([]);
    const run = async (row: Row) =>
      ends.set(
        row,
        await ask(row).then(
          (report) => ({ report }),
          (error: unknown) => ({ error: error as { details: { message: string } } }),
        ),
      );
    await Promise.all(rows.map(run));
  }, 240_000);
  afterAll(() => service.stop());

  test.each(productsUnderTest)('$product: no field of its schema is left out here', ({ product }) => {
    expect(
      fieldsOf(product)
        .map(([field]) => field)
        .toSorted(),
    ).toEqual(Object.keys(cases[product]).toSorted());
  });

  const named = rows.map((row) => [`${row.product.product} ${row.way} ${row.field}`, row] as const);
  test.each(named)('%s: plan, journal and report say the same', (_, row) => {
    const { by, field, params, product, name } = row;
    const [plan, end] = [plans.get(row), ends.get(row)];
    const sent = changesOn(service, product, name);
    const [flowLog, ...others] = flowLogsOn(service, product, name);
    expect(others).toEqual([]);
    const is = Object.keys(flowLog?.tags ?? {}).some((key) => key.startsWith('flowlog:'));
    expect(is, 'a flow log that was adopted does not get our tags').toBe(isOwn(row));

    if (isRefused(row)) {
      expect(end?.error).toMatchObject({
        name: 'InvalidInputError',
        message: expect.stringContaining(field) as string,
      });
      expect(sent).toEqual([]);
    } else if (by === 'fixed') {
      expect(plan).toMatchObject({ verdict: 'conflict', changes: [] });
      expect(plan?.reason).toContain(field);
      expect(end?.error?.details.message).toContain(field);
      expect(sent).toEqual([]);
    } else if (by === 'label') {
      expect(plan).toMatchObject({ changes: [], drift: [field], notApplied: [field] });
      expect(plan?.fields).toBeUndefined();
      expect(end?.report).toMatchObject({ outcome: isOwn(row) ? 'unchanged' : 'adopted', notApplied: [field] });
      expect(sent).toEqual([]);
    } else {
      expect(plan).toMatchObject({ verdict: 'modify', changes: [by], drift: [field], fields: [field] });
      expect(plan?.notApplied).toBeUndefined();
      expect(end?.report).toMatchObject({ outcome: 'modified', steps: [{ step: by, fields: [field] }] });
      expect(end?.report?.notApplied).toBeUndefined();
      expect(sent).toMatchObject([{ action: actions[by], committed: true, flowLogId: ids.get(row) }]);
      const told = Object.entries(sent[0]?.params ?? {}).filter(([param]) => !naming.has(param));
      expect(Object.fromEntries(told)).toEqual(params);
      if (field === 'tags') expect(flowLog?.tags).toMatchObject({ team: 'net', kept: 'yes' });
    }
  });

  test('what was applied is unchanged when it is asked for again, and what was not is told again', async () => {
    const again = rows.filter((row) => row.by !== 'fixed' && !isRefused(row));
    const before = service.simulator.journal().length;
    const reports = await Promise.all(again.map(ask));
    const quiet = service.simulator.journal().slice(before);
    expect(quiet.filter(({ kind }) => kind === 'change')).toEqual([]);
    for (const [index, row] of again.entries()) {
      expect(reports[index]).toMatchObject({ outcome: isOwn(row) ? 'unchanged' : 'adopted', steps: [] });
      expect(reports[index]?.notApplied).toEqual(row.by === 'label' ? [row.field] : undefined);
    }
  }, 120_000);

  test('a foreign flow log that was not named keeps its labels: the wish is refused, by name', async () => {
    const foreign = productsUnderTest.map((product) => ({ product, way: 'adopt' as const, name: 'unasked' }));
    await service.simulator.seed({ region: 'cn-hangzhou', flowLogs: foreign.map(seedOf) });
    const asked = foreign.map(async (one) => {
      const spec = { destination, name: 'other' };
      return (await service.flowLogs.enable({ target: targetOf(one), spec, requestedBy })).result();
    });
    for (const end of await Promise.allSettled(asked)) {
      expect(end).toMatchObject({ status: 'rejected', reason: { details: { code: 'Conflict(foreign)' } } });
      expect(String((end as PromiseRejectedResult).reason)).toContain('name');
    }
    for (const { product, name } of foreign) expect(changesOn(service, product, name)).toEqual([]);
  }, 60_000);

  test('several at once: one call for each kind, each with its own fields, and an answer that was lost is not sent twice', async () => {
    const wishes = { name: 'n2', aggregationIntervalSeconds: 60, tags: { team: 'net' } } as const;
    const group = { vpc: { resourceGroupId: 'rg-2' }, cen: {}, ecr: {} } as const;
    const both = productsUnderTest.flatMap((product) =>
      numbered('lost', 2).map((name) => ({ product, way: 'own' as const, name })),
    );
    const made = await service.simulator.seed({ region: 'cn-hangzhou', flowLogs: both.map(seedOf) });
    // The first of each loses every answer, the second is refused once before every call.
    const rules = both.flatMap(({ product, name }, index) =>
      Object.values(actions).map((action) => ({
        ...{ product: product.product, action, flowLogId: made[index] ?? '', count: 1 },
        ...(name === 'lost0'
          ? ({ when: 'after', effect: 'reset' } as const)
          : ({ when: 'before', effect: 'code', code: 'Throttling.User', status: 400 } as const)),
      })),
    );
    service.simulator.setFaults({ rules }, 'add');
    const asked = both.map(async (one) => {
      const spec = { destination, ...wishes, ...group[one.product.product] };
      return (await service.flowLogs.enable({ target: targetOf(one), spec, requestedBy })).result();
    });
    const reports = await Promise.all(asked);
    for (const [index, { product, name }] of both.entries()) {
      const steps = [
        { step: 'modify', fields: ['name', 'aggregationIntervalSeconds'] },
        ...(product.product === 'ecr' ? [] : [{ step: 'tag', fields: ['tags'] }]),
        ...(product.product === 'vpc' ? [{ step: 'move', fields: ['resourceGroupId'] }] : []),
      ];
      expect(reports[index]).toMatchObject({ outcome: 'modified', steps });
      expect(reports[index]?.notApplied).toEqual(product.product === 'ecr' ? ['tags'] : undefined);
      const done = changesOn(service, product, name).filter(({ committed }) => committed);
      expect(done.map(({ action }) => action)).toEqual(steps.map(({ step }) => actions[step as 'modify']));
    }
    expect(service.simulator.journal().filter(({ fault }) => fault).length).toBeGreaterThanOrEqual(12);
    expect(await ledgerProblems(service)).toEqual([]);
  }, 120_000);
});
