import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClosableCloudClient } from '../../cloud/call/client.js';
import type { ChangeVerb, ResourceTarget } from '../../cloud/flow-log.js';
import { actionNamed } from '../../cloud/products/products.js';
import { changeRequest } from '../../cloud/lists/wire.js';
import { startSimulator, type Simulator } from '../../simulator/index.js';
import { seedErrors } from './fixtures/seed-errors.js';
import { clientOf, cloudErrorOf } from './fixtures/wire-server.js';

const accountId = '1000000000000001';
const targets: Readonly<Record<string, ResourceTarget>> = {
  vpc: { product: 'vpc', accountId, region: 'cn-hangzhou', resource: { type: 'VPC', id: 'vpc-1' } },
  cen: { product: 'cen', accountId, region: 'cn-hangzhou', resource: { cenId: 'cen-1', transitRouterId: 'tr-1' } },
  ecr: { product: 'ecr', accountId, resource: { ecrId: 'ecr-1', instanceId: 'vbr-1' } },
};
const spec = { destination: { project: 'netlogs', logStore: 'flow' } };

describe('each error of the documents, answered by the simulator at that very action', () => {
  let simulator: Simulator;
  let client: ClosableCloudClient;
  beforeAll(async () => {
    simulator = await startSimulator();
    client = clientOf(simulator);
  });
  afterAll(async () => {
    client.close();
    await simulator.close();
  });

  it.each(seedErrors)('$product $action: $code', async ({ product, action, code, message, kind }) => {
    simulator.faults([{ product, action, when: 'before', effect: 'code', code, message, status: 400 }]);
    const target = targets[product];
    const verb = actionNamed(product, action)?.name as ChangeVerb | undefined;
    if (!target || !verb) throw new Error(`${product} ${action} is in no row`);
    const before = simulator.journal().length;
    const { details, message: text } = await cloudErrorOf(
      client.call(changeRequest(verb, { target, flowLogId: 'fl-1', spec })),
    );
    expect(details).toMatchObject({ kind, code, message, action, service: product, httpStatus: 400 });
    expect(text).toContain(`${product} ${action}: ${code}: ${message} (request ${details.requestId})`);
    const calls = simulator.journal().slice(before);
    expect(calls.map((call) => [call.action, call.committed])).toEqual([[action, false]]);
    expect(calls[0]?.requestId).toBe(details.requestId);
  });
});
