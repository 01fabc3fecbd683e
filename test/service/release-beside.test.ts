import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openAuditor } from '../../audit/index.js';
import { workflowIdOf } from '../../cloud/target.js';
import type { Program } from '../../local/program.js';
import { startReleasedWorker } from '../release/worker.js';
import { freshNamespace } from './fixtures/servers.js';
import { type Service, startService } from './fixtures/service.js';
import { committed, destination, productsUnderTest, requestedBy, type ProductUnderTest } from './fixtures/targets.js';

/**
 * Workers are replaced one by one: for a while that of the last release works beside the new one, in the same account, on the database that the new one has
 * migrated. Here each has a namespace of its own, so that it is known whose workflow it was.
 */

const release = '0.1.0-rc.1';

let service: Service;
let released: Program;
let ofReleased: Client;
beforeAll(async () => {
  service = await startService({
    simulator: {
      profile: 'friendly',
      config: { limits: {}, quotas: {}, progression: { mode: 'time', activationMs: 500, settleMs: 200 } },
    },
  });
  const namespace = await freshNamespace();
  const address = service.env['TEMPORAL_ADDRESS']!;
  released = await startReleasedWorker(release, { ...service.env, TEMPORAL_NAMESPACE: namespace });
  ofReleased = new Client({ connection: await Connection.connect({ address }), namespace });
}, 300_000);
afterAll(async () => {
  await released?.kill();
  await ofReleased?.connection.close();
  await service?.stop();
});

/** As a caller in any language asks: that contract holds for both. */
const enable = (client: Client, { target }: ProductUnderTest, name: string) =>
  client.workflow.execute('enableFlowLog', {
    taskQueue: 'flow-log',
    workflowId: workflowIdOf(target(name) as never),
    args: [{ target: target(name), spec: { destination }, requestedBy }],
  }) as Promise<{ outcome: string; flowLogId: string }>;

test(`the worker of ${release} enables flow logs beside the current one, and each finds what the other made`, async () => {
  const made = await Promise.all(
    productsUnderTest.map(async (product) => {
      const [old, current] = await Promise.all([
        enable(ofReleased, product, 'old'),
        enable(service.client, product, 'current'),
      ]);
      expect([old.outcome, current.outcome]).toEqual(['created', 'created']);
      return { product, old, current };
    }),
  );
  for (const { product, old, current } of made) {
    const again = await Promise.all([enable(service.client, product, 'old'), enable(ofReleased, product, 'current')]);
    expect(again).toMatchObject([
      { outcome: 'unchanged', flowLogId: old.flowLogId },
      { outcome: 'unchanged', flowLogId: current.flowLogId },
    ]);
    expect(committed(service.simulator.journal(), product.product, product.create)).toHaveLength(2);
  }
});

test('one target asked of both at once has one flow log, and the record of both is whole', async () => {
  const [product] = productsUnderTest as unknown as [ProductUnderTest];
  const ends = await Promise.all([enable(ofReleased, product, 'both'), enable(service.client, product, 'both')]);
  expect(new Set(ends.map(({ flowLogId }) => flowLogId)).size).toBe(1);
  expect(ends.map(({ outcome }) => outcome)).toContain('created');
  const creates = committed(service.simulator.journal(), product.product, product.create);
  expect(creates.filter(({ params }) => params['ResourceId'] === product.resource('both'))).toHaveLength(1);
  const builds = await service.query<{ build: string }>(
    "select distinct body::json ->> 'workerBuild' as build from ledger.entries where body::json ->> 'workerBuild' is not null",
  );
  expect(builds.map(({ build }) => build.split(' on ')[0])).toContain('flowlog 0.1.0');
  expect(builds.length).toBeGreaterThan(1);
  const auditor = await openAuditor({ databaseUrl: service.env['DATABASE_URL']! });
  expect(await auditor.verify()).toMatchObject({ ok: true });
  await auditor.close();
});
