import type { Action } from '../action.js';
import { inventory } from '../inventory.js';
import { checkEcr, ecrAnswer, ecrParameters } from './router.js';

/** The regions in which a router has something: its virtual border routers and associations, and those the seed names (`regions`). */
export const describeExpressConnectRouterRegion: Action = {
  name: 'DescribeExpressConnectRouterRegion',
  kind: 'read',
  parameters: ecrParameters,
  run(call) {
    checkEcr(call, 'read');
    const equal = { EcrId: 'ecrId' };
    const [ecr] = inventory(call, 'ecrs', { equal: { EcrId: 'id' } });
    const named = ecr?.details.regions;
    const regions = [
      ...(Array.isArray(named) ? named.map(String) : []),
      ...inventory(call, 'vbrs', { equal }).map(({ region }) => region),
      ...inventory(call, 'ecrAssociations', { equal }).map(({ region }) => region),
    ];
    return ecrAnswer(call, { RegionIdList: [...new Set(regions)].filter(Boolean) });
  },
};
