import { isRecord } from '../json-path.js';
import { omitUndefined } from '../omit-undefined.js';
import { connectTimeoutCode, type Exchange } from './agent.js';
import type { Service } from './port.js';
import { services } from '../products/services.js';

/** A call that did not end well, in the cloud's words or in ours; not yet looked up in the catalogue. */
export interface FailedCall {
  /** The cloud's code, or one of ours; see the transport rows of the catalogue. */
  readonly code: string;
  readonly message: string;
  readonly requestId?: string;
}

/** End of a call whose answer did not come in time. */
export const TOO_LATE: FailedCall = {
  code: 'ReadTimeout',
  message: 'no complete answer within the read timeout',
};

export type Body = Readonly<Record<string, unknown>>;

/** Takes secrets out of a text. Foreign texts pass it before they are cut: a secret cut in half would not be recognised. */
type Clean = (text: string) => string;

/** Longest piece of a foreign text that is quoted. */
const maxQuoteLength = 200;

/** Shortest and longest pause the cloud may ask for, in ms. */
const retryAfterBoundsMs = { min: 100, max: 60_000 } as const;

/** The wait the cloud asks for in `x-acs-retry-after` (ms), clamped to 100 ms … 60 s. */
export function retryAfterMs({ response }: Exchange): number | undefined {
  const header = response?.headers['x-acs-retry-after'];
  const asked = typeof header === 'string' && header.trim() !== '' ? Number(header) : NaN;
  return Number.isFinite(asked) ? Math.min(Math.max(asked, retryAfterBoundsMs.min), retryAfterBoundsMs.max) : undefined;
}

/**
 * The body of an answer as plain JSON: whole numbers beyond 15 digits, which the library wraps, become strings, and the line ends that
 * the cloud leaves in `RequestId` and `AccessDeniedDetail` are trimmed.
 */
export function plainBody(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plainBody);
  if (!isRecord(value)) return value;
  if (isBigNumber(value)) return value.toFixed();
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      typeof inner === 'string' && trimmedFields.has(name) ? inner.trim() : plainBody(inner),
    ]),
  );
}

const trimmedFields: ReadonlySet<string> = new Set(['RequestId', 'AccessDeniedDetail']);

const isBigNumber = (value: object): value is { toFixed(): string } => '_isBigNumber' in value || 'toFixed' in value;

/**
 * Says what is wrong with a body that the library took for success; the library checks the code alone, and neither the HTTP status nor `Success`.
 * @returns `undefined` when it is a success
 */
export function notSuccess(service: Service, body: unknown, httpStatus: number, clean: Clean): FailedCall | undefined {
  if (!isRecord(body))
    return { code: 'UnexpectedBody', message: `the answer is ${quote(JSON.stringify(body), clean)}, not an object` };
  const { Success: success, Code: code } = body;
  const requestId = requestIdOf(body);
  const says = omitUndefined({ requestId: requestId || undefined });
  if (httpStatus >= 300 && httpStatus < 400) return { ...says, code: 'Redirect', message: `HTTP ${httpStatus}` };
  if (httpStatus >= 400)
    return { ...says, code: 'NoCode', message: `HTTP ${httpStatus}: ${nonEmptyText(body['Message']) ?? 'no message'}` };
  const succeeded = success === undefined ? undefined : /^true$/i.test(String(success));
  const { successCodes } = services[service];
  const isMissing =
    successCodes && (succeeded === undefined || (code !== undefined && !successCodes.includes(String(code))));
  if (succeeded === false || isMissing) {
    const message = `Success is ${String(success)}, Code is ${String(code)}: ${nonEmptyText(body['Message']) ?? 'no message'}`;
    return { ...says, code: 'NotSuccessful', message };
  }
  return requestId ? undefined : { code: 'UnexpectedBody', message: 'the answer has no RequestId' };
}

/** Turns a thrown failure into an ending: the library throws errors with and without codes, and plain objects. */
export function endingOf(error: unknown, exchange: Exchange, clean: Clean): FailedCall {
  if (isRecord(error) && isRecord(error['data']) && error['code'] !== undefined) return codedEnding(error['data']);
  if (isRecord(error) && error['name'] === 'SyntaxError')
    return unreadableBody(String(error['text'] ?? ''), exchange, clean);
  if (error instanceof TypeError && error.message.includes("'Code'"))
    return { code: 'UnexpectedBody', message: 'the answer is null' };
  return transportEnding(error, exchange);
}

