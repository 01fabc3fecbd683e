import type { Action } from '../action.js';
import { changeFlowLog } from '../change.js';
import { cenIdParameter, cenParameters, flowLogIdParameter, namedFlowLog } from './flow-log.js';

/** Deletes a flow log, active or not. Asynchronous; afterwards it is absent from lists. */
export const deleteCenFlowLog: Action = {
  name: 'DeleteFlowlog',
  kind: 'change',
  parameters: [...cenParameters, flowLogIdParameter, cenIdParameter],
  run(call) {
    changeFlowLog(call, namedFlowLog(call), 'delete');
    return { Success: 'true', RequestId: call.requestId };
  },
};
