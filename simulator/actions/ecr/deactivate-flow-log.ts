import type { Action } from '../action.js';
import { changeFlowLog } from '../change.js';
import { ecrAnswer, ecrParameters, flowLogIdParameter, namedFlowLog } from './router.js';

/** Stops an active flow log. */
export const deactivateEcrFlowLog: Action = {
  name: 'DeactivateFlowLog',
  kind: 'change',
  parameters: [...ecrParameters, flowLogIdParameter],
  run(call) {
    changeFlowLog(call, namedFlowLog(call), 'deactivate');
    return ecrAnswer(call);
  },
};
