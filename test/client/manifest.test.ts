import { describe, expect, it } from 'vitest';
import {
  effectiveItems,
  ManifestError,
  readManifest,
  showProblem,
  type Accounts,
  type Operation,
} from '../../client/index.js';

const accounts: Accounts = {
  default: { uid: '1000000000000001' },
  prod: { uid: '1000000000000002', defaults: { region: 'cn-shanghai', vpc: { trafficType: 'Drop' } } },
};

/** The manifest of the documentation, less what needs a bulk. */
const whole = `version: 1
defaults:
  account: default
  region: cn-hangzhou
  destination: { project: netlogs, logStore: flow }
  aggregationIntervalSeconds: 600
  vpc: { trafficType: All }
flowLogs:
  - { product: vpc, resource: { type: VPC, id: vpc-1 } }
  - { product: cen, resource: { cenId: cen-1, transitRouterId: tr-1 } }
  - { product: ecr, resource: { ecrId: ecr-1, instanceId: vbr-1 } }
`;

const effective = (text: string, operation: Operation = 'enable', file = 'logs.yaml') =>
  effectiveItems(readManifest(file, text), operation, { accounts, requestedBy: 'network-team' });

function problemsOf(text: string, operation: Operation = 'enable', file = 'logs.yaml'): string[] {
  try {
    effective(text, operation, file);
    return [];
  } catch (error) {
    if (error instanceof ManifestError) return error.problems.map(showProblem);
    throw error;
  }
}

const withItem = (item: string, defaults = ''): string => `version: 1
defaults:
  region: cn-hangzhou
  destination: { project: netlogs, logStore: flow }
${defaults}flowLogs:
  - ${item}
`;
const vpc1 = 'product: vpc, resource: { type: VPC, id: vpc-1 }';

describe('a manifest', () => {
  it('asks for every item of the documentation, each with the fields its product has', () => {
    expect(effective(whole).map(({ input }) => input)).toEqual([
      {
        target: {
          product: 'vpc',
          accountId: '1000000000000001',
          region: 'cn-hangzhou',
          resource: { type: 'VPC', id: 'vpc-1' },
        },
        spec: {
          destination: { project: 'netlogs', logStore: 'flow' },
          aggregationIntervalSeconds: 600,
          trafficType: 'All',
        },
        requestedBy: 'network-team',
      },
      {
        target: {
          product: 'cen',
          accountId: '1000000000000001',
          region: 'cn-hangzhou',
          resource: { cenId: 'cen-1', transitRouterId: 'tr-1' },
        },
        spec: { destination: { project: 'netlogs', logStore: 'flow' }, aggregationIntervalSeconds: 600 },
        requestedBy: 'network-team',
      },
      {
        target: { product: 'ecr', accountId: '1000000000000001', resource: { ecrId: 'ecr-1', instanceId: 'vbr-1' } },
        spec: { destination: { project: 'netlogs', logStore: 'flow' }, aggregationIntervalSeconds: 600 },
        requestedBy: 'network-team',
      },
    ]);
  });

  it('means the same as JSON, and as CSV with everything on the items', () => {
    const json = JSON.stringify(
      {
        version: 1,
        flowLogs: [
          {
            product: 'vpc',
            region: 'cn-hangzhou',
            resource: { type: 'VPC', id: 'vpc-1' },
            destination: { project: 'netlogs', logStore: 'flow' },
            trafficPath: ['all', 'vbr'],
            tags: { 'a.b': 'c' },
          },
        ],
      },
      null,
      '\t',
    );
    const csv =
      'product,region,resource.type,resource.id,destination.project,destination.logStore,trafficPath,tags.a.b,aggregationIntervalSeconds\n' +
      'vpc,cn-hangzhou,VPC,vpc-1,netlogs,flow,all; vbr,c,\n';
    expect(effective(json, 'enable', 'logs.json')[0]?.input).toEqual(effective(csv, 'enable', 'logs.csv')[0]?.input);
  });

  it('drops what an operation has no use for: the same file enables and deletes', () => {
    expect(effective(whole, 'delete').map(({ input }) => input.spec)).toEqual([undefined, undefined, undefined]);
    expect(effective(withItem(`{ ${vpc1}, trafficType: All, name: x }`), 'disable')).toHaveLength(1);
  });

  it('refuses to modify what is written on an item and cannot be modified, and overlooks it among defaults', () => {
    const item = `{ ${vpc1}, description: new, trafficPath: [all] }`;
    expect(problemsOf(withItem(item, '  resourceGroupId: rg-1\n'), 'modify')).toEqual([
      expect.stringMatching(/^logs\.yaml:7:\d+: flowLogs\[0\]\.trafficPath: .*cannot be modified/),
    ]);
  });
});

