import type { Action } from '../action.js';
import { changeFlowLog } from '../change.js';
import { cenIdParameter, cenParameters, cenFlowLogId, namedCenFlowLog } from './flow-log.js';

/** Deletes a flow log, active or not. Asynchronous; afterwards it is absent from lists. */
export const deleteCenFlowLog: Action = {
  name: 'DeleteFlowlog',
  kind: 'change',
  parameters: [...cenParameters, cenFlowLogId, cenIdParameter],
  run(call) {
    changeFlowLog(call, namedCenFlowLog(call), 'delete');
    return { Success: 'true', RequestId: call.requestId };
  },
};
