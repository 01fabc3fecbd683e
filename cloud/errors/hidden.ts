import type { ErrorRow } from './row.js';

/**
 * Errors that the cloud is reported to name in the message only, under a code that says something else, or nothing: a token that expired comes
 * as a parameter that is not valid. Such a row is taken where the code itself has no row, or one that only says that something in the
 * request is wrong. Each source is a public report, with the words as they stand there.
 */
export const hiddenErrors: readonly ErrorRow[] = [
  {
    code: '*',
    message: /SecurityToken\.Expired|security ?token (you provided )?(has |was |is )?expired/i,
    kind: 'denied',
    scope: 'account',
    untilDeadline: true,
    meaning: 'The temporary credentials have expired; the code speaks of a parameter.',
    advice: 'Let the worker get new credentials; the operation goes on by itself.',
    source: `https://github.com/kubevela/terraform-controller/issues/52: InvalidParameter, "The specified parameter "SecurityToken.Expired" is not valid."; https://github.com/aliyun/aliyun-log-java-producer/issues/44: "The security token you provided has expired"`,
  },
  {
    code: '*',
    message: /SecurityToken is mandatory for this action/i,
    kind: 'denied',
    scope: 'account',
    untilDeadline: true,
    meaning: 'The key is a temporary one, and its token is missing.',
    advice: 'Set ALIBABA_CLOUD_SECURITY_TOKEN too; the operation goes on by itself.',
    source: 'https://github.com/denverdino/aliyungo/issues/204: "SecurityToken is mandatory for this action."',
  },
  {
    code: '*',
    message: /Specified access key is not found/i,
    kind: 'denied',
    scope: 'account',
    untilDeadline: true,
    meaning: 'There is no such access key.',
    advice: 'Put a valid access key where the worker reads it; the operation goes on by itself.',
    source:
      'https://github.com/sanjusss/aliyun-ddns/issues/77: InvalidAccessKeyId, "Specified access key is not found or invalid."; https://github.com/pragkent/alidns-webhook/issues/5: "Specified access key is not found."',
  },
  {
    code: '*',
    message: /The OSS Access Key Id you provided does not exist/i,
    kind: 'denied',
    scope: 'account',
    untilDeadline: true,
    meaning: 'There is no such access key.',
    advice: 'Put a valid access key where the worker reads it; the operation goes on by itself.',
    source:
      'https://github.com/Molunerfinn/PicGo/issues/466: InvalidAccessKeyId, "The OSS Access Key Id you provided does not exist in our records."',
  },
  {
    code: '*',
    message: /signature (does not conform to Aliyun standards|does not match our calculation)/i,
    kind: 'denied',
    scope: 'account',
    untilDeadline: true,
    meaning: "The secret is not the access key's.",
    advice: 'Correct the secret where the worker reads it; the operation goes on by itself.',
    source:
      'https://github.com/cloudfoundry/bosh-alicloud-cpi-release/issues/29: "The request signature does not conform to Aliyun standards. server string to sign is"; https://github.com/aliyun/alibabacloud-csharp-sdk/issues/40: "Specified signature does not match our calculation."',
  },
  {
    code: '*',
    message: /time ?stamp or date value is expired|input parameter "Timestamp" that is mandatory/i,
    kind: 'denied',
    scope: 'account',
    untilDeadline: true,
    meaning: "The worker's clock is wrong by more than the cloud takes.",
    advice: "Set the worker's clock; the operation goes on by itself.",
    source:
      'https://github.com/aliyun/aliyun-openapi-python-sdk/issues/41: IllegalTimestamp, "The input parameter "Timestamp" that is mandatory for processing this request is not supplied."; https://github.com/jeessy2/ddns-go/issues/1291: "Specified time stamp or date value is expired."',
  },
  {
    code: '*',
    message: /User not authorized to operate on the specified resource/i,
    kind: 'denied',
    scope: 'account',
    meaning: 'The caller lacks a permission.',
    advice: 'Grant what docs/ram.md lists, then ask again.',
    source:
      'https://github.com/alibaba/terraform-provider/issues/182: "User not authorized to operate on the specified resource, or this API doesn\'t support RAM."; https://github.com/toplan/phpsms/issues/126: "User not authorized to operate on the specified resource."',
  },
  {
    code: '*',
    message: /\bARREARAGE\b|account does not have enough balance/i,
    kind: 'prerequisite',
    scope: 'account',
    meaning: 'The account owes money.',
    advice: 'Pay what is overdue, then ask again.',
    source:
      'https://github.com/aliyun/terraform-provider-alicloud/pull/4068: LXBuyError, "Buy instance error.ARREARAGE"; https://github.com/brotherbigbao/socks-proxy/issues/1: "Your account does not have enough balance"',
  },
  {
    code: '*',
    message: /denied due to (user flow control|request throttling)/i,
    kind: 'throttled',
    scope: 'account',
    meaning: 'More calls than the cloud takes.',
    advice: 'Nothing to do: the worker slows down and tries again.',
    source:
      'https://github.com/turbot/steampipe-plugin-alicloud/issues/483: "Request was denied due to user flow control."; https://github.com/alibaba/terraform-provider/issues/577: "Request was denied due to request throttling."',
  },
  {
    code: '*',
    message:
      /current status of .{1,60} does not support this operation|simultaneously is not supported|conflict with a previous request/i,
    kind: 'busy',
    meaning: 'Another change is under way, or the state does not allow it now.',
    advice: 'Nothing to do: it is looked at and tried again.',
    source:
      'https://github.com/aliyun/terraform-provider-alicloud/issues/5172: IncorrectVSwitchStatus, "The current status of vSwitch does not support this operation."; https://github.com/alibaba/terraform-provider/issues/144: "VSwitch Creation simultaneously is not supported."; https://github.com/cloudfoundry/bosh-alicloud-cpi-release/issues/75: "Request was denied due to conflict with a previous request."',
  },
  {
    code: '*',
    message: /failed due to a temporary failure of the server/i,
    kind: 'unavailable',
    meaning: 'The service cannot answer for the moment.',
    advice: 'Nothing to do: it is tried again.',
    source:
      'https://github.com/aliyun/aliyun-openapi-java-sdk/issues/433: ServiceUnavailable, "The request has failed due to a temporary failure of the server."',
  },
];
