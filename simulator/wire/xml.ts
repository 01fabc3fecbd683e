/** A value an answer may hold. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const escape = (text: string): string => text.replace(/[&<>"]/g, (char) => entities[char] ?? char);

/** Renders an answer as the cloud's XML: one element a field, a list as the element repeated. */
export function toXml(name: string, value: Json): string {
  if (Array.isArray(value)) return (value as readonly Json[]).map((item) => toXml(name, item)).join('');
  if (value !== null && typeof value === 'object') {
    const inner = Object.entries(value as Readonly<Record<string, Json>>).map(([field, item]) => toXml(field, item));
    return `<${name}>${inner.join('')}</${name}>`;
  }
  return `<${name}>${escape(String(value ?? ''))}</${name}>`;
}
