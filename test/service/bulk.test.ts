import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import type { BulkItemRequest } from '../../client/index.js';
import { digestOf, uploadManifest } from '../../client/bulks/manifest-store.js';
import type { ResourceTarget } from '../../cloud/flow-log.js';
import { workflowIdOf } from '../../cloud/target.js';
import type { BulkItem } from '../../workflows/contract/bulk.js';
import { taskQueues } from '../../workflows/contract/operation.js';
import { type Service, historyOf, startService } from './fixtures/service.js';
import { hostile, rowsOf } from './fixtures/scenario.js';
import { destination, productsUnderTest, requestedBy, vpc } from './fixtures/targets.js';

/** A bulk on real servers: every target exactly once, and in exactly one row. */

let service: Service;

beforeAll(async () => {
  service = await startService(hostile({ cooldownMs: 0 }));
}, 120_000);

afterAll(() => service.stop());

const regions = ['cn-hangzhou', 'cn-beijing', 'cn-shanghai'];

/** Targets of every product, spread over regions. */
const items = (word: string, count: number): BulkItemRequest[] =>
  Array.from({ length: count }, (_, index): BulkItemRequest => {
    const product = productsUnderTest[index % productsUnderTest.length];
    if (!product) throw new Error('no product');
    const target = product.target(`${word}${index}`);
    const region = regions[Math.floor(index / productsUnderTest.length) % regions.length];
    return {
      target: { ...target, ...omitUndefined({ region: target.region && region ? region : undefined }) },
      spec: { destination },
    };
  });

describe('a bulk', () => {
  test('enables every target exactly once, and reports each in one row', { timeout: 240_000 }, async () => {
    const all = items('many', 90);
    const handle = await service.flowLogs.bulks.start({ operation: 'enable', items: all, requestedBy });
    const report = await handle.result();
    expect(report).toMatchObject({ end: 'completed', tally: { total: 90, succeeded: 90 } });
    const rows = await rowsOf(service, handle);
    expect(rows.map(({ ordinal }) => ordinal)).toEqual(Array.from({ length: 90 }, (_, index) => index + 1));
    expect(new Set(rows.map(({ workflowId }) => workflowId)).size).toBe(90);
    expect(
      rows.every(({ state, outcome, flowLogId }) => state === 'succeeded' && outcome === 'created' && flowLogId),
    ).toBe(true);
    const live = service.simulator.summary().live;
    expect(live).toHaveLength(90);
    expect(service.simulator.summary().madeMoreThanOnce).toEqual([]);
  });

  test('looks at no target by itself once the scan of its scope is there, and still puts each look on the record', async () => {
    const all = ['first', 'second', 'third'].map((name) => vpc.target(name) as ResourceTarget);
    const wanted = all.map((target) => ({ target, spec: { destination } }));
    const request = { operation: 'enable', items: wanted, requestedBy, options: { window: 1 } } as const;
    await (await service.flowLogs.bulks.start(request)).result();
    const looks = all.map(async (target) => {
      const history = await historyOf(service.client, workflowIdOf(target));
      const scheduled = history.map((event) => event.activityTaskScheduledEventAttributes?.activityType?.name);
      return scheduled.filter(Boolean);
    });
    const changes = ['create', 'waitUntilSettled'];
    expect(await Promise.all(looks)).toEqual([['observe', ...changes], changes, changes]);
    const recorded = await service.query<{ kinds: string }>(
      `select string_agg(kind, ' ' order by seq) as kinds from ledger.entries where workflow_id = any($1) group by workflow_id`,
      [all.map((target) => workflowIdOf(target))],
    );
    expect(recorded.map(({ kinds }) => kinds)).toEqual(all.map(() => 'opened intent outcome closed'));
  });

  test('stands behind what is asked for one target: its pages and operations have a lower priority', async () => {
    const [ofBulk, single] = ['behind', 'before'].map((name) => vpc.target(name) as ResourceTarget);
    if (!ofBulk || !single) throw new Error('no targets');
    const items: BulkItemRequest[] = [{ target: ofBulk, spec: { destination } }];
    const bulk = await service.flowLogs.bulks.start({ operation: 'enable', items, requestedBy });
    await bulk.result();
    await (await service.flowLogs.enable({ target: single, spec: { destination }, requestedBy })).result();
    const priorityOf = async (workflowId: string) => {
      const [started] = await historyOf(service.client, workflowId);
      return started?.workflowExecutionStartedEventAttributes?.priority?.priorityKey ?? 0;
    };
    expect(await priorityOf(workflowIdOf(ofBulk))).toBe(4);
    // None of its own is Temporal's default.
    expect(await priorityOf(workflowIdOf(single))).toBe(0);
    const pages = (await historyOf(service.client, bulk.workflowId)).flatMap(
      ({ startChildWorkflowExecutionInitiatedEventAttributes: page }) => (page ? [page.priority?.priorityKey] : []),
    );
    expect(pages).toEqual([4]);
  });

  test('names the digest of its manifest in its own row of the ledger and in that of each operation', async () => {
    const all = items('named', 3);
    const handle = await service.flowLogs.bulks.start({ operation: 'enable', items: all, requestedBy });
    await handle.result();
    const named = await service.query<{ type: string; digest: string }>(
      `select body::json ->> 'workflowType' as type, body::json ->> 'manifestDigest' as digest from ledger.entries
       where kind = 'opened' and (run_id = $1 or body::json ->> 'bulk' = $1) order by 1`,
      [handle.runId],
    );
    const [started] = await historyOf(service.client, handle.workflowId);
    const [asked] = started?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
    const { items: sent } = JSON.parse(Buffer.from(asked?.data ?? '').toString()) as { items: BulkItem[] };
    const digest = digestOf(sent);
    expect(named).toEqual(
      ['bulkFlowLogs', 'enableFlowLog', 'enableFlowLog', 'enableFlowLog'].map((type) => ({ type, digest })),
    );
  });

  test('of a manifest that was stored for another operation is refused as a whole, at once', async () => {
    const pages = [{ target: vpc.target('stored1') }, { target: vpc.target('stored2') }] as BulkItem[];
    const start = (operation: string, name: string) =>
      service.client.workflow.execute('bulkFlowLogs', {
        taskQueue: taskQueues.workflows,
        workflowId: `flow-log-bulk/${name}`,
        args: [
          {
            operation,
            manifest: { sha256: digestOf(pages), items: pages.length },
            requestedBy,
            options: { expect: pages.length },
          },
        ],
      });
    const store = (operation: 'disable' | 'delete') => uploadManifest(service.client, 'temporal', operation, pages);
    await store('disable');
    const sent = service.simulator.journal().length;
    const refusal: unknown = await start('delete', 'stored-for-another').catch((error: unknown) => error);
    expect(refusal).toMatchObject({ cause: { type: 'InvalidInput', nonRetryable: true } });
    expect((refusal as Error).cause).toMatchObject({
      message: expect.stringMatching(
        /was stored for disable, and cannot be used for delete; nothing was started/,
      ) as string,
    });
    expect(service.simulator.journal()).toHaveLength(sent);
    await store('delete');
    expect(await start('delete', 'stored-for-both')).toMatchObject({ end: 'completed', tally: { total: 2 } });
    expect(await start('disable', 'stored-first')).toMatchObject({ tally: { total: 2 } });
  });
});
