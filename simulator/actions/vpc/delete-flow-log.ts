import type { Action } from '../action.js';
import { changeFlowLog } from '../change.js';
import { changeableFlowLog, flowLogIdParameter, regionParameters } from './flow-log.js';

/** Deletes a flow log, active or not. Asynchronous; afterwards it is absent from lists. */
export const deleteVpcFlowLog: Action = {
  name: 'DeleteFlowLog',
  kind: 'change',
  parameters: [...regionParameters, flowLogIdParameter],
  run(call) {
    const log = changeableFlowLog(call);
    changeFlowLog(call, log, 'delete');
    return { Success: 'true', RequestId: call.requestId };
  },
};
