import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import type { ClosableCloudClient } from '../../cloud/call/client.js';
import type { ChangeVerb, ObservedFlowLog, Product, ResourceTarget, Spec } from '../../cloud/flow-log.js';
import { sortOut } from '../../cloud/observation.js';
import { generatedName, ownerTags } from '../../cloud/ownership.js';
import { createdFlowLogId, parseList, serviceIsOpen } from '../../cloud/lists/parse.js';
import {
  changeRequest,
  listRequest,
  openServiceRequest,
  serviceStatusRequest,
  type Change,
  type Cursor,
  type ListFilter,
} from '../../cloud/lists/wire.js';
import { startSimulator, type Simulator } from '../../simulator/index.js';
import { clientOf, cloudErrorOf } from './fixtures/wire-server.js';

const accountId = '1000000000000001';
const region = 'cn-hangzhou';
const owner = 'contract';
const resourceOf: Readonly<Record<Product, (id: string) => Record<string, string>>> = {
  vpc: (id) => ({ type: 'VPC', id: `vpc-${id}` }),
  cen: (id) => ({ cenId: 'cen-1', transitRouterId: 'tr-1', transitRouterAttachmentId: `tr-attach-${id}` }),
  ecr: (id) => ({ ecrId: 'ecr-1', instanceId: `vbr-${id}` }),
};
const targetOf = (product: Product, id: string): ResourceTarget => ({
  product,
  accountId,
  ...omitUndefined({ region: product === 'ecr' ? undefined : region }),
  resource: resourceOf[product](id),
});
const extras: Readonly<Record<Product, Spec>> = {
  vpc: { trafficType: 'Drop', trafficPath: ['natGateway', 'vbr'], ipVersion: 'IPv4', aggregationIntervalSeconds: 300 },
  cen: { logFormat: '${srcaddr}${dstaddr}${bytes}${action}', aggregationIntervalSeconds: 60 },
  ecr: { samplingRate: '1:1024', aggregationIntervalSeconds: 60 },
};
const specOf = (product: Product): Spec => ({
  destination: { project: 'netlogs', logStore: 'flow' },
  description: 'made by a test, with spaces & signs: 100 % + ünïcode',
  tags: { env: 'prod', empty: '' },
  ...extras[product],
});

describe('the life of a flow log, through the adapter and over HTTP', () => {
  let simulator: Simulator;
  let client: ClosableCloudClient;
  beforeAll(async () => {
    const config = { progression: { mode: 'immediate' }, listLagMs: 0, cooldownMs: 0, limits: {}, quotas: {} } as const;
    simulator = await startSimulator({ config });
    client = clientOf(simulator);
  });
  afterAll(async () => {
    client.close();
    await simulator.close();
  });

  const change = (verb: ChangeVerb, what: Change) => client.call(changeRequest(verb, what));
  async function list(target: ResourceTarget, filter: ListFilter): Promise<ObservedFlowLog[]> {
    const scope = { ...target, ecrId: 'ecr-1' };
    const found: ObservedFlowLog[] = [];
    let cursor: Cursor | undefined;
    do {
      const page = parseList(target.product, (await client.call(listRequest(scope, filter, cursor))).body);
      found.push(...page.flowLogs);
      cursor = page.next;
    } while (cursor);
    return found;
  }

  it.each(['vpc', 'cen', 'ecr'] as const)(
    'of %s: made, seen without drift, off, on, modified, gone',
    async (product) => {
      const target = targetOf(product, 'life');
      const spec = specOf(product);
      const created = await change('create', {
        target,
        spec,
        tags: ownerTags(owner, target),
        clientToken: `create-${product}`,
      });
      const flowLogId = createdFlowLogId(product, created.body);
      const look = async (wished: Spec = spec) => {
        const [found, ...more] = sortOut(target, owner, wished, await list(target, { resource: target.resource })).own;
        expect(more).toEqual([]);
        return found;
      };
      expect(await look()).toMatchObject({
        flowLogId,
        status: 'active',
        drift: [],
        name: generatedName(target),
        serviceManaged: false,
      });
      await change('deactivate', { target, flowLogId, clientToken: `off-${product}` });
      expect((await look())?.status).toBe('inactive');
      await change('activate', { target, flowLogId, clientToken: `on-${product}` });
      expect((await look())?.status).toBe('active');
      const changed = { ...spec, name: 'renamed', aggregationIntervalSeconds: 600 };
      expect((await look(changed))?.drift).toEqual(['name', 'aggregationIntervalSeconds']);
      await change('modify', { target, flowLogId, spec: changed, clientToken: `modify-${product}` });
      expect((await look(changed))?.drift).toEqual([]);
      await change('delete', { target, flowLogId, clientToken: `delete-${product}` });
      expect(await look()).toBeUndefined();
      expect(await list(target, { flowLogId })).toEqual([]);
    },
  );

  it.each(['vpc', 'cen', 'ecr'] as const)('of %s: a list of several pages, of our own only', async (product) => {
    const ids = Array.from({ length: 60 }, (_, index) => `page-${index}`);
    for (const id of ids) {
      const target = targetOf(product, id);
      const tags = id === 'page-0' ? {} : ownerTags(owner, target);
      await change('create', { target, spec: { destination: { project: 'netlogs', logStore: 'flow' } }, tags });
    }
    const any = targetOf(product, 'any');
    const all = await list(any, {});
    expect(new Set(all.map(({ flowLogId }) => flowLogId)).size).toBe(60);
    const own = await list(any, { owner });
    expect(own).toHaveLength(59);
    expect(own.every(({ tags }) => tags['flowlog:owner'] === owner)).toBe(true);
  });

  it.each(['vpc', 'cen', 'ecr'] as const)('of %s: one that nobody knows is not found', async (product) => {
    const error = await cloudErrorOf(
      change('activate', { target: targetOf(product, 'x'), flowLogId: 'fl-nobody', clientToken: 'nobody' }),
    );
    expect(error.details).toMatchObject({ kind: 'not-found', service: product });
  });

  it('the flow log service of vpc is open, and opening it again is a fact and no failure', async () => {
    const target = targetOf('vpc', 'x');
    const [status, open] = [serviceStatusRequest(target), openServiceRequest(target, 'open')];
    if (!status || !open) throw new Error('vpc has both');
    expect(serviceIsOpen('vpc', (await client.call(status)).body)).toBe(true);
    expect((await cloudErrorOf(client.call(open))).kind).toBe('exists');
  });
});
