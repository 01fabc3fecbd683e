import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { effectiveSpec, expandTemplates, factsOf, InvalidInput } from '../../cloud/effective-spec.js';
import { fieldsOf, fieldValue } from '../../cloud/products/fields.js';
import type { ObservedFlowLog, Product, ResourceTarget, Spec } from '../../cloud/flow-log.js';
import { driftOf } from '../../cloud/difference.js';
import { sortOut } from '../../cloud/observation.js';
import { ownerTags } from '../../cloud/ownership.js';
import { parseList } from '../../cloud/lists/parse.js';
import { products } from '../../cloud/products/products.js';
import { specSchema, targetSchema } from '../../cloud/spec.js';
import { changeRequest } from '../../cloud/lists/wire.js';

const accountId = '1000000000000001';
const destination = { project: 'netlogs', logStore: 'flow' };
const targets: Record<Product, ResourceTarget> = {
  vpc: { product: 'vpc', accountId, region: 'cn-hangzhou', resource: { type: 'VPC', id: 'vpc-1' } },
  cen: { product: 'cen', accountId, region: 'cn-hangzhou', resource: { cenId: 'cen-1', transitRouterId: 'tr-1' } },
  ecr: { product: 'ecr', accountId, resource: { ecrId: 'ecr-1', instanceId: 'vbr-1' } },
};
const all = Object.keys(products) as Product[];

/** Paths of what a schema refuses; a field too many under its own name. */
function refused(schema: z.ZodType, value: unknown): string[] {
  const { error } = schema.safeParse(value);
  return (error?.issues ?? []).flatMap(({ path, ...issue }) =>
    issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...path, key].join('.')) : [path.join('.')],
  );
}

