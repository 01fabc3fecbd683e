import { omitUndefined } from '../omit-undefined.js';
import type { Service } from '../call/port.js';
import type { ActionRow, PagingRow } from '../products/product-row.js';
import { services } from '../products/services.js';
import type { ListName, ListRow } from './list-row.js';

const namedByPattern = 'no page seen; named after its siblings';

function listAction(
  service: Service,
  name: string,
  more: { readonly quotaPerMinute?: number } = {},
): ActionRow & { readonly service: Service } {
  return {
    service,
    action: name,
    ram: {
      action: `${services[service].ramName}:${name}`,
      level: 'list',
      resource: '*',
      source: namedByPattern,
      verified: false,
    },
    undocumentedPerSecond: services[service].undocumentedPerSecond,
    ...omitUndefined({ quotaPerMinute: more.quotaPerMinute }),
  };
}

/** Pages by number, at most 50 rows each: VPC and CEN alike. */
const pagedByNumber: PagingRow = { style: 'page-number', sizeParam: 'PageSize', pageSize: 50, pageParam: 'PageNumber' };

/** Pages by token, at most so many rows each. */
const byToken = (pageSize: number): PagingRow => ({
  style: 'token',
  sizeParam: 'MaxResults',
  pageSize,
  pageParam: 'NextToken',
});

/** Documented for peers only; the others have the same shape and take as much. */
const attachments = (sort: string): ListRow => ({
  ...listAction('cen', `ListTransitRouter${sort}Attachments`),
  regional: true,
  below: { list: 'cens', param: 'CenId' },
  items: 'TransitRouterAttachments',
  id: 'TransitRouterAttachmentId',
  paging: byToken(100),
});

/** The page of Oct 2026 asks for a CenId: the routers of an account are read instance by instance. */
const transitRouters: Omit<ListRow, 'regional'> = {
  ...listAction('cen', 'ListTransitRouters', { quotaPerMinute: 500 }),
  below: { list: 'cens', param: 'CenId' },
  items: 'TransitRouters',
  id: 'TransitRouterId',
  paging: pagedByNumber,
};

/**
 * The lists by which networks are found, letter for letter. Page sizes and paths are those of the API references of VPC 2016-04-28, ECS
 * 2014-05-26, CEN 2017-09-12 and ECR 2023-09-01; limits those of the quota tables of CEN and ECR.
 */
export const lists: Readonly<Record<ListName, ListRow>> = {
  vpcRegions: { ...listAction('vpc', 'DescribeRegions'), regional: false, items: 'Regions.Region', id: 'RegionId' },
  vpcs: { ...listAction('vpc', 'DescribeVpcs'), regional: true, items: 'Vpcs.Vpc', id: 'VpcId', paging: pagedByNumber },
  vSwitches: {
    ...listAction('vpc', 'DescribeVSwitches'),
    regional: true,
    items: 'VSwitches.VSwitch',
    id: 'VSwitchId',
    paging: pagedByNumber,
  },
  networkInterfaces: {
    ...listAction('ecs', 'DescribeNetworkInterfaces'),
    regional: true,
    items: 'NetworkInterfaceSets.NetworkInterfaceSet',
    id: 'NetworkInterfaceId',
    paging: byToken(500),
    // In pages by token TotalCount is documented as not valid; the older pages by number tell it.
    countedBy: { PageNumber: 1, PageSize: 10 },
  },
  virtualBorderRouters: {
    ...listAction('vpc', 'DescribeVirtualBorderRouters'),
    regional: true,
    items: 'VirtualBorderRouterSet.VirtualBorderRouterType',
    id: 'VbrId',
    paging: pagedByNumber,
  },
  cens: {
    ...listAction('cen', 'DescribeCens', { quotaPerMinute: 300 }),
    regional: false,
    items: 'Cens.Cen',
    id: 'CenId',
    paging: pagedByNumber,
  },
  transitRouters: { ...transitRouters, regional: true },
  transitRoutersEverywhere: { ...transitRouters, regional: false },
  vpcAttachments: attachments('Vpc'),
  vbrAttachments: attachments('Vbr'),
  vpnAttachments: attachments('Vpn'),
  peerAttachments: attachments('Peer'),
  ecrAttachments: attachments('Ecr'),
  ecrs: {
    ...listAction('ecr', 'DescribeExpressConnectRouter', { quotaPerMinute: 300 }),
    regional: false,
    items: 'EcrList',
    id: 'EcrId',
    paging: byToken(100),
  },
  ecrChildren: {
    ...listAction('ecr', 'DescribeExpressConnectRouterChildInstance', { quotaPerMinute: 300 }),
    regional: false,
    below: { list: 'ecrs', param: 'EcrId' },
    constants: { ChildInstanceType: 'VBR' },
    items: 'ChildInstanceList',
    id: 'ChildInstanceId',
    paging: byToken(100),
  },
};
