import { z } from 'zod';
import { omitUndefined } from './omit-undefined.js';
import { allowedBy, fieldsOf, textFits } from './products/fields.js';
import type { Product, Spec, Target } from './flow-log.js';
import { templateNames } from './effective-spec.js';
import type { FieldRow, FieldRule, ProductRow } from './products/product-row.js';
import { productNames, products } from './products/products.js';
import { regionSchema } from './regions.js';
import { isOfLength, refusedCharacter } from './text.js';
import { maxWorkflowIdBytes, partPattern, workflowIdOf } from './target.js';

/**
 * Schemas of targets and specs, made from the rows: a field that a product lacks is refused by name, a value it does not take with the
 * values it does take. Every issue carries the path of its field, so that all problems can be shown at once. The same schemas are the
 * JSON Schemas for callers in other languages.
 */

/** A rule that ends the checks of its value: one problem for one field, not one for each way of seeing it. */
const finalCheck = (error: string) => ({ error, abort: true });

/** Runs a check on the whole even where a part is wrong already: all problems at once. */
const always = (error: string, path: PropertyKey[] = []) => ({ error, path, when: () => true });

/** A copy: Temporal freezes the patterns of the rows, and zod writes to those it is given. */
const copyOf = (pattern: RegExp): RegExp => new RegExp(pattern);

/** Rule for one part of a target's key. */
export const partRule = 'must be 1 to 64 characters of A-Z a-z 0-9 -';
const part = z.string(partRule).regex(copyOf(partPattern), partRule);

/** Rule for the uid of an account, where a person may have written a name. */
export const callerUidRule = "must be the account's uid, digits only, as a string; names are resolved by the client";
const uid = z.string(callerUidRule).regex(/^[0-9]{1,64}$/, callerUidRule);

/** Messages for a value that should be an object and is none, or that has a field too many. */
const strictly = (what: string, fields: readonly string[]) => ({
  error: (issue: { readonly code?: string | undefined }) =>
    issue.code === 'unrecognized_keys'
      ? `there is no such field in ${what}; its fields are ${fields.join(', ')}`
      : `must be ${what}: an object with ${fields.join(', ')}`,
});

const strictObject = (shape: Record<string, z.ZodType>, what: string) =>
  z.strictObject(shape, strictly(what, Object.keys(shape)));

function resourceSchema(product: Product, { fields }: ProductRow['resource']): z.ZodType {
  const shape = Object.entries(fields).map(([name, { required, allowed }]) => {
    const value = allowed ? z.enum(allowed, `must be one of ${allowed.join(', ')}`) : part;
    return [name, required ? value : value.optional()];
  });
  return strictObject(Object.fromEntries(shape) as Record<string, z.ZodType>, `a resource of ${product}`);
}

/** The field that must stand beside a flow log's id: the parent, for a product whose lists need one. */
const parentField = ({ parent }: ProductRow): string | undefined => (parent?.requiredOnList ? parent.field : undefined);

/** Fields of a target of a product: those of both forms, and those by which each form names it. */
function targetShapes(product: Product, row: ProductRow) {
  const parent = parentField(row);
  return {
    common: {
      product: z.literal(product),
      accountId: uid,
      ...omitUndefined({ region: row.central ? undefined : regionSchema() }),
    },
    resource: { resource: resourceSchema(product, row.resource) },
    byId: { flowLogId: part, ...(parent ? { [parent]: part } : undefined) },
  };
}

/** Schema of a target of one product in one of its two forms, for JSON Schema and other languages. */
export function targetFormSchema(product: Product, form: 'resource' | 'byId'): z.ZodType {
  const { common, ...forms } = targetShapes(product, products[product]);
  return z.strictObject({ ...common, ...forms[form] });
}

function productTargetSchema(product: Product, row: ProductRow) {
  const parent = parentField(row);
  const { common, resource, byId: idFields } = targetShapes(product, row);
  const shape = { ...common, ...z.object({ ...resource, ...idFields }).partial().shape };
  const byId = Object.keys(idFields);
  const has = (value: unknown, field: string) => (value as Record<string, unknown>)[field] !== undefined;
  const forms = `must have either resource or ${byId.join(' and ')}`;
  return z
    .strictObject(shape, strictly(`a target of ${product}`, Object.keys(shape)))
    .refine((value) => has(value, 'resource') !== byId.some((field) => has(value, field)), always(forms))
    .refine(
      (value) => !has(value, 'flowLogId') || !parent || has(value, parent),
      always(`is needed beside flowLogId`, [parent ?? '']),
    )
    .refine(
      (value) => !parent || !has(value, parent) || has(value, 'flowLogId'),
      always(`is needed beside ${parent}`, ['flowLogId']),
    )
    .refine(fitsWorkflowId, `is too long: its workflow id would have more than ${maxWorkflowIdBytes} bytes`)
    .meta({ oneOf: [{ required: ['resource'] }, { required: byId }] });
}

/** False only for a workflow id that is too long: any other fault of it is a problem of its own field. */
function fitsWorkflowId(target: unknown): boolean {
  try {
    return workflowIdOf(target as Target) !== '';
  } catch (error) {
    return !(error instanceof RangeError);
  }
}

