import type { Seed } from '../../simulator/index.js';
import type { Service } from './caller.js';

/** Resources to be found, and the rows that each list must show of them. */

export const uid = '1000000000000001';
export const seed: readonly Seed[] = [
  {
    vpcs: [
      { id: 'vpc-1', name: 'front', tags: { env: 'prod' }, isDefault: true },
      { id: 'vpc-2', tags: { env: 'test' }, status: 'Pending', resourceGroupId: 'rg-two' },
      { id: 'vpc-far', region: 'cn-beijing', tags: { env: 'prod' } },
    ],
    vSwitches: [
      { id: 'vsw-1', vpcId: 'vpc-1', zoneId: 'cn-hangzhou-h' },
      { id: 'vsw-2', vpcId: 'vpc-1' },
      { id: 'vsw-3', vpcId: 'vpc-2', shared: true },
    ],
    networkInterfaces: [
      { id: 'eni-1', vpcId: 'vpc-1', vSwitchId: 'vsw-1', instanceId: 'i-1', type: 'Primary' },
      { id: 'eni-2', vpcId: 'vpc-1', vSwitchId: 'vsw-2', serviceManaged: true, tags: { env: 'prod' } },
    ],
    cens: [{ id: 'cen-1', name: 'backbone', tags: { env: 'prod' } }, { id: 'cen-2' }],
    transitRouters: [
      { id: 'tr-1', cenId: 'cen-1', tags: { env: 'prod' } },
      { id: 'tr-2', cenId: 'cen-2', type: 'Basic', status: 'Upgrading' },
      { id: 'tr-far', cenId: 'cen-1', region: 'cn-beijing' },
    ],
    attachments: [
      { id: 'tr-attach-vpc', cenId: 'cen-1', transitRouterId: 'tr-1', vpcId: 'vpc-1', tags: { env: 'prod' } },
      { id: 'tr-attach-vpc2', cenId: 'cen-1', transitRouterId: 'tr-1', vpcId: 'vpc-2', status: 'Attaching' },
      { id: 'tr-attach-vbr', cenId: 'cen-1', transitRouterId: 'tr-1', vbrId: 'vbr-1' },
      { id: 'tr-attach-vpn', cenId: 'cen-1', transitRouterId: 'tr-1', vpnId: 'vco-1' },
      {
        id: 'tr-attach-peer',
        cenId: 'cen-1',
        transitRouterId: 'tr-1',
        peerTransitRouterId: 'tr-far',
        peerTransitRouterRegionId: 'cn-beijing',
      },
      { id: 'tr-attach-ecr', cenId: 'cen-1', transitRouterId: 'tr-1', ecrId: 'ecr-1' },
    ],
    ecrs: [
      { id: 'ecr-1', name: 'main', tags: { env: 'prod' } },
      { id: 'ecr-2', status: 'UPDATING' },
    ],
    vbrs: [
      { id: 'vbr-1', ecrId: 'ecr-1', name: 'line', tags: { env: 'prod' } },
      { id: 'vbr-2', ecrId: 'ecr-1', region: 'cn-beijing' },
      { id: 'vbr-3' },
    ],
    ecrAssociations: [
      { id: 'ecr-assoc-1', ecrId: 'ecr-1', vpcId: 'vpc-1' },
      { id: 'ecr-assoc-2', ecrId: 'ecr-1', transitRouterId: 'tr-far', cenId: 'cen-1', region: 'cn-beijing' },
    ],
  },
  {
    accounts: [{ uid: '2000000000000002', accessKeys: [{ id: 'AKtwo', secret: 'SKtwo' }] }],
    accountId: '2000000000000002',
    vpcs: [{ id: 'vpc-other' }],
  },
];

export const RegionId = 'cn-hangzhou';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- answers are looked into by every test
export type Row = any;
interface List {
  readonly service: Service;
  readonly action: string;
  /** Least parameters. */
  readonly least: Record<string, string>;
  readonly rows: (body: Row) => Row[];
  readonly id: string;
  /** Ids that the list holds in hangzhou. */
  readonly ids: readonly string[];
  /** The first row, without ids and names. */
  readonly first: object;
  /** Filters, and what they leave. */
  readonly narrowed: readonly (readonly [params: Record<string, string>, ids: readonly string[]])[];
}

const attachments = (sort: string, ids: readonly string[], first: object, narrowed: List['narrowed'] = []): List => ({
  service: 'cen',
  action: `ListTransitRouter${sort}Attachments`,
  least: {},
  rows: (body) => body.TransitRouterAttachments,
  id: 'TransitRouterAttachmentId',
  ids,
  first: { CenId: 'cen-1', TransitRouterId: 'tr-1', Status: 'Attached', ...first },
  narrowed: [
    [{ TransitRouterAttachmentId: ids[0] ?? '' }, ids.slice(0, 1)],
    [{ TransitRouterId: 'tr-none' }, []],
    [{ RegionId: 'cn-beijing' }, []],
    [{ CenId: 'cen-1', RegionId }, ids],
    ...narrowed,
  ],
});
const prod = { 'Tag.1.Key': 'env', 'Tag.1.Value': 'prod' };

