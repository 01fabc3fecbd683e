import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSimulator, type Simulator } from '../../simulator/index.js';
import { serviceRows } from '../../simulator/actions/index.js';
import { ask, dialects, products, type Product } from './fixtures/caller.js';

/**
 * Every parameter wrong in every way its document knows, with the code that document gives. The table is written by hand from the
 * documents; that it leaves no parameter of the simulator out is checked at the end.
 */

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ profile: 'friendly', config: { limits: {}, quotas: {}, duplicates: 'allow' } });
});
afterAll(() => simulator.close());

type Verb = 'create' | 'activate' | 'deactivate' | 'modify' | 'delete' | 'list';
interface Wrong {
  readonly product: Product;
  readonly verbs: readonly Verb[];
  readonly param: string;
  /** null: left out. */
  readonly value: string | null;
  readonly code: string;
  readonly reason: string;
  /** Sent beside it. */
  readonly beside?: Readonly<Record<string, string>>;
}

const long = (length: number): string => 'x'.repeat(length);
const changes = ['activate', 'deactivate', 'modify', 'delete'] as const;
const all = ['create', ...changes, 'list'] as const;
const row = (
  product: Product,
  verbs: readonly Verb[],
  param: string,
  cases: readonly [string | null, string, string][],
): Wrong[] => cases.map(([value, code, reason]) => ({ product, verbs, param, value, code, reason }));

const tags = (
  product: Product,
  verbs: readonly Verb[],
  name: string,
  key: string,
  value: string,
  keyLength: number,
): Wrong[] => [
  ...row(product, verbs, `${name}.1.Key`, [
    ['', key, 'a key may not be empty'],
    [long(keyLength + 1), key, `a key has at most ${keyLength} characters`],
    ['aliyun-x', key, 'aliyun is reserved'],
    ['acs:x', key, 'acs: is reserved'],
    ['see http://x', key, 'a key holds no link'],
  ]),
  ...row(product, verbs, `${name}.1.Value`, [
    [long(129), value, 'a value has at most 128 characters'],
    ['acs:x', value, 'acs: is reserved'],
    ['https://x', value, 'a value holds no link'],
  ]).map((wrong) => ({ ...wrong, beside: { [`${name}.1.Key`]: 'k' } })),
];

const tooManyTags = (name: string): Record<string, string> =>
  Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`${name}.${n + 2}.Key`, `k${n}`]));

