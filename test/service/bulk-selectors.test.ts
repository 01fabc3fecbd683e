import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Selector } from '../../workflows/contract/bulk.js';
import { type Service, startService } from './fixtures/service.js';
import { hostile, rowsOf } from './fixtures/scenario.js';
import { destination, requestedBy } from './fixtures/targets.js';

/** Bulks over what selectors find when they start. */

let service: Service;

beforeAll(async () => {
  service = await startService(hostile({ cooldownMs: 0 }));
}, 120_000);

afterAll(() => service.stop());

const prod: Selector = {
  product: 'vpc',
  accounts: 'all',
  regions: ['cn-hangzhou', 'cn-beijing'],
  resourceType: 'VPC',
  coverage: 'missing',
  tags: { env: 'prod' },
  exclude: { tags: { 'flowlog:exclude': '*' } },
  spec: { destination },
};

test('a bulk enables what its selectors mean and nothing else; a second one finds nothing missing', async () => {
  await service.simulator.seed({
    region: 'cn-hangzhou',
    vpcs: [
      { id: 'vpc-prod-1', tags: { env: 'prod' } },
      { id: 'vpc-prod-2', tags: { env: 'prod', 'flowlog:exclude': 'yes' } },
      { id: 'vpc-test-1', tags: { env: 'test' } },
    ],
  });
  await service.simulator.seed({ region: 'cn-beijing', vpcs: [{ id: 'vpc-prod-3', tags: { env: 'prod' } }] });
  const first = await service.flowLogs.bulks.start({ operation: 'enable', selectors: [prod], requestedBy });
  expect(await first.result()).toMatchObject({ end: 'completed', tally: { total: 2, succeeded: 2 }, problems: [] });
  const live = service.simulator.summary().live.map(({ resource }) => resource);
  expect(live.sort()).toEqual(['vpc-prod-1', 'vpc-prod-3']);
  const second = await service.flowLogs.bulks.start({ operation: 'enable', selectors: [prod], requestedBy });
  expect(await second.result()).toMatchObject({ end: 'completed', tally: { total: 0 } });
}, 120_000);

test('a target named beside a selector that finds it too is one target, as it was named', async () => {
  const other = { project: 'named', logStore: 'flow' };
  await service.simulator.seed({ region: 'cn-beijing', vpcs: [{ id: 'vpc-prod-4', tags: { env: 'prod' } }] });
  const target = { product: 'vpc', region: 'cn-beijing', resource: { type: 'VPC', id: 'vpc-prod-4' } };
  const bulk = await service.flowLogs.bulks.start({
    operation: 'enable',
    items: [{ target, spec: { destination: other } }],
    selectors: [prod],
    requestedBy,
  });
  expect(await bulk.result()).toMatchObject({ tally: { total: 1, succeeded: 1 } });
  expect(await rowsOf(service, bulk)).toHaveLength(1);
  const created = service.simulator.journal().find(({ params }) => params['ResourceId'] === 'vpc-prod-4');
  expect(created?.params['ProjectName']).toBe('named');
}, 120_000);