export const lists: readonly List[] = [
  {
    service: 'vpc',
    action: 'DescribeVpcs',
    least: { RegionId },
    rows: (body) => body.Vpcs.Vpc,
    id: 'VpcId',
    ids: ['vpc-1', 'vpc-2'],
    first: {
      VpcName: 'front',
      RegionId,
      Status: 'Available',
      IsDefault: true,
      OwnerId: Number(uid),
      VSwitchIds: { VSwitchId: ['vsw-1', 'vsw-2'] },
      Tags: { Tag: [{ Key: 'env', Value: 'prod' }] },
    },
    narrowed: [
      [{ VpcId: 'vpc-2' }, ['vpc-2']],
      [{ VpcId: 'vpc-2,vpc-1,vpc-9' }, ['vpc-1', 'vpc-2']],
      [{ VpcName: 'front' }, ['vpc-1']],
      [{ IsDefault: 'True' }, ['vpc-1']],
      [{ IsDefault: 'false' }, ['vpc-2']],
      [{ ResourceGroupId: 'rg-two' }, ['vpc-2']],
      [prod, ['vpc-1']],
      [{ 'Tag.1.Key': 'env' }, ['vpc-1', 'vpc-2']],
      [{ RegionId: 'cn-beijing' }, ['vpc-far']],
    ],
  },
  {
    service: 'vpc',
    action: 'DescribeVSwitches',
    least: { RegionId },
    rows: (body) => body.VSwitches.VSwitch,
    id: 'VSwitchId',
    ids: ['vsw-1', 'vsw-2', 'vsw-3'],
    first: { VpcId: 'vpc-1', ZoneId: 'cn-hangzhou-h', Status: 'Available', ShareType: '' },
    narrowed: [
      [{ VpcId: 'vpc-2' }, ['vsw-3']],
      [{ RegionId: '', VpcId: 'vpc-1' }, ['vsw-1', 'vsw-2']],
      [{ ZoneId: 'cn-hangzhou-h' }, ['vsw-1']],
      [{ VSwitchId: 'vsw-2' }, ['vsw-2']],
    ],
  },
  {
    service: 'vpc',
    action: 'DescribeVirtualBorderRouters',
    least: { RegionId },
    rows: (body) => body.VirtualBorderRouterSet.VirtualBorderRouterType,
    id: 'VbrId',
    ids: ['vbr-1', 'vbr-3'],
    first: {
      EcrId: 'ecr-1',
      EcrAttatchStatus: 'Attached',
      Status: 'active',
      Tags: { Tags: [{ Key: 'env', Value: 'prod' }] },
    },
    narrowed: [
      [{ 'Filter.1.Key': 'VbrId', 'Filter.1.Value.1': 'vbr-3', 'Filter.1.Value.2': 'vbr-9' }, ['vbr-3']],
      [{ 'Filter.1.Key': 'Name', 'Filter.1.Value.1': 'line' }, ['vbr-1']],
      [{ 'Tags.1.Key': 'env', 'Tags.1.Value': 'prod' }, ['vbr-1']],
    ],
  },
  {
    service: 'ecs',
    action: 'DescribeNetworkInterfaces',
    least: { RegionId },
    rows: (body) => body.NetworkInterfaceSets.NetworkInterfaceSet,
    id: 'NetworkInterfaceId',
    ids: ['eni-1', 'eni-2'],
    first: {
      VpcId: 'vpc-1',
      VSwitchId: 'vsw-1',
      Type: 'Primary',
      Status: 'InUse',
      OwnerId: uid,
      ServiceManaged: false,
    },
    narrowed: [
      [{ VSwitchId: 'vsw-2' }, ['eni-2']],
      [{ VpcId: 'vpc-2' }, []],
      [{ InstanceId: 'i-1' }, ['eni-1']],
      [{ Type: 'Secondary' }, ['eni-2']],
      [{ Status: 'InUse' }, ['eni-1']],
      [{ ServiceManaged: 'true' }, ['eni-2']],
      [{ 'NetworkInterfaceId.1': 'eni-2', 'NetworkInterfaceId.2': 'eni-9' }, ['eni-2']],
      [prod, ['eni-2']],
    ],
  },
  {
    service: 'cen',
    action: 'DescribeCens',
    least: {},
    rows: (body) => body.Cens.Cen,
    id: 'CenId',
    ids: ['cen-1', 'cen-2'],
    first: { Name: 'backbone', Status: 'Active', Tags: { Tag: [{ Key: 'env', Value: 'prod' }] } },
    narrowed: [
      [{ 'Filter.1.Key': 'CenId', 'Filter.1.Value.1': 'cen-2' }, ['cen-2']],
      [{ 'Filter.1.Key': 'Name', 'Filter.1.Value.1': 'backbone' }, ['cen-1']],
      [prod, ['cen-1']],
    ],
  },
  {
    service: 'cen',
    action: 'ListTransitRouters',
    least: {},
    rows: (body) => body.TransitRouters,
    id: 'TransitRouterId',
    ids: ['tr-1', 'tr-2', 'tr-far'],
    first: { CenId: 'cen-1', RegionId, Type: 'Enterprise', Status: 'Active', Tags: [{ Key: 'env', Value: 'prod' }] },
    narrowed: [
      [{ CenId: 'cen-1' }, ['tr-1', 'tr-far']],
      [{ RegionId }, ['tr-1', 'tr-2']],
      [{ TransitRouterId: 'tr-2' }, ['tr-2']],
      [{ Type: 'Basic' }, ['tr-2']],
      [{ Status: 'Upgrading' }, ['tr-2']],
      [prod, ['tr-1']],
    ],
  },
  attachments(
    'Vpc',
    ['tr-attach-vpc', 'tr-attach-vpc2'],
    { ResourceType: 'VPC', VpcId: 'vpc-1', VpcRegionId: RegionId },
    [
      [{ VpcId: 'vpc-2' }, ['tr-attach-vpc2']],
      [{ Status: 'Attaching' }, ['tr-attach-vpc2']],
      [prod, ['tr-attach-vpc']],
    ],
  ),
  attachments('Vbr', ['tr-attach-vbr'], { ResourceType: 'VBR', VbrId: 'vbr-1' }),
  attachments('Vpn', ['tr-attach-vpn'], { ResourceType: 'VPN', VpnId: 'vco-1' }),
  attachments('Peer', ['tr-attach-peer'], {
    ResourceType: 'TR',
    PeerTransitRouterId: 'tr-far',
    PeerTransitRouterRegionId: 'cn-beijing',
  }),
  attachments('Ecr', ['tr-attach-ecr'], { ResourceType: 'ECR', EcrId: 'ecr-1', TransitRouterRegionId: RegionId }),
  {
    service: 'ecr',
    action: 'DescribeExpressConnectRouter',
    least: {},
    rows: (body) => body.EcrList,
    id: 'EcrId',
    ids: ['ecr-1', 'ecr-2'],
    first: { Name: 'main', Status: 'ACTIVE', BizStatus: 'Normal', Tags: [{ TagKey: 'env', TagValue: 'prod' }] },
    narrowed: [
      [{ EcrId: 'ecr-2' }, ['ecr-2']],
      [{ EcrId: 'ecr-none' }, []],
      [{ Name: 'main' }, ['ecr-1']],
      [prod, ['ecr-1']],
    ],
  },
  {
    service: 'ecr',
    action: 'DescribeExpressConnectRouterChildInstance',
    least: { EcrId: 'ecr-1' },
    rows: (body) => body.ChildInstanceList,
    id: 'ChildInstanceId',
    ids: ['vbr-1', 'vbr-2'],
    first: {
      EcrId: 'ecr-1',
      ChildInstanceType: 'VBR',
      ChildInstanceRegionId: RegionId,
      ChildInstanceOwnerId: Number(uid),
      Status: 'ACTIVE',
    },
    narrowed: [
      [{ ChildInstanceRegionId: 'cn-beijing' }, ['vbr-2']],
      [{ ChildInstanceId: 'vbr-1', ChildInstanceType: 'VBR' }, ['vbr-1']],
      [{ EcrId: 'ecr-2' }, []],
    ],
  },
  {
    service: 'ecr',
    action: 'DescribeExpressConnectRouterAssociation',
    least: { EcrId: 'ecr-1' },
    rows: (body) => body.AssociationList,
    id: 'AssociationId',
    ids: ['ecr-assoc-1', 'ecr-assoc-2'],
    first: { AssociationNodeType: 'VPC', VpcId: 'vpc-1', RegionId, Status: 'ACTIVE' },
    narrowed: [
      [{ AssociationNodeType: 'TR' }, ['ecr-assoc-2']],
      [{ VpcId: 'vpc-1' }, ['ecr-assoc-1']],
      [{ AssociationRegionId: 'cn-beijing', CenId: 'cen-1', TransitRouterId: 'tr-far' }, ['ecr-assoc-2']],
    ],
  },
];
