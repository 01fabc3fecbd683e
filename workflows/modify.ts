import type { ResourceTarget } from '../cloud/flow-log.js';
import type { OperationInput, OperationReport } from './contract.js';
import { operate } from './operate.js';

/** Makes a target's flow log have the fields asked for, where the product can change them. */
export const modifyFlowLog = (input: OperationInput, resolved?: ResourceTarget): Promise<OperationReport> =>
  operate('modify', input, resolved);
