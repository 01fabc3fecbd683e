import type { ResourceTarget } from '../cloud/flow-log.js';
import type { OperationInput, OperationReport } from './contract.js';
import { operate } from './operate.js';

/** Makes a target's flow log Inactive; it stays, with its configuration. */
export const disableFlowLog = (input: OperationInput, resolved?: ResourceTarget): Promise<OperationReport> =>
  operate('disable', input, resolved);
