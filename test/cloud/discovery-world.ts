import type { Selector } from '../../cloud/discovery/selector.js';
import { resourceTypes, type ResourceType } from '../../cloud/discovery/selector.js';
import type { Seed } from '../../simulator/index.js';

/** A small world with one of everything that discovery must tell apart. */

export const accountId = '1000000000000001';
export const region = 'cn-hangzhou';
export const owner = 'surveyor';
export const netlogs = { project: 'netlogs', logStore: 'flow' } as const;
const elsewhere = { project: 'elsewhere', logStore: 'flow' } as const;

const vpcLog = (type: string, id: string, more: object = {}) =>
  ({ product: 'vpc', resource: { type, id }, status: 'Active', destination: netlogs, ...more }) as const;

export const world: Seed = {
  vpcs: [
    { id: 'vpc-bare', name: 'front-1', tags: { env: 'prod' }, resourceGroupId: 'rg-a' },
    { id: 'vpc-logged', name: 'front-2', tags: { env: 'prod', 'flowlog:exclude': 'yes' } },
    { id: 'vpc-off', name: 'back-1', tags: { env: 'test' } },
    { id: 'vpc-lost', name: 'back-2' },
    { id: 'vpc-astray', name: 'back-3' },
    { id: 'vpc-young', status: 'Pending' },
  ],
  vSwitches: [
    { id: 'vsw-bare', vpcId: 'vpc-bare' },
    { id: 'vsw-own', vpcId: 'vpc-bare' },
    { id: 'vsw-below', vpcId: 'vpc-logged' },
    { id: 'vsw-below-off', vpcId: 'vpc-off' },
    { id: 'vsw-below-astray', vpcId: 'vpc-astray' },
    { id: 'vsw-shared', vpcId: 'vpc-bare', shared: true },
  ],
  networkInterfaces: [
    { id: 'eni-bare', vpcId: 'vpc-bare', vSwitchId: 'vsw-bare', tags: { env: 'prod' } },
    { id: 'eni-below-vsw', vpcId: 'vpc-bare', vSwitchId: 'vsw-own' },
    { id: 'eni-below-vpc', vpcId: 'vpc-logged', vSwitchId: 'vsw-below' },
    { id: 'eni-managed', vpcId: 'vpc-bare', vSwitchId: 'vsw-bare', serviceManaged: true },
    { id: 'eni-going', vpcId: 'vpc-bare', vSwitchId: 'vsw-bare', status: 'Deleting' },
  ],
  cens: [{ id: 'cen-1' }, { id: 'cen-2' }],
  transitRouters: [
    { id: 'tr-1', cenId: 'cen-1', name: 'hub' },
    { id: 'tr-2', cenId: 'cen-2' },
    { id: 'tr-basic', cenId: 'cen-2', type: 'Basic' },
    { id: 'tr-new', cenId: 'cen-2', status: 'Creating' },
    { id: 'tr-far', cenId: 'cen-1', region: 'cn-beijing' },
  ],
  attachments: [
    { id: 'tr-attach-vpc', cenId: 'cen-1', transitRouterId: 'tr-1', vpcId: 'vpc-bare', tags: { env: 'prod' } },
    { id: 'tr-attach-vpc2', cenId: 'cen-2', transitRouterId: 'tr-2', vpcId: 'vpc-off' },
    { id: 'tr-attach-leaving', cenId: 'cen-1', transitRouterId: 'tr-1', vpcId: 'vpc-lost', status: 'Detaching' },
    { id: 'tr-attach-basic', cenId: 'cen-2', transitRouterId: 'tr-basic', vpcId: 'vpc-lost' },
    { id: 'tr-attach-vbr', cenId: 'cen-1', transitRouterId: 'tr-1', vbrId: 'vbr-1' },
    { id: 'tr-attach-vpn', cenId: 'cen-1', transitRouterId: 'tr-1', vpnId: 'vco-1' },
    { id: 'tr-attach-peer', cenId: 'cen-1', transitRouterId: 'tr-1', peerTransitRouterId: 'tr-far' },
    { id: 'tr-attach-ecr', cenId: 'cen-1', transitRouterId: 'tr-1', ecrId: 'ecr-1' },
  ],
  ecrs: [
    { id: 'ecr-1', tags: { env: 'prod', team: 'wan' } },
    { id: 'ecr-2', status: 'LOCKED_ATTACHING' },
  ],
  vbrs: [
    { id: 'vbr-1', ecrId: 'ecr-1', name: 'line-1', tags: { env: 'test' } },
    { id: 'vbr-2', ecrId: 'ecr-1', region: 'cn-beijing' },
    { id: 'vbr-leaving', ecrId: 'ecr-1', childStatus: 'DISSOCIATING' },
    { id: 'vbr-busy', ecrId: 'ecr-2' },
    { id: 'vbr-alone' },
  ],
  flowLogs: [
    vpcLog('VPC', 'vpc-logged', { flowLogId: 'fl-logged' }),
    vpcLog('VPC', 'vpc-off', { status: 'Inactive' }),
    vpcLog('VPC', 'vpc-lost', { deliverStatus: 'FAILED', deliverErrorMessage: 'ProjectNotExist' }),
    vpcLog('VPC', 'vpc-astray', { destination: elsewhere }),
    vpcLog('VSwitch', 'vsw-own'),
    {
      product: 'cen',
      resource: { cenId: 'cen-1', transitRouterId: 'tr-1', transitRouterAttachmentId: 'tr-attach-vpc' },
      status: 'Active',
      destination: netlogs,
    },
    {
      product: 'cen',
      resource: { cenId: 'cen-2', transitRouterId: 'tr-2' },
      status: 'Active',
      destination: netlogs,
      aggregationIntervalSeconds: 60,
    },
    { product: 'ecr', resource: { ecrId: 'ecr-1', instanceId: 'vbr-2' }, status: 'Inactive', destination: netlogs },
  ],
};

/** A selector of everything of a type in Hangzhou, with a spec. */
export const selectorOf = (resourceType: ResourceType, more: Partial<Selector> = {}): Selector => ({
  product: resourceTypes[resourceType],
  accounts: [accountId],
  regions: [region],
  resourceType,
  coverage: 'missing',
  spec: { destination: netlogs },
  ...more,
});
