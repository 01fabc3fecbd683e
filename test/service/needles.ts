import { setImmediate as nextTurn } from 'node:timers/promises';

/** A secret to look for: what it is, and its text. */
export interface Planted {
  readonly name: string;
  readonly text: string;
}

/** A place where something was written down. */
export interface Place {
  readonly where: string;
  readonly text: string;
}

/** Part of a secret found somewhere. */
export interface Leak {
  readonly where: string;
  readonly secret: string;
  readonly form: string;
}

const bytesOf = (text: string) => Buffer.from(text, 'utf8');
const lower = (encoded: string) => encoded.replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase());
const encodedAll = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

/** The part of a base64 text that depends on the secret alone when it stands `offset` bytes after a multiple of three. */
function alignedBase64(text: string, offset: number): string {
  const whole = Buffer.concat([Buffer.alloc(offset), bytesOf(text)]).toString('base64');
  return whole.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytesOf(text).length) * 8) / 6));
}
const urlSafe = (base64: string) => base64.replaceAll('+', '-').replaceAll('/', '_');

/** Every way a secret may be written; made without the code under test. */
const forms: Readonly<Record<string, (text: string) => string>> = {
  raw: (text) => text,
  'URL-encoded': encodedAll,
  'URL-encoded in lower case': (text) => lower(encodedAll(text)),
  'URL-encoded twice': (text) => encodedAll(encodedAll(text)),
  'URL-encoded twice in lower case': (text) => lower(encodedAll(encodedAll(text))),
  ...Object.fromEntries(
    [0, 1, 2].flatMap((offset) => [
      [`base64, ${offset} bytes in`, (text: string) => alignedBase64(text, offset)],
      [`base64url, ${offset} bytes in`, (text: string) => urlSafe(alignedBase64(text, offset))],
      [`base64, ${offset} bytes in, URL-encoded`, (text: string) => encodedAll(alignedBase64(text, offset))],
    ]),
  ),
  hex: (text) => bytesOf(text).toString('hex'),
  'hex in capitals': (text) => bytesOf(text).toString('hex').toUpperCase(),
  JSON: (text) => JSON.stringify(text).slice(1, -1),
};

/** Length from which consecutive characters of a form are a leak: half a secret, cut off somewhere, is one too. */
const TELLING = 12;

/** Characters that are searched in one turn of the event loop. */
const TURN = 100_000;

/**
 * Looks for every part of every secret, in every form, everywhere. Lets others have their turn meanwhile: there are megabytes to search,
 * and the servers of a test beside it answer from the same process.
 */
export async function leaks(planted: readonly Planted[], places: readonly Place[]): Promise<Leak[]> {
  const parts = new Map<string, Omit<Leak, 'where'>>();
  for (const { name, text } of planted) {
    for (const [form, write] of Object.entries(forms)) {
      const written = write(text);
      for (let start = 0; start + TELLING <= written.length; start++) {
        const part = written.slice(start, start + TELLING);
        // A part that needs no encoding is the same in several forms: it counts as the plainest.
        if (!parts.has(part)) parts.set(part, { secret: name, form });
      }
    }
  }
  const found = new Map<string, Leak>();
  for (const { where, text } of places) {
    for (let start = 0; start + TELLING <= text.length; start++) {
      if (start % TURN === 0) await nextTurn();
      const part = parts.get(text.slice(start, start + TELLING));
      if (part) found.set(`${where} ${part.secret} ${part.form}`, { where, ...part });
    }
  }
  return [...found.values()];
}
