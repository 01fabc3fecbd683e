import { createHash, timingSafeEqual } from 'node:crypto';
import type { AccessKey } from '../world/access.js';
import type { World } from '../world/world.js';
import type { Nonces } from './nonces.js';
import { Refusal } from './refusal.js';
import { header, type WireRequest } from './request.js';
import { signV1, stringToSignV1 } from './signature-v1.js';
import { parseAuthorizationV3, sha256Hex, signV3, stringToSignV3 } from './signature-v3.js';

/** Largest accepted difference between a request's clock and ours, in ms (documented: 15 min). */
export const clockSkewMs = 15 * 60_000;

/** A request's claims about its sender; nothing here is proven. */
interface Claim {
  readonly accessKeyId: string;
  readonly timestamp: string;
  readonly nonce: string;
  readonly securityToken: string | undefined;
  readonly signature: string;
  /** The strings of which one must carry the signature. */
  readonly stringsToSign: readonly string[];
  readonly sign: (secret: string, stringToSign: string) => string;
}

/**
 * Proves who sent a request: key known, clock near, signature right, token issued, nonce fresh, in this order.
 * @throws {@link Refusal} with the gateway's code for the first of them that fails.
 */
export function authenticate(request: WireRequest, world: World, nonces: Nonces, now: number): AccessKey {
  const claim = request.signing === 'v3' ? claimV3(request) : claimV1(request);
  checkClock(claim.timestamp, now);
  const key = world.accessKeys.get(claim.accessKeyId);
  if (!key) throw new Refusal('InvalidAccessKeyId.NotFound');
  if (key.disabled) throw new Refusal('InvalidAccessKeyId.Inactive');
  if (!claim.stringsToSign.some((text) => same(claim.sign(key.secret, text), claim.signature))) {
    const message = `Specified signature is not matched with our calculation. server string to sign is:${claim.stringsToSign[0] ?? ''}`;
    throw new Refusal('SignatureDoesNotMatch', { message });
  }
  checkToken(key, claim.securityToken, now);
  if (!nonces.take(`${claim.accessKeyId} ${claim.nonce}`, now)) throw new Refusal('SignatureNonceUsed');
  return key;
}

function claimV1(request: WireRequest): Claim {
  const { params } = request;
  const need = (name: string): string => {
    const value = params.get(name);
    if (!value) throw new Refusal(`Missing${name}`, { message: `${name} is mandatory for this action.` });
    return value;
  };
  const claim = {
    accessKeyId: need('AccessKeyId'),
    signature: need('Signature'),
    timestamp: need('Timestamp'),
    nonce: need('SignatureNonce'),
    securityToken: params.get('SecurityToken'),
    stringsToSign: [stringToSignV1(request.method, params)],
    sign: signV1,
  };
  if (need('SignatureMethod') !== 'HMAC-SHA1' || need('SignatureVersion') !== '1.0') {
    throw new Refusal('IncompleteSignature');
  }
  return claim;
}

/** Headers without which a V3 signature would not cover what matters. */
const mustBeSigned = [
  'host',
  'x-acs-action',
  'x-acs-version',
  'x-acs-date',
  'x-acs-signature-nonce',
  'x-acs-content-sha256',
];

function claimV3(request: WireRequest): Claim {
  const authorization = parseAuthorizationV3(header(request, 'authorization') ?? '');
  if (!authorization) throw new Refusal('IncompleteSignature');
  const headers = Object.fromEntries(Object.keys(request.headers).map((name) => [name, header(request, name)]));
  const unsigned = mustBeSigned.filter((name) => !headers[name] || !authorization.signedHeaders.includes(name));
  if (unsigned.length > 0) {
    throw new Refusal('IncompleteSignature', {
      message: `These headers must be present and signed: ${unsigned.join(', ')}.`,
    });
  }
  const parts = {
    method: request.method,
    query: request.query,
    headers,
    signedHeaders: authorization.signedHeaders,
    payloadHash: sha256Hex(request.body),
  };
  return {
    accessKeyId: authorization.accessKeyId,
    signature: authorization.signature,
    timestamp: headers['x-acs-date'] ?? '',
    nonce: headers['x-acs-signature-nonce'] ?? '',
    securityToken: headers['x-acs-security-token'],
    // A hash that is not the body's makes every string differ, hence the mismatch is found by the signature itself.
    stringsToSign:
      headers['x-acs-content-sha256'] === parts.payloadHash
        ? [stringToSignV3(parts, 'encoded'), stringToSignV3(parts, 'raw')]
        : [],
    sign: signV3,
  };
}

function checkClock(timestamp: string, now: number): void {
  const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(timestamp) ? Date.parse(timestamp) : NaN;
  if (Number.isNaN(at)) throw new Refusal('InvalidTimeStamp.Format');
  if (Math.abs(now - at) > clockSkewMs) throw new Refusal('InvalidTimeStamp.Expired');
}

/** Characters of a token; a token with any other character is malformed. */
const tokenPattern = /^[A-Za-z0-9+/=._-]+$/;

function checkToken(key: AccessKey, token: string | undefined, now: number): void {
  if (key.securityToken === undefined) {
    if (token) throw new Refusal('InvalidSecurityToken.Malformed');
    return;
  }
  if (!token) throw new Refusal('MissingSecurityToken');
  if (!tokenPattern.test(token)) throw new Refusal('InvalidSecurityToken.Malformed');
  if (!same(token, key.securityToken)) throw new Refusal('InvalidSecurityToken.MismatchWithAccessKey');
  if (key.expiresAt !== undefined && key.expiresAt <= now) throw new Refusal('InvalidSecurityToken.Expired');
}

/** Compares in constant time; hashing first makes the lengths equal. */
function same(a: string, b: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(a), hash(b));
}
