import type { ResourceTarget } from '../cloud/flow-log.js';
import type { OperationInput, OperationReport } from './contract.js';
import { operate } from './operate.js';

/** Makes a target have its flow log, on: adopts or activates what is there, creates what is not, waits until Active. */
export const enableFlowLog = (input: OperationInput, resolved?: ResourceTarget): Promise<OperationReport> =>
  operate('enable', input, resolved);
