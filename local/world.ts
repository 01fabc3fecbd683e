import type { Product, ResourceTarget } from '../cloud/flow-log.js';
import { generatedName, ownerTags } from '../cloud/ownership.js';
import { products } from '../cloud/products/products.js';
import { type ConfigPatch, type Seed, defaultAccount, roleArnOf } from '../simulator/index.js';
import { networks } from './world-networks.js';

/** Accounts of the simulated world, by the names that commands use; `prod` is reached by a role, as in a landing zone. */
export const accountUids = { default: defaultAccount.uid, prod: '2000000000000002' } as const;

/** Role in `prod` that the worker assumes with the credentials of `default`. */
const roleName = 'flowlog';

/** Flow logs of vpc that one account may have in one region: the documented ten would end every trial of a team at its eleventh VPC. */
const vpcQuota = 200;

/** Content of the accounts file of the worker and of the command, as long as the simulator is the cloud. */
export const simulatedAccounts = {
  accounts: {
    default: { uid: accountUids.default, quotas: { vpc: vpcQuota } },
    prod: { uid: accountUids.prod, roleArn: roleArnOf(accountUids.prod, roleName), quotas: { vpc: vpcQuota } },
  },
} as const;

/**
 * Behaviour of the simulated cloud where it differs from the friendly profile. Every well-formed id is a resource: whoever seeds networks
 * of their own takes none away from the next start's job.
 */
export const worldConfig: ConfigPatch = { quotas: { vpc: vpcQuota }, resources: 'open' };

/** Settings that `examples/first-run.yaml` asks for; a flow log that differed would be drift. */
const wished = { destination: { project: 'netlogs', logStore: 'flow' }, aggregationIntervalSeconds: 600 } as const;
const worldRegion = 'cn-hangzhou';

interface Existing {
  readonly product: Product;
  readonly resource: Readonly<Record<string, string>>;
  readonly status: 'Inactive' | 'Active';
  readonly flowLogId?: string;
}

/** Flow logs of our own that are there already: of each product one to be activated and one to be left alone, and one to be named by its id. */
const ours: readonly Existing[] = [
  { product: 'vpc', resource: { type: 'VSwitch', id: 'vsw-paused' }, status: 'Inactive' },
  { product: 'vpc', resource: { type: 'NetworkInterface', id: 'eni-running' }, status: 'Active' },
  { product: 'vpc', resource: { type: 'VSwitch', id: 'vsw-1a2b' }, status: 'Inactive', flowLogId: 'fl-1a2b' },
  { product: 'cen', resource: { cenId: 'cen-one', transitRouterAttachmentId: 'tr-attach-paused' }, status: 'Inactive' },
  { product: 'cen', resource: { cenId: 'cen-one', transitRouterId: 'tr-running' }, status: 'Active' },
  { product: 'ecr', resource: { ecrId: 'ecr-one', instanceId: 'vbr-paused' }, status: 'Inactive' },
  { product: 'ecr', resource: { ecrId: 'ecr-one', instanceId: 'vbr-running' }, status: 'Active' },
];

/** Flow logs of other people: one as we would make it, one elsewhere, one whose records do not arrive, one that another service manages. */
const foreign: Seed['flowLogs'] = [
  { product: 'vpc', resource: { type: 'VPC', id: 'vpc-legacy' }, flowLogId: 'fl-legacy', name: 'by-hand', ...wished },
  {
    ...{ product: 'vpc', resource: { type: 'VPC', id: 'vpc-audit' }, flowLogId: 'fl-audit', name: 'audit-team' },
    destination: { project: 'audit', logStore: 'network' },
  },
  {
    ...{ product: 'vpc', resource: { type: 'VPC', id: 'vpc-moved' }, flowLogId: 'fl-moved', name: 'old-pipeline' },
    ...{ deliverStatus: 'FAILED', deliverErrorMessage: 'ProjectNotExist', destination: wished.destination },
  },
  {
    ...{ product: 'vpc', resource: { type: 'VPC', id: 'vpc-guarded' }, flowLogId: 'fl-guarded', name: 'firewall' },
    ...{ serviceType: 'sls', destination: { project: 'cloud-firewall', logStore: 'flow' } },
  },
];

/** Networks in two accounts and three regions, and the role by which `prod` is reached. */
export const networkSeeds: readonly Seed[] = [
  { accounts: [{ uid: accountUids.prod, roles: [{ name: roleName, trusts: [accountUids.default] }] }] },
  ...networks.map(({ account, ...seed }) => ({ ...seed, accountId: accountUids[account] })),
];

/**
 * Makes the seeds of a new simulated world: networks, flow logs of our own as an earlier run of this deployment would have left them, and
 * flow logs of other people.
 * @param owner the deployment's id (`FLOWLOG_OWNER`)
 */
export function worldSeeds(owner: string): readonly Seed[] {
  const own = ours.map(({ product, resource, ...more }) => {
    const place = products[product].central ? {} : { region: worldRegion };
    const target: ResourceTarget = { product, accountId: defaultAccount.uid, resource, ...place };
    return { product, resource, ...more, ...wished, name: generatedName(target), tags: ownerTags(owner, target) };
  });
  return [...networkSeeds, { region: worldRegion, flowLogs: [...own, ...(foreign ?? [])] }];
}
