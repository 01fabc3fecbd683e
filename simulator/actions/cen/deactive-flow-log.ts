import type { Action } from '../action.js';
import { changeFlowLog } from '../change.js';
import { cenIdParameter, cenParameters, flowLogIdParameter, namedFlowLog } from './flow-log.js';

/** Stops an active flow log. Asynchronous; shown as `Modifying` meanwhile. */
export const deactivateCenFlowLog: Action = {
  name: 'DeactiveFlowLog',
  kind: 'change',
  parameters: [...cenParameters, flowLogIdParameter, cenIdParameter],
  run(call) {
    changeFlowLog(call, namedFlowLog(call), 'deactivate');
    return { Success: 'true', RequestId: call.requestId };
  },
};
