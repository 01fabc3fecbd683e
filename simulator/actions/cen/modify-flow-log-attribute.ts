import { Refusal } from '../../wire/refusal.js';
import type { Action } from '../action.js';
import { changeFlowLog } from '../change.js';
import { notALink } from '../common-parameters.js';
import { givenFields } from '../fields.js';
import { cenIdParameter, cenParameters, cenFlowLogId, cenInterval, namedCenFlowLog } from './flow-log.js';

/** Changes name, description or interval. Asynchronous. This action alone words an unknown id as a wrong parameter. */
export const modifyCenFlowLog: Action = {
  name: 'ModifyFlowLogAttribute',
  kind: 'change',
  parameters: [
    ...cenParameters,
    cenFlowLogId,
    cenIdParameter,
    { name: 'FlowLogName', type: 'text', max: 128, pattern: notALink },
    { name: 'Description', type: 'text', max: 256, pattern: notALink },
    cenInterval,
  ],
  run(call) {
    const message = 'The specified flowlog id does not exist or does not match the cen Id.';
    const log = namedCenFlowLog(call, new Refusal('InvalidParameter.FlowLogId', { message }));
    changeFlowLog(call, log, 'modify', givenFields(call.args, ['FlowLogName', 'Description', 'Interval']));
    return { Success: 'true', RequestId: call.requestId };
  },
};
