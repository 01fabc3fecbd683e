import type { FoundOperationRun } from './child.js';
import type { OperationInput, OperationReport } from '../contract/operation.js';
import { operate, operateOnFound } from './operate.js';

/** Makes a target's flow log have the fields asked for, where the product can change them. */
export const modifyFlowLog = (...args: [OperationInput]): Promise<OperationReport> => operate('modify', args);

/** The same, by the operation on a flow log id that found the resource. */
export const modifyFoundFlowLog = (...args: [FoundOperationRun]): Promise<OperationReport> =>
  operateOnFound('modify', args);