const vpc: readonly Wrong[] = [
  ...row('vpc', all, 'RegionId', [
    [null, 'MissingParameter', 'required everywhere'],
    ['nowhere', 'InvalidRegionId.NotFound', 'no such region'],
  ]),
  ...row('vpc', all, 'OwnerId', [['me', 'InvalidParameter', 'a number']]),
  ...row('vpc', all, 'ResourceOwnerId', [['me', 'InvalidParameter', 'a number']]),
  ...row('vpc', changes, 'FlowLogId', [[null, 'MissingParameter', 'required']]),
  ...row('vpc', ['create'], 'ResourceType', [
    [null, 'MissingParameter', 'required'],
    ['Router', 'InvalidResourceType.NotFound', 'not one of three'],
    ['VSwitch', 'InvalidResourceType.NotFound', 'a VPC id is no vSwitch'],
  ]),
  ...row('vpc', ['create'], 'ResourceId', [
    [null, 'MissingParameter', 'required'],
    ['', 'MissingParameter', 'empty is missing'],
    ['vpc 1', 'INVALID_PARAMETER', 'not an id'],
  ]),
  ...row('vpc', ['create'], 'TrafficType', [
    [null, 'MissingParameter', 'required'],
    ['all', 'InvalidTrafficType.NotFound', 'case counts'],
  ]),
  ...row('vpc', ['create'], 'ProjectName', [
    ['ab', 'INVALID_PARAMETER', 'at least 3 characters'],
    [long(64), 'INVALID_PARAMETER', 'at most 63'],
    ['-abc', 'INVALID_PARAMETER', 'begins with a letter or digit'],
    ['a_b', 'INVALID_PARAMETER', 'no underscore'],
  ]),
  ...row('vpc', ['create'], 'LogStoreName', [
    ['ab', 'INVALID_PARAMETER', 'at least 3 characters'],
    ['abc_', 'INVALID_PARAMETER', 'ends with a letter or digit'],
  ]),
  ...row('vpc', ['create'], 'FlowLogName', [
    ['', 'INVALID_PARAMETER', 'at least 1 character'],
    [long(129), 'INVALID_PARAMETER', 'at most 128'],
    ['http://x', 'INVALID_PARAMETER', 'not a link'],
  ]),
  ...row('vpc', ['modify'], 'FlowLogName', [
    [long(129), 'InvalidName.Malformed', 'at most 128'],
    ['https://x', 'InvalidName.Malformed', 'not a link'],
  ]),
  ...row('vpc', ['create'], 'Description', [[long(257), 'INVALID_PARAMETER', 'at most 256']]),
  ...row('vpc', ['modify'], 'Description', [[long(257), 'InvalidParameter', 'at most 256']]),
  ...row('vpc', ['create', 'modify'], 'AggregationInterval', [
    ['2', 'IllegalParam.AggregationInterval', '1, 5 or 10 minutes'],
    ['600', 'IllegalParam.AggregationInterval', 'minutes, not seconds'],
    ['ten', 'IllegalParam.AggregationInterval', 'a number'],
  ]),
  ...row('vpc', ['create'], 'TrafficPath.1', [['moon', 'IllegalParam.TrafficPath', 'not a path']]),
  ...row('vpc', ['create'], 'TrafficPath.2', [['all', 'DuplicatedParam.TrafficPath', 'given twice']]).map((w) => ({
    ...w,
    beside: { 'TrafficPath.1': 'all' },
  })),
  ...row('vpc', ['create'], 'IpVersion', [['IPv4 and 6', 'INVALID_PARAMETER', 'a word']]),
  ...row('vpc', ['modify'], 'IpVersion', [['IPv4 and 6', 'InvalidParameter', 'a word']]),
  ...row('vpc', ['create'], 'LogFormat', [[long(1_001), 'INVALID_PARAMETER', 'at most 1000']]),
  ...row('vpc', ['modify'], 'LogFormat', [[long(1_001), 'InvalidParameter', 'at most 1000']]),
  ...row('vpc', ['create'], 'ResourceGroupId', [['group', 'IllegalParam.ResourceGroupId', 'rg-…']]),
  ...tags('vpc', ['create'], 'Tag', 'INVALID_PARAMETER', 'INVALID_PARAMETER', 128),
  ...row('vpc', ['create'], 'Tag.1.Key', [['k', 'INVALID_PARAMETER', 'at most 20 tags']]).map((w) => ({
    ...w,
    beside: tooManyTags('Tag'),
  })),
  ...row('vpc', ['create'], 'Tag.2.Key', [['k', 'INVALID_PARAMETER', 'a key twice']]).map((w) => ({
    ...w,
    beside: { 'Tag.1.Key': 'k' },
  })),
  ...tags('vpc', ['list'], 'Tags', 'ParameterInvalid', 'ParameterInvalid', 128),
  ...row('vpc', ['list'], 'PageNumber', [
    ['0', 'ParameterInvalid', 'from 1'],
    ['x', 'ParameterInvalid', 'a number'],
  ]),
  ...row('vpc', ['list'], 'PageSize', [
    ['51', 'ParameterInvalid', 'at most 50'],
    ['0', 'ParameterInvalid', 'at least 1'],
  ]),
];

