import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ClosableCloudClient } from '../../cloud/call/client.js';
import { discover } from '../../cloud/discovery/discover.js';
import { EmptySelectors } from '../../cloud/discovery/empty.js';
import { places, regionsFrom } from '../../cloud/discovery/places.js';
import type { Selector } from '../../cloud/discovery/selector.js';
import type { Product } from '../../cloud/flow-log.js';
import { survey, type Finding, type SurveyDeps } from '../../cloud/discovery/survey.js';
import { resourceIdOf } from '../../cloud/target.js';
import { startSimulator, type Simulator } from '../../simulator/index.js';
import { accountId, netlogs, owner, region, selectorOf, world } from './fixtures/discovery-world.js';
import { clientOf } from './fixtures/wire-server.js';

/** Selectors over many accounts and regions: each place once, several at a time, and a bad place harms no other. */

const second = '2000000000000002';
const regions = ['cn-hangzhou', 'cn-beijing', 'eu-central-1', 'us-east-1'];

let simulator: Simulator;
let cloud: ClosableCloudClient;
/** Soon gives up on what never answers. On a busy machine that may be an answer under way, too: calls counted one by one are not sent by it. */
let hasty: ClosableCloudClient;
beforeAll(async () => {
  simulator = await startSimulator({ profile: 'friendly', config: { limits: {}, quotas: {}, regions } });
  cloud = clientOf(simulator, { readTimeoutMs: 10_000 });
  hasty = clientOf(simulator, { readTimeoutMs: 150 });
});
beforeEach(async () => {
  await simulator.reset();
  await simulator.seed([
    world,
    {
      accounts: [{ uid: second, accessKeys: [{ id: `AK${second}`, secret: `SK${second}` }] }],
      accountId: second,
      region: 'cn-beijing',
      vpcs: [{ id: 'vpc-second' }],
      cens: [{ id: 'cen-s' }],
      transitRouters: [{ id: 'tr-s', cenId: 'cen-s', region: 'us-east-1' }],
    },
    { region: 'cn-beijing', vpcs: [{ id: 'vpc-north' }] },
    { region: 'eu-central-1', vpcs: [{ id: 'vpc-west' }] },
  ]);
});
afterAll(async () => {
  cloud.close();
  hasty.close();
  await simulator.close();
});

const everywhere: Partial<Selector> = { accounts: 'all', regions: 'all' };
async function found(selectors: readonly Selector[], more: Partial<SurveyDeps> = {}) {
  const findings: Finding[] = [];
  const deps = { cloud, owner, accountIds: [accountId, second], ...more };
  for await (const finding of survey(deps, selectors)) findings.push(finding);
  const resources = findings.flatMap((finding) => finding.resources);
  const ids = resources.map(({ target }) => resourceIdOf(target)).sort();
  return { findings, resources, ids, problems: findings.flatMap((finding) => finding.problems) };
}
const callsOf = (action: string) => simulator.journal().filter((call) => call.action === action);
const allVpcs = ['vpc-astray', 'vpc-bare', 'vpc-logged', 'vpc-lost', 'vpc-north', 'vpc-off', 'vpc-second', 'vpc-west'];

