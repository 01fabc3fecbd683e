import { z } from 'zod';
import { InvalidInput, effectiveSpec, factsOf, type Problem } from '../cloud/effective-spec.js';
import { isById, type Product, type Spec, type Target } from '../cloud/flow-log.js';
import type { FieldRow } from '../cloud/product-row.js';
import { products } from '../cloud/products.js';
import { specSchema, targetSchema } from '../cloud/spec.js';
import type { Operation, OperationInput } from './contract.js';

/** Shortest deadline that leaves time for one look and one change, and the longest anybody should wait; ms. */
export const deadlineBoundsMs = { min: 1_000, max: 7 * 24 * 3_600_000 } as const;

const who = 'must be 1 to 256 characters';
const text = z.string(who).min(1, who).max(256, who);
const why = 'must be 1 to 1024 characters';
const flag = z.boolean('must be true or false').optional();

const options = z.strictObject({
  adopt: flag,
  onExisting: z.enum(['conflict', 'alongside'], 'must be conflict or alongside').optional(),
  surplus: z.enum(['report', 'remove'], 'must be report or remove').optional(),
  requireDelivery: flag,
  rollback: flag,
  openService: flag,
  deadlineMs: z
    .int('must be a whole number of ms')
    .min(deadlineBoundsMs.min, `must be at least ${deadlineBoundsMs.min} ms`)
    .max(deadlineBoundsMs.max, `must be at most ${deadlineBoundsMs.max} ms (7 days)`)
    .optional(),
});

/** {@link OperationOptions}, as a caller in any language writes them. A function for the reason given at `targetSchema`. */
export const optionsSchema = () => options;

/** What an operation takes of a spec. */
interface SpecUse {
  /** Whether it must be given for a resource, and for a flow log named by its id. */
  readonly forResource: 'required' | 'absent';
  readonly byId: 'required' | 'optional' | 'absent';
  /** Whole: every required field must be there. Otherwise only the fields that pass. */
  readonly whole: boolean;
  readonly takes: (field: FieldRow) => boolean;
  /** Why a field is not taken. */
  readonly refusal: string;
}

const none: SpecUse = {
  forResource: 'absent',
  byId: 'absent',
  whole: false,
  takes: () => false,
  refusal: 'this operation takes no spec',
};

const specUses: Readonly<Record<Operation, SpecUse>> = {
  enable: { forResource: 'required', byId: 'optional', whole: true, takes: () => true, refusal: '' },
  disable: none,
  modify: {
    forResource: 'required',
    byId: 'required',
    whole: false,
    // Destination and traffic say which flow log is meant; they are never changed.
    takes: (field) => Boolean(field.modifiable ?? field.identifying),
    refusal: 'cannot be modified; delete the flow log and enable it anew',
  },
  delete: none,
};

/** Options that only some products can keep, and what a product must have. */
const productOptions = {
  requireDelivery: (product: Product) => products[product].delivery !== undefined,
  openService: (product: Product) => products[product].serviceActions.openService !== undefined,
} as const;

/** Whether the operation takes a spec at all. */
export const takesSpec = (operation: Operation): boolean => specUses[operation].forResource === 'required';

/** The rows of a top field of the spec: `destination` has two or three, the others one. */
const rowsOf = (product: Product, name: string): FieldRow[] =>
  Object.entries(products[product].spec)
    .filter(([field]) => field === name || field.startsWith(`${name}.`))
    .map(([, row]) => row);

/** Whether the operation takes this top field of the product's spec. */
export const takesSpecField = (operation: Operation, product: Product, name: string): boolean =>
  rowsOf(product, name).some(specUses[operation].takes);

const inputShape = {
  requestedBy: text,
  reason: z.string(why).min(1, why).max(1024, why).optional(),
  options: options.optional(),
};
/** Everything but target and spec; those are told apart by product. */
const envelopeSchema = z.strictObject({ target: z.unknown(), spec: z.unknown().optional(), ...inputShape });