describe('the table of the design: which product has which field', () => {
  const has: Readonly<Record<string, readonly Product[]>> = {
    'destination.region': ['ecr'],
    name: ['vpc', 'cen', 'ecr'],
    description: ['vpc', 'cen', 'ecr'],
    aggregationIntervalSeconds: ['vpc', 'cen', 'ecr'],
    trafficType: ['vpc'],
    trafficPath: ['vpc'],
    ipVersion: ['vpc'],
    logFormat: ['cen'],
    samplingRate: ['ecr'],
    tags: ['vpc', 'cen', 'ecr'],
    resourceGroupId: ['vpc', 'ecr'],
  };
  const good: Readonly<Record<string, unknown>> = {
    'destination.region': 'cn-shanghai',
    name: 'n',
    description: 'd',
    aggregationIntervalSeconds: 60,
    trafficType: 'Drop',
    trafficPath: ['natGateway'],
    ipVersion: 'IPv4',
    logFormat: '${srcaddr}${dstaddr}${bytes}${action}',
    samplingRate: '1:1024',
    tags: { env: 'prod' },
    resourceGroupId: 'rg-1',
  };
  const specWith = (field: string, value: unknown): unknown => {
    const [name = '', inner] = field.split('.');
    return inner ? { destination: { ...destination, [inner]: value } } : { destination, [name]: value };
  };
  const cases = Object.keys(has).flatMap((field) => all.map((product) => ({ field, product })));

  it.each(cases)('$product $field', ({ field, product }) => {
    const expected = has[field]?.includes(product) ? [] : [field];
    expect(refused(specSchema(product), specWith(field, good[field]))).toEqual(expected);
  });

  const wrong: Readonly<Record<string, readonly unknown[]>> = {
    'destination.project': ['A', 'ab', 'x'.repeat(64), '-abc', 7, '{zork}-logs', '', 'a_b', null],
    'destination.logStore': ['A', 'ab', 'x'.repeat(64), '_abc', 7, '{zork}', '', {}],
    'destination.region': ['CN', '', 7, 'cn_x'],
    name: ['http://x', 'https://x', 'x'.repeat(129), 7, 'a\nb'],
    description: ['http://x', 'x'.repeat(257), 7, '\u0000'],
    aggregationIntervalSeconds: [61, '60', 1, 3600],
    trafficType: ['all', 7, 'Accept'],
    trafficPath: [[], ['zork'], ['all', 'all'], 'all', Array.from({ length: 21 }, () => 'all')],
    ipVersion: ['', 'IP v4', 4],
    logFormat: ['${srcaddr}', 'plain', 7, `\${srcaddr}\${dstaddr}\${bytes}${'${x}'.repeat(300)}`],
    samplingRate: ['1:1', 4096, ''],
    tags: [7, { '': 'x' }, { 'acs:x': 'y' }, { aliyun: 'y' }, { 'flowlog:owner': 'y' }, { a: 'http://x' }, { a: 7 }],
    resourceGroupId: ['', 'rg 1', 7],
  };
  const wrongCases = Object.entries(wrong).flatMap(([field, values]) =>
    all
      .filter((product) => !has[field] || has[field].includes(product))
      .flatMap((product) => values.map((value) => ({ product, field, value }))),
  );
  it.each(wrongCases)('$product $field refuses $value under its own path', ({ product, field, value }) => {
    const paths = refused(specSchema(product), specWith(field, value));
    expect(paths).toHaveLength(1);
    expect(paths[0]?.startsWith(field)).toBe(true);
  });

  it('tags have 18 places beside our own two, and a shorter key for cen', () => {
    const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 'v']));
    for (const product of all) {
      expect(refused(specSchema(product), { destination, tags: many(18) })).toEqual([]);
      expect(refused(specSchema(product), { destination, tags: many(19) })).toEqual(['tags']);
    }
    const tags = { ['k'.repeat(65)]: 'v' };
    expect(all.map((product) => refused(specSchema(product), { destination, tags }).length)).toEqual([0, 1, 0]);
  });

  it('says every wrong field at once, with what it takes', () => {
    const { error } = specSchema('vpc').safeParse({
      destination: { project: 'A' },
      trafficType: 'x',
      samplingRate: '1:1',
    });
    expect(error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)).toEqual([
      expect.stringMatching(/^destination\.project: must be 3 to 63 characters of a-z 0-9 -/),
      expect.stringMatching(/^destination\.logStore: must be 3 to 63/),
      'trafficType: must be one of All, Allow, Drop',
      expect.stringMatching(/^: there is no such field in a spec of vpc; its fields are destination, name/),
    ]);
  });
});

describe('targets at the door', () => {
  const vpc = targets.vpc;
  it.each([
    { reason: 'by resource', value: vpc, paths: [] },
    { reason: 'by id', value: { product: 'cen', accountId, region: 'r', flowLogId: 'f' }, paths: [] },
    { reason: 'ecr by id', value: { product: 'ecr', accountId, ecrId: 'ecr-1', flowLogId: 'f' }, paths: [] },
    { reason: 'an account’s name', value: { ...vpc, accountId: 'default' }, paths: ['accountId'] },
    { reason: 'a number for a uid', value: { ...vpc, accountId: 1 }, paths: ['accountId'] },
    { reason: 'no region', value: { product: 'vpc', accountId, resource: vpc.resource }, paths: ['region'] },
    { reason: 'a region where there is none', value: { ...targets.ecr, region: 'r' }, paths: ['region'] },
    { reason: 'a wrong type', value: { ...vpc, resource: { type: 'Vpc', id: 'vpc-1' } }, paths: ['resource.type'] },
    { reason: 'a slash in an id', value: { ...vpc, resource: { type: 'VPC', id: 'a/b' } }, paths: ['resource.id'] },
    {
      reason: 'a field too many',
      value: { ...vpc, resource: { ...vpc.resource, zone: 'b' } },
      paths: ['resource.zone'],
    },
    { reason: 'both forms', value: { ...vpc, flowLogId: 'f' }, paths: [''] },
    { reason: 'neither form', value: { product: 'vpc', accountId, region: 'r' }, paths: [''] },
    { reason: 'ecr by id without its router', value: { product: 'ecr', accountId, flowLogId: 'f' }, paths: ['ecrId'] },
    { reason: 'an unknown product', value: { ...vpc, product: 'oss' }, paths: ['product'] },
    { reason: 'no object', value: 'vpc-1', paths: [''] },
    {
      reason: 'several at once',
      value: { ...vpc, region: 7, accountId: '', x: 1 },
      paths: ['accountId', 'region', 'x'],
    },
  ])('$reason', ({ value, paths }) => expect(refused(targetSchema(), value)).toEqual(paths));

  it('are refused when the workflow id would be too long', () => {
    const long = 'c'.repeat(64);
    const value = {
      product: 'cen',
      accountId: '1'.repeat(64),
      region: long,
      resource: { cenId: long, transitRouterId: long },
    };
    expect(targetSchema().safeParse(value).error?.issues[0]?.message).toMatch(/255 bytes/);
  });

  it('have JSON Schemas, and so have the specs', () => {
    for (const schema of [targetSchema(), ...all.map(specSchema)])
      expect(() => z.toJSONSchema(schema, { io: 'input' })).not.toThrow();
  });
});

