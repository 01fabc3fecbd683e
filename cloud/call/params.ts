/** Parameters as they go over the wire: flat names, text values. */
export type FlatParams = Record<string, string>;

/** A parameter that cannot be sent. */
export class MalformedParameter extends Error {
  override readonly name = 'MalformedParameter';
}

/**
 * Flattens parameters: lists become `Name.1`, `Name.2`, objects `Name.Field`; `undefined` and `null` are left out. The library would
 * send them as the words "undefined" and "null", and a plain object as "[object Object]".
 * @throws MalformedParameter for a text with half a surrogate pair, which cannot be encoded
 */
export function flatten(params: Readonly<Record<string, unknown>>): FlatParams {
  return Object.fromEntries(Object.entries(params).flatMap(([name, value]) => flatPairs(name, value)));
}

function flatPairs(name: string, value: unknown): [string, string][] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) {
    const present = value.filter((item) => item !== undefined && item !== null);
    return present.flatMap((item, index) => flatPairs(`${name}.${index + 1}`, item));
  }
  if (typeof value === 'object') {
    return Object.entries(value).flatMap(([field, inner]) => flatPairs(`${name}.${field}`, inner));
  }
  const text = String(value);
  if (/\p{Cs}/u.test(text)) throw new MalformedParameter(`${name}: ${JSON.stringify(text)}`);
  return [[name, text]];
}
