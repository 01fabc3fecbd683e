import type { Action } from '../action.js';
import { activateEcrFlowLog } from './activate-flow-log.js';
import { createEcrFlowLog } from './create-flow-log.js';
import { deactivateEcrFlowLog } from './deactivate-flow-log.js';
import { deleteEcrFlowLog } from './delete-flowlog.js';
import { describeEcrFlowLogs } from './describe-flow-logs.js';
import { modifyEcrFlowLog } from './modify-flow-log-attribute.js';

/** The actions of ECR. */
export const ecrActions: readonly Action[] = [
  createEcrFlowLog,
  activateEcrFlowLog,
  deactivateEcrFlowLog,
  modifyEcrFlowLog,
  deleteEcrFlowLog,
  describeEcrFlowLogs,
];
