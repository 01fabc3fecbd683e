import type { Action } from '../action.js';
import { changeFlowLog } from '../change.js';
import { notALink } from '../common-parameters.js';
import { givenFields } from '../fields.js';
import { ecrAnswer, ecrParameters, ecrFlowLogId, ecrInterval, namedEcrFlowLog, samplingRate } from './router.js';

/** Changes name, description, interval or sampling rate. */
export const modifyEcrFlowLog: Action = {
  name: 'ModifyFlowLogAttribute',
  kind: 'change',
  parameters: [
    ...ecrParameters,
    ecrFlowLogId,
    { name: 'FlowLogName', type: 'text', max: 128, pattern: notALink },
    { name: 'Description', type: 'text', max: 256, pattern: notALink },
    ecrInterval,
    samplingRate,
  ],
  run(call) {
    const edited = givenFields(call.args, ['FlowLogName', 'Description', 'Interval', 'SamplingRate']);
    changeFlowLog(call, namedEcrFlowLog(call), 'modify', edited);
    return ecrAnswer(call);
  },
};
