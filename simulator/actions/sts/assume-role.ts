import { randomBytes } from 'node:crypto';
import { Refusal } from '../../wire/refusal.js';
import { roleIdOf, type Role } from '../../world/access.js';
import type { Action, Call } from '../action.js';
import { cloudTime } from '../change.js';

/** Session lengths in seconds: the least that may be asked for, and the default (documented). */
const minSessionSeconds = 900;
const defaultSessionSeconds = 3_600;

/**
 * Gives temporary credentials of a role to one whom it trusts. To the journal a read: it makes no flow log, and its sessions are on disk
 * with everything else before the answer leaves.
 */
export const assumeRole: Action = {
  name: 'AssumeRole',
  kind: 'read',
  parameters: [
    {
      name: 'RoleArn',
      type: 'text',
      required: true,
      pattern: /^acs:ram::\d{1,20}:role\/[A-Za-z0-9._-]{1,64}$/i,
      wrong: 'InvalidParameter.RoleArn',
    },
    {
      name: 'RoleSessionName',
      type: 'text',
      required: true,
      min: 2,
      max: 64,
      pattern: /^[A-Za-z0-9.@_-]+$/,
      wrong: 'InvalidParameter.RoleSessionName',
    },
    { name: 'DurationSeconds', type: 'integer', min: minSessionSeconds, wrong: 'InvalidParameter.DurationSeconds' },
    { name: 'ExternalId', type: 'text', min: 2, max: 1_224, pattern: /^[\w+=,.@:/-]+$/ },
    { name: 'Policy', type: 'text', min: 1, max: 2_048, pattern: /^\s*\{/, wrong: 'InvalidParameter.PolicyGrammar' },
  ],
  run(call) {
    const role = trustingRole(call);
    const seconds = call.args.integer('DurationSeconds') ?? defaultSessionSeconds;
    if (seconds > role.maxSessionSeconds) throw new Refusal('InvalidParameter.DurationSeconds');
    const sessionName = call.args.need('RoleSessionName');
    const principal = {
      AssumedRoleId: `${roleIdOf(role.arn)}:${sessionName}`,
      Arn: `acs:ram::${role.accountId}:assumed-role/${role.name}/${sessionName}`,
    };
    // To the second, as `Expiration` says it: a client may count on every ms of it.
    const expiresAt = Math.ceil(call.now / 1_000) * 1_000 + seconds * 1_000;
    const key = {
      id: `STS.sim${(call.world.accessKeys.size + 1).toString(36).padStart(12, '0')}`,
      // Not to be guessed, unlike ids: a test that looks for leaked secrets must not find them by chance.
      secret: randomBytes(32).toString('base64url'),
      securityToken: `CAIS${randomBytes(96).toString('base64')}`,
    };
    call.world.accessKeys.put(key.id, {
      ...key,
      accountId: role.accountId,
      expiresAt,
      arn: principal.Arn,
      roleArn: role.arn,
    });
    return {
      RequestId: call.requestId,
      AssumedRoleUser: principal,
      Credentials: {
        AccessKeyId: key.id,
        AccessKeySecret: key.secret,
        SecurityToken: key.securityToken,
        Expiration: cloudTime(expiresAt),
      },
    };
  },
};

/** @throws {@link Refusal} when the role does not exist, is taken back, does not trust the caller, or asks for another external id. */
function trustingRole(call: Call): Role {
  const role = call.world.roles.get(call.args.need('RoleArn').toLowerCase());
  if (!role) throw new Refusal('EntityNotExist.Role');
  const callers = [call.accountId, call.accessKeyId, call.principal];
  const isTrusted = role.trusts.some((trusted) => callers.includes(trusted));
  const isNamed = role.externalId === undefined || role.externalId === call.args.text('ExternalId');
  if (role.revoked || !isTrusted || !isNamed) throw new Refusal('NoPermission', { service: 'sts' });
  return role;
}
