import { omitUndefined } from '../../cloud/omit-undefined.js';
import type { Aim } from '../contract/activities.js';
import { effectiveSpec, factsOf } from '../../cloud/effective-spec.js';
import { type ResourceTarget, isById } from '../../cloud/flow-log.js';
import { products } from '../../cloud/products/products.js';
import type { Operation, OperationInput } from '../contract/operation.js';
import type { Desired } from './next-step.js';

/** Aim that an operation compares the cloud with, once the resource is known: for a plan as for the operation itself. */
export function aimOf(request: OperationInput, target: ResourceTarget): Aim {
  const pinned = isById(request.target) ? request.target.flowLogId : undefined;
  const spec = request.spec && effectiveSpec(target.product, request.spec, factsOf(target));
  return {
    target,
    ...omitUndefined({ spec, pinned: pinned || undefined, takesOver: request.options?.takeOver ? true : undefined }),
  };
}

/** Facts that `nextStep` needs of an operation and its product. */
export function desiredOf(
  operation: Operation,
  target: ResourceTarget,
  request: OperationInput,
  pinned?: string,
): Desired {
  const { options = {} } = request;
  const { product } = target;
  const tellsDelivery = products[product].delivery !== undefined;
  return { operation, product, options, tellsDelivery, ...omitUndefined({ pinned: pinned || undefined }) };
}
