import type { Action } from '../action.js';
import { changeFlowLog } from '../change.js';
import { ecrAnswer, ecrParameters, ecrFlowLogId, namedEcrFlowLog } from './router.js';

/** Deletes a flow log, active or not. The one action of ECR with a small l. */
export const deleteEcrFlowLog: Action = {
  name: 'DeleteFlowlog',
  kind: 'change',
  parameters: [...ecrParameters, ecrFlowLogId],
  run(call) {
    changeFlowLog(call, namedEcrFlowLog(call), 'delete');
    return ecrAnswer(call);
  },
};
