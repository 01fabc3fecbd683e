import type { Action } from '../action.js';
import { words } from '../common-parameters.js';
import { inventory, ownerNumber, seededTime, shownDetails, fieldText } from '../inventory.js';
import { checkEcr, ecrParameters } from './router.js';
import { listParameters, resourcePage } from './lists.js';

/** Lists the VPCs and transit routers seeded as associated with this router (`ecrAssociations`). */
export const describeExpressConnectRouterAssociation: Action = {
  name: 'DescribeExpressConnectRouterAssociation',
  kind: 'read',
  parameters: [
    ...ecrParameters,
    ...words('AssociationId', 'AssociationRegionId', 'CenId', 'TransitRouterId', 'VpcId'),
    { name: 'AssociationNodeType', type: 'text', allowed: ['VPC', 'TR'] },
    ...listParameters,
  ],
  run(call) {
    checkEcr(call, 'read');
    const type = call.args.text('AssociationNodeType');
    const all = inventory(call, 'ecrAssociations', {
      equal: {
        EcrId: 'ecrId',
        AssociationId: 'id',
        AssociationRegionId: 'region',
        CenId: 'cenId',
        TransitRouterId: 'transitRouterId',
        VpcId: 'vpcId',
      },
      where: (association) => !type || nodeType(association) === type,
    });
    return resourcePage(call, all, 'AssociationList', (association) => ({
      AssociationId: association.id,
      AssociationNodeType: nodeType(association),
      EcrId: call.args.need('EcrId'),
      OwnerId: ownerNumber(association.accountId),
      RegionId: association.region,
      ...shownDetails(association, {
        CenId: '',
        TransitRouterId: '',
        VpcId: '',
        Status: 'ACTIVE',
        Description: '',
        AllowedPrefixes: [],
        AllowedPrefixesMode: 'MatchMode',
        GmtCreate: seededTime,
        GmtModified: seededTime,
      }),
    }));
  },
};

const nodeType = (association: Parameters<typeof fieldText>[0]): string =>
  fieldText(association, 'transitRouterId') ? 'TR' : 'VPC';
