import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import type { ClosableCloudClient } from '../../cloud/call/client.js';
import { discover } from '../../cloud/discovery/discover.js';
import { isMeant, coverages, type ResourceType, type Selector } from '../../cloud/discovery/selector.js';
import { products } from '../../cloud/products/products.js';
import { resourceIdOf } from '../../cloud/target.js';
import { startSimulator, type Simulator } from '../../simulator/index.js';
import { accountId, netlogs, owner, region, selectorOf, world } from './fixtures/discovery-world.js';
import { clientOf } from './fixtures/wire-server.js';

/** Resources and their coverage: every type of resource, every class of coverage, every filter, every reason to leave out. */

let simulator: Simulator;
let cloud: ClosableCloudClient;
beforeAll(async () => {
  simulator = await startSimulator({ profile: 'friendly', config: { limits: {}, quotas: {} } });
  cloud = clientOf(simulator);
  await simulator.seed(world);
});
afterAll(async () => {
  cloud.close();
  await simulator.close();
});

const find = (selector: Selector) => {
  const { product } = selector;
  const place = { product, accountId, ...omitUndefined({ region: products[product].central ? undefined : region }) };
  return discover({ cloud, owner }, selector, place);
};
const stands = async (resourceType: ResourceType, more: Partial<Selector> = {}) => {
  const { resources, leftOut } = await find(selectorOf(resourceType, more));
  const found = resources.map(({ target, coverage }) => [resourceIdOf(target), coverage]);
  return { found: Object.fromEntries(found) as Record<string, string>, leftOut };
};

describe('every type of resource is found, with how it stands', () => {
  it.each([
    {
      type: 'VPC',
      found: {
        'vpc-bare': 'missing',
        'vpc-logged': 'covered',
        'vpc-off': 'inactive',
        'vpc-lost': 'undelivered',
        'vpc-astray': 'misconfigured',
      },
      leftOut: { 'not-available': 1 },
    },
    {
      type: 'VSwitch',
      found: {
        'vsw-bare': 'missing',
        'vsw-own': 'covered',
        'vsw-below': 'inherited',
        // A flow log that is inactive, or that records elsewhere, covers no resource.
        'vsw-below-off': 'missing',
        'vsw-below-astray': 'missing',
      },
      leftOut: { 'not-owned': 1 },
    },
    {
      type: 'NetworkInterface',
      found: { 'eni-bare': 'missing', 'eni-below-vsw': 'inherited', 'eni-below-vpc': 'inherited' },
      leftOut: { 'service-managed': 1, 'not-available': 1 },
    },
    {
      type: 'TransitRouter',
      found: { 'tr-1': 'missing', 'tr-2': 'covered' },
      leftOut: { 'basic-router': 1, 'not-available': 1 },
    },
    {
      type: 'VpcAttachment',
      found: { 'tr-attach-vpc': 'covered', 'tr-attach-vpc2': 'missing' },
      leftOut: { 'basic-router': 1, 'not-available': 1 },
    },
    { type: 'VbrAttachment', found: { 'tr-attach-vbr': 'missing' }, leftOut: {} },
    { type: 'VpnAttachment', found: { 'tr-attach-vpn': 'missing' }, leftOut: {} },
    { type: 'PeerAttachment', found: { 'tr-attach-peer': 'missing' }, leftOut: {} },
    { type: 'EcrAttachment', found: { 'tr-attach-ecr': 'missing' }, leftOut: {} },
    { type: 'EcrVbr', found: { 'vbr-1': 'missing', 'vbr-2': 'inactive' }, leftOut: { 'not-available': 2 } },
  ] as const)('$type', async ({ type, found, leftOut }) => {
    expect(await stands(type)).toEqual({ found, leftOut });
  });

  it('as targets that operations take, with names, tags and the flow logs on them', async () => {
    const { resources } = await find(selectorOf('VPC', { ids: ['vpc-logged'] }));
    expect(resources).toEqual([
      {
        target: { product: 'vpc', accountId, region, resource: { type: 'VPC', id: 'vpc-logged' } },
        resourceType: 'VPC',
        coverage: 'covered',
        name: 'front-2',
        resourceGroupId: 'rg-default',
        tags: { env: 'prod', 'flowlog:exclude': 'yes' },
        flowLogIds: ['fl-logged'],
        selector: 0,
      },
    ]);
    const [attachment] = (await find(selectorOf('PeerAttachment'))).resources;
    expect(attachment?.target).toEqual({
      product: 'cen',
      accountId,
      region,
      resource: { cenId: 'cen-1', transitRouterId: 'tr-1', transitRouterAttachmentId: 'tr-attach-peer' },
    });
    const [vbr] = (await find(selectorOf('EcrVbr'))).resources;
    expect(vbr?.target).toEqual({ product: 'ecr', accountId, resource: { ecrId: 'ecr-1', instanceId: 'vbr-1' } });
  });

  it('what covers it is named', async () => {
    const { resources } = await find(selectorOf('NetworkInterface'));
    const below = resources.map(({ target, below }) => [resourceIdOf(target), below]);
    expect(Object.fromEntries(below)).toEqual({
      'eni-bare': undefined,
      'eni-below-vsw': 'vsw-own',
      'eni-below-vpc': 'vpc-logged',
    });
  });
});

