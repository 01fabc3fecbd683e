import type { Action } from '../action.js';
import { clientToken, words } from '../common-parameters.js';
import { inventory, ownerNumber, seededTime, shownDetails, tagKeyPairs } from '../inventory.js';
import { listParameters, resourcePage } from './lists.js';

/** Lists the seeded Express Connect Routers; one that is unknown is an empty list. */
export const describeExpressConnectRouter: Action = {
  name: 'DescribeExpressConnectRouter',
  kind: 'read',
  parameters: [
    ...words('EcrId', 'Name', 'ResourceGroupId'),
    { name: 'Tag', type: 'tags', max: 20, maxKeyLength: 64 },
    clientToken,
    { name: 'DryRun', type: 'boolean' },
    ...listParameters,
  ],
  run(call) {
    const all = inventory(call, 'ecrs', {
      equal: { EcrId: 'id', Name: 'name', ResourceGroupId: 'resourceGroupId' },
      tags: call.args.tags('Tag'),
    });
    return resourcePage(call, all, 'EcrList', (ecr) => ({
      EcrId: ecr.id,
      OwnerId: ownerNumber(ecr.accountId),
      ...shownDetails(ecr, {
        Name: '',
        Description: '',
        Status: 'ACTIVE',
        BizStatus: 'Normal',
        AlibabaSideAsn: 45_104,
        GmtCreate: seededTime,
        GmtModified: seededTime,
        ResourceGroupId: 'rg-default',
      }),
      Tags: tagKeyPairs(ecr),
    }));
  },
};
