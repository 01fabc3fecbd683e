import type { Action } from '../action.js';
import { ownerParameters, pageParameters, words } from '../common-parameters.js';
import { inventory, seededTime, shownDetails, tagPairs } from '../inventory.js';
import { numberedPage } from '../paging.js';

/** Keys of its filters, and their names in a seed. */
const cenFilterFields = { CenId: 'id', Name: 'name' };

/** Lists the seeded CEN instances; they have no region. */
export const describeCens: Action = {
  name: 'DescribeCens',
  kind: 'read',
  parameters: [
    { name: 'Filter', type: 'filters', min: 1, max: 5, allowed: Object.keys(cenFilterFields) },
    ...words('ResourceGroupId'),
    { name: 'Tag', type: 'tags', max: 20, maxKeyLength: 64, wrong: 'IllegalParam.Tag*' },
    ...ownerParameters,
    ...pageParameters(),
  ],
  run(call) {
    const all = inventory(call, 'cens', {
      equal: { ResourceGroupId: 'resourceGroupId' },
      tags: call.args.tags('Tag'),
      conditions: { given: call.args.conditions('Filter'), fields: cenFilterFields },
    });
    const { page, number, size, total } = numberedPage(call, all, 10);
    return {
      RequestId: call.requestId,
      PageNumber: number,
      PageSize: size,
      TotalCount: total,
      Cens: {
        Cen: page.map((cen) => ({
          CenId: cen.id,
          ...shownDetails(cen, {
            Name: '',
            Description: '',
            Status: 'Active',
            ProtectionLevel: 'REDUCED',
            Ipv6Level: 'DISABLED',
            CreationTime: seededTime,
            ResourceGroupId: 'rg-default',
          }),
          CenBandwidthPackageIds: { CenBandwidthPackageId: [] },
          Tags: { Tag: tagPairs(cen) },
        })),
      },
    };
  },
};
