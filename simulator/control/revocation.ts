import { z } from 'zod';
import type { World } from '../world/world.js';
import { ControlError } from './checked.js';

/** The key, role or account whose access is revoked or restored; exactly one of the three. */
export const revocationSchema = z
  .strictObject({
    /** One key: a lasting one is disabled, a session expires. */
    accessKeyId: z.string().min(1).optional(),
    /** One role: no principal may assume it, and its sessions expire. */
    roleArn: z.string().min(1).optional(),
    /** All keys, roles and sessions of an account. */
    accountId: z.string().min(1).optional(),
  })
  .refine((named) => Object.values(named).filter((value) => value !== undefined).length === 1, {
    message: 'names exactly one of accessKeyId, roleArn, accountId',
  });
export type Revocation = z.infer<typeof revocationSchema>;

/** Keys and roles that a revocation or its end has changed. */
export interface Revoked {
  readonly accessKeyIds: readonly string[];
  readonly roleArns: readonly string[];
}

/**
 * Takes access back at once. A disabled key is answered `InvalidAccessKeyId.Inactive`, a session `InvalidSecurityToken.Expired`, a caller
 * that asks for the role `NoPermission`.
 * @param now - Epoch ms.
 * @throws {@link ControlError} when there is no such key, role or account.
 */
export function revoke(world: World, named: Revocation, now: number): Revoked {
  const found = select(world, named);
  for (const role of found.roles) world.putRole({ ...role, revoked: true });
  for (const key of found.keys) {
    const isSession = key.securityToken !== undefined;
    world.accessKeys.put(key.id, isSession ? { ...key, expiresAt: now } : { ...key, disabled: true });
  }
  return idsOf(found);
}

/**
 * Gives access back: keys work and roles may be assumed again. Sessions that expired stay so, as new ones can be had.
 * @throws {@link ControlError} when there is no such key, role or account.
 */
export function restore(world: World, named: Revocation): Revoked {
  const { roles, keys } = select(world, named);
  const lasting = keys.filter(({ securityToken }) => securityToken === undefined);
  for (const role of roles) world.putRole({ ...role, revoked: false });
  for (const key of lasting) world.accessKeys.put(key.id, { ...key, disabled: false });
  return idsOf({ roles, keys: lasting });
}

function select(world: World, named: Revocation) {
  const { accessKeyId, accountId } = named;
  const arn = named.roleArn?.toLowerCase();
  const roles = [...world.roles.values()].filter(
    (role) => role.accountId === accountId || role.arn.toLowerCase() === arn,
  );
  const keys = [...world.accessKeys.values()].filter(
    (key) =>
      key.id === accessKeyId ||
      key.accountId === accountId ||
      (arn !== undefined && key.roleArn?.toLowerCase() === arn),
  );
  if (roles.length + keys.length > 0) return { roles, keys };
  const [path, value] = Object.entries(named).find(([, given]) => given !== undefined) ?? ['(body)', named];
  throw new ControlError([{ path, message: 'is not known here', value }]);
}

const idsOf = ({ roles, keys }: ReturnType<typeof select>): Revoked => ({
  accessKeyIds: keys.map(({ id }) => id),
  roleArns: roles.map(({ arn }) => arn),
});