describe('the effective spec', () => {
  const facts = factsOf(targets.vpc, 'prod');
  it('has its templates expanded and the traffic default filled in, and nothing else', () => {
    const spec = { destination: { project: '{account}-{region}', logStore: '{product}-{resourceId}-{accountId}' } };
    expect(effectiveSpec('vpc', spec, facts)).toEqual({
      destination: { project: 'prod-cn-hangzhou', logStore: `vpc-vpc-1-${accountId}` },
      trafficType: 'All',
    });
    expect(effectiveSpec('cen', { destination }, factsOf(targets.cen))).toEqual({ destination });
  });

  it('gets no traffic default when it does not describe a whole flow log', () => {
    expect(effectiveSpec('vpc', { name: 'n' }, facts)).toEqual({ name: 'n' });
  });

  it('is refused when an expanded name is none', () => {
    const spec = { destination: { project: '{account}', logStore: '{accountId}{accountId}{accountId}{accountId}' } };
    const attempt = () => effectiveSpec('vpc', spec, factsOf(targets.vpc));
    expect(attempt).toThrow(InvalidInput);
    expect(attempt).toThrow(
      /spec\.destination\.project: "\{account\}" becomes "\{account\}"; must be 3 to 63[^]*spec\.destination\.logStore:/,
    );
  });

  it('leaves unknown names in braces alone', () => {
    expect(expandTemplates('{zork}-{region}-{constructor}', 'vpc', facts)).toBe('{zork}-cn-hangzhou-{constructor}');
  });
});

const flowLog = (over: Partial<ObservedFlowLog> = {}): ObservedFlowLog => ({
  flowLogId: 'fl-1',
  status: 'active',
  rawStatus: 'Active',
  delivery: { state: 'ok' },
  resource: { type: 'VPC', id: 'vpc-1' },
  region: 'cn-hangzhou',
  destination,
  trafficType: 'All',
  aggregationIntervalSeconds: 600,
  tags: {},
  serviceManaged: false,
  ...over,
});

