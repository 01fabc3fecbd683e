import { describe, expect, it } from 'vitest';
import {
  effectiveItems,
  effectiveSelectors,
  ManifestError,
  readManifest,
  showProblem,
  type Accounts,
  type Operation,
} from '../../client/index.js';

/** Selectors of a manifest: defaults merged in, names resolved, everything wrong told at its place. */

const accounts: Accounts = {
  default: { uid: '1000000000000001' },
  prod: { uid: '1000000000000002', defaults: { region: 'cn-shanghai', vpc: { trafficType: 'Drop' } } },
};
const effective = (text: string, operation: Operation | undefined = 'enable', known: Accounts = accounts) =>
  effectiveSelectors(readManifest('logs.yaml', text), operation, { accounts: known, requestedBy: 'network-team' });
const selectorOf = (text: string, operation?: Operation, known?: Accounts) =>
  effective(text, operation, known)[0]?.selector;

function problemsOf(text: string, operation: Operation | undefined = 'enable', known?: Accounts): string[] {
  try {
    effective(text, operation, known);
    return [];
  } catch (error) {
    if (error instanceof ManifestError) return error.problems.map(showProblem);
    throw error;
  }
}

const withSelector = (selector: string, defaults = ''): string => `version: 1
defaults:
  destination: { project: netlogs, logStore: flow }
${defaults}selectors:
  - ${selector}
`;
const vpcs = 'product: vpc, resourceType: VPC, regions: all';
const destination = { project: 'netlogs', logStore: 'flow' };

describe('a selector', () => {
  it('of the documentation is resolved as it is written', () => {
    const text = withSelector(
      '{ product: vpc, accounts: all, regions: all, resourceType: VPC, tags: { env: prod }, exclude: { tags: { "flowlog:exclude": "*" } }, coverage: missing }',
    );
    expect(selectorOf(text, 'enable', { default: { uid: '1' } })).toEqual({
      product: 'vpc',
      accounts: 'all',
      regions: 'all',
      resourceType: 'VPC',
      tags: { env: 'prod' },
      exclude: { tags: { 'flowlog:exclude': '*' } },
      coverage: 'missing',
      spec: { destination },
    });
  });

  it('means the default account where it names none, and what is missing where it says nothing of coverage', () => {
    expect(selectorOf(withSelector(`{ ${vpcs} }`))).toMatchObject({
      accounts: ['1000000000000001'],
      coverage: 'missing',
    });
    expect(selectorOf(withSelector(`{ ${vpcs} }`, '  account: prod\n'))?.accounts).toEqual(['1000000000000002']);
  });

  it('takes accounts by name or by uid, each once', () => {
    const text = withSelector(`{ ${vpcs}, accounts: [prod, "1000000000000002", "7"] }`);
    expect(selectorOf(text)?.accounts).toEqual(['1000000000000002', '7']);
  });

  it('takes the default region, of the account where that has one', () => {
    const text = withSelector('{ product: vpc, resourceType: VPC }', '  region: cn-hangzhou\n');
    expect(selectorOf(text)?.regions).toEqual(['cn-hangzhou']);
    expect(
      selectorOf(`${text.trimEnd()}\n`.replace('resourceType: VPC', 'resourceType: VPC, accounts: [prod]'))?.regions,
    ).toEqual(['cn-shanghai']);
  });

  it('needs no region where the product has none', () => {
    expect(selectorOf(withSelector('{ product: ecr, resourceType: EcrVbr }'))?.regions).toBe('all');
  });

  it('merges defaults, those of the product, of the account, and its own; each value says whose it is', () => {
    const text = withSelector(
      `{ ${vpcs}, accounts: [prod], description: mine, destination: { logStore: own } }`,
      '  description: everyone\n  aggregationIntervalSeconds: 300\n  vpc: { trafficType: All }\n  tags: { team: net }\n',
    );
    const [found] = effective(text);
    expect(found?.selector.spec).toEqual({
      destination: { project: 'netlogs', logStore: 'own' },
      description: 'mine',
      aggregationIntervalSeconds: 300,
      trafficType: 'Drop',
      tags: { team: 'net' },
    });
    expect(Object.fromEntries(found?.values.map(({ path, from }) => [path, from]) ?? [])).toEqual({
      'destination.project': 'defaults',
      'destination.logStore': 'selector',
      description: 'selector',
      aggregationIntervalSeconds: 'defaults',
      trafficType: 'accounts file (prod).vpc',
      'tags.team': 'defaults',
    });
  });

  it('filters by its own name, tags and resource group; those of the flow logs come from the defaults', () => {
    const text = withSelector(`{ ${vpcs}, name: "web-*", tags: { env: prod } }`, '  name: net\n  tags: { made: us }\n');
    expect(selectorOf(text)).toMatchObject({
      name: 'web-*',
      tags: { env: 'prod' },
      spec: { name: 'net', tags: { made: 'us' } },
    });
  });

  it('gives each account its own spec where they differ', () => {
    const selector = selectorOf(withSelector(`{ ${vpcs}, accounts: [default, prod] }`));
    expect(selector?.spec).toBeUndefined();
    expect(selector?.specByAccount).toEqual({
      '1000000000000001': { destination },
      '1000000000000002': { destination, trafficType: 'Drop' },
    });
  });

  it('of all accounts keeps what holds for those that only the worker knows', () => {
    const selector = selectorOf(withSelector(`{ ${vpcs}, accounts: all }`));
    expect(selector).toMatchObject({ accounts: 'all', spec: { destination } });
    expect(selector?.specByAccount?.['1000000000000002']).toEqual({ destination, trafficType: 'Drop' });
  });

  it('fills in the names of accounts, and leaves the other templates to the worker', () => {
    const text = withSelector(`{ ${vpcs}, accounts: all, destination: { project: "net-{account}-{region}" } }`);
    const selector = selectorOf(text);
    expect(selector?.spec).toBeUndefined();
    expect(selector?.specByAccount?.['1000000000000001']?.destination?.project).toBe('net-default-{region}');
    expect(selector?.specByAccount?.['1000000000000002']?.destination?.project).toBe('net-prod-{region}');
  });

  it('brings no spec to an operation that takes none, from the same file', () => {
    expect(selectorOf(withSelector(`{ ${vpcs}, description: mine }`), 'delete')).not.toHaveProperty('spec');
  });

  it('that only looks needs no destination', () => {
    const text = `version: 1\nselectors:\n  - { ${vpcs} }\n`;
    expect(problemsOf(text, 'enable')).toHaveLength(1);
    const only = effectiveSelectors(readManifest('logs.yaml', text), undefined, { accounts, requestedBy: 'x' });
    expect(only[0]?.selector).not.toHaveProperty('spec');
  });

  it('stands beside items, which do not refuse it', () => {
    const text = `${withSelector(`{ ${vpcs} }`)}flowLogs:\n  - { product: vpc, region: cn-hangzhou, resource: { type: VPC, id: vpc-1 } }\n`;
    expect(effectiveItems(readManifest('logs.yaml', text), 'enable', { accounts, requestedBy: 'x' })).toHaveLength(1);
    expect(effective(text)).toHaveLength(1);
  });
});

