import type { ObservedFlowLog, Product, Spec } from '../flow-log.js';
import { isOfLength, refusedCharacter } from '../text.js';
import type { FieldRow, FieldRule, SpecField } from './product-row.js';
import { products } from './products.js';

/** A value of a spec field, in our units. */
export type FieldValue = string | number | readonly string[] | Readonly<Record<string, string>>;

/** The fields a product has, in the order of its row. */
export const fieldsOf = (product: Product): readonly (readonly [SpecField, FieldRow])[] =>
  Object.entries(products[product].spec) as [SpecField, FieldRow][];

/** Reads a field of a spec, or the same field of a flow log that was seen. */
export function fieldValue(of: Spec | ObservedFlowLog, field: SpecField): FieldValue | undefined {
  const [name = '', inner] = field.split('.');
  const value = (of as unknown as Record<string, unknown>)[name];
  return (inner === undefined ? value : (value as Record<string, unknown> | undefined)?.[inner]) as
    FieldValue | undefined;
}

/** A copy of a spec with one field set. */
export function withField<T extends Spec>(spec: T, field: SpecField, value: FieldValue): T {
  const [name = '', inner] = field.split('.');
  const outer = spec as unknown as Record<string, object | undefined>;
  return { ...spec, [name]: inner === undefined ? value : { ...outer[name], [inner]: value } };
}

/** Describes in words the values that a field takes. */
export function allowedBy(rule: FieldRule): string {
  switch (rule.kind) {
    case 'text':
      return rule.allowed;
    case 'choice':
      return `one of ${rule.allowed.join(', ')}`;
    case 'choices':
      return `1 to ${rule.maxItems} different ones of ${rule.allowed.join(', ')}`;
    case 'seconds':
      return `one of ${rule.allowedSeconds.join(', ')} seconds`;
    case 'tags':
      return (
        `at most ${rule.maxCount} tags; keys 1 to ${rule.maxKeyLength} characters, not starting with aliyun or acs: or flowlog:; ` +
        `values up to ${rule.maxValueLength}, not starting with acs:; no http:// or https:// in either`
      );
  }
}

/** Tells whether a text keeps the rule once its templates are expanded. */
export const textFits = (rule: Extract<FieldRule, { kind: 'text' }>, text: string): boolean =>
  isOfLength(text, rule.minLength, rule.maxLength) &&
  refusedCharacter(text) === undefined &&
  (rule.pattern?.test(text) ?? true) &&
  !rule.refused?.test(text);
