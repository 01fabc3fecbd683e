import { withoutPasswords } from '../text.js';

/** Takes every secret out of a text, in whatever form it was written. */
export type Redact = (text: string, secrets: readonly string[]) => string;

const redactionMark = '[redacted]';

/** A shorter one would black out ordinary words; no real secret is so short. */
const minSecretLength = 4;

/** Below this length the inner part of a base64 text is too short to be told from chance. */
const minEmbeddedLength = 8;

/**
 * Takes out raw, URL-encoded, JSON, base64 (also inside a longer base64 text) and hex forms of each secret, and by pattern those that no list
 * of secrets holds: user and password before the `@` of an address, the parameters of a signed request, and the string-to-sign that the cloud
 * echoes on a wrong signature.
 */
export const redactSecrets: Redact = (text, secrets) => {
  const forms = new Set(secrets.filter((secret) => secret.length >= minSecretLength).flatMap(formsOf));
  const longestFirst = [...forms].sort((a, b) => b.length - a.length);
  const known = longestFirst.reduce((rest, form) => rest.replaceAll(form, redactionMark), text);
  return withoutPasswords(known)
    .replace(stringToSign, `$1 ${redactionMark}`)
    .replace(namedSecrets, `$1${redactionMark}`);
};

const stringToSign = /(string to sign is:?)[\s\S]*$/i;

const namedSecrets =
  /((?:Signature|SecurityToken|AccessKeySecret|Access_?Key_?Secret|Security_?Token)["']?\s*(?:=|%3D|:)\s*["']?)(?!\[redacted\])[^&"'\s<>,}]+/gi;

function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const encoded = encodeURIComponent(secret);
  // Percent-encoding leaves some characters to taste; the signature scheme encodes them all.
  const strict = encoded.replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
  const urlForms = [encoded, strict, encodeURIComponent(encoded), encodeURIComponent(strict)];
  // A signature is itself the base64 of bytes, which may be shown as hex.
  const hexForms = [bytes.toString('hex'), Buffer.from(secret, 'base64').toString('hex')].filter(
    (hex) => hex.length >= 8,
  );
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    ...urlForms,
    ...urlForms.map((form) => form.replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase())),
    ...hexForms,
    ...hexForms.map((hex) => hex.toUpperCase()),
    ...base64Forms(bytes),
  ];
}

function base64Forms(bytes: Buffer): string[] {
  const whole = bytes.toString('base64').replace(/=+$/, '');
  const embedded = bytes.length < minEmbeddedLength ? [] : [0, 1, 2].map((offset) => embeddedBase64(bytes, offset));
  return [whole, ...embedded].flatMap((form) => [
    form,
    form.replaceAll('+', '-').replaceAll('/', '_'),
    encodeURIComponent(form),
  ]);
}

/** The characters that depend on the secret alone when it begins `offset` bytes after a multiple of three. */
function embeddedBase64(bytes: Buffer, offset: number): string {
  const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
  return text.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
}
