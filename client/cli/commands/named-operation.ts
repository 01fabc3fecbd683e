import type { Command } from 'commander';
import { workflowIdOf } from '../../../cloud/target.js';
import { InvalidInputError } from '../../errors.js';
import type { OperationHandle } from '../../operations/handle.js';
import { resolveTarget } from '../../operations/request.js';
import type { TargetFlags } from '../resource-id.js';
import type { Session } from '../session.js';
import { addTargetFlags, namedTarget } from './targets.js';

/** Flags that name an operation beside its id. */
export type NamingFlags = TargetFlags & { readonly run?: string };

/** Adds the argument and the flags by which an operation is named: its workflow id, or a target whose newest one is meant. */
export function addNamingFlags(command: Command): Command {
  command
    .argument('[id]', 'its workflow id, or a target whose last operation is meant')
    .option('--run <id>', 'a certain run of the workflow');
  addTargetFlags(command);
  return command;
}

/**
 * The operation that an id and flags name. Its handle's methods tell whether there is one.
 * @throws UsageError, InvalidInputError where they name no target
 */
export async function namedOperation(
  id: string | undefined,
  flags: NamingFlags,
  session: Session,
): Promise<OperationHandle> {
  if (id?.includes('/')) return (await session.service()).flowLogs.getHandleById(id, flags.run);
  const resolved = resolveTarget(await namedTarget(id, flags, session), await session.accounts());
  if ('problems' in resolved) throw new InvalidInputError(resolved.problems);
  return (await session.service()).flowLogs.getHandleById(workflowIdOf(resolved.target), flags.run);
}
