import { Refusal } from '../../wire/refusal.js';
import type { Action } from '../action.js';
import { taggingActions } from '../tagging.js';
import { activateCenFlowLog } from './active-flow-log.js';
import { cenParameters } from './common.js';
import { createCenFlowLog } from './create-flowlog.js';
import { deactivateCenFlowLog } from './deactive-flow-log.js';
import { deleteCenFlowLog } from './delete-flowlog.js';
import { describeCenFlowLogs } from './describe-flowlogs.js';
import { modifyCenFlowLog } from './modify-flow-log-attribute.js';

/** The actions of CEN. */
export const cenActions: readonly Action[] = [
  createCenFlowLog,
  activateCenFlowLog,
  deactivateCenFlowLog,
  modifyCenFlowLog,
  deleteCenFlowLog,
  describeCenFlowLogs,
  ...taggingActions({
    product: 'cen',
    resourceType: 'flowlog',
    parameters: cenParameters,
    maxKeyLength: 64,
    absent: () => new Refusal('InvalidFlowlogId.NotFound'),
  }),
];
