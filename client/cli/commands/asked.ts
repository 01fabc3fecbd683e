import { omitUndefined } from '../../../cloud/omit-undefined.js';
import type { Operation, OperationInput } from '../../../workflows/contract/operation.js';
import type { OperationRequest } from '../../operations/request.js';
import { inputFromFlags, optionFlags, specFlags } from '../flags.js';
import { misspeltRegionFlags } from '../region-check.js';
import type { TargetFlags } from '../resource-id.js';
import type { Session } from '../session.js';
import { checkedInput, namedTarget } from './targets.js';

/** Flags that name one target, what is wished of it, who asks and why. */
export type AskingFlags = Readonly<Record<string, unknown>> &
  TargetFlags & { readonly requestedBy?: string; readonly reason?: string };

/**
 * The one request that an id and flags make.
 * @throws UsageError, InvalidInputError with every problem
 */
export async function askedByFlags(
  operation: Operation,
  id: string | undefined,
  flags: AskingFlags,
  session: Session,
): Promise<{ readonly request: OperationRequest; readonly input: OperationInput }> {
  const request = {
    target: await namedTarget(id, flags, session),
    ...inputFromFlags([...specFlags, ...optionFlags], flags),
    requestedBy: flags.requestedBy ?? session.surroundings.userName,
    ...omitUndefined({ reason: flags.reason || undefined }),
  } as OperationRequest;
  return { request, input: checkedInput(operation, request, await session.accounts(), misspeltRegionFlags(flags)) };
}