const cen: readonly Wrong[] = [
  ...row('cen', ['create', ...changes], 'RegionId', [[null, 'MissingParameter', 'required but on lists']]),
  ...row('cen', all, 'RegionId', [['nowhere', 'InvalidRegionId.NotFound', 'no such region']]),
  ...row('cen', all, 'OwnerId', [['me', 'IllegalParam.OwnerId', 'a number']]),
  ...row('cen', all, 'ResourceOwnerId', [['me', 'IllegalParam.ResourceOwnerId', 'a number']]),
  ...row('cen', all, 'ClientToken', [
    [long(65), 'IllegalParam.ClientToken', 'at most 64'],
    ['é', 'IllegalParam.ClientToken', 'ASCII'],
  ]),
  ...row('cen', changes, 'FlowLogId', [
    [null, 'MissingParameter', 'required'],
    ['a b', 'InvalidParameter.FlowLogId', 'not an id'],
  ]),
  ...row('cen', ['create'], 'CenId', [
    [null, 'MissingParameter', 'required on create'],
    ['a b', 'IllegalParam.CenId', 'not an id'],
  ]),
  ...row('cen', changes, 'CenId', [['a b', 'IllegalParam.CenId', 'not an id']]).map((w) => ({
    ...w,
    beside: { FlowLogId: 'flowlog-1' },
  })),
  ...row('cen', ['create'], 'TransitRouterAttachmentId', [
    ['a b', 'IllegalParam.TransitRouterAttachmentId', 'not an id'],
  ]),
  ...row('cen', ['create'], 'TransitRouterId', [['a b', 'IllegalParam.TransitRouterId', 'not an id']]),
  ...row('cen', ['create'], 'ProjectName', [
    ['UPPER', 'InvalidParameter.ProjectName', 'lower case'],
    ['ab', 'InvalidParameter.ProjectName', 'at least 3'],
  ]),
  ...row('cen', ['create'], 'LogStoreName', [['_ab', 'IllegalParam.LogStoreName', 'begins with a letter or digit']]),
  ...row('cen', ['create', 'modify'], 'FlowLogName', [
    [long(129), 'IllegalParam.FlowLogName', 'at most 128'],
    ['http://', 'IllegalParam.FlowLogName', 'no link'],
  ]),
  ...row('cen', ['list'], 'FlowLogName', [[long(129), 'InvalidName', 'at most 128']]),
  ...row('cen', ['create', 'modify'], 'Description', [[long(257), 'IllegalParam.Description', 'at most 256']]),
  ...row('cen', ['list'], 'Description', [[long(257), 'InvalidDescription', 'at most 256']]),
  ...row('cen', ['create', 'modify'], 'Interval', [['300', 'IllegalParam.Interval', '60 or 600 seconds']]),
  ...row('cen', ['list'], 'Interval', [['10', 'InvalidParameter.Interval', '60 or 600 seconds']]),
  ...row('cen', ['create'], 'LogFormatString', [
    ['${srcaddr}', 'InvalidParameter.LogFormatString', 'begins with the three'],
    [`\${srcaddr}\${dstaddr}\${bytes}${'${packets}'.repeat(110)}`, 'InvalidParameter.LogFormatString', 'at most 1000'],
  ]),
  ...tags('cen', ['create', 'list'], 'Tag', 'IllegalParam.TagKey', 'IllegalParam.TagValue', 64),
  ...row('cen', ['list'], 'Status', [['Modifying', 'IllegalParam.Status', 'Active or Inactive']]),
  ...row('cen', ['list'], 'FlowLogVersion', [['9', 'InvalidParameter.FlowLogVersion', 'no such version']]),
  ...row('cen', ['list'], 'PageNumber', [['0', 'IllegalParam.PageNumber', 'from 1']]),
  ...row('cen', ['list'], 'PageSize', [['51', 'IllegalParam.PageSize', 'at most 50']]),
];

const ecr: readonly Wrong[] = [
  ...row('ecr', all, 'EcrId', [
    [null, 'MissingParam.EcrId', 'required everywhere'],
    ['router', 'IllegalParamFormat.EcrId', 'ecr-…'],
  ]),
  ...row('ecr', all, 'ClientToken', [[long(65), 'IllegalParam.ClientToken', 'at most 64']]),
  ...row('ecr', all, 'DryRun', [['maybe', 'INVALID_PARAMETER', 'a boolean']]),
  ...row('ecr', changes, 'FlowLogId', [
    [null, 'MissingParam.FlowLogId', 'required'],
    ['a b', 'IllegalParamFormat.FlowLogId', 'not an id'],
  ]),
  ...row('ecr', ['create'], 'InstanceType', [
    [null, 'MissingParam.InstanceType', 'required'],
    ['VPC', 'INVALID_PARAMETER', 'VBR only'],
  ]),
  ...row('ecr', ['create'], 'InstanceId', [
    [null, 'MissingParam.InstanceId', 'required'],
    ['vpc-1', 'IllegalParamFormat.InstanceId', 'vbr-…'],
  ]),
  ...row('ecr', ['create'], 'ProjectName', [
    [null, 'MissingParam.ProjectName', 'required'],
    ['UPPER', 'INVALID_PARAMETER', 'lower case'],
  ]),
  ...row('ecr', ['create'], 'LogStoreName', [
    [null, 'MissingParam.LogStoreName', 'required'],
    ['ab', 'INVALID_PARAMETER', 'at least 3'],
  ]),
  ...row('ecr', ['create', 'modify'], 'FlowLogName', [
    [long(129), 'INVALID_PARAMETER', 'at most 128'],
    ['http://x', 'INVALID_PARAMETER', 'no link'],
  ]),
  ...row('ecr', ['create', 'modify'], 'Description', [[long(257), 'INVALID_PARAMETER', 'at most 256']]),
  ...row('ecr', ['create', 'modify'], 'Interval', [['10', 'INVALID_PARAMETER', '60 or 600 seconds']]),
  ...row('ecr', ['create', 'modify'], 'SamplingRate', [['1:1', 'INVALID_PARAMETER', 'one of three']]),
  ...row('ecr', ['create'], 'TargetSlsRegionId', [
    ['cn_x', 'INVALID_PARAMETER', 'a region'],
    ['cn-moon', 'UnsupportedRegion', 'no such region'],
  ]),
  ...row('ecr', ['create'], 'ResourceGroupId', [['group', 'INVALID_PARAMETER', 'rg-…']]),
  ...tags('ecr', ['create', 'list'], 'Tag', 'INVALID_PARAMETER', 'INVALID_PARAMETER', 128),
  ...row('ecr', ['list'], 'MaxResults', [
    ['0', 'INVALID_PARAMETER', 'at least 1'],
    ['2147483648', 'INVALID_PARAMETER', 'at most 2147483647'],
  ]),
  ...row('ecr', ['list'], 'NextToken', [['nonsense', 'INVALID_PARAMETER', 'not one of ours']]),
];

