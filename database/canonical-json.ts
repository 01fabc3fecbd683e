import { storable } from '../cloud/text.js';

/** Turns every text before it is stored: takes out secrets. */
export type RedactText = (text: string) => string;

/**
 * JSON with sorted keys and no white space: the same value is always the same text.
 * Every string, key or value, passes through `redact` first, and holds nothing that PostgreSQL cannot. What JSON cannot say is left out or null as in `JSON.stringify`;
 * a bigint becomes a string, an Error its message.
 * @throws {RangeError} for a value that contains itself
 */
export function canonicalJson(value: unknown, redact: RedactText = (text) => text): string {
  const text = (item: unknown): string => canonicalJson(item, redact);
  if (typeof value === 'string') return JSON.stringify(storable(redact(value)));
  if (typeof value === 'bigint') return text(String(value));
  if (value instanceof Error) return text({ message: value.message });
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if ('toJSON' in value && typeof value.toJSON === 'function') return text(value.toJSON());
  if (Array.isArray(value)) return `[${value.map(text).join(',')}]`;
  const fields = Object.entries(value)
    .filter(([, item]) => item !== undefined && typeof item !== 'function' && typeof item !== 'symbol')
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => `${text(key)}:${text(item)}`);
  return `{${fields.join(',')}}`;
}
