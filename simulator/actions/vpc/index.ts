import { Refusal } from '../../wire/refusal.js';
import type { Action } from '../action.js';
import { taggingActions } from '../tagging.js';
import { activateVpcFlowLog } from './active-flow-log.js';
import { regionParameters } from './flow-log.js';
import { createVpcFlowLog } from './create-flow-log.js';
import { deactivateVpcFlowLog } from './deactive-flow-log.js';
import { deleteVpcFlowLog } from './delete-flow-log.js';
import { describeVpcFlowLogs } from './describe-flow-logs.js';
import { describeRegions } from './describe-regions.js';
import { describeVSwitches } from './describe-v-switches.js';
import { describeVirtualBorderRouters } from './describe-virtual-border-routers.js';
import { describeVpcs } from './describe-vpcs.js';
import { getFlowLogServiceStatus } from './get-flow-log-service-status.js';
import { modifyVpcFlowLog } from './modify-flow-log-attribute.js';
import { moveResourceGroup } from './move-resource-group.js';
import { openFlowLogService } from './open-flow-log-service.js';

/** The actions of VPC. */
export const vpcActions: readonly Action[] = [
  createVpcFlowLog,
  activateVpcFlowLog,
  deactivateVpcFlowLog,
  modifyVpcFlowLog,
  deleteVpcFlowLog,
  describeVpcFlowLogs,
  getFlowLogServiceStatus,
  openFlowLogService,
  moveResourceGroup,
  describeRegions,
  describeVpcs,
  describeVSwitches,
  describeVirtualBorderRouters,
  ...taggingActions({
    product: 'vpc',
    resourceType: 'FLOWLOG',
    anyCase: true,
    parameters: regionParameters,
    maxKeyLength: 128,
    absent: () => new Refusal('InvalidInstanceId.NotFound'),
  }),
];
