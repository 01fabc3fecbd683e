import type { Action } from '../action.js';
import { pageParameters, words } from '../common-parameters.js';
import { inventory, seededTime, shownDetails, tagPairs } from '../inventory.js';
import { numberedPage } from '../paging.js';
import { regionParameters } from './flow-log.js';

/** Keys of its filters, and their names in a seed. */
const borderRouterFilterFields = {
  VbrId: 'id',
  Status: 'status',
  Name: 'name',
  PhysicalConnectionId: 'physicalConnectionId',
  AccessPointId: 'accessPointId',
  Type: 'type',
};

/** Lists the seeded virtual border routers of a region, with the Express Connect Router each belongs to. */
export const describeVirtualBorderRouters: Action = {
  name: 'DescribeVirtualBorderRouters',
  kind: 'read',
  parameters: [
    ...regionParameters,
    { name: 'Filter', type: 'filters', max: 5, min: 1, allowed: Object.keys(borderRouterFilterFields) },
    // Plural, as in the list of flow logs.
    { name: 'Tags', type: 'tags', max: 20 },
    ...words('ResourceGroupId'),
    { name: 'IncludeCrossAccountVbr', type: 'boolean' },
    ...pageParameters(),
  ],
  run(call) {
    const all = inventory(call, 'vbrs', {
      equal: { RegionId: 'region', ResourceGroupId: 'resourceGroupId' },
      tags: call.args.tags('Tags'),
      conditions: { given: call.args.conditions('Filter'), fields: borderRouterFilterFields },
    });
    const { page, number, size, total } = numberedPage(call, all, 10);
    return {
      RequestId: call.requestId,
      PageNumber: number,
      PageSize: size,
      TotalCount: total,
      VirtualBorderRouterSet: {
        VirtualBorderRouterType: page.map((vbr) => ({
          VbrId: vbr.id,
          ...shownDetails(vbr, {
            Name: '',
            Description: '',
            Status: 'active',
            EcrId: '',
            // The cloud's own spelling.
            EcrAttatchStatus: vbr.details.ecrId === undefined ? '' : 'Attached',
            EcrOwnerId: vbr.details.ecrId === undefined ? '' : vbr.accountId,
            AccessPointId: '',
            PhysicalConnectionId: '',
            CreationTime: seededTime,
            ResourceGroupId: 'rg-default',
            VlanId: 0,
          }),
          Tags: { Tags: tagPairs(vbr) },
        })),
      },
    };
  },
};
