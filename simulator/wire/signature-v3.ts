import { createHash, createHmac } from 'node:crypto';
import { byBytes, percentEncode } from './percent-encode.js';

const algorithm = 'ACS3-HMAC-SHA256';

/** The parts of a V3 `Authorization` header. */
export interface AuthorizationV3 {
  readonly accessKeyId: string;
  /** Lower case, in the order given. */
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

/** The parts of a request that a V3 signature covers. */
export interface SignedPartsV3 {
  readonly method: string;
  readonly query: Iterable<readonly [string, string]>;
  /** Header values by lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly signedHeaders: readonly string[];
  /** Hex SHA-256 of the body, of the empty one too. */
  readonly payloadHash: string;
}

/** Takes an `Authorization` header apart; undefined when it is not of this scheme or incomplete. */
export function parseAuthorizationV3(authorization: string): AuthorizationV3 | undefined {
  const match = /^ACS3-HMAC-SHA256\s+Credential=([^,\s]+),\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]+)$/.exec(
    authorization.trim(),
  );
  if (!match) return undefined;
  const [, accessKeyId = '', signedHeaders = '', signature = ''] = match;
  return { accessKeyId, signedHeaders: signedHeaders.toLowerCase().split(';'), signature };
}

/**
 * The string a V3 request signs. The official SDK leaves query *keys* as they are while the published algorithm encodes them,
 * so a verifier has to try both.
 */
export function stringToSignV3(parts: SignedPartsV3, keys: 'encoded' | 'raw' = 'encoded'): string {
  const query = [...parts.query]
    .sort(([a], [b]) => byBytes(a, b))
    .map(([name, value]) => `${keys === 'encoded' ? percentEncode(name) : name}=${percentEncode(value)}`)
    .join('&');
  const signedHeaders = [...parts.signedHeaders].sort(byBytes);
  const headers = signedHeaders.map((name) => `${name}:${(parts.headers[name] ?? '').trim()}\n`).join('');
  const canonical = [parts.method, '/', query, headers, signedHeaders.join(';'), parts.payloadHash].join('\n');
  return `${algorithm}\n${sha256Hex(canonical)}`;
}

/** The V3 signature of a string, hex. */
export const signV3 = (secret: string, stringToSign: string): string =>
  createHmac('sha256', secret).update(stringToSign).digest('hex');

/** Hex SHA-256. */
export const sha256Hex = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex');
