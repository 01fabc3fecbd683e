import { z } from 'zod';

/** JSON Schemas are written in Draft 2020-12, in words that every validator means alike: no look-ahead, no classes of Unicode, no escapes beyond ASCII. */
export type Words = Readonly<Record<string, unknown>>;

/**
 * Characters that a text must not hold: controls; in a reason a person may write lines. Where a pattern ends with `$`, which in Java also matches
 * before the other ends of lines, those too.
 */
const controls = {
  text: '[\\x00-\\x1f\\x7f-\\x9f]',
  lines: '[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f]',
  ended: '[\\x00-\\x1f\\x7f-\\x9f\u2028\u2029]',
} as const;

/** Schema of zod in words of JSON Schema. @param name of the field, which tells whether its text may have lines */
export function wordsOf(schema: z.ZodType, name = ''): Words {
  return withoutControls(answerWords(schema), name) as Words;
}

/** A copy without these words. */
export const without = (words: object, ...names: readonly string[]): Words =>
  Object.fromEntries(Object.entries(words).filter(([name]) => !names.includes(name)));

/** Schema of an answer. More fields may come with later releases: none is refused. */
export function answerWords(schema: z.ZodType): Words {
  return without(z.toJSONSchema(schema, { io: 'input' }), '$schema');
}

/** Adds to every text what is checked for all of them: {@link controls}. */
function withoutControls(node: unknown, name: string): unknown {
  if (Array.isArray(node)) return node.map((each: unknown) => withoutControls(each, name));
  if (typeof node !== 'object' || node === null) return node;
  const inner = Object.fromEntries(
    Object.entries(node).map(([key, value]) =>
      key === 'properties'
        ? [
            key,
            Object.fromEntries(Object.entries(value as object).map(([at, each]) => [at, withoutControls(each, at)])),
          ]
        : [key, withoutControls(value, name)],
    ),
  ) as Record<string, unknown>;
  if (inner['type'] !== 'string' || 'const' in inner || 'enum' in inner) return inner;
  const refused = (inner['not'] as { readonly pattern: string } | undefined)?.pattern;
  const isEnded = typeof inner['pattern'] === 'string' && inner['pattern'].endsWith('$');
  const control = controls[isEnded ? 'ended' : name === 'reason' ? 'lines' : 'text'];
  return { ...inner, not: { pattern: refused === undefined ? control : `${refused}|${control}` } };
}

/** An object with these fields and no others; a field whose words are `undefined` is none. */
export function object(title: string, fields: Readonly<Record<string, Words | undefined>>, needed: readonly string[]) {
  const properties = Object.fromEntries(Object.entries(fields).filter(([, words]) => words !== undefined));
  return { title, type: 'object', properties, required: needed, additionalProperties: false };
}

/** Forms of which exactly one fits, each under its own name among the definitions. */
export const oneOf = (titles: readonly string[]): Words => ({ oneOf: titles.map(ref) });

/** Refers to a definition of the same document. */
export const ref = (title: string): Words => ({ $ref: `#/$defs/${title}` });

/** True where these fields are there, and none of those. */
export const fieldsAre = (there: readonly string[], absent: readonly string[]): Words => ({
  required: there,
  ...(absent.length > 0 ? { not: { anyOf: absent.map((name) => ({ required: [name] })) } } : undefined),
});
