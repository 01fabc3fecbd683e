import type { Action } from '../action.js';
import { clientToken } from '../common-parameters.js';

/** The regions whose networks a router can take. Its envelope lacks the dynamic fields and the details of a denial. */
export const listExpressConnectRouterSupportedRegion: Action = {
  name: 'ListExpressConnectRouterSupportedRegion',
  kind: 'read',
  parameters: [{ name: 'NodeType', type: 'text', required: true, allowed: ['TR', 'VBR', 'VPC'] }, clientToken],
  run: ({ requestId, config }) => ({
    RequestId: requestId,
    Success: true,
    Code: '200',
    Message: 'OK',
    HttpStatusCode: 200,
    SupportedRegionIdList: config.regions,
  }),
};
