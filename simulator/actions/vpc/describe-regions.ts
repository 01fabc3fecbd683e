import type { Action } from '../action.js';
import { ownerParameters, words } from '../common-parameters.js';

/** The regions that exist. */
export const describeRegions: Action = {
  name: 'DescribeRegions',
  kind: 'read',
  parameters: [...words('ProductType', 'AcceptLanguage'), ...ownerParameters],
  run: ({ requestId, config }) => ({
    RequestId: requestId,
    Regions: {
      Region: config.regions.map((RegionId) => ({
        RegionId,
        RegionEndpoint: `vpc.${RegionId}.aliyuncs.com`,
        LocalName: RegionId,
      })),
    },
  }),
};
