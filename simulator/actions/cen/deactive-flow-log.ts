import type { Action } from '../action.js';
import { changeFlowLog } from '../change.js';
import { cenIdParameter, cenParameters, cenFlowLogId, namedCenFlowLog } from './flow-log.js';

/** Stops an active flow log. Asynchronous; shown as `Modifying` meanwhile. */
export const deactivateCenFlowLog: Action = {
  name: 'DeactiveFlowLog',
  kind: 'change',
  parameters: [...cenParameters, cenFlowLogId, cenIdParameter],
  run(call) {
    changeFlowLog(call, namedCenFlowLog(call), 'deactivate');
    return { Success: 'true', RequestId: call.requestId };
  },
};
