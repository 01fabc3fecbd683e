import type { z } from 'zod';
import { InvalidInput, effectiveSpec, factsOf, type Problem } from '../../cloud/effective-spec.js';
import { isById, type Product, type Spec, type Target } from '../../cloud/flow-log.js';
import { products } from '../../cloud/products/products.js';
import { specSchema, targetSchema } from '../../cloud/spec.js';
import type { Operation, OperationInput } from './operation.js';
import { type Checked, bounded } from './bounds.js';
import { envelopeSchema } from './input-schema.js';
import { isTree, problemsOf, shown, valueAt } from './problems.js';
import { modifiableFields, fieldRowsOf, specUses, type SpecUse } from './spec-use.js';

/** Options that only some products can keep, and what a product must have. */
const productOptions = {
  requireDelivery: (product: Product) => products[product].delivery !== undefined,
  openService: (product: Product) => products[product].serviceActions.openService !== undefined,
  takeOver: (product: Product) => products[product].spec.tags?.change === 'tag',
} as const;

/** The product a broken input speaks of, so that its spec can be checked too. */
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
 * Finds the problems of the fields of a spec that are there; paths begin with `spec`.
 * @param missing parts that may be missing: whole fields (`destination`), or also parts of one (`destination.logStore`)
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

/** Names the fields of a flow log that can be modified: `of a vpc flow log can be modified: name, description`. */
const modifiableText = (product: Product): string =>
  `of a ${product} flow log can be modified: ${modifiableFields(product).join(', ')}`;

/** Fields that the product has and the operation does not take. */
const refusedFields = (use: SpecUse, product: Product, spec: unknown): Problem[] =>
  Object.entries(isTree(spec) ? spec : {}).flatMap(([name, value]) => {
    const rows = fieldRowsOf(product, name);
    return rows.length === 0 || rows.some(use.takes)
      ? []
      : [
          {
            path: `spec.${name}`,
            message: `${shown(value)}: ${use.refusal}${use.whole || !use.lists ? '' : `; ${modifiableText(product)}`}`,
          },
        ];
  });

function checkSpec(operation: Operation, product: Product, byId: boolean, spec: unknown): readonly Problem[] {
  const use = specUses[operation];
  const demand = byId ? use.byId : use.forResource;
  if (spec === undefined)
    return demand === 'required'
      ? [
          {
            path: 'spec',
            message: use.whole
              ? 'is missing: say what should be true of the flow log'
              : `is missing: ${modifiableText(product)}`,
          },
        ]
      : [];
  if (demand === 'absent') return [{ path: 'spec', message: `${shown(spec)}: ${use.refusal}` }];
  const refused = refusedFields(use, product, spec);
  const changes = Object.keys(isTree(spec) ? spec : {}).some((name) =>
    fieldRowsOf(product, name).some((row) => row.change),
  );
  if (!use.whole && !changes && refused.length === 0)
    return [
      { path: 'spec', message: `${shown(spec)}: names no field that can be modified; ${modifiableText(product)}` },
    ];
  if (!use.whole || byId) return [...refused, ...specProblems(product, spec, 'fields')];
  const parsed = specSchema(product).safeParse(spec);
  return parsed.success ? [] : problemsOf(parsed.error.issues, spec, ['spec']);
}

/** Operations that leave a flow log of ours behind. */
const keepsFlowLog = (operation: Operation): boolean => operation === 'enable' || operation === 'modify';

/** An option for operations that keep the flow log, beside one that does not. */
const checkTakeOver = (operation: Operation, options: unknown): Problem[] =>
  isTree(options) && options['takeOver'] === true && !keepsFlowLog(operation)
    ? [{ path: 'options.takeOver', message: `true: ${operation} takes nothing over; enable and modify do` }]
    : [];

/** Options that the product cannot keep: none of them may be true. */
const lackedOptions = (product: Product): readonly string[] =>
  Object.entries(productOptions).flatMap(([name, has]) => (has(product) ? [] : [name]));

/** Options that may not be true for this operation on this product. */
export const refusedOptions = (operation: Operation, product: Product): readonly string[] => [
  ...new Set([...lackedOptions(product), ...(keepsFlowLog(operation) ? [] : ['takeOver'])]),
];

const checkOptions = (product: Product, options: unknown): Problem[] =>
  lackedOptions(product).flatMap((name) =>
    isTree(options) && options[name] === true
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
 * expanded, the default traffic filled in. Clients and workflows call the same function.
 *
 * @param account the account's name, for the template `{account}`; only a client knows it
 * @returns the input, or all its problems at once, each with its path and the offending value
 */
export const parseOperationInput = (operation: Operation, value: unknown, account?: string): Checked<OperationInput> =>
  bounded(value, (fields) => checkOperation(operation, fields, account));

/** {@link parseOperationInput} for what is known to be within the bounds of an input: an item of a list that was looked over whole. */
export function checkOperation(operation: Operation, value: unknown, account?: string): Checked<OperationInput> {
  const envelope = envelopeSchema().safeParse(value);
  const problems: Problem[] = envelope.success ? [] : problemsOf(envelope.error.issues, value, []);
  if (!isTree(value)) return { problems };
  const { target: givenTarget, spec, options } = value;
  const parsed = parseTarget(givenTarget);
  if ('problems' in parsed) problems.push(...parsed.problems);
  const product = productOf(givenTarget);
  if (product !== undefined) {
    problems.push(...checkSpec(operation, product, isTree(givenTarget) && 'flowLogId' in givenTarget, spec));
    problems.push(...checkOptions(product, options), ...checkTakeOver(operation, options));
  }
  if (!envelope.success || !('target' in parsed) || problems.length > 0) return { problems };
  const { target } = parsed;
  const input = { ...(envelope.data as OperationInput), target };
  if (spec === undefined) return { input };
  const wished = effective(target, spec as Spec, account);
  return 'problems' in wished ? wished : { input: { ...input, spec: wished.spec } };
}