describe('coverage is measured against what is wished', () => {
  it.each([
    { reason: 'nothing is wished: any flow log will do', spec: undefined, is: 'covered' },
    { reason: 'another project', spec: { destination: { ...netlogs, project: 'other' } }, is: 'misconfigured' },
    {
      reason: 'another interval',
      spec: { destination: netlogs, aggregationIntervalSeconds: 60 },
      is: 'misconfigured',
    },
    {
      reason: 'templates are filled in for each target',
      spec: { destination: { project: 'net{product}', logStore: 'flow' } },
      is: 'misconfigured',
    },
    {
      reason: 'templates that come to the same',
      spec: { destination: { project: 'netlogs', logStore: 'flow' }, trafficType: 'All' },
      is: 'covered',
    },
  ])('$reason', async ({ spec, is }) => {
    const selector = selectorOf('VPC', { ids: ['vpc-logged'] });
    const { resources } = await find({ ...selector, ...(spec ? { spec } : { spec: {} }) });
    expect(resources[0]?.coverage).toBe(is);
  });

  it('an account of its own may wish for something else', async () => {
    const other = { destination: { project: 'other', logStore: 'flow' } };
    const { found } = await stands('VPC', { ids: ['vpc-logged'], specByAccount: { [accountId]: other } });
    expect(found).toEqual({ 'vpc-logged': 'misconfigured' });
  });

  it('a VPC that records elsewhere than wished covers nothing below it', async () => {
    const spec = { destination: { project: 'other', logStore: 'flow' } };
    expect((await stands('VSwitch', { ids: ['vsw-below'], spec })).found).toEqual({ 'vsw-below': 'missing' });
  });
});

describe('filters', () => {
  it.each([
    { reason: 'ids', more: { ids: ['vpc-off', 'vpc-none'] }, found: ['vpc-off'] },
    { reason: 'a glob', more: { name: 'back-?' }, found: ['vpc-off', 'vpc-lost', 'vpc-astray'] },
    { reason: 'a glob fits the whole name', more: { name: 'back' }, found: [] },
    { reason: 'a glob is no pattern', more: { name: 'back.1' }, found: [] },
    { reason: 'a star', more: { name: 'f*t-*' }, found: ['vpc-bare', 'vpc-logged'] },
    { reason: 'a resource group', more: { resourceGroupId: 'rg-a' }, found: ['vpc-bare'] },
    { reason: 'a tag', more: { tags: { env: 'prod' } }, found: ['vpc-bare', 'vpc-logged'] },
    { reason: 'a tag of any value', more: { tags: { env: '*' } }, found: ['vpc-bare', 'vpc-logged', 'vpc-off'] },
    { reason: 'all that is given has to hold', more: { tags: { env: '*' }, name: 'back-*' }, found: ['vpc-off'] },
    {
      reason: 'what is excluded',
      more: { tags: { env: 'prod' }, exclude: { tags: { 'flowlog:exclude': '*' } } },
      found: ['vpc-bare'],
    },
    {
      reason: 'an exclusion of several things excludes what has all of them',
      more: { tags: { env: 'prod' }, exclude: { tags: { 'flowlog:exclude': '*' }, name: 'back-*' } },
      found: ['vpc-bare', 'vpc-logged'],
    },
  ])('$reason', async ({ more, found }) => {
    expect(Object.keys((await stands('VPC', more)).found)).toEqual(found);
  });

  it('say how many they left out', async () => {
    const more = { tags: { env: 'prod' }, exclude: { tags: { 'flowlog:exclude': '*' } } };
    expect((await stands('VPC', more)).leftOut).toEqual({ 'not-matching': 4, excluded: 1 });
  });

  it('a virtual border router has its own tags, and those of its router', async () => {
    expect((await stands('EcrVbr', { tags: { team: 'wan' } })).found).toEqual({
      'vbr-1': 'missing',
      'vbr-2': 'inactive',
    });
    expect((await stands('EcrVbr', { tags: { env: 'test' } })).found).toEqual({ 'vbr-1': 'missing' });
    expect((await stands('EcrVbr', { name: 'line-*' })).found).toEqual({ 'vbr-1': 'missing' });
    expect((await stands('EcrVbr', { exclude: { tags: { env: 'prod' } } })).found).toEqual({ 'vbr-1': 'missing' });
  });
});

describe('what is meant', () => {
  const meant = (coverage: Selector['coverage'], inherited?: boolean) =>
    coverages.filter((found) => isMeant({ coverage, ...omitUndefined({ inherited }) }, found));
  it.each([
    { coverage: 'missing', meant: ['missing'] },
    { coverage: 'inactive', meant: ['inactive'] },
    { coverage: 'undelivered', meant: ['undelivered'] },
    { coverage: 'misconfigured', meant: ['misconfigured'] },
    { coverage: 'all', meant: ['covered', 'missing', 'inactive', 'undelivered', 'doubled', 'misconfigured'] },
  ] as const)('of coverage $coverage', ({ coverage, meant: expected }) => {
    expect(meant(coverage)).toEqual(expected);
  });
  it('what is inherited, only where that is asked for, and as if it were missing', () => {
    expect(meant('missing', true)).toEqual(['missing', 'inherited']);
    expect(meant('inactive', true)).toEqual(['inactive']);
    expect(meant('all', true)).toContain('inherited');
  });
});