const showPath = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (shown, step) => (typeof step === 'number' ? `${shown}[${step}]` : `${shown}${shown ? '.' : ''}${String(step)}`),
    '',
  );

const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((inner, step) => (inner as Record<PropertyKey, unknown> | null | undefined)?.[step], value);

const shown = (value: unknown): string => {
  const json = JSON.stringify(value) ?? String(value);
  return json.length > 100 ? `${json.slice(0, 99)}…` : json;
};

/** Every issue as a problem of ours: the field's path from the top of the input, the value found there, what would be right. */
function problemsOf(issues: readonly z.core.$ZodIssue[], value: unknown, above: readonly PropertyKey[]): Problem[] {
  return issues.flatMap((issue): Problem[] => {
    const path = showPath([...above, ...issue.path]);
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => ({
        path: path ? `${path}.${key}` : key,
        message: `${shown(valueAt(value, [...issue.path, key]))}: ${issue.message}`,
      }));
    const found = valueAt(value, issue.path);
    return [
      { path, message: found === undefined ? `is missing: ${issue.message}` : `${shown(found)}: ${issue.message}` },
    ];
  });
}

const isTree = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The product a broken input speaks of, so that its spec can be checked all the same. */
const productOf = (target: unknown): Product | undefined => {
  const product = isTree(target) ? target['product'] : undefined;
  return typeof product === 'string' && Object.hasOwn(products, product) ? (product as Product) : undefined;
};

/** A target, or everything that is wrong with it; paths begin with `target`. */
export function parseTarget(value: unknown): { readonly target: Target } | { readonly problems: readonly Problem[] } {
  const parsed = targetSchema().safeParse(value);
  if (parsed.success) return { target: parsed.data as Target };
  return { problems: problemsOf(parsed.error.issues, value, ['target']) };
}

/**
 * What is wrong with the fields of a spec that are there; paths begin with `spec`.
 * @param missing what may be missing: whole fields (`destination`), or also parts of one (`destination.logStore`)
 */
export function specProblems(product: Product, spec: unknown, missing: 'fields' | 'parts'): readonly Problem[] {
  const parsed = specSchema(product).safeParse(spec);
  if (parsed.success) return [];
  const mayMiss = ({ code, path }: z.core.$ZodIssue): boolean =>
    code !== 'unrecognized_keys' && valueAt(spec, path) === undefined && (missing === 'parts' || path.length === 1);
  return problemsOf(
    parsed.error.issues.filter((issue) => !mayMiss(issue)),
    spec,
    ['spec'],
  );
}

/** Fields that the product has and the operation does not take. */
const refusedFields = (use: SpecUse, product: Product, spec: unknown): Problem[] =>
  Object.entries(isTree(spec) ? spec : {}).flatMap(([name, value]) => {
    const rows = rowsOf(product, name);
    return rows.length === 0 || rows.some(use.takes)
      ? []
      : [{ path: `spec.${name}`, message: `${shown(value)}: ${use.refusal}` }];
  });

function checkSpec(operation: Operation, product: Product, byId: boolean, spec: unknown): readonly Problem[] {
  const use = specUses[operation];
  const demand = byId ? use.byId : use.forResource;
  if (spec === undefined)
    return demand === 'required'
      ? [{ path: 'spec', message: 'is missing: say what should be true of the flow log' }]
      : [];
  if (demand === 'absent') return [{ path: 'spec', message: `${shown(spec)}: ${use.refusal}` }];
  const refused = refusedFields(use, product, spec);
  const changes = Object.keys(isTree(spec) ? spec : {}).some((name) =>
    rowsOf(product, name).some((row) => row.modifiable),
  );
  if (!use.whole && !changes && refused.length === 0)
    return [{ path: 'spec', message: `${shown(spec)}: names no field that can be modified` }];
  if (!use.whole || byId) return [...refused, ...specProblems(product, spec, 'fields')];
  const parsed = specSchema(product).safeParse(spec);
  return parsed.success ? [] : problemsOf(parsed.error.issues, spec, ['spec']);
}

