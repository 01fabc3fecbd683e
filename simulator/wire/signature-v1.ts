import { createHmac } from 'node:crypto';
import { byBytes, percentEncode } from './percent-encode.js';

/** The string a V1 (RPC, HMAC-SHA1) request signs: method, path and all parameters but the signature itself. */
export function stringToSignV1(method: string, params: ReadonlyMap<string, string>): string {
  const canonical = [...params]
    .filter(([name]) => name !== 'Signature')
    .sort(([a], [b]) => byBytes(a, b))
    .map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`)
    .join('&');
  return `${method}&${percentEncode('/')}&${percentEncode(canonical)}`;
}

/** The V1 signature of a string, base64; the key is the secret and an ampersand. */
export const signV1 = (secret: string, stringToSign: string): string =>
  createHmac('sha1', `${secret}&`).update(stringToSign).digest('base64');
