import type { Action } from '../action.js';
import { changeFlowLog } from '../change.js';
import { ecrAnswer, ecrParameters, flowLogIdParameter, namedFlowLog } from './router.js';

/** Starts an inactive flow log. */
export const activateEcrFlowLog: Action = {
  name: 'ActivateFlowLog',
  kind: 'change',
  parameters: [...ecrParameters, flowLogIdParameter],
  run(call) {
    changeFlowLog(call, namedFlowLog(call), 'activate');
    return ecrAnswer(call);
  },
};
