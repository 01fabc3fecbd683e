import type { Action } from '../action.js';
import { anyRegion, ownerParameters, pageParameters, words } from '../common-parameters.js';
import { inventory, ownerNumber, seededTime, shownDetails, tagPairs, fieldText } from '../inventory.js';
import { numberedPage } from '../paging.js';

/** Lists the seeded transit routers, of all regions where none is named. Unlike older lists it wraps neither rows nor tags. */
export const listTransitRouters: Action = {
  name: 'ListTransitRouters',
  kind: 'read',
  parameters: [
    anyRegion,
    ...words('CenId', 'TransitRouterId', 'TransitRouterName'),
    { name: 'Type', type: 'text', allowed: ['Enterprise', 'Basic'] },
    { name: 'Status', type: 'text', allowed: ['Creating', 'Active', 'Modifying', 'Deleting', 'Upgrading'] },
    { name: 'Tag', type: 'tags', max: 20, maxKeyLength: 64, wrong: 'IllegalParam.Tag*' },
    ...ownerParameters,
    ...pageParameters(),
  ],
  run(call) {
    const { args } = call;
    const all = inventory(call, 'transitRouters', {
      equal: { RegionId: 'region', CenId: 'cenId', TransitRouterId: 'id', TransitRouterName: 'name' },
      tags: args.tags('Tag'),
      where: (router) =>
        (args.text('Type') || routerType(router)) === routerType(router) &&
        (args.text('Status') || routerStatus(router)) === routerStatus(router),
    });
    const { page, number, size, total } = numberedPage(call, all, 10);
    return {
      RequestId: call.requestId,
      PageNumber: number,
      PageSize: size,
      TotalCount: total,
      TransitRouters: page.map((router) => ({
        TransitRouterId: router.id,
        TransitRouterName: fieldText(router, 'name'),
        TransitRouterDescription: fieldText(router, 'description'),
        AliUid: ownerNumber(router.accountId),
        RegionId: router.region,
        ...shownDetails(router, { CenId: '', CreationTime: seededTime, SupportMulticast: false }),
        Type: routerType(router),
        Status: routerStatus(router),
        Tags: tagPairs(router),
      })),
    };
  },
};

const routerType = (router: Parameters<typeof fieldText>[0]): string => fieldText(router, 'type') || 'Enterprise';
const routerStatus = (router: Parameters<typeof fieldText>[0]): string => fieldText(router, 'status') || 'Active';