describe('precedence', () => {
  const layered = (item: string, more = ''): string => `version: 1
defaults:
  region: cn-hangzhou
  description: from defaults
  destination: { project: netlogs, logStore: flow }
  trafficType: All
  vpc: { description: from product defaults }
accounts:
  prod:
    defaults: { ${more} }
flowLogs:
  - { ${vpc1}${item} }
`;
  const origin = (text: string, path: string) => effective(text)[0]?.values.find((value) => value.path === path);

  it.each([
    {
      item: '',
      more: '',
      value: 'from product defaults',
      from: 'defaults.vpc',
      reason: 'product defaults beat defaults',
    },
    {
      item: ', account: prod',
      more: 'description: from account',
      value: 'from account',
      from: 'accounts.prod.defaults',
      reason: 'account defaults beat both',
    },
    {
      item: ', account: prod',
      more: 'description: a, vpc: { description: from account product }',
      value: 'from account product',
      from: 'accounts.prod.defaults.vpc',
      reason: 'and by product even more',
    },
    {
      item: ', account: prod, description: from item',
      more: 'description: from account',
      value: 'from item',
      from: 'item',
      reason: 'the item wins',
    },
    {
      item: '',
      more: 'description: from account',
      value: 'from product defaults',
      from: 'defaults.vpc',
      reason: "another account's defaults are not ours",
    },
  ])('$reason', ({ item, more, value, from }) => {
    expect(origin(layered(item, more), 'description')).toEqual({ path: 'description', value, from });
  });

  it("takes the accounts file's defaults between the manifest's own and the item", () => {
    const text = layered(', account: prod');
    expect(origin(text, 'region')).toMatchObject({ value: 'cn-shanghai', from: 'accounts file (prod)' });
    expect(origin(text, 'trafficType')).toMatchObject({ value: 'Drop', from: 'accounts file (prod).vpc' });
    expect(effective(text)[0]?.input.target.accountId).toBe('1000000000000002');
  });

  it('merges a destination field by field', () => {
    const text = layered(', destination: { logStore: edge }');
    expect(effective(text)[0]?.input.spec?.destination).toEqual({ project: 'netlogs', logStore: 'edge' });
    expect(origin(text, 'destination.project')).toMatchObject({ from: 'defaults' });
    expect(origin(text, 'destination.logStore')).toMatchObject({ from: 'item' });
  });
});

