import type { Action } from '../action.js';
import { words } from '../common-parameters.js';
import { inventory, ownerNumber, seededTime, shownDetails } from '../inventory.js';
import { checkEcr, ecrParameters } from './router.js';
import { listParameters, resourcePage } from './lists.js';

/** Lists the virtual border routers that were seeded as this router's, of all regions where none is named. */
export const describeExpressConnectRouterChildInstance: Action = {
  name: 'DescribeExpressConnectRouterChildInstance',
  kind: 'read',
  parameters: [
    ...ecrParameters,
    ...words('ChildInstanceId', 'ChildInstanceRegionId', 'AssociationId'),
    { name: 'ChildInstanceType', type: 'text', allowed: ['VBR'] },
    ...listParameters,
  ],
  run(call) {
    checkEcr(call, 'read');
    const all = inventory(call, 'vbrs', {
      equal: { EcrId: 'ecrId', ChildInstanceId: 'id', ChildInstanceRegionId: 'region', AssociationId: 'associationId' },
    });
    return resourcePage(call, all, 'ChildInstanceList', (vbr) => ({
      EcrId: call.args.need('EcrId'),
      ChildInstanceId: vbr.id,
      ChildInstanceType: 'VBR',
      ChildInstanceRegionId: vbr.region,
      ChildInstanceOwnerId: ownerNumber(vbr.accountId),
      RegionId: vbr.region,
      OwnerId: ownerNumber(vbr.accountId),
      // The state of the attachment; the router's own (`status`) is shown by DescribeVirtualBorderRouters.
      Status: typeof vbr.details.childStatus === 'string' ? vbr.details.childStatus : 'ACTIVE',
      ...shownDetails(vbr, { AssociationId: '', Description: '', GmtCreate: seededTime, GmtModified: seededTime }),
    }));
  },
};