function codedEnding(data: Body): FailedCall {
  const body = plainBody(data) as Body;
  const requestId = requestIdOf(body);
  const message = fill(nonEmptyText(body['Message']) ?? 'no message', nonEmptyText(body['DynamicMessage']));
  const denied = deniedDetail(body['AccessDeniedDetail']);
  return {
    code: fill(String(body['Code']), nonEmptyText(body['DynamicCode'])),
    message: denied ? `${message} (${denied})` : message,
    ...omitUndefined({ requestId: requestId || undefined }),
  };
}

/** Puts the dynamic part in the place of `%s`. Sometimes it is that part, sometimes it is the whole text again. */
function fill(text: string, dynamic: string | undefined): string {
  if (!text.includes('%s') || !dynamic) return text;
  const before = text.slice(0, text.indexOf('%s'));
  return before !== '' && dynamic.startsWith(before) ? dynamic : text.replaceAll('%s', () => dynamic);
}

/** Names the permission that was missing, where the cloud tells. */
function deniedDetail(detail: unknown): string | undefined {
  if (typeof detail === 'string') return detail === '' ? undefined : detail;
  if (!isRecord(detail)) return undefined;
  return (
    ['AuthAction', 'NoPermissionType', 'PolicyType'].flatMap((name) => nonEmptyText(detail[name]) ?? []).join(', ') ||
    undefined
  );
}

function unreadableBody(text: string, { response }: Exchange, clean: Clean): FailedCall {
  const httpStatus = response?.statusCode;
  const shown = httpStatus === undefined ? '' : `HTTP ${httpStatus}, `;
  if (httpStatus !== undefined && httpStatus >= 300 && httpStatus < 400) {
    return { code: 'Redirect', message: `${shown}to ${quote(response?.headers.location ?? 'nowhere', clean)}` };
  }
  if (text.trim() === '') return { code: 'EmptyBody', message: `${shown}and nothing in it` };
  return { code: 'NotJson', message: `${shown}beginning with ${quote(text.trim(), clean)}` };
}

/** Codes of the system and of TLS, and our names for them. */
const systemCodes: readonly (readonly [pattern: RegExp, code: string])[] = [
  [/^ECONNREFUSED$/, 'ConnectionRefused'],
  [/^(ENOTFOUND|EAI_\w+)$/, 'NameNotResolved'],
  [new RegExp(`^${connectTimeoutCode}$`), 'ConnectTimeout'],
  [/^(ABORT_ERR|ERR_ABORTED)$/, 'Aborted'],
  [/^(ECONNRESET|EPIPE|ECONNABORTED|ERR_STREAM_PREMATURE_CLOSE)$/, 'ConnectionReset'],
];

/** Codes that have another meaning before the connection stands than after it. */
const beforeConnected: readonly (readonly [pattern: RegExp, code: string])[] = [
  [/^(ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|EPROTO)/, 'TlsFailed'],
  [/^ETIMEDOUT$/, 'ConnectTimeout'],
  [/./, 'Unreachable'],
];

function transportEnding(error: unknown, exchange: Exchange): FailedCall {
  const {
    name = '',
    code = '',
    message = String(error),
  } = isRecord(error) || error instanceof Error ? textsOf(error) : {};
  if (name === 'RequestTimeoutError') return TOO_LATE;
  const neverLeft = exchange.watched === true && exchange.connected !== true;
  const named = find(systemCodes, code);
  // A connection that was reset before it stood carried nothing: it gets a code of `beforeConnected`.
  if (named && !(neverLeft && named === 'ConnectionReset')) return { code: named, message: firstLine(message, code) };
  const early = neverLeft ? find(beforeConnected, code || 'none') : undefined;
  return { code: early ?? 'TransportError', message: firstLine(message, code || name) };
}

const find = (table: typeof systemCodes, code: string): string | undefined =>
  table.find(([pattern]) => pattern.test(code))?.[1];

function textsOf(error: object): { name?: string; code?: string; message?: string } {
  const { name, code, message } = error as Record<string, unknown>;
  const texts = { name, code, message };
  return Object.fromEntries(Object.entries(texts).filter(([, value]) => typeof value === 'string'));
}

/** The library appends method and address without a space; the address says nothing that the action does not. */
const firstLine = (message: string, code: string): string =>
  (message.replace(/\s*(GET|POST) https?:\/\/\S* failed\.$/, '').split('\n')[0] ?? '').trim() || code || 'no message';

function quote(foreign: string, clean: Clean): string {
  const text = clean(foreign);
  return JSON.stringify(text.length > maxQuoteLength ? `${text.slice(0, maxQuoteLength)}…` : text);
}

const requestIdOf = (body: Body): string | undefined => nonEmptyText(body['RequestId'])?.trim() || undefined;

const nonEmptyText = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;
