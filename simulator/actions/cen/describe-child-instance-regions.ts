import type { Action } from '../action.js';
import { ownerParameters, words } from '../common-parameters.js';

/** The regions in which networks can be attached. */
export const describeChildInstanceRegions: Action = {
  name: 'DescribeChildInstanceRegions',
  kind: 'read',
  parameters: [...words('ProductType'), ...ownerParameters],
  run: ({ requestId, config }) => ({
    RequestId: requestId,
    Regions: { Region: config.regions.map((RegionId) => ({ RegionId, LocalName: RegionId })) },
  }),
};