describe('what is wrong with a selector is told at its place', () => {
  it.each([
    {
      reason: 'a type of another product',
      selector: 'product: cen, resourceType: VPC, regions: all',
      at: /^logs\.yaml:5:\d+: selectors\[0\]\.resourceType: .*TransitRouter/,
    },
    { reason: 'no type', selector: 'product: vpc, regions: all', at: /selectors\[0\]\.resourceType: is missing/ },
    {
      reason: 'an unknown word',
      selector: `${vpcs}, colour: red`,
      at: /selectors\[0\]\.colour: there is no such field/,
    },
    { reason: 'an unknown coverage', selector: `${vpcs}, coverage: some`, at: /selectors\[0\]\.coverage: "some": / },
    {
      reason: 'an unknown account',
      selector: `${vpcs}, accounts: [default, nobody]`,
      at: /^logs\.yaml:5:74: selectors\[0\]\.accounts\[1\]: no account is named "nobody"/,
    },
    { reason: 'no region', selector: 'product: vpc, resourceType: VPC', at: /selectors\[0\]\.regions: is missing/ },
    {
      reason: 'accounts of different regions',
      selector: 'product: vpc, resourceType: VPC, accounts: all',
      at: /regions: is missing: the accounts have different/,
    },
    {
      reason: 'a region that is none',
      selector: 'product: vpc, resourceType: VPC, regions: ["cn hangzhou"]',
      at: /selectors\[0\]\.regions\[0\]: "cn hangzhou"/,
    },
    { reason: 'empty tags', selector: `${vpcs}, tags: {}`, at: /selectors\[0\]\.tags: {}: must be 1 to 20 tags/ },
    {
      reason: 'an empty exclusion',
      selector: `${vpcs}, exclude: {}`,
      at: /selectors\[0\]\.exclude: .*excludes nothing/,
    },
    { reason: 'ids that are none', selector: `${vpcs}, ids: ["vpc 1"]`, at: /selectors\[0\]\.ids\[0\]: "vpc 1"/ },
    {
      reason: 'a field its product lacks',
      selector: `${vpcs}, samplingRate: "1:1024"`,
      at: /selectors\[0\]\.samplingRate: "1:1024": there is no such field/,
    },
    {
      reason: 'a value its field does not take',
      selector: `${vpcs}, aggregationIntervalSeconds: 7`,
      at: /selectors\[0\]\.aggregationIntervalSeconds: 7: must be one of 60/,
    },
    {
      reason: 'a default that does not fit it, where the default stands',
      selector: vpcs,
      defaults: '  aggregationIntervalSeconds: 7\n',
      at: /^logs\.yaml:4:31: defaults\.aggregationIntervalSeconds: 7/,
    },
    {
      reason: 'what cannot be modified',
      operation: 'modify',
      selector: `${vpcs}, trafficPath: [vbr]`,
      at: /trafficPath/,
    },
  ])('$reason', ({ selector, at, defaults = '', operation = 'enable' }) => {
    const problems = problemsOf(withSelector(`{ ${selector} }`, defaults), operation as Operation);
    expect(problems.join('\n')).toMatch(at);
  });

  it('all of it at once', () => {
    const text = `version: 1
defaults: { destination: { project: netlogs, logStore: flow } }
selectors:
  - { product: vpc, resourceType: EcrVbr, regions: [], accounts: [nobody] }
  - { product: cen, resourceType: TransitRouter, regions: all, tags: {} }
`;
    expect(problemsOf(text)).toHaveLength(1);
    expect(problemsOf(text.replace('regions: [], ', 'regions: ["a b"], '))).toHaveLength(4);
  });

  it('an account whose defaults are wrong, at those', () => {
    const text = `${withSelector(`{ ${vpcs}, accounts: all }`)}accounts:\n  prod:\n    defaults: { vpc: { trafficType: Some } }\n`;
    expect(problemsOf(text).join('\n')).toMatch(
      /^logs\.yaml:8:\d+: accounts\.prod\.defaults\.vpc\.trafficType: "Some"/m,
    );
  });
});
