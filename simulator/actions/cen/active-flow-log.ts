import type { Action } from '../action.js';
import { changeFlowLog } from '../change.js';
import { cenIdParameter, cenParameters, cenFlowLogId, namedCenFlowLog } from './flow-log.js';

/** Starts an inactive flow log. Asynchronous; shown as `Modifying` meanwhile. */
export const activateCenFlowLog: Action = {
  name: 'ActiveFlowLog',
  kind: 'change',
  parameters: [...cenParameters, cenFlowLogId, cenIdParameter],
  run(call) {
    changeFlowLog(call, namedCenFlowLog(call), 'activate');
    return { Success: 'true', RequestId: call.requestId };
  },
};
