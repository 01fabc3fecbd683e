import type { Action } from '../action.js';
import { clientToken } from '../common-parameters.js';
import { regionParameters } from './flow-log.js';

/** Tells whether the account has opened the flow log service. */
export const getFlowLogServiceStatus: Action = {
  name: 'GetFlowLogServiceStatus',
  kind: 'read',
  parameters: [...regionParameters, clientToken],
  run: (call) => ({
    RequestId: call.requestId,
    Enabled: call.world.account(call.accountId).flowLogService === 'open',
  }),
};
