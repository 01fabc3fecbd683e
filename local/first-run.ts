import type { Product, ResourceTarget } from '../cloud/flow-log.js';
import { generatedName, ownerTags } from '../cloud/ownership.js';
import { products } from '../cloud/products.js';
import { type Seed, defaultAccount } from '../simulator/index.js';

/** Settings that `examples/first-run.yaml` asks for; a flow log that differed would be drift. */
const wished = { destination: { project: 'netlogs', logStore: 'flow' }, aggregationIntervalSeconds: 600 } as const;
const region = 'cn-hangzhou';

interface Existing {
  readonly product: Product;
  readonly resource: Readonly<Record<string, string>>;
  readonly status: 'Inactive' | 'Active';
}

/** The flow logs that are there already: of each product one to be activated and one to be left alone. */
const existing: readonly Existing[] = [
  { product: 'vpc', resource: { type: 'VSwitch', id: 'vsw-paused' }, status: 'Inactive' },
  { product: 'vpc', resource: { type: 'NetworkInterface', id: 'eni-running' }, status: 'Active' },
  { product: 'cen', resource: { cenId: 'cen-one', transitRouterAttachmentId: 'tr-attach-paused' }, status: 'Inactive' },
  { product: 'cen', resource: { cenId: 'cen-one', transitRouterId: 'tr-running' }, status: 'Active' },
  { product: 'ecr', resource: { ecrId: 'ecr-one', instanceId: 'vbr-paused' }, status: 'Inactive' },
  { product: 'ecr', resource: { ecrId: 'ecr-one', instanceId: 'vbr-running' }, status: 'Active' },
];

/**
 * Makes the seed of a new simulator for the first run: flow logs of our own, as an earlier run of this deployment would have left them.
 * @param owner the deployment's id (`FLOWLOG_OWNER`)
 */
export function firstRunSeed(owner: string): Seed {
  return {
    region,
    flowLogs: existing.map(({ product, resource, status }) => {
      const place = products[product].central ? {} : { region };
      const target: ResourceTarget = { product, accountId: defaultAccount.uid, resource, ...place };
      return { product, resource, status, ...wished, name: generatedName(target), tags: ownerTags(owner, target) };
    }),
  };
}
