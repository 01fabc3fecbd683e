import { type FieldValue, fieldsOf, fieldValue } from './products/fields.js';
import type { EditVerb, ObservedFlowLog, Product, Spec } from './flow-log.js';
import type { FieldRow, SpecField } from './products/product-row.js';
import { products } from './products/products.js';

/**
 * The content of a change is decided here and nowhere else: {@link driftOf} finds the fields in which a flow log differs from what is asked,
 * and {@link contentOf} says what becomes of each of them. Observation, decision, plan, request and report all use these two.
 */

/**
 * Names of the fields in which a flow log differs from what is asked, in the order of the product's row; `[]` when none. Every field that is
 * present in `spec` is compared, and no other. Tags differ when a wished one is missing or has another value; others are left alone.
 * @param spec the effective spec, so that the traffic default and the expanded destination take part
 */
export function driftOf(spec: Spec | undefined, flowLog: ObservedFlowLog, product: Product): SpecField[] {
  if (!spec) return [];
  return fieldsOf(product)
    .filter(([field, row]) => {
      const wished = fieldValue(spec, field);
      return wished !== undefined && differs(row, wished, fieldValue(flowLog, field));
    })
    .map(([field]) => field);
}

function differs(row: FieldRow, wished: FieldValue, shown: FieldValue | undefined): boolean {
  const seen = shown ?? row.whenAbsent ?? row.default;
  switch (row.rule.kind) {
    case 'tags':
      return Object.entries(wished).some(
        ([key, value]) => (seen as Record<string, string> | undefined)?.[key] !== value,
      );
    case 'choices':
      return sorted(wished) !== sorted(seen ?? []);
    case 'text':
    case 'choice':
    case 'seconds':
      return wished !== (seen ?? '');
  }
}

const sorted = (list: FieldValue): string => JSON.stringify([...(list as readonly string[])].sort());

/** One call that changes fields of a flow log, and exactly the fields that it sends. */
export interface Edit {
  readonly verb: EditVerb;
  readonly fields: readonly string[];
}

/** The fields in which a flow log differs, by what becomes of them. Each is in exactly one of the three. */
export interface Content {
  /** Changed by these calls, one after the other. */
  readonly edits: readonly Edit[];
  /** They decide the content or the destination of the records, and no call changes them: the spec describes another flow log. */
  readonly fixed: readonly string[];
  /** Labels that no call of the product changes on a flow log that is there. */
  readonly notApplied: readonly string[];
}

/** Stands among the fields that differ where a foreign flow log is to be taken over: our own tags say whose it is. */
export const OWNERSHIP = 'owner';

/** The order in which calls are made: the content of the records comes first. */
const editVerbs: readonly EditVerb[] = ['modify', 'tag', 'move'];

/** Sorts the fields that differ by what becomes of them. */
export function contentOf(product: Product, drift: readonly string[]): Content {
  const { spec } = products[product];
  // Whose it is, the tags say.
  const rowOf = (field: string): FieldRow | undefined => spec[field === OWNERSHIP ? 'tags' : (field as SpecField)];
  const edits = editVerbs.map((verb) => ({ verb, fields: drift.filter((field) => rowOf(field)?.change === verb) }));
  const unchangeable = drift.filter((field) => !rowOf(field)?.change);
  return {
    edits: edits.filter(({ fields }) => fields.length > 0),
    fixed: unchangeable.filter((field) => !rowOf(field)?.label),
    notApplied: unchangeable.filter((field) => rowOf(field)?.label),
  };
}

/** The call by which a field is changed; the same on every product that can. */
const callOf: ReadonlyMap<string, EditVerb> = new Map<string, EditVerb>([
  ...Object.values(products).flatMap(({ spec }) =>
    Object.entries(spec).flatMap(([field, { change }]) => (change ? [[field, change] as const] : [])),
  ),
  [OWNERSHIP, 'tag'],
]);

/** Tells whether a flow log still differs in a field that a call of this verb would change; false for a verb that changes no fields. */
export const stillDiffers = (verb: string, drift: readonly string[]): boolean =>
  drift.some((field) => callOf.get(field) === verb);

/** Tells whether a verb changes fields of a flow log, and not its life. */
export const isEdit = (verb: string): verb is EditVerb => (editVerbs as readonly string[]).includes(verb);
