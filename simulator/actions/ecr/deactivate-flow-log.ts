import type { Action } from '../action.js';
import { changeFlowLog } from '../change.js';
import { ecrAnswer, ecrParameters, ecrFlowLogId, namedEcrFlowLog } from './router.js';

/** Stops an active flow log. */
export const deactivateEcrFlowLog: Action = {
  name: 'DeactivateFlowLog',
  kind: 'change',
  parameters: [...ecrParameters, ecrFlowLogId],
  run(call) {
    changeFlowLog(call, namedEcrFlowLog(call), 'deactivate');
    return ecrAnswer(call);
  },
};
