import type { Action } from '../action.js';
import { changeFlowLog } from '../change.js';
import { ecrAnswer, ecrParameters, ecrFlowLogId, namedEcrFlowLog } from './router.js';

/** Starts an inactive flow log. */
export const activateEcrFlowLog: Action = {
  name: 'ActivateFlowLog',
  kind: 'change',
  parameters: [...ecrParameters, ecrFlowLogId],
  run(call) {
    changeFlowLog(call, namedEcrFlowLog(call), 'activate');
    return ecrAnswer(call);
  },
};
