import { workflowIdOf } from '../../cloud/target.js';
import type { BulkInput } from './bulk.js';
import type { Operation, OperationInput } from './operation.js';
import { canonicalRequestJson, requestHash } from './request-hash.js';

/** Equal exactly where two operations ask for the same: workflow type, target, effective spec and every option but the deadline. */
export const wishOfOperation = (operation: Operation, input: OperationInput): string =>
  `${workflowIdOf(input.target)} ${requestHash(operation, input)}`;

/** Equal exactly where two bulks ask for the same: everything but who asks, and why. */
export const wishOfBulk = (operation: Operation, input: BulkInput): string =>
  canonicalRequestJson({ ...input, operation, requestedBy: undefined, reason: undefined });