describe('problems of a manifest', () => {
  it.each([
    {
      item: `{ ${vpc1}, samplingRate: "1:4096" }`,
      at: /^logs\.yaml:6:\d+: flowLogs\[0\]\.samplingRate: .*no such field/,
      reason: 'a field that only another product has',
    },
    {
      item: `{ ${vpc1}, intervall: 60 }`,
      at: /^logs\.yaml:6:\d+: flowLogs\[0\]\.intervall: there is no such field/,
      reason: 'a field nobody has',
    },
    {
      item: `{ ${vpc1}, aggregationIntervalSeconds: 61 }`,
      at: /^logs\.yaml:6:\d+: flowLogs\[0\]\.aggregationIntervalSeconds: 61: /,
      reason: 'a value out of range',
    },
    {
      item: '{ product: vpc, resource: { type: VPC } }',
      at: /^logs\.yaml:6:\d+: flowLogs\[0\]\.resource\.id: is missing/,
      reason: 'a missing field',
    },
    { item: '{ product: oss }', at: /^logs\.yaml:6:16: flowLogs\[0\]\.product: "oss": /, reason: 'an unknown product' },
    {
      item: `{ ${vpc1}, account: nobody }`,
      at: /^logs\.yaml:6:\d+: flowLogs\[0\]\.account: no account is named "nobody"/,
      reason: 'an unknown account',
    },
    {
      item: `{ ${vpc1}, accountId: 1000000000000001 }`,
      at: /^logs\.yaml:6:\d+: flowLogs\[0\]\.accountId: 1000000000000001: .*string/,
      reason: 'a uid without quotes',
    },
    {
      item: `{ ${vpc1}, options: { adopt: maybe } }`,
      at: /^logs\.yaml:6:\d+: (flowLogs\[0\]\.)?options\.adopt: "maybe": /,
      reason: 'a wrong option',
    },
  ])('say where: $reason', ({ item, at }) => {
    expect(problemsOf(withItem(item))).toEqual([expect.stringMatching(at)]);
  });

  it('of a default are told once for each way of being wrong, where the default stands, even where no item takes it', () => {
    const wrong = '  aggregationIntervalSeconds: 61\n  samplingRate: never\n';
    const items = `{ ${vpc1} }\n  - { product: vpc, resource: { type: VPC, id: vpc-2 } }\n  - { product: cen, resource: { cenId: cen-1, transitRouterId: tr-1 } }`;
    expect(problemsOf(withItem(items, wrong))).toEqual([
      expect.stringMatching(/^logs\.yaml:5:31: defaults\.aggregationIntervalSeconds: 61: .* 60, 300, 600 /),
      expect.stringMatching(/^logs\.yaml:5:31: defaults\.aggregationIntervalSeconds: 61: .* 60, 600 /),
      expect.stringMatching(/^logs\.yaml:6:17: defaults\.samplingRate: "never": /),
    ]);
  });

  it('name a default of a product that has no such field', () => {
    expect(problemsOf(withItem(`{ ${vpc1} }`, '  cen: { trafficType: All }\n'))).toEqual([
      expect.stringMatching(/^logs\.yaml:5:10: defaults\.cen\.trafficType: /),
    ]);
  });

  it('name both lines of two items for one target, also where they are written differently', () => {
    const items =
      '{ product: cen, resource: { cenId: cen-1, transitRouterAttachmentId: tr-attach-1 } }\n' +
      '  - { product: cen, resource: { cenId: cen-1, transitRouterAttachmentId: tr-attach-1, transitRouterId: tr-1 } }';
    expect(problemsOf(withItem(items))).toEqual([
      expect.stringMatching(/^logs\.yaml:7:5: .*the same target as on line 6/),
    ]);
  });

  it('come all at once, in the order of the file', () => {
    const text = `version: 2
flowLogs:
  - { product: vpc, colour: red }
options: { maxTargets: 0, adopt: "yes" }
surprise: 1
`;
    expect(problemsOf(text)).toEqual([
      expect.stringMatching(/^logs\.yaml:1:10: version: 2: /),
      expect.stringMatching(/^logs\.yaml:3:21: flowLogs\[0\]\.colour: /),
      expect.stringMatching(/^logs\.yaml:4:24: options\.maxTargets: 0: /),
      expect.stringMatching(/^logs\.yaml:4:34: options\.adopt: "yes": /),
      expect.stringMatching(/^logs\.yaml:5:1: surprise: /),
    ]);
  });

  it.each([
    { text: '', at: /^logs\.yaml:1:1: /, reason: 'an empty file' },
    { text: 'version: 1\nversion: 1\n', at: /^logs\.yaml:2:1: /, reason: 'a key twice' },
    { text: 'version: 1\nflowLogs: [\n', at: /^logs\.yaml:\d+:\d+: /, reason: 'broken syntax' },
    { text: 'version: 1\nflowLogs: []\n', at: /^logs\.yaml:2:11: flowLogs: names no target/, reason: 'nothing to do' },
    { text: 'version: 1\n', at: /^logs\.yaml:1:1: flowLogs: names no target/, reason: 'nothing at all' },
    {
      text: `${whole}options: { maxTargets: 2 }\n`,
      at: /^logs\.yaml:12:24: options\.maxTargets: 3 targets/,
      reason: 'more targets than allowed',
    },
    {
      text: `a: &a [x, x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]\nd: [*c, *c, *c, *c, *c, *c]\n`,
      at: /alias/,
      reason: 'aliases that would grow without end',
    },
  ])('of the whole file: $reason', ({ text, at }) => {
    expect(problemsOf(text)).toEqual([expect.stringMatching(at)]);
  });

  it.each([
    {
      text: 'product,resource.type,resource.id,colour\nvpc,VPC,vpc-1,red\nvpc,VPC,vpc-2,blue\n',
      at: [/^logs\.csv:1:4: flowLogs\[\d\]\.colour: there is no such field/],
      reason: 'an unknown column, told once',
    },
    {
      text: 'product,region,resource.type,resource.id,destination.project,destination.logStore,aggregationIntervalSeconds\nvpc,cn-hangzhou,VPC,vpc-1,netlogs,flow,7\n',
      at: [/^logs\.csv:2:7: flowLogs\[0\]\.aggregationIntervalSeconds: 7: /],
      reason: 'a wrong cell',
    },
    {
      text: 'product,resource,resource.id\nvpc,a,b\n',
      at: [/^logs\.csv:1:3: resource\.id: .*clashes/],
      reason: 'columns within each other',
    },
    { text: 'product\n"vpc\n', at: [/^logs\.csv:\d+:1: /], reason: 'a quote that does not end' },
  ])('of a table, by line and column number: $reason', ({ text, at }) => {
    expect(problemsOf(text, 'enable', 'logs.csv')).toEqual(at.map((one) => expect.stringMatching(one) as string));
  });

  it('do not come from what every object inherits', () => {
    const text = withItem(`{ ${vpc1}, account: constructor }`);
    expect(problemsOf(text)).toEqual([expect.stringContaining('no account is named "constructor"')]);
  });
});