const anyTarget = z.discriminatedUnion(
  'product',
  Object.entries(products).map(([product, row]) => productTargetSchema(product as Product, row)) as [
    ReturnType<typeof productTargetSchema>,
  ],
  {
    error: (issue) =>
      issue.code === 'invalid_union' ? `must be one of ${productNames.join(', ')}` : 'must be a target: an object',
  },
) as unknown as z.ZodType<Target>;

/**
 * Schema of an operation's target: a resource, or a flow log by its id, of any product. A function, because Temporal freezes the exports of
 * modules shared by workflows, and a schema grows parts of itself when it is first used.
 */
export const targetSchema = (): z.ZodType<Target> => anyTarget;

/** Longest text with templates in it; expanded, the field's own bounds apply. */
const maxTemplateLength = 255;

type TextRule = Extract<FieldRule, { kind: 'text' }>;

/** Rule of a text in words of JSON Schema, where they are not those of the checks that zod knows. */
const textWords = ({ minLength, maxLength, pattern, refused }: TextRule) => ({
  minLength,
  maxLength,
  ...omitUndefined({
    pattern: pattern?.source,
    not: refused && { pattern: refused.source },
  }),
});

function templatedText(rule: TextRule, error: string): z.ZodType {
  const braces = templateNames.map((name) => `{${name}}`);
  const message = `${error}; may hold ${braces.join(' ')}`;
  // No choice is repeated without a bound: Java's matcher would need stack for each character of the text.
  const mostTemplates = Math.floor(maxTemplateLength / Math.min(...braces.map(({ length }) => length)));
  const pattern = new RegExp(`^[a-z0-9_-]*(?:\\{(?:${templateNames.join('|')})\\}[a-z0-9_-]*){0,${mostTemplates}}$`);
  return z
    .string(message)
    .min(1, finalCheck(message))
    .max(maxTemplateLength, finalCheck(message))
    .regex(pattern, finalCheck(message))
    .refine((text) => text.includes('{') || textFits(rule, text), message)
    .meta({
      anyOf: [
        { type: 'string', pattern: '[{]' },
        { type: 'string', ...textWords(rule) },
      ],
    });
}

const plainText = (rule: TextRule, error: string): z.ZodType =>
  z
    .string(error)
    .refine((text) => textFits(rule, text), { error: ({ input }) => `${error}${hintOf(rule, String(input))}` })
    .meta(textWords(rule));

/** The hint is for what breaks the pattern. */
const hintOf = ({ hint, pattern }: TextRule, text: string): string =>
  (pattern?.test(text) ?? true) ? '' : (hint?.(text) ?? '');

function valueSchema(rule: FieldRule): z.ZodType {
  const error = `must be ${allowedBy(rule)}`;
  switch (rule.kind) {
    case 'text':
      return rule.template ? templatedText(rule, error) : plainText(rule, error);
    case 'choice':
      return z.enum(rule.allowed, error);
    case 'choices':
      return z
        .array(z.enum(rule.allowed, error), error)
        .min(1, finalCheck(error))
        .max(rule.maxItems, finalCheck(error))
        .refine((items) => new Set(items).size === items.length, error)
        .meta({ uniqueItems: true });
    case 'seconds':
      return z.literal(rule.allowedSeconds, error);
    case 'tags':
      return tagsSchema(rule, error);
  }
}

/** Text of a tag: of so many characters, in which one pattern is not found. */
const tagText = (error: string, least: number, most: number, refused: RegExp): z.ZodString =>
  z
    .string(error)
    .refine(
      (text) => isOfLength(text, least, most) && refusedCharacter(text) === undefined && !refused.test(text),
      error,
    )
    .meta({ minLength: least, maxLength: most, not: { pattern: refused.source } });

function tagsSchema(rule: Extract<FieldRule, { kind: 'tags' }>, error: string): z.ZodType {
  const key = tagText(error, 1, rule.maxKeyLength, /^(?:aliyun|acs:|flowlog:)|https?:\/\//);
  const value = tagText(error, 0, rule.maxValueLength, /^acs:|https?:\/\//);
  return z
    .record(key, value, error)
    .refine((tags) => Object.keys(tags).length <= rule.maxCount, error)
    .meta({ maxProperties: rule.maxCount });
}

const fieldSchema = ({ rule, required }: FieldRow): z.ZodType =>
  required ? valueSchema(rule) : valueSchema(rule).optional();

function buildSpecSchema(product: Product): z.ZodType<Spec> {
  const inside = 'destination.';
  const named = fieldsOf(product).map(([name, row]) => [name, fieldSchema(row)] as const);
  const destination = named
    .filter(([name]) => name.startsWith(inside))
    .map(([name, schema]) => [name.slice(inside.length), schema]);
  const others = named.filter(([name]) => !name.startsWith(inside));
  const shape = {
    destination: strictObject(
      Object.fromEntries(destination) as Record<string, z.ZodType>,
      `a destination of ${product}`,
    ),
    ...(Object.fromEntries(others) as Record<string, z.ZodType>),
  };
  return strictObject(shape, `a spec of ${product}`) as unknown as z.ZodType<Spec>;
}

const specSchemas = new Map<Product, z.ZodType<Spec>>();

/** Schema of a spec for a flow log of this product: the fields of its row, all others refused by name. */
export function specSchema(product: Product): z.ZodType<Spec> {
  const schema = specSchemas.get(product) ?? buildSpecSchema(product);
  specSchemas.set(product, schema);
  return schema;
}
