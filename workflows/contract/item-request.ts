import { omitUndefined } from '../../cloud/omit-undefined.js';
import type { BulkItem } from './bulk.js';
import type { OperationOptions } from './operation.js';

/** Part of a request in bulk that holds for each of its items. */
export interface AskedForAll {
  readonly requestedBy: string;
  readonly reason?: string;
  /** Of the operations; an item's own ones win. */
  readonly options?: OperationOptions | undefined;
}

/** Argument of the operation on one item of a bulk, before it is checked. A bulk's page, its plan and its look at what stands all ask this. */
export function requestOfItem({ requestedBy, reason, options }: AskedForAll, item: BulkItem): unknown {
  const all = { ...options, ...item.options };
  return {
    target: item.target,
    requestedBy,
    ...omitUndefined({
      spec: item.spec,
      reason: reason || undefined,
      options: Object.keys(all).length > 0 ? all : undefined,
    }),
  };
}