/** Options the product cannot keep. */
const checkOptions = (product: Product, options: unknown): Problem[] =>
  Object.entries(productOptions).flatMap(([name, has]) =>
    isTree(options) && options[name] === true && !has(product)
      ? [{ path: `options.${name}`, message: `true: ${product} has nothing of the kind` }]
      : [],
  );

/** Expands what stands for the target's own facts. A flow log named by its id has no resource yet: its workflow expands later. */
function effective(
  target: Target,
  spec: Spec,
  account: string | undefined,
): { spec: Spec } | { problems: readonly Problem[] } {
  if (isById(target)) return { spec };
  try {
    return { spec: effectiveSpec(target.product, spec, factsOf(target, account)) };
  } catch (error) {
    if (error instanceof InvalidInput) return { problems: error.problems };
    throw error;
  }
}

/**
 * Checks the one argument of an operation and brings it into the form in which it is compared and worked on: templates of the destination
 * expanded, the default traffic filled in. The same function stands at the client's door and at the workflow's.
 *
 * @param account the account's name, for the template `{account}`; only a client knows it
 * @returns the input, or all its problems at once, each with its path and the offending value
 */
export function parseOperationInput(
  operation: Operation,
  value: unknown,
  account?: string,
): { readonly input: OperationInput } | { readonly problems: readonly Problem[] } {
  const envelope = envelopeSchema.safeParse(value);
  const problems: Problem[] = envelope.success ? [] : problemsOf(envelope.error.issues, value, []);
  if (!isTree(value)) return { problems };
  const { target: givenTarget, spec, options } = value;
  const parsed = parseTarget(givenTarget);
  if ('problems' in parsed) problems.push(...parsed.problems);
  const product = productOf(givenTarget);
  if (product !== undefined) {
    problems.push(...checkSpec(operation, product, isTree(givenTarget) && 'flowLogId' in givenTarget, spec));
    problems.push(...checkOptions(product, options));
  }
  if (!envelope.success || !('target' in parsed) || problems.length > 0) return { problems };
  const { target } = parsed;
  const input = { ...(envelope.data as OperationInput), target };
  if (spec === undefined) return { input };
  const wished = effective(target, spec as Spec, account);
  return 'problems' in wished ? wished : { input: { ...input, spec: wished.spec } };
}

/** The spec of a product as an operation takes it, as a schema of its own. */
function takenSpec(use: SpecUse, product: Product, whole: boolean): z.ZodType {
  const schema = specSchema(product);
  if (whole) return schema;
  const { shape } = schema as unknown as z.ZodObject<Record<string, z.ZodType>>;
  const taken = Object.entries(shape).filter(([name]) => rowsOf(product, name).some(use.takes));
  return z.strictObject(Object.fromEntries(taken.map(([name, field]) => [name, field.optional()])));
}

/**
 * The whole argument of an operation as one schema, for JSON Schema and other languages. {@link parseOperationInput} is a little
 * stricter: it also knows what one field means for another.
 */
export function operationInputSchema(operation: Operation): z.ZodType {
  const use = specUses[operation];
  const forms = (Object.keys(products) as Product[]).flatMap((product) =>
    [false, true].map((byId) => {
      const demand = byId ? use.byId : use.forResource;
      const spec = takenSpec(use, product, use.whole && !byId);
      const form = byId ? z.looseObject({ flowLogId: z.string() }) : z.looseObject({ resource: z.looseObject({}) });
      const target = z.intersection(targetSchema(), form.extend({ product: z.literal(product) }));
      const fields = demand === 'absent' ? {} : { spec: demand === 'required' ? spec : spec.optional() };
      return z.strictObject({ target, ...fields, ...inputShape });
    }),
  );
  return z.union(use === none ? [z.strictObject({ target: targetSchema(), ...inputShape })] : forms);
}
