import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { Refusal } from './refusal.js';

/** The largest request body read, in bytes; a real call is a few hundred. */
const bodyLimitBytes = 1_048_576;

/** One request as it came over the wire, before anything is believed about it. */
export interface WireRequest {
  readonly method: string;
  /** Path without the query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly query: URLSearchParams;
  readonly form: URLSearchParams;
  readonly body: Buffer;
  /** Query and form merged: the cloud does not care where a parameter travels. */
  readonly params: ReadonlyMap<string, string>;
  /** V3 names action and version in headers; V1 among the parameters. */
  readonly signing: 'v1' | 'v3';
}

/**
 * Reads a request to its end.
 * @throws {@link Refusal} `RequestTooLarge` for a body above 1 MiB.
 */
export async function readRequest(message: IncomingMessage): Promise<WireRequest> {
  const body = await readBody(message);
  const target = message.url ?? '/';
  const cut = target.indexOf('?');
  const query = new URLSearchParams(cut < 0 ? '' : target.slice(cut + 1));
  const isForm = (message.headers['content-type'] ?? '').includes('application/x-www-form-urlencoded');
  const form = new URLSearchParams(isForm ? body.toString('utf8') : '');
  return {
    method: message.method ?? 'GET',
    path: cut < 0 ? target : target.slice(0, cut),
    headers: message.headers,
    query,
    form,
    body,
    params: new Map([...query, ...form]),
    signing: message.headers.authorization?.startsWith('ACS3-') ? 'v3' : 'v1',
  };
}

async function readBody(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= bodyLimitBytes) chunks.push(chunk);
  }
  if (size > bodyLimitBytes) throw new Refusal('RequestTooLarge');
  return Buffer.concat(chunks);
}

/** The action a request names, in its own spelling. */
export const actionOf = (request: WireRequest): string | undefined =>
  request.signing === 'v3' ? header(request, 'x-acs-action') : request.params.get('Action');

/** The API version a request names; it chooses the service. */
export const apiVersionOf = (request: WireRequest): string | undefined =>
  request.signing === 'v3' ? header(request, 'x-acs-version') : request.params.get('Version');

/** The answer's format: V1 answers XML unless asked otherwise, V3 JSON unless XML is accepted. */
export function formatOf(request: WireRequest): 'json' | 'xml' {
  const asked = request.params.get('Format');
  if (asked !== undefined) return asked.toUpperCase() === 'JSON' ? 'json' : 'xml';
  if (request.signing === 'v1') return 'xml';
  return header(request, 'accept')?.includes('xml') ? 'xml' : 'json';
}

/** One header's value, trimmed. */
export function header(request: WireRequest, name: string): string | undefined {
  const value = request.headers[name];
  return (Array.isArray(value) ? value.join(',') : value)?.trim();
}
