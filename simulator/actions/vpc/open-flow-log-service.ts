import { Refusal } from '../../wire/refusal.js';
import type { Action } from '../action.js';
import { clientToken } from '../common-parameters.js';
import { regionParameters } from './flow-log.js';

/** Opens the flow log service for the whole account. One that is open answers `OperationFailed.ExceedPurchaseLimit`. */
export const openFlowLogService: Action = {
  name: 'OpenFlowLogService',
  kind: 'change',
  parameters: [...regionParameters, clientToken],
  run(call) {
    if (call.world.account(call.accountId).flowLogService === 'open') {
      throw new Refusal('OperationFailed.ExceedPurchaseLimit');
    }
    call.world.accounts.put(call.accountId, { uid: call.accountId, flowLogService: 'open' });
    call.committed();
    return { RequestId: call.requestId, Code: '200', Message: 'successful' };
  },
};
