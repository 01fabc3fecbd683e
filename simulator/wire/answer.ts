import { toXml, type Json } from './xml.js';

/** The HTTP answer to one call. */
export interface WireAnswer {
  readonly httpStatus: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Facts of the call that the rendering of its answer needs. */
export interface AnswerContext {
  readonly format: 'json' | 'xml';
  readonly action: string;
  readonly requestId: string;
  /** The host the client called. */
  readonly host: string;
}

const contentTypes = { json: 'application/json;charset=utf-8', xml: 'text/xml;charset=utf-8' } as const;

/** Renders a success: JSON as it is, XML inside `<{Action}Response>`. */
export const successAnswer = (context: AnswerContext, body: Json): WireAnswer =>
  render(context, 200, `${context.action}Response`, body);

/** Renders an error in the gateway's one shape. A status of 200 gives the envelope by which ECR reports failures inside a success. */
export function errorAnswer(
  context: AnswerContext,
  error: { code: string; message: string; httpStatus: number; retryAfterMs?: number | undefined },
): WireAnswer {
  const { requestId } = context;
  const common = { RequestId: requestId, Code: error.code, Message: error.message };
  const body =
    error.httpStatus === 200
      ? { ...common, Success: false, HttpStatusCode: 400 }
      : {
          RequestId: requestId,
          HostId: context.host,
          Code: error.code,
          Message: error.message,
          Recommend: `https://api.aliyun.com/troubleshoot?q=${encodeURIComponent(error.code)}&requestId=${requestId}`,
        };
  const answer = render(context, error.httpStatus, 'Error', body);
  if (error.retryAfterMs === undefined) return answer;
  return { ...answer, headers: { ...answer.headers, 'x-acs-retry-after': String(Math.ceil(error.retryAfterMs)) } };
}

function render(context: AnswerContext, httpStatus: number, root: string, body: Json): WireAnswer {
  return {
    httpStatus,
    headers: { 'content-type': contentTypes[context.format], 'x-acs-request-id': context.requestId },
    body: context.format === 'json' ? JSON.stringify(body) : toXml(root, body),
  };
}
