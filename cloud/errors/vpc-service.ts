import { metadata, type ErrorRow } from './row.js';

const openPage = metadata('open service');
const finishAccount = "Complete the account's registration and billing in the console, then ask again.";

/** Errors of VPC about permission, billing and the account's flow log service, opening it included. */
export const vpcServiceErrors: readonly ErrorRow[] = (
  [
    {
      code: 'Unauthorized',
      kind: 'denied',
      refused: ['permission', 'This api does not support sub user or role.'],
      scope: 'account',
      meaning: 'This API cannot be called by this RAM user or role.',
      advice: 'Give the role the permissions that `flowlog ram-policy` prints.',
      source: metadata('create', 'delete', 'modify', 'list'),
    },
    {
      code: 'UnsupportedFeature.UserDefinedTrafficPath',
      kind: 'unsupported',
      scope: 'account',
      meaning: 'Choosing traffic paths is not open to this account.',
      advice: 'Leave out trafficPath, or ask Alibaba Cloud to open the feature.',
      source: metadata('create'),
    },
    {
      code: 'OperationDenied.OperateShareResource',
      kind: 'denied',
      refused: ['permission', 'The operation is not allowed because of OperateShareResource.'],
      meaning: 'The resource is shared from another account, which alone may log it.',
      advice: 'Ask for the flow log in the account that owns the resource.',
      source: metadata('create'),
    },
    {
      code: 'OptInRequired.FlowLog',
      kind: 'prerequisite',
      scope: 'account',
      meaning: 'The flow log service is not open in this account.',
      advice: 'Open it in the console, or ask again with --open-service.',
      source: metadata('create'),
    },
    {
      code: 'OperationFailed.ExceedPurchaseLimit',
      on: ['openService'],
      kind: 'exists',
      scope: 'account',
      meaning: 'The flow log service is open already.',
      advice: 'Nothing to do.',
      source: openPage,
    },
    {
      code: 'OperationFailed.AliGroupUserCanNotBuyInnerCommodity',
      kind: 'denied',
      scope: 'account',
      meaning: 'Accounts of this group may not buy the service.',
      advice: finishAccount,
      source: openPage,
    },
    {
      code: 'OperationFailed.BasicInfoUncompleted',
      kind: 'prerequisite',
      scope: 'account',
      meaning: "The account's owner has not given the personal data that buying needs.",
      advice: finishAccount,
      source: openPage,
    },
    {
      code: 'OperationFailed.QuotaNotEnough',
      kind: 'prerequisite',
      scope: 'account',
      meaning: 'The credit that the channel partner gave is used up.',
      advice: 'Ask the channel partner to raise the credit.',
      source: openPage,
    },
    {
      code: 'Order.NoRealNameAuthentication',
      kind: 'prerequisite',
      scope: 'account',
      meaning: 'The account has not passed real-name verification.',
      advice: finishAccount,
      source: openPage,
    },
    {
      code: 'Forbidden.RAM',
      kind: 'denied',
      refused: [
        'permission',
        "User not authorized to operate on the specified resource, or this API doesn't support RAM.",
      ],
      scope: 'account',
      meaning: 'The RAM user or role may not do this.',
      advice: 'Give the role the permissions that `flowlog ram-policy` prints.',
      source: openPage,
    },
  ] as const satisfies readonly Omit<ErrorRow, 'service'>[]
).map((row) => ({ service: 'vpc', ...row }));
