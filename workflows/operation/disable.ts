import type { FoundOperationRun } from './child.js';
import type { OperationInput, OperationReport } from '../contract/operation.js';
import { operate, operateOnFound } from './operate.js';

/** Makes a target's flow log Inactive; it stays, with its configuration. */
export const disableFlowLog = (...args: [OperationInput]): Promise<OperationReport> => operate('disable', args);

/** The same, by the operation on a flow log id that found the resource. */
export const disableFoundFlowLog = (...args: [FoundOperationRun]): Promise<OperationReport> =>
  operateOnFound('disable', args);
