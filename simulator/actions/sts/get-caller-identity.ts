import { roleIdOf } from '../../world/access.js';
import type { Action } from '../action.js';

const arnPattern = /^acs:\w+::\d*:([a-z-]+)(?:\/([^/]*))?(?:\/(.*))?$/;

/** Tells who signed this call. The answer for a role has no user id; every other answer has no role id. */
export const getCallerIdentity: Action = {
  name: 'GetCallerIdentity',
  kind: 'read',
  parameters: [],
  run(call) {
    const { requestId, accountId, principal } = call;
    const [, kind = '', name = '', session = ''] = arnPattern.exec(principal) ?? [];
    const common = { RequestId: requestId, AccountId: accountId, Arn: principal };
    if (kind === 'assumed-role') {
      const roleId = roleIdOf(`acs:ram::${accountId}:role/${name}`);
      return { ...common, IdentityType: 'AssumedRoleUser', PrincipalId: `${roleId}:${session}`, RoleId: roleId };
    }
    const userId = kind === 'user' ? roleIdOf(principal) : accountId;
    return {
      ...common,
      IdentityType: kind === 'user' ? 'RAMUser' : 'Account',
      PrincipalId: userId,
      UserId: userId,
    };
  },
};