describe('drift', () => {
  it.each([
    { reason: 'nothing asked', spec: undefined, seen: {}, drift: [] },
    { reason: 'the same', spec: { destination, trafficType: 'All' }, seen: {}, drift: [] },
    {
      reason: 'only fields asked for are compared',
      spec: { destination },
      seen: { aggregationIntervalSeconds: 60 },
      drift: [],
    },
    {
      reason: 'another interval',
      spec: { aggregationIntervalSeconds: 60 },
      seen: {},
      drift: ['aggregationIntervalSeconds'],
    },
    {
      reason: 'another project',
      spec: { destination: { ...destination, project: 'other' } },
      seen: {},
      drift: ['destination.project'],
    },
    { reason: 'other traffic', spec: { trafficType: 'All' }, seen: { trafficType: 'Drop' }, drift: ['trafficType'] },
    {
      reason: 'the order of paths means nothing',
      spec: { trafficPath: ['vbr', 'ecr'] },
      seen: { trafficPath: ['ecr', 'vbr'] },
      drift: [],
    },
    {
      reason: 'what is not shown has its default',
      spec: { aggregationIntervalSeconds: 600, trafficType: 'All', trafficPath: ['all'] },
      seen: { aggregationIntervalSeconds: undefined, trafficType: undefined, trafficPath: undefined },
      drift: [],
    },
    {
      reason: 'and without a default nothing: no wish is dropped',
      spec: { ipVersion: 'IPv4' },
      seen: {},
      drift: ['ipVersion'],
    },
    {
      reason: 'a description that is not shown is empty',
      spec: { description: 'd' },
      seen: {},
      drift: ['description'],
    },
    { reason: 'an empty one is not shown', spec: { description: '' }, seen: {}, drift: [] },
    {
      reason: 'name, tags and group are compared as everything else is; tags of others are left alone',
      spec: { name: 'n', tags: { a: 'b', c: 'd' }, resourceGroupId: 'g' },
      seen: { name: 'm', tags: { a: 'b', c: 'x', more: 'y' }, resourceGroupId: 'h' },
      drift: ['name', 'tags', 'resourceGroupId'],
    },
    {
      reason: 'a group that is not shown is none',
      spec: { resourceGroupId: 'g' },
      seen: {},
      drift: ['resourceGroupId'],
    },
    {
      reason: 'tags that are there are no drift',
      spec: { tags: { a: 'b' } },
      seen: { tags: { a: 'b', c: 'd' } },
      drift: [],
    },
  ] as { reason: string; spec: Spec | undefined; seen: Partial<ObservedFlowLog>; drift: string[] }[])(
    '$reason',
    ({ spec, seen, drift }) => expect(driftOf(spec, flowLog(seen), 'vpc')).toEqual(drift),
  );
});

describe('sorting out a list', () => {
  const target = targets.vpc;
  const own = { tags: ownerTags('prod', target) };
  it('compares every identifying field exactly, and never takes the first', () => {
    const list = [
      flowLog({ flowLogId: 'other', resource: { type: 'VPC', id: 'vpc-10' } }),
      flowLog({ flowLogId: 'other-type', resource: { type: 'VSwitch', id: 'vpc-1' } }),
      flowLog({ flowLogId: 'other-region', region: 'cn-beijing' }),
      flowLog({ flowLogId: 'foreign' }),
      flowLog({ flowLogId: 'own', ...own }),
      flowLog({ flowLogId: 'managed', serviceManaged: true }),
      flowLog({ flowLogId: 'own', ...own, status: 'inactive' }),
    ];
    const { own: ours, foreign, managed } = sortOut(target, 'prod', undefined, list);
    expect(ours.map(({ flowLogId, status }) => [flowLogId, status])).toEqual([['own', 'inactive']]);
    expect(foreign.map(({ flowLogId }) => flowLogId)).toEqual(['foreign']);
    expect(managed.map(({ flowLogId }) => flowLogId)).toEqual(['managed']);
  });

  it('takes another owner’s flow log for foreign', () => {
    const { own: ours, foreign } = sortOut(target, 'test', undefined, [flowLog(own)]);
    expect([ours.length, foreign.length]).toEqual([0, 1]);
  });

  it('tells a cen router from its attachments and from the whole instance', () => {
    const cen = (resource: Record<string, string>) => flowLog({ flowLogId: JSON.stringify(resource), resource });
    const list = [
      cen({ cenId: 'cen-1', transitRouterId: 'tr-1' }),
      cen({ cenId: 'cen-1', transitRouterId: 'tr-1', transitRouterAttachmentId: 'tr-attach-1' }),
      cen({ cenId: 'cen-1' }),
      cen({ cenId: 'cen-1', transitRouterId: '', transitRouterAttachmentId: '' }),
    ];
    const found = (resource: Record<string, string>) =>
      sortOut({ ...targets.cen, resource }, 'prod', undefined, list).foreign.length;
    expect(found({ cenId: 'cen-1', transitRouterId: 'tr-1' })).toBe(1);
    expect(found({ cenId: 'cen-1', transitRouterAttachmentId: 'tr-attach-1' })).toBe(1);
    expect(found({ cenId: 'cen-1' })).toBe(2);
  });
});

