import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { ErrorKind } from '../../cloud/errors/cloud-error.js';
import type { CloudRequest } from '../../cloud/call/port.js';
import { activate, against, answering, cloudErrorOf, type Answer } from './fixtures/wire-server.js';

const ok = answering(200, '{"RequestId":"R-1","Success":"true"}');

describe('what is sent', () => {
  it('goes as a POST with everything in the form and nothing in the address', async () => {
    const { server, client } = await against(ok);
    await client.call(activate);
    const [{ request, form } = { request: undefined, form: undefined }] = server.received;
    expect([request?.method, request?.url]).toEqual(['POST', '/']);
    expect(request?.headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect(Object.fromEntries(form ?? [])).toMatchObject({
      Action: 'ActiveFlowLog',
      Version: '2016-04-28',
      Format: 'JSON',
      RegionId: 'cn-hangzhou',
      FlowLogId: 'fl-1',
      SignatureMethod: 'HMAC-SHA1',
    });
  });

  it('leaves out undefined and null, and flattens lists, tags and objects', async () => {
    const { server, client } = await against(ok);
    const params = {
      A: undefined,
      B: null,
      C: [undefined, 'x', null, 'y'],
      Tag: [
        { Key: 'k', Value: '' },
        { Key: 'l', Value: undefined },
      ],
      D: { E: 1, F: true },
      G: 0,
    };
    await client.call({ ...activate, params });
    const sent = [...(server.received[0]?.form ?? [])].filter(
      ([name]) => /^[A-G](\.|$)|^Tag/.test(name) && name !== 'Action',
    );
    expect(Object.fromEntries(sent)).toEqual({
      'C.1': 'x',
      'C.2': 'y',
      'Tag.1.Key': 'k',
      'Tag.1.Value': '',
      'Tag.2.Key': 'l',
      'D.E': '1',
      'D.F': 'true',
      G: '0',
    });
  });

  it('does not leave when the last look before it throws, and the error comes out as it is', async () => {
    const { server, client } = await against(ok);
    const refusal = new Error('the send window is over');
    const call = client.call(activate, {
      beforeSend: () => {
        throw refusal;
      },
    });
    await expect(call).rejects.toBe(refusal);
    expect(server.received).toHaveLength(0);
  });

  it('uses one connection for calls that follow each other', async () => {
    const { server, client } = await against(ok);
    for (let count = 0; count < 5; count++) await client.call(activate);
    expect(server.connections()).toBe(1);
  });

  it('refuses half a character instead of sending something else', async () => {
    const { server, client } = await against(ok);
    const error = await cloudErrorOf(client.call({ ...activate, params: { FlowLogName: 'a\ud800' } }));
    expect([error.kind, error.details.code]).toEqual(['invalid', 'MalformedParameter']);
    expect(server.received).toHaveLength(0);
  });
});

describe('what comes back', () => {
  it('is plain JSON: long whole numbers as text, line ends trimmed from the request id', async () => {
    const { client } = await against(
      answering(200, '{"RequestId":"R-1\\n","Success":"true","OwnerId":253460731706911258,"N":7}'),
    );
    expect(await client.call(activate)).toEqual({
      requestId: 'R-1',
      httpStatus: 200,
      body: { RequestId: 'R-1', Success: 'true', OwnerId: '253460731706911258', N: 7 },
    });
  });

  const ecrRequest: CloudRequest = { service: 'ecr', action: 'CreateFlowLog', accountId: '1', params: {} };
  const filled = { DynamicCode: 'IllegalParamFormat.EcrId', DynamicMessage: 'The param format of EcrId is illegal.' };
  it.each([
    {
      reason: 'the documented sample fills DynamicCode beside success',
      body: { Success: true, Code: '200', ...filled },
      accepted: true,
    },
    { reason: 'Code may be absent', body: { Success: true }, accepted: true },
    { reason: 'Success may come as text', body: { Success: 'true', Code: 200 }, accepted: true },
    { reason: 'Success false is none, whatever the code', body: { Success: false, Code: '200' }, accepted: false },
    { reason: 'a code the library takes for success is none', body: { Success: true, Code: 'OK' }, accepted: false },
    { reason: 'without Success nothing is known', body: { Code: '200' }, accepted: false },
  ])('ecr: $reason', async ({ body, accepted }) => {
    const { client } = await against(answering(200, JSON.stringify({ RequestId: 'R-1', ...body })));
    const call = client.call(ecrRequest);
    if (accepted) expect((await call).requestId).toBe('R-1');
    else
      expect((await cloudErrorOf(call)).details).toMatchObject({
        kind: 'ambiguous',
        code: 'NotSuccessful',
        requestId: 'R-1',
      });
  });

  it('has AccessDeniedDetail trimmed, and the part that names the missing permission in the message', async () => {
    const text = '{"RequestId":"R-1","Success":true,"AccessDeniedDetail":"Authentication is failed for x\\n"}';
    const { client } = await against(answering(200, text));
    expect((await client.call(ecrRequest)).body['AccessDeniedDetail']).toBe('Authentication is failed for x');
    const detail = {
      AuthAction: 'vpc:ActiveFlowLog',
      NoPermissionType: 'ImplicitDeny',
      EncodedDiagnosticMessage: 'AQ',
    };
    const denied = JSON.stringify({
      RequestId: 'R-2',
      Code: 'Forbidden.RAM',
      Message: 'no',
      AccessDeniedDetail: detail,
    });
    const { client: other } = await against(answering(403, denied));
    const error = await cloudErrorOf(other.call(activate));
    expect(error.details).toMatchObject({
      kind: 'denied',
      httpStatus: 403,
      message: 'no (vpc:ActiveFlowLog, ImplicitDeny)',
    });
  });

  it.each([
    {
      code: 'IllegalParam.%s',
      dynamicCode: 'EcrId',
      message: 'The param of %s is illegal',
      dynamic: 'EcrId',
      reason: 'the part',
    },
    {
      code: 'IllegalParam.%s',
      dynamicCode: 'IllegalParam.EcrId',
      message: 'The param of %s is illegal',
      dynamic: 'The param of EcrId is illegal',
      reason: 'the whole',
    },
  ])(
    'has %s filled from the dynamic fields when they hold $reason',
    async ({ code, dynamicCode, message, dynamic }) => {
      const body = { RequestId: 'R', Code: code, Message: message, DynamicCode: dynamicCode, DynamicMessage: dynamic };
      const { client } = await against(answering(400, JSON.stringify(body)));
      const { details } = await cloudErrorOf(client.call(ecrRequest));
      expect(details).toMatchObject({
        code: 'IllegalParam.EcrId',
        message: 'The param of EcrId is illegal',
        kind: 'invalid',
      });
    },
  );

  it.each([
    { header: '800', waitMs: 800 },
    { header: '5', waitMs: 100 },
    { header: '999999', waitMs: 60_000 },
    { header: 'soon', waitMs: undefined },
  ])('obeys x-acs-retry-after $header', async ({ header, waitMs }) => {
    const body = '{"RequestId":"R","Code":"Throttling.User","Message":"too fast"}';
    const { client } = await against(answering(400, body, { 'x-acs-retry-after': header }));
    const { details } = await cloudErrorOf(client.call(activate));
    expect([details.kind, details.retryAfterMs]).toEqual(['throttled', waitMs]);
  });
});

describe('what goes wrong is told in our words', () => {
  const cases: { reason: string; answer: Answer; code: string; kind: ErrorKind; httpStatus?: number }[] = [
    {
      reason: 'HTML of a proxy',
      answer: answering(502, '<html>Bad Gateway</html>'),
      code: 'NotJson',
      kind: 'ambiguous',
      httpStatus: 502,
    },
    {
      reason: 'XML',
      answer: answering(200, '<A><Success>true</Success></A>'),
      code: 'NotJson',
      kind: 'ambiguous',
      httpStatus: 200,
    },
    { reason: 'an empty body', answer: answering(200, ''), code: 'EmptyBody', kind: 'ambiguous', httpStatus: 200 },
    {
      reason: 'JSON cut short',
      answer: answering(200, '{"RequestId":"R'),
      code: 'NotJson',
      kind: 'ambiguous',
      httpStatus: 200,
    },
    { reason: 'null', answer: answering(200, 'null'), code: 'UnexpectedBody', kind: 'ambiguous', httpStatus: 200 },
    { reason: 'a number', answer: answering(200, '5'), code: 'UnexpectedBody', kind: 'ambiguous', httpStatus: 200 },
    { reason: 'a list', answer: answering(200, '[]'), code: 'UnexpectedBody', kind: 'ambiguous', httpStatus: 200 },
    {
      reason: 'an object that is no answer of this cloud',
      answer: answering(200, '{}'),
      code: 'UnexpectedBody',
      kind: 'ambiguous',
    },
    { reason: '__proto__ as a key', answer: answering(200, '{"__proto__":1}'), code: 'NotJson', kind: 'ambiguous' },
    {
      reason: '500 without a code',
      answer: answering(500, '{"RequestId":"R"}'),
      code: 'NoCode',
      kind: 'ambiguous',
      httpStatus: 500,
    },
    {
      reason: '400 without a code',
      answer: answering(400, '{"RequestId":"R"}'),
      code: 'NoCode',
      kind: 'ambiguous',
      httpStatus: 400,
    },
    {
      reason: '503 with a code of success',
      answer: answering(503, '{"RequestId":"R","Code":"OK"}'),
      code: 'NoCode',
      kind: 'ambiguous',
    },
    {
      reason: 'a redirect',
      answer: answering(302, '', { location: 'http://x/' }),
      code: 'Redirect',
      kind: 'ambiguous',
      httpStatus: 302,
    },
    {
      reason: 'Success "false"',
      answer: answering(200, '{"RequestId":"R","Success":"false"}'),
      code: 'NotSuccessful',
      kind: 'ambiguous',
    },
    {
      reason: 'an error with status 200',
      answer: answering(200, '{"RequestId":"R","Code":"RuleExist"}'),
      code: 'RuleExist',
      kind: 'exists',
    },
    { reason: 'a numeric code', answer: answering(404, '{"RequestId":"R","Code":404}'), code: '404', kind: 'unknown' },
    {
      reason: 'a code nobody knows',
      answer: answering(400, '{"RequestId":"R","Code":"Zork"}'),
      code: 'Zork',
      kind: 'unknown',
    },
    { reason: 'silence', answer: () => undefined, code: 'ReadTimeout', kind: 'ambiguous' },
    {
      reason: 'a reset',
      answer: ({ request }) => request.socket.destroy(),
      code: 'ConnectionReset',
      kind: 'ambiguous',
    },
    {
      reason: 'half a body, then a reset',
      answer: (_, response) => {
        response
          .writeHead(200, { 'content-length': '100' })
          .write('{"Req', () => setImmediate(() => response.destroy()));
      },
      code: 'ConnectionReset',
      kind: 'ambiguous',
    },
    {
      reason: 'half a body, then silence',
      answer: (_, response) => void response.writeHead(200, { 'content-length': '100' }).write('{"Req'),
      code: 'ReadTimeout',
      kind: 'ambiguous',
    },
  ];

  it.each(cases)('$reason → $code', async ({ answer, code, kind, httpStatus }) => {
    const { client } = await against(answer);
    const { details } = await cloudErrorOf(client.call(activate));
    expect(details).toMatchObject({ code, kind, service: 'vpc', action: 'ActiveFlowLog' });
    if (httpStatus !== undefined) expect(details.httpStatus).toBe(httpStatus);
    expect(details.advice).not.toBe('');
  });

  it('an answer that takes longer than the connect timeout is waited for: the two are not the same', async () => {
    const slow: Answer = (received, response) => setTimeout(() => ok(received, response), 250);
    const { client } = await against(slow, { connectTimeoutMs: 100, readTimeoutMs: 2_000 });
    expect((await client.call(activate)).requestId).toBe('R-1');
  });

  it('an aborted read says so at once', async () => {
    const { client } = await against(() => undefined, { readTimeoutMs: 5_000 });
    const error = await cloudErrorOf(client.call(activate, { signal: AbortSignal.timeout(50) }));
    expect([error.details.code, error.kind]).toEqual(['Aborted', 'ambiguous']);
  });
});

it('debug output of the HTTP library shows no request, whatever DEBUG says', async () => {
  const { server } = await against(ok);
  const script = fileURLToPath(new URL('fixtures/debug-child.ts', import.meta.url));
  const child = await promisify(execFile)(process.execPath, ['--import', 'tsx', script, server.url], {
    env: { ...process.env, DEBUG: '*' },
  });
  expect(child.stdout).toContain('R-1');
  expect(child.stderr).toContain('other:part still speaks');
  expect(child.stderr).not.toMatch(/Signature|SecurityToken|httpx:/);
});
