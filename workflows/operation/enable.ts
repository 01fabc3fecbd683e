import type { FoundOperationRun } from './child.js';
import type { OperationInput, OperationReport } from '../contract/operation.js';
import { operate, operateOnFound } from './operate.js';

/** Makes a target have its flow log, on: adopts or activates what is there, creates what is not, waits until Active. */
export const enableFlowLog = (...args: [OperationInput]): Promise<OperationReport> => operate('enable', args);

/** The same, by the operation on a flow log id that found the resource. */
export const enableFoundFlowLog = (...args: [FoundOperationRun]): Promise<OperationReport> =>
  operateOnFound('enable', args);