const cases = [...vpc, ...cen, ...ecr].flatMap((wrong) =>
  wrong.verbs.map((verb) => ({ ...wrong, verb, shown: JSON.stringify(wrong.value)?.slice(0, 24) })),
);

test.each(cases)(
  '$product $verb: $param $shown is $code: $reason',
  async ({ product, verb, param, value, code, beside }) => {
    const needed =
      verb === 'create' ? dialects[product].createParams(1) : verb === 'list' ? {} : { FlowLogId: 'flowlog-none' };
    const params: Record<string, string> = { ...needed, ...beside };
    const override = value === null ? { [param]: null } : {};
    if (value !== null) params[param] = value;
    const before = simulator.flowLogs().length;
    const { status, body } = await ask(simulator.url, product, verb, params, { override });
    expect({ status, code: body.Code }).toEqual({ status: 400, code });
    expect(simulator.flowLogs()).toHaveLength(before);
  },
);

describe('accepted', () => {
  test.each(['True', 'TRUE', 'true'])('ecr DryRun=%s, in any case, changes nothing and says so', async (flag) => {
    const params = { ...dialects.ecr.createParams(900), DryRun: flag };
    const { status, body } = await ask(simulator.url, 'ecr', 'create', params);
    expect({ status, code: body.Code }).toEqual({ status: 400, code: 'DryRunOperation' });
    expect(simulator.flowLogs().filter(({ resource }) => resource === 'ecr-1/vbr-900')).toEqual([]);
  });

  test.each(['False', 'false'])('ecr DryRun=%s creates', async (flag) => {
    const { status } = await ask(simulator.url, 'ecr', 'create', { ...dialects.ecr.createParams(901), DryRun: flag });
    expect(status).toBe(200);
  });

  test.each(products)('%s: an empty value of a tag, and 20 of them', async (product) => {
    const twenty = Object.fromEntries(
      Array.from({ length: 20 }, (_, n) => [
        [`Tag.${n + 1}.Key`, `k${n}`],
        [`Tag.${n + 1}.Value`, ''],
      ]).flat(),
    );
    expect(
      (await ask(simulator.url, product, 'create', { ...dialects[product].createParams(902), ...twenty })).status,
    ).toBe(200);
  });

  test('vpc: project and log store may be left out, as the newer model has it', async () => {
    const params = { ResourceType: 'VPC', ResourceId: 'vpc-903', TrafficType: 'All' };
    expect((await ask(simulator.url, 'vpc', 'create', params)).status).toBe(200);
  });

  test('cen: a format that is left out stays empty in the list', async () => {
    await ask(simulator.url, 'cen', 'create', dialects.cen.createParams(904));
    const { body } = await ask(simulator.url, 'cen', 'list', { TransitRouterAttachmentId: 'tr-attach-904' });
    expect(body.FlowLogs.FlowLog[0].LogFormatString).toBe('');
  });

  test('a parameter nobody documents is ignored', async () => {
    expect((await ask(simulator.url, 'vpc', 'list', { Nonsense: 'x' })).status).toBe(200);
  });
});

test('no restricted parameter of a flow-log action is left out above', () => {
  const verbOf = (product: Product, action: string) => all.find((verb) => dialects[product][verb] === action);
  const named = new Set(cases.map(({ product, verb, param }) => `${product} ${verb} ${param.split('.')[0]}`));
  const missing = serviceRows.flatMap(({ service, actions }) => {
    const product = products.find((name) => name === service);
    if (!product) return [];
    return actions.flatMap((action) => {
      const verb = verbOf(product, action.name);
      if (!verb) return [];
      return action.parameters
        .filter(
          (p) =>
            p.required || p.pattern || p.allowed || p.min !== undefined || p.max !== undefined || p.type !== 'text',
        )
        .map((p) => `${product} ${verb} ${p.name}`)
        .filter((key) => !named.has(key));
    });
  });
  expect(missing).toEqual([]);
});
