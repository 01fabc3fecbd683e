import type { Action } from '../action.js';
import { changeFlowLog } from '../change.js';
import { cenIdParameter, cenParameters, flowLogIdParameter, namedFlowLog } from './flow-log.js';

/** Starts an inactive flow log. Asynchronous; shown as `Modifying` meanwhile. */
export const activateCenFlowLog: Action = {
  name: 'ActiveFlowLog',
  kind: 'change',
  parameters: [...cenParameters, flowLogIdParameter, cenIdParameter],
  run(call) {
    changeFlowLog(call, namedFlowLog(call), 'activate');
    return { Success: 'true', RequestId: call.requestId };
  },
};
