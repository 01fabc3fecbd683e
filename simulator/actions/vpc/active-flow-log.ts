import { Refusal } from '../../wire/refusal.js';
import type { Action } from '../action.js';
import { changeFlowLog } from '../change.js';
import { changeableFlowLog, deliveryOf, flowLogIdParameter, regionParameters } from './flow-log.js';

/** Starts an inactive flow log. Asynchronous; not twice within the cool-down, not while another change is under way. */
export const activateVpcFlowLog: Action = {
  name: 'ActiveFlowLog',
  kind: 'change',
  parameters: [...regionParameters, flowLogIdParameter],
  run(call) {
    const log = changeableFlowLog(call);
    if (deliveryOf(call, log).status === 'FAILED') throw new Refusal('OperationDenied.FlowLogDeliverFailed');
    changeFlowLog(call, log, 'activate');
    return { Success: 'true', RequestId: call.requestId };
  },
};