describe('places', () => {
  const where = {
    accountIds: [accountId, second],
    regionsOf: (product: Product, uid: string) => regionsFrom(cloud)(product, uid),
  };
  it('are accounts times regions, each once', async () => {
    const selector = selectorOf('VPC', { accounts: [second, second], regions: ['b', 'a', 'b'] });
    expect(await places(selector, where)).toEqual({
      places: ['b', 'a'].map((name) => ({ product: 'vpc', accountId: second, region: name })),
      problems: [],
    });
  });
  it('of all regions are those the cloud names, asked once an account', async () => {
    const { places: all } = await places(selectorOf('VPC', everywhere), where);
    expect(all).toHaveLength(2 * regions.length);
    expect(callsOf('DescribeRegions')).toHaveLength(2);
  });
  it('of transit routers are where there are any', async () => {
    const { places: all } = await places(selectorOf('TransitRouter', everywhere), where);
    expect(all.map(({ accountId: uid, region: name }) => `${uid} ${name}`)).toEqual([
      `${accountId} cn-hangzhou`,
      `${accountId} cn-beijing`,
      `${second} us-east-1`,
    ]);
  });
  it('of a product without regions are the accounts', async () => {
    const { places: all } = await places(selectorOf('EcrVbr', everywhere), where);
    expect(all).toEqual([accountId, second].map((uid) => ({ product: 'ecr', accountId: uid })));
  });
  it('of an account the worker does not have are a problem, not a failure', async () => {
    const { problems } = await places(selectorOf('VPC', { accounts: ['9', second] }), where);
    expect(problems).toMatchObject([{ accountId: '9', code: 'UnknownAccount' }]);
  });
  it('misspelt are told with the one that the account has, and looked at no more; the others are', async () => {
    const selector = selectorOf('VPC', { regions: ['cn-beijin', 'cn-hangzhou', 'nowhere-near'] });
    const { places: all, problems } = await places(selector, where);
    expect(all.map(({ region: name }) => name)).toEqual(['cn-hangzhou', 'nowhere-near']);
    expect(problems).toMatchObject([
      {
        region: 'cn-beijin',
        code: 'UnknownRegion',
        message: expect.stringContaining('did you mean cn-beijing?') as string,
      },
    ]);
  });
  it('that are well known are not looked up', async () => {
    await places(selectorOf('VPC', { regions: ['cn-hangzhou', 'cn-nanjing'] }), where);
    expect(callsOf('DescribeRegions')).toEqual([]);
  });
  it('are learned in another region where the first one is away', async () => {
    simulator.faults([{ action: 'DescribeRegions', count: 2, effect: 'reset' }]);
    const { places: all } = await places(selectorOf('VPC', { regions: 'all' }), where);
    expect(all).toHaveLength(regions.length);
  });
});

