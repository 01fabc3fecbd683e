import type { Product } from '../flow-log.js';
import type { ListName } from './list-row.js';
import { lists } from './lists.js';
import { resourceTypes, type ResourceType } from './selector.js';

/** A rule by which a resource cannot have a flow log of ours, though it is listed. */
interface LeaveOutRule {
  /** Path of the word that decides, in the row itself. */
  readonly path: string;
  /** Leaves out a row that has one of these words. */
  readonly is?: readonly string[];
  /** Leaves out a row that has a word, and none of these. */
  readonly isNot?: readonly string[];
  readonly reason: LeftOutReason;
}

/** Reasons for which a resource that a selector asks for is left out; each is counted. */
export type LeftOutReason =
  'basic-router' | 'excluded' | 'not-available' | 'not-matching' | 'not-owned' | 'service-managed' | 'unusable-id';

/** Path of the tags, and the names of their key and value fields. */
interface TagPaths {
  readonly path: string;
  readonly key: string;
  readonly value: string;
}

/** One type of resource: the list it is in, and the meaning of the fields of a row. */
export interface ResourceRow {
  readonly list: ListName;
  /** The identity of its target: a word that is always the same, or a path in its row. */
  readonly target: Readonly<Record<string, { readonly is: string } | { readonly path: string }>>;
  readonly name?: string;
  readonly resourceGroupId?: string;
  readonly tags?: TagPaths;
  /** Path of the uid it belongs to; a resource of another account is shared with us, and not ours to log. */
  readonly owner?: string;
  readonly leaveOut: readonly LeaveOutRule[];
  /** The resource it is attached to, by id: if that one is left out, this one is too. */
  readonly on?: { readonly list: ListName; readonly path: string; readonly leaveOut: readonly LeaveOutRule[] };
  /** Resources above it that may have a flow log that covers it, nearest first. */
  readonly above?: readonly { readonly type: 'VPC' | 'VSwitch'; readonly path: string }[];
  /** A list that tells name, group and tags where the own list does not; read only when a filter asks for them. */
  readonly described?: {
    readonly list: ListName;
    readonly region: string;
    readonly name: string;
    readonly resourceGroupId: string;
    readonly tags: TagPaths;
  };
  /** Tags of the thing above count as its own, where it has none of that key. */
  readonly tagsOfAbove?: TagPaths;
}

const pairs = (path: string): TagPaths => ({ path, key: 'Key', value: 'Value' });
const tagPaths = (path: string): TagPaths => ({ path, key: 'TagKey', value: 'TagValue' });

/** A flow log can be made on a resource that has settled; one that is still changing is found next time. */
const onlySettled = (...words: readonly string[]): LeaveOutRule => ({
  path: 'Status',
  isNot: words,
  reason: 'not-available',
});

const vpcTarget = (type: string, path: string) => ({ type: { is: type }, id: { path } });

const routerRules: readonly LeaveOutRule[] = [
  // Flow logs exist on Enterprise Edition only.
  { path: 'Type', is: ['Basic'], reason: 'basic-router' },
  onlySettled('Active'),
];

const attachment = (list: ListName): ResourceRow => ({
  list,
  target: {
    cenId: { path: 'CenId' },
    transitRouterId: { path: 'TransitRouterId' },
    transitRouterAttachmentId: { path: 'TransitRouterAttachmentId' },
  },
  name: 'TransitRouterAttachmentName',
  tags: pairs('Tags'),
  leaveOut: [onlySettled('Attached')],
  on: { list: 'transitRouters', path: 'TransitRouterId', leaveOut: routerRules },
});

/** The types of resources that selectors name. The differences between them are here; the rest is code. */
export const resourceRows: Readonly<Record<ResourceType, ResourceRow>> = {
  VPC: {
    list: 'vpcs',
    target: vpcTarget('VPC', 'VpcId'),
    name: 'VpcName',
    resourceGroupId: 'ResourceGroupId',
    tags: pairs('Tags.Tag'),
    owner: 'OwnerId',
    leaveOut: [onlySettled('Available')],
  },
  VSwitch: {
    list: 'vSwitches',
    target: vpcTarget('VSwitch', 'VSwitchId'),
    name: 'VSwitchName',
    resourceGroupId: 'ResourceGroupId',
    tags: pairs('Tags.Tag'),
    owner: 'OwnerId',
    // `Shared`: another account's, shared with this one. `Sharing` is one of our own that others may use.
    leaveOut: [{ path: 'ShareType', is: ['Shared'], reason: 'not-owned' }, onlySettled('Available')],
    above: [{ type: 'VPC', path: 'VpcId' }],
  },
  NetworkInterface: {
    list: 'networkInterfaces',
    target: vpcTarget('NetworkInterface', 'NetworkInterfaceId'),
    name: 'NetworkInterfaceName',
    resourceGroupId: 'ResourceGroupId',
    tags: tagPaths('Tags.Tag'),
    leaveOut: [
      // Another service of the cloud made it and may take it away.
      { path: 'ServiceManaged', is: ['true'], reason: 'service-managed' },
      onlySettled('Available', 'InUse', 'Attaching', 'Detaching'),
    ],
    above: [
      { type: 'VSwitch', path: 'VSwitchId' },
      { type: 'VPC', path: 'VpcId' },
    ],
  },
  TransitRouter: {
    list: 'transitRouters',
    target: { cenId: { path: 'CenId' }, transitRouterId: { path: 'TransitRouterId' } },
    name: 'TransitRouterName',
    tags: pairs('Tags'),
    leaveOut: routerRules,
  },
  VpcAttachment: attachment('vpcAttachments'),
  VbrAttachment: attachment('vbrAttachments'),
  VpnAttachment: attachment('vpnAttachments'),
  PeerAttachment: attachment('peerAttachments'),
  EcrAttachment: attachment('ecrAttachments'),
  EcrVbr: {
    list: 'ecrChildren',
    target: { ecrId: { path: 'EcrId' }, instanceId: { path: 'ChildInstanceId' } },
    leaveOut: [onlySettled('ACTIVE')],
    on: { list: 'ecrs', path: 'EcrId', leaveOut: [onlySettled('ACTIVE')] },
    described: {
      list: 'virtualBorderRouters',
      region: 'ChildInstanceRegionId',
      name: 'Name',
      resourceGroupId: 'ResourceGroupId',
      tags: pairs('Tags.Tags'),
    },
    tagsOfAbove: tagPaths('Tags'),
  },
};

/** The list that tells in which regions a product is; central ones have none. */
export interface RegionList {
  readonly list: ListName;
  /** Of the region in its rows. */
  readonly path: string;
  /** A region that is not on it is none of the account's. */
  readonly complete?: true;
}

export const regionLists: Readonly<Record<Product, RegionList | undefined>> = {
  vpc: { list: 'vpcRegions', path: 'RegionId', complete: true },
  // A region without a router has nothing to log; the cloud's list of all regions is five times as long.
  cen: { list: 'transitRoutersEverywhere', path: 'RegionId' },
  ecr: undefined,
};

/** Every list that discovery reads for a product. */
export function listsOf(product: Product): ReadonlySet<ListName> {
  const types = Object.entries(resourceRows).filter(([type]) => resourceTypes[type as ResourceType] === product);
  const named = types.flatMap(([, { list, on, described }]) => [list, on?.list, described?.list]);
  const found = new Set<ListName>();
  const take = (name: ListName | undefined): void => {
    if (name === undefined || found.has(name)) return;
    found.add(name);
    take(lists[name].below?.list);
  };
  [...named, regionLists[product]?.list].forEach(take);
  return found;
}
