import type { ResourceTarget } from '../cloud/flow-log.js';
import type { OperationInput, OperationReport } from './contract.js';
import { operate } from './operate.js';

/** Makes a target have no flow log of ours; finished when its absence is seen. */
export const deleteFlowLog = (input: OperationInput, resolved?: ResourceTarget): Promise<OperationReport> =>
  operate('delete', input, resolved);
