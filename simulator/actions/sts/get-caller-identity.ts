import type { Action } from '../action.js';

/** Who signed this call. */
export const getCallerIdentity: Action = {
  name: 'GetCallerIdentity',
  kind: 'read',
  parameters: [],
  run(call) {
    const isRole = call.principal.includes(':assumed-role/');
    return {
      RequestId: call.requestId,
      IdentityType: isRole ? 'AssumedRoleUser' : 'Account',
      AccountId: call.accountId,
      PrincipalId: call.accountId,
      UserId: call.accountId,
      Arn: call.principal,
    };
  },
};