describe('a survey', () => {
  it('finds everything of all accounts and regions, each once', async () => {
    const { ids, problems } = await found([selectorOf('VPC', everywhere)]);
    expect(ids).toEqual(allVpcs);
    expect(problems).toEqual([]);
  });

  it('reads a place once, however many selectors look there', async () => {
    const { findings } = await found([selectorOf('VPC'), selectorOf('VSwitch'), selectorOf('VPC', { name: 'f*' })]);
    expect(findings).toHaveLength(1);
    for (const action of ['DescribeVpcs', 'DescribeVSwitches', 'DescribeFlowLogs'])
      expect(callsOf(action)).toHaveLength(1);
    expect(findings[0]?.apiCalls).toBe(simulator.journal().length);
  });

  it('gives what several selectors find to the first that means it', async () => {
    const { resources } = await found([
      selectorOf('VPC', { coverage: 'inactive' }),
      selectorOf('VPC', { coverage: 'missing' }),
    ]);
    expect(resources).toHaveLength(5);
    const by = resources.map(({ target, selector }) => [resourceIdOf(target), selector]);
    expect(Object.fromEntries(by)).toMatchObject({ 'vpc-bare': 1, 'vpc-off': 0, 'vpc-logged': 0 });
  });

  it('tells which selectors match nothing, but of none that another finds the same as, and of none that could not look everywhere', async () => {
    simulator.faults([{ region: 'eu-central-1', effect: 'code', code: 'Forbidden.RAM', status: 403 }]);
    const selectors = [
      selectorOf('VPC'),
      // Found already by the first.
      selectorOf('VPC', { ids: ['vpc-bare'] }),
      selectorOf('VPC', { name: 'no-such-*' }),
      selectorOf('VPC', { name: 'no-such-*', regions: [region, 'eu-central-1'] }),
      selectorOf('VPC', { name: 'no-such-*', accounts: [accountId, '9'] }),
      // Everything it matches is covered: it matches something.
      selectorOf('VPC', { ids: ['vpc-logged'], coverage: 'missing' }),
      selectorOf('VPC', { ids: ['vpc-gone'] }),
    ];
    const empty = new EmptySelectors(selectors.length);
    const { findings } = await found(selectors);
    for (const finding of findings) empty.add(finding);
    expect(empty.all).toEqual([2, 6]);
  });

  it('goes on where a region is dead, and says so of that one', async () => {
    simulator.faults([{ region: 'cn-beijing', effect: 'timeout' }]);
    const { ids, problems } = await found([selectorOf('VPC', everywhere)], { cloud: hasty, placeTimeoutMs: 6_000 });
    expect(ids).toEqual(allVpcs.filter((id) => !['vpc-north', 'vpc-second'].includes(id)));
    expect(problems).toHaveLength(2);
    for (const problem of problems) expect(problem).toMatchObject({ region: 'cn-beijing', code: 'ReadTimeout' });
  });

  it('gives a place no more than its time, however often it is told to be slower', async () => {
    simulator.faults([
      { region: 'cn-beijing', effect: 'code', code: 'Throttling.User', status: 400, retryAfterMs: 200 },
    ]);
    const began = performance.now();
    const { ids, problems } = await found([selectorOf('VPC', { regions: ['cn-beijing', region] })], {
      placeTimeoutMs: 700,
    });
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(ids).toHaveLength(5);
    expect(problems).toMatchObject([{ region: 'cn-beijing', code: 'PlaceTimeout' }]);
    expect(problems[0]?.message).toContain('Throttling.User');
  });

  it('goes on where an account is denied', async () => {
    await simulator.revoke({ accountId: second });
    const { ids, problems } = await found([selectorOf('VPC', everywhere)], { placeTimeoutMs: 2_000 });
    expect(ids).toEqual(allVpcs.filter((id) => id !== 'vpc-second'));
    expect(problems).toMatchObject([{ accountId: second }]);
  });

  it('waits out a throttled call and an unclear answer', async () => {
    simulator.faults([
      { action: 'DescribeVpcs', count: 2, effect: 'code', code: 'Throttling.User', status: 400, retryAfterMs: 100 },
      { action: 'DescribeFlowLogs', count: 1, effect: 'reset' },
    ]);
    const { ids, problems } = await found([selectorOf('VPC')]);
    expect([ids.length, problems]).toEqual([5, []]);
  });

  it('takes a place without flow logs for no failure, and what is there for unsupported', async () => {
    simulator.faults([
      { action: 'DescribeFlowLogs', effect: 'code', code: 'OperationUnsupported.action', status: 400 },
    ]);
    const { resources, problems } = await found([selectorOf('VPC')]);
    expect(new Set(resources.map(({ coverage }) => coverage))).toEqual(new Set(['unsupported']));
    expect(resources).toHaveLength(5);
    expect(problems).toMatchObject([{ code: 'OperationUnsupported.action', unsupported: true }]);
  });

  it('takes a place where even the networks are unsupported for no failure too', async () => {
    simulator.faults([{ product: 'ecr', effect: 'code', code: 'UnsupportedRegion', status: 400 }]);
    const { resources, problems } = await found([selectorOf('EcrVbr')]);
    expect(resources).toEqual([]);
    expect(problems).toMatchObject([{ product: 'ecr', unsupported: true }]);
  });

  it('reads eight places at a time and no more', async () => {
    const many = Array.from({ length: 20 }, (_, index) => `region-${index}`);
    simulator.faults([{ latencyMs: 30 }]);
    let [now, most] = [0, 0];
    const counting: SurveyDeps['cloud'] = {
      call: async (request, options) => {
        most = Math.max(most, ++now);
        return cloud.call(request, options).finally(() => now--);
      },
    };
    const { findings } = await found([selectorOf('VPC', { regions: many })], { cloud: counting });
    expect(findings.filter(({ resources }) => resources.length === 0)).toHaveLength(20);
    expect(most).toBe(8);
  });

  it('ends at once when it is cancelled', async () => {
    simulator.faults([{ effect: 'timeout' }]);
    const signal = AbortSignal.timeout(100);
    const began = performance.now();
    await expect(found([selectorOf('VPC', everywhere)], { signal })).rejects.toThrow();
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  it('knows its own flow logs from others by their tags', async () => {
    const selector = selectorOf('VPC', {
      ids: ['vpc-logged'],
      spec: { destination: { ...netlogs, project: 'other' } },
    });
    const { resources } = await discover({ cloud, owner }, selector, { product: 'vpc', accountId, region });
    expect(resources).toMatchObject([{ coverage: 'misconfigured', flowLogIds: ['fl-logged'] }]);
  });
});