/** Any spec that a product's door lets in. */
function specsOf(product: Product): fc.Arbitrary<Spec> {
  const word = fc.stringMatching(/^[a-z][a-z0-9]{2,20}$/);
  const values: Record<string, fc.Arbitrary<unknown>> = {
    name: word,
    description: word,
    trafficType: fc.constantFrom('All', 'Allow', 'Drop'),
    trafficPath: fc.subarray(['all', 'natGateway', 'vbr'], { minLength: 1 }),
    ipVersion: fc.constant('IPv4'),
    logFormat: fc.constant('${srcaddr}${dstaddr}${bytes}${action}'),
    samplingRate: fc.constantFrom('1:4096', '1:2048', '1:1024'),
    aggregationIntervalSeconds: fc.constantFrom(60, 600),
    tags: fc.dictionary(word, word, { maxKeys: 3 }),
    resourceGroupId: word,
  };
  const others = fieldsOf(product)
    .map(([field]) => field)
    .filter((field) => !field.startsWith('destination.'));
  const model = Object.fromEntries(others.map((field) => [field, values[field] ?? fc.constant('x')]));
  return fc
    .tuple(fc.record({ project: word, logStore: word }), fc.record(model, { requiredKeys: [] }))
    .map(([place, rest]) => ({ destination: place, ...rest }) as Spec);
}

describe('for any spec', () => {
  const seed = Date.now() % 2 ** 31;
  /** The item that the cloud would list after a create with these parameters: the same names, nested as each product nests them. */
  const listed = (product: Product, params: Readonly<Record<string, unknown>>): unknown => {
    const { Tag, TrafficPath, TargetSlsRegionId, ...rest } = params;
    const nested = product === 'ecr' ? { Tags: Tag, SlsRegionId: TargetSlsRegionId } : { Tags: { Tag } };
    const item = {
      FlowLogId: 'f',
      Status: 'Active',
      ...rest,
      ...nested,
      TrafficPath: { TrafficPathList: TrafficPath },
    };
    return product === 'ecr' ? [item] : { FlowLog: [item] };
  };

  it.each(all)(`of %s: what is created as asked, and listed, has no drift and is ours (seed ${seed})`, (product) => {
    const target = targets[product];
    fc.assert(
      fc.property(specsOf(product), (spec) => {
        expect(specSchema(product).safeParse(spec).success).toBe(true);
        const wished = effectiveSpec(product, spec, factsOf(target));
        const { params } = changeRequest('create', { target, spec: wished, tags: ownerTags('prod', target) });
        const { flowLogs } = parseList(product, { TotalCount: 1, FlowLogs: listed(product, params) });
        const { own } = sortOut(target, 'prod', wished, flowLogs);
        expect(own.map(({ drift }) => drift)).toEqual([[]]);
      }),
      { seed },
    );
  });

  it.each(all)(`of %s: drift names exactly the fields that were changed (seed ${seed})`, (product) => {
    const target = targets[product];
    fc.assert(
      fc.property(specsOf(product), specsOf(product), (one, other) => {
        const { params } = changeRequest('create', { target, spec: one });
        const { flowLogs } = parseList(product, { TotalCount: 1, FlowLogs: listed(product, params) });
        const [seen] = flowLogs;
        if (!seen) throw new Error('nothing was listed');
        for (const field of driftOf(other, seen, product)) {
          expect(fieldValue(other, field)).toBeDefined();
          expect(fieldValue(other, field)).not.toEqual(fieldValue(seen, field));
        }
        expect(driftOf(one, seen, product)).toEqual([]);
      }),
      { seed },
    );
  });
});
