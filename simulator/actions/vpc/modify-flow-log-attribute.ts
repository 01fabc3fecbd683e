import type { Action } from '../action.js';
import { changeFlowLog } from '../change.js';
import { notALink } from '../common-parameters.js';
import { givenFields } from '../fields.js';
import { aggregationInterval, changeableFlowLog, flowLogIdParameter, regionParameters } from './flow-log.js';

const editable = ['FlowLogName', 'Description', 'AggregationInterval', 'IpVersion', 'LogFormat'];

/** Changes name, description, interval, IP version or format. Asynchronous. Resource, destination and traffic stay as created. */
export const modifyVpcFlowLog: Action = {
  name: 'ModifyFlowLogAttribute',
  kind: 'change',
  parameters: [
    ...regionParameters,
    flowLogIdParameter,
    { name: 'FlowLogName', type: 'text', min: 1, max: 128, pattern: notALink, wrong: 'InvalidName.Malformed' },
    { name: 'Description', type: 'text', min: 1, max: 256, pattern: notALink },
    aggregationInterval,
    { name: 'IpVersion', type: 'text', pattern: /^[A-Za-z0-9]{1,32}$/ },
    { name: 'LogFormat', type: 'text', max: 1_000 },
  ],
  run(call) {
    changeFlowLog(call, changeableFlowLog(call), 'modify', givenFields(call.args, editable));
    return { Success: 'true', RequestId: call.requestId };
  },
};
