import type { WorkflowHandle } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { InvalidInputError } from '../../client/index.js';
import type { Selector } from '../../cloud/discovery/selector.js';
import type { DiscoveredResource, ReadRowsReport } from '../../workflows/contract/bulk.js';
import { historyOf, type Service, startService, uid } from './fixtures/service.js';

/** Discovery through real servers: more than fits one payload, from places of which some are dead. */

const regions = ['cn-hangzhou', 'cn-beijing', 'cn-shanghai', 'eu-central-1', 'us-east-1'];
const perRegion = 240;
const destination = { project: 'netlogs', logStore: 'flow' } as const;

let service: Service;
beforeAll(async () => {
  service = await startService({
    simulator: { profile: 'friendly', config: { limits: {}, quotas: {}, regions: [...regions, 'ap-dead-1'] } },
  });
  await service.simulator.seed(
    regions.map((region) => ({
      region,
      vpcs: Array.from({ length: perRegion }, (_, index) => ({
        id: `vpc-${region}-${index}`,
        name: `network ${index} of ${region}`,
        tags: { env: index % 2 === 0 ? 'prod' : 'test' },
      })),
      flowLogs: Array.from({ length: 60 }, (_, index) => ({
        product: 'vpc' as const,
        resource: { type: 'VPC' as const, id: `vpc-${region}-${index}` },
        status: index % 3 === 0 ? 'Inactive' : 'Active',
        destination,
      })),
    })),
  );
}, 120_000);
afterAll(() => service.stop());

const selector: Selector = {
  product: 'vpc',
  accounts: 'all',
  regions: 'all',
  resourceType: 'VPC',
  coverage: 'missing',
  spec: { destination },
};

describe('discoverFlowLogs', () => {
  test('finds 1,200 resources in five regions, each once, and says which region is dead', async () => {
    service.simulator.faults([{ region: 'ap-dead-1', effect: 'reset' }]);
    const found = await service.flowLogs.discover({ selectors: [selector] });
    const rows: DiscoveredResource[] = [];
    for await (const row of found) rows.push(row);
    expect(new Set(rows.map(({ target }) => JSON.stringify(target))).size).toBe(regions.length * perRegion);
    expect(rows).toHaveLength(1_200);
    expect(found.report).toMatchObject({
      found: 1_200,
      byCoverage: { covered: 200, inactive: 100, missing: 900 },
      leftOut: {},
      problems: [{ product: 'vpc', accountId: uid, region: 'ap-dead-1', code: 'ConnectionReset' }],
    });
    expect(found.report.apiCalls).toBe(service.simulator.journal().length);
    const changes = service.simulator.journal().filter(({ action }) => !/^(Describe|List|Get)/.test(action ?? ''));
    expect(changes).toEqual([]);
  });

  test('reads through pages that each fit one payload', async () => {
    const { report } = await service.flowLogs.discover({ selectors: [{ ...selector, tags: { env: 'prod' } }] });
    expect(report).toMatchObject({ found: 600, leftOut: { 'not-matching': 600 } });
    const [run] = await service.query<{ rows: string }>('select count(*) as rows from flowlog.rows where run = $1', [
      report.rows,
    ]);
    expect(Number(run?.rows)).toBe(600);
    const sizes: number[] = [];
    for (let after: number | undefined = 0; after !== undefined;) {
      const handle: WorkflowHandle = await service.client.workflow.start('readRows', {
        workflowId: `read-${after}`,
        taskQueue: 'flow-log',
        args: [{ rows: report.rows, after }],
      });
      const page = (await handle.result()) as ReadRowsReport;
      after = page.next;
      const events = await historyOf(service.client, handle.workflowId);
      const payloads = events.flatMap(
        ({ workflowExecutionCompletedEventAttributes: end }) => end?.result?.payloads ?? [],
      );
      sizes.push(...payloads.map(({ data }) => data?.length ?? 0));
    }
    expect(sizes.length).toBeGreaterThan(1);
    expect(Math.max(...sizes)).toBeLessThan(200_000);
  });

  test('refuses what is wrong, all at once, at the door of the client and again at its own', async () => {
    const wrong = { selectors: [{ ...selector, resourceType: 'EcrVbr', ids: [], tags: {} }] } as never;
    const refused: unknown = await service.flowLogs.discover(wrong).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(InvalidInputError);
    expect((refused as InvalidInputError).problems.map(({ path }) => path).sort()).toEqual([
      'selectors[0].ids',
      'selectors[0].resourceType',
      'selectors[0].tags',
    ]);
    const direct = service.client.workflow.execute('discoverFlowLogs', {
      workflowId: 'discover-wrong',
      taskQueue: 'flow-log',
      args: [wrong],
    });
    await expect(direct).rejects.toMatchObject({ cause: { type: 'InvalidInput' } });
  });

  test('stops when it is asked to', async () => {
    service.simulator.faults([{ effect: 'timeout' }]);
    const signal = AbortSignal.timeout(1_500);
    const began = performance.now();
    await expect(service.flowLogs.discover({ selectors: [selector] }, signal)).rejects.toThrow();
    expect(performance.now() - began).toBeLessThan(15_000);
    service.simulator.faults([]);
  });
});
