import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ManifestError, readManifest } from '../../client/index.js';
import { manifestSchema } from '../../client/manifest/schema.js';

const whole = {
  version: 1,
  defaults: { account: 'default', region: 'cn-hangzhou' },
  accounts: { prod: { defaults: { region: 'cn-shanghai' } } },
  flowLogs: [{ product: 'vpc', account: 'prod', resource: { type: 'VPC', id: 'vpc-1' } }],
  selectors: [
    {
      product: 'vpc',
      accounts: 'all',
      regions: ['cn-hangzhou'],
      resourceType: 'VPC',
      coverage: 'missing',
      ids: ['vpc-1'],
      name: 'edge-*',
      resourceGroupId: 'rg-1',
      tags: { env: 'prod' },
      exclude: { ids: ['vpc-2'], name: 'x*', resourceGroupId: 'rg-2', tags: { 'flowlog:exclude': '*' } },
    },
  ],
  options: {
    window: 200,
    failureBudget: '5%',
    canary: 10,
    canaryApproval: 'manual',
    maxTargets: 1000,
    maxChanges: 100,
    adopt: true,
    onExisting: 'conflict',
    surplus: 'report',
    requireDelivery: false,
    rollback: false,
    openService: false,
    takeOver: false,
    deadlineMs: 60_000,
  },
};

const text = ['', 7, null];
const count = [0, 1.5, 'many', -1];
const flag = ['true', 1];
const choice = ['sometimes', true];
const names = ['some', [], [''], 7];

/** Values that are wrong for every product. A value that is right for one product is checked after merging, as an input is. */
const wrongValues: Readonly<Record<string, readonly unknown[]>> = {
  version: [2, '1', undefined],
  defaults: ['x', []],
  'defaults.account': text,
  accounts: ['x', []],
  'accounts.prod': ['x', []],
  'accounts.prod.defaults': ['x', []],
  flowLogs: ['x', {}],
  'flowLogs.0.product': ['oss', undefined],
  'flowLogs.0.account': text,
  selectors: ['x', {}],
  'selectors.0.product': ['oss', undefined],
  'selectors.0.accounts': names,
  'selectors.0.regions': names,
  'selectors.0.resourceType': choice,
  'selectors.0.coverage': choice,
  'selectors.0.inherited': ['yes', 1],
  'selectors.0.ids': ['vpc-1', []],
  'selectors.0.name': text,
  'selectors.0.resourceGroupId': text,
  'selectors.0.tags': ['env', { env: 1 }],
  'selectors.0.exclude': ['x', []],
  'selectors.0.exclude.ids': ['vpc-1', []],
  'selectors.0.exclude.name': text,
  'selectors.0.exclude.resourceGroupId': text,
  'selectors.0.exclude.tags': ['env', { env: 1 }],
  options: ['x', []],
  'options.window': [...count, 2001],
  'options.failureBudget': ['101%', '5', -1, 1.5],
  'options.canary': count,
  'options.canaryApproval': choice,
  'options.maxTargets': count,
  'options.maxChanges': count,
  'options.adopt': flag,
  'options.onExisting': choice,
  'options.surplus': choice,
  'options.requireDelivery': flag,
  'options.rollback': flag,
  'options.openService': flag,
  'options.takeOver': flag,
  'options.deadlineMs': [0, 'soon', 1.5],
};

/** Fields of the form that hold a value of a product's spec or target: their cases are those of the inputs. */
const productFields =
  /(^|\.)(region|accountId|resource|flowLogId|ecrId|destination|description|aggregationIntervalSeconds|trafficType|trafficPath|ipVersion|logFormat|samplingRate)$|^(defaults|accounts\.prod\.defaults|flowLogs\.0)\.((vpc|cen|ecr)|.*\b(name|tags|resourceGroupId|options))$|\.(vpc|cen|ecr)$/;

type JsonSchema = {
  anyOf?: JsonSchema[];
  properties?: Record<string, JsonSchema>;
  additionalProperties?: JsonSchema | boolean;
  items?: JsonSchema;
};

/** Paths of every field, a list shown by its first item and a record by the entry `prod`. */
function fieldsOf(schema: JsonSchema, path = ''): string[] {
  const below = (name: string, inner: JsonSchema) => {
    const at = path ? `${path}.${name}` : name;
    return [at, ...fieldsOf(inner, at)];
  };
  const { properties = {}, additionalProperties, items, anyOf = [] } = schema;
  return [
    ...Object.entries(properties).flatMap(([name, inner]) => below(name, inner)),
    ...(path === 'accounts' && typeof additionalProperties === 'object' ? below('prod', additionalProperties) : []),
    ...(items && path !== '' && ['flowLogs', 'selectors'].includes(path) ? fieldsOf(items, `${path}.0`) : []),
    ...anyOf.flatMap((inner) => fieldsOf(inner, path)),
  ];
}

function problemPaths(manifest: unknown): string[] {
  try {
    readManifest('logs.json', JSON.stringify(manifest));
    return [];
  } catch (error) {
    if (error instanceof ManifestError) return error.problems.map(({ path }) => path);
    throw error;
  }
}

function altered(path: string, value: unknown): unknown {
  const copy = structuredClone(whole) as Record<string, unknown>;
  const steps = path.split('.');
  let inner = copy;
  for (const step of steps.slice(0, -1)) inner = (inner[step] ??= {}) as Record<string, unknown>;
  inner[steps.at(-1) ?? ''] = value;
  return copy;
}

describe('the form of a manifest', () => {
  it('takes every field it has', () => {
    expect(problemPaths(whole)).toEqual([]);
  });

  it('has wrong values on the table for every field', () => {
    const fields = fieldsOf(z.toJSONSchema(manifestSchema) as JsonSchema);
    expect(fields.length).toBeGreaterThan(60);
    const missing = fields.filter((field) => !(field in wrongValues) && !productFields.test(field));
    expect(missing).toEqual([]);
  });

  it.each(Object.entries(wrongValues))('refuses a wrong %s by its path', (path, values) => {
    expect(values.length).toBeGreaterThanOrEqual(2);
    const shown = path.replaceAll(/\.(\d+)/g, '[$1]');
    for (const value of values) {
      const paths = problemPaths(altered(path, value));
      expect(paths, JSON.stringify(value)).toContainEqual(expect.stringContaining(shown));
    }
  });

  it.each([
    '',
    'defaults',
    'defaults.vpc',
    'accounts.prod',
    'accounts.prod.defaults',
    'flowLogs.0',
    'selectors.0',
    'selectors.0.exclude',
    'options',
  ])('refuses an unknown field in "%s"', (place) => {
    const path = place ? `${place}.surprise` : 'surprise';
    expect(problemPaths(altered(path, 1))).toEqual([path.replaceAll(/\.(\d+)/g, '[$1]')]);
  });
});
