import type { Action } from '../action.js';
import { changeFlowLog } from '../change.js';
import { changeableFlowLog, flowLogIdParameter, regionParameters } from './flow-log.js';

/** Stops an active flow log. Asynchronous. */
export const deactivateVpcFlowLog: Action = {
  name: 'DeactiveFlowLog',
  kind: 'change',
  parameters: [...regionParameters, flowLogIdParameter],
  run(call) {
    const log = changeableFlowLog(call);
    changeFlowLog(call, log, 'deactivate');
    return { Success: 'true', RequestId: call.requestId };
  },
};
