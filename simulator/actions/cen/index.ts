import { Refusal } from '../../wire/refusal.js';
import type { Action } from '../action.js';
import { taggingActions } from '../tagging.js';
import { activateCenFlowLog } from './active-flow-log.js';
import { cenParameters } from './flow-log.js';
import { createCenFlowLog } from './create-flowlog.js';
import { deactivateCenFlowLog } from './deactive-flow-log.js';
import { deleteCenFlowLog } from './delete-flowlog.js';
import { describeCens } from './describe-cens.js';
import { describeChildInstanceRegions } from './describe-child-instance-regions.js';
import { describeCenFlowLogs } from './describe-flowlogs.js';
import { listEcrAttachments } from './list-transit-router-ecr-attachments.js';
import { listPeerAttachments } from './list-transit-router-peer-attachments.js';
import { listVbrAttachments } from './list-transit-router-vbr-attachments.js';
import { listVpcAttachments } from './list-transit-router-vpc-attachments.js';
import { listVpnAttachments } from './list-transit-router-vpn-attachments.js';
import { listTransitRouters } from './list-transit-routers.js';
import { modifyCenFlowLog } from './modify-flow-log-attribute.js';

/** The actions of CEN. */
export const cenActions: readonly Action[] = [
  createCenFlowLog,
  activateCenFlowLog,
  deactivateCenFlowLog,
  modifyCenFlowLog,
  deleteCenFlowLog,
  describeCenFlowLogs,
  describeCens,
  describeChildInstanceRegions,
  listTransitRouters,
  listVpcAttachments,
  listVbrAttachments,
  listVpnAttachments,
  listPeerAttachments,
  listEcrAttachments,
  ...taggingActions({
    product: 'cen',
    resourceType: 'flowlog',
    parameters: cenParameters,
    maxKeyLength: 64,
    absent: () => new Refusal('InvalidFlowlogId.NotFound'),
  }),
];
