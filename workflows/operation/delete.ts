import type { FoundOperationRun } from './child.js';
import type { OperationInput, OperationReport } from '../contract/operation.js';
import { operate, operateOnFound } from './operate.js';

/** Makes a target have no flow log of ours; finished when its absence is seen. */
export const deleteFlowLog = (...args: [OperationInput]): Promise<OperationReport> => operate('delete', args);

/** The same, by the operation on a flow log id that found the resource. */
export const deleteFoundFlowLog = (...args: [FoundOperationRun]): Promise<OperationReport> =>
  operateOnFound('delete', args);
