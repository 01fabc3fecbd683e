import { describe, expect, it } from 'vitest';
import { classify, errorCatalogue } from '../../cloud/errors/catalogue.js';
import { hiddenErrors } from '../../cloud/errors/hidden.js';
import { activate, against, answering, cloudErrorOf } from './fixtures/wire-server.js';

/** Messages word for word as users reported them, under the code they came with; `Other.Code` where the report names none. */
const reports: readonly (readonly [code: string, message: string, kind: string, address: string])[] = [
  ['InvalidParameter', 'The specified parameter "SecurityToken.Expired" is not valid.', 'denied', 'https://github.com/kubevela/terraform-controller/issues/52'],
  ['Other.Code', 'The security token you provided has expired', 'denied', 'https://github.com/aliyun/aliyun-log-java-producer/issues/44'],
  ['MissingSecurityToken', 'SecurityToken is mandatory for this action.', 'denied', 'https://github.com/denverdino/aliyungo/issues/204'],
  ['InvalidAccessKeyId', 'Specified access key is not found or invalid.', 'denied', 'https://github.com/sanjusss/aliyun-ddns/issues/77'],
  ['InvalidAccessKeyId.NotFound', 'Specified access key is not found.', 'denied', 'https://github.com/pragkent/alidns-webhook/issues/5'],
  ['InvalidAccessKeyId', 'The OSS Access Key Id you provided does not exist in our records.', 'denied', 'https://github.com/Molunerfinn/PicGo/issues/466'],
  ['IncompleteSignature', 'The request signature does not conform to Aliyun standards. server string to sign is', 'denied', 'https://github.com/cloudfoundry/bosh-alicloud-cpi-release/issues/29'],
  ['Other.Code', 'Specified signature does not match our calculation. server StringToSign is [ACS3-HMAC-SHA256', 'denied', 'https://github.com/aliyun/alibabacloud-csharp-sdk/issues/40'],
  ['IllegalTimestamp', 'The input parameter "Timestamp" that is mandatory for processing this request is not supplied.', 'denied', 'https://github.com/aliyun/aliyun-openapi-python-sdk/issues/41'],
  ['InvalidTimeStamp.Expired', 'Specified time stamp or date value is expired.', 'denied', 'https://github.com/jeessy2/ddns-go/issues/1291'],
  ['Forbidden.RAM', "User not authorized to operate on the specified resource, or this API doesn't support RAM.", 'denied', 'https://github.com/alibaba/terraform-provider/issues/182'],
  ['Forbidden', 'User not authorized to operate on the specified resource.', 'denied', 'https://github.com/toplan/phpsms/issues/126'],
  ['LXBuyError', 'Buy instance error.ARREARAGE', 'prerequisite', 'https://github.com/aliyun/terraform-provider-alicloud/pull/4068'],
  ['Other.Code', 'Your account does not have enough balance', 'prerequisite', 'https://github.com/brotherbigbao/socks-proxy/issues/1'],
  ['Throttling.User', 'Request was denied due to user flow control.', 'throttled', 'https://github.com/turbot/steampipe-plugin-alicloud/issues/483'],
  ['Other.Code', 'Request was denied due to request throttling.', 'throttled', 'https://github.com/alibaba/terraform-provider/issues/577'],
  ['IncorrectVSwitchStatus', 'The current status of vSwitch does not support this operation.', 'busy', 'https://github.com/aliyun/terraform-provider-alicloud/issues/5172'],
  ['IncorrectVSwitchStatus', 'VSwitch Creation simultaneously is not supported.', 'busy', 'https://github.com/alibaba/terraform-provider/issues/144'],
  ['Other.Code', 'Request was denied due to conflict with a previous request.', 'busy', 'https://github.com/cloudfoundry/bosh-alicloud-cpi-release/issues/75'],
  ['ServiceUnavailable', 'The request has failed due to a temporary failure of the server.', 'unavailable', 'https://github.com/aliyun/aliyun-openapi-java-sdk/issues/433'],
]; // prettier-ignore
const products = [['vpc', 'CreateFlowLog'], ['cen', 'CreateFlowlog'], ['ecr', 'CreateFlowLog']] as const; // prettier-ignore

describe('a message that says more than its code', () => {
  it.each(reports)('%s: "%s" is %s (%s)', (code, message, kind, address) => {
    for (const [service, action] of products) {
      expect(classify({ service, action, code, message }).kind).toBe(kind);
      // Under a code that only says that something is wrong, and under an unknown one.
      expect(classify({ service, action, code: 'InvalidParameter', message }).kind).toBe(kind);
      expect(classify({ service, action, code: 'Never.Heard', message })).toMatchObject({ kind, known: true });
    }
    const rows = hiddenErrors.filter((row) => row.message?.test(message));
    expect(rows).toHaveLength(1);
    expect(rows[0]?.source).toContain(address);
  });

  it('is told by somebody for each row', () => {
    const untold = hiddenErrors.filter(({ message }) => !reports.some(([, words]) => message?.test(words)));
    expect(untold).toEqual([]);
    expect(reports.length).toBeGreaterThanOrEqual(15);
  });

  it('proves of a create no more than its code does', () => {
    const [message = '', other = 'The name is too long.'] = [reports[0]?.[1]];
    for (const [service, action] of products) {
      const proofOf = (text: string) => classify({ service, action, code: 'InvalidParameter', message: text }).proof;
      expect(proofOf(message)).toBe(proofOf(other));
      expect(classify({ service, action, code: 'Never.Heard', message }).proof).toBe('answered');
    }
    expect(errorCatalogue).toEqual(expect.arrayContaining([...hiddenErrors]));
  });

  it('of an expired token has the credentials asked for anew', async () => {
    const refused: string[] = [];
    const body = JSON.stringify({ RequestId: 'R-1', Code: 'InvalidParameter', Message: reports[0]?.[1] });
    const provider = { getCredentials: async () => ({ accessKeyId: 'LTAIold', accessKeySecret: 'secret-of-old' }), refused: (id: string) => void refused.push(id) }; // prettier-ignore
    const { client } = await against(answering(400, body), { credentials: () => provider });
    expect((await cloudErrorOf(client.call(activate))).details).toMatchObject({ kind: 'denied', untilDeadline: true });
    expect(refused).toEqual(['LTAIold']);
  });
});
