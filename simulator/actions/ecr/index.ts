import type { Action } from '../action.js';
import { activateEcrFlowLog } from './activate-flow-log.js';
import { createEcrFlowLog } from './create-flow-log.js';
import { deactivateEcrFlowLog } from './deactivate-flow-log.js';
import { deleteEcrFlowLog } from './delete-flowlog.js';
import { describeExpressConnectRouterAssociation } from './describe-express-connect-router-association.js';
import { describeExpressConnectRouterChildInstance } from './describe-express-connect-router-child-instance.js';
import { describeExpressConnectRouterRegion } from './describe-express-connect-router-region.js';
import { describeExpressConnectRouter } from './describe-express-connect-router.js';
import { describeEcrFlowLogs } from './describe-flow-logs.js';
import { listExpressConnectRouterSupportedRegion } from './list-express-connect-router-supported-region.js';
import { modifyEcrFlowLog } from './modify-flow-log-attribute.js';

/** The actions of ECR. */
export const ecrActions: readonly Action[] = [
  createEcrFlowLog,
  activateEcrFlowLog,
  deactivateEcrFlowLog,
  modifyEcrFlowLog,
  deleteEcrFlowLog,
  describeEcrFlowLogs,
  describeExpressConnectRouter,
  describeExpressConnectRouterChildInstance,
  describeExpressConnectRouterAssociation,
  describeExpressConnectRouterRegion,
  listExpressConnectRouterSupportedRegion,
];
