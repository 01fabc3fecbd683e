import { callerUidRule } from '../../cloud/spec.js';
import { z } from 'zod';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import type { Problem } from '../../cloud/effective-spec.js';
import { resourceTypes, wantedCoverages, type ResourceType, type Selector } from '../../cloud/discovery/selector.js';
import type { Product, ResourceTarget } from '../../cloud/flow-log.js';
import { productNames, products } from '../../cloud/products/products.js';
import { regionSchema } from '../../cloud/regions.js';
import { partPattern } from '../../cloud/target.js';
import { type Checked, bounded } from './bounds.js';
import type { DiscoverInput } from './bulk.js';
import type { Operation, OperationOptions } from './operation.js';
import { checkOperation, specProblems } from './input.js';
import { textOf } from './input-schema.js';
import { isTree, problemsOf } from './problems.js';

/** Selectors that one request may hold. */
export const MOST_SELECTORS = 100;

const idRule = 'must be 1 to 64 characters of A-Z a-z 0-9 -';
// A copy: Temporal freezes the patterns of the rows, and zod writes to those it is given.
const partOfId = () => z.string(idRule).regex(new RegExp(partPattern), idRule);
const selectorUid = () => z.string(callerUidRule).regex(/^[0-9]{1,64}$/, callerUidRule);

const manyOf = (each: z.ZodType, what: string, most: number) => {
  const rule = `must be 1 to ${most} ${what}`;
  return z.array(each, rule).min(1, rule).max(most, rule);
};
const allOr = (each: z.ZodType, what: string) => {
  const rule = `must be all, or a list of 1 to 1000 ${what}`;
  return z.union([z.literal('all'), manyOf(each, what, 1_000)], {
    // The problem of a list names the wrong entry, that of any other value the rule.
    error: (issue) => (Array.isArray(issue.input) ? undefined : rule),
  });
};

const globRule = 'must be 1 to 128 characters, with * and ?';
const groupRule = 'must be the id of a resource group';
const tagsRule = 'must be 1 to 20 tags: value by key, * for any value';

/** Fields that filter a resource, in a selector and in its `exclude`. */
const filterShape = () => ({
  ids: manyOf(partOfId(), 'ids', 5_000).optional(),
  name: textOf(1, 128, globRule).optional(),
  resourceGroupId: textOf(1, 64, groupRule).optional(),
  tags: z
    .record(textOf(1, 128, tagsRule), textOf(0, 128, tagsRule), tagsRule)
    .refine((tags) => Object.keys(tags).length >= 1 && Object.keys(tags).length <= 20, tagsRule)
    .meta({ minProperties: 1, maxProperties: 20 })
    .optional(),
});

/** Messages of an object: for a field too many, and for a value that is no object. */
const objectMessages = (what: string, shape: object) => ({
  error: (issue: { readonly code?: string | undefined }) =>
    issue.code === 'unrecognized_keys'
      ? `there is no such field in ${what}; its fields are ${Object.keys(shape).join(', ')}`
      : `must be ${what}: an object`,
});

/** Resource types by name. */
export const resourceTypeNames = Object.keys(resourceTypes) as [ResourceType, ...ResourceType[]];

/** The resource types of a product. */
export const typesOf = (product: Product): readonly ResourceType[] =>
  resourceTypeNames.filter((type) => resourceTypes[type] === product);

/** {@link ResourceFilter} that says something. A function for the reason given at `targetSchema`. */
export function excludeSchema() {
  const shape = filterShape();
  return z
    .strictObject(shape, objectMessages('an exclusion', shape))
    .refine((filter) => Object.values(filter).some((value) => value !== undefined), 'excludes nothing: say what')
    .meta({ minProperties: 1 });
}

/** The fields of a selector but for its spec. */
export const selectorShape = () => ({
  product: z.enum(productNames, `must be one of ${productNames.join(', ')}`),
  accounts: allOr(selectorUid(), 'uids'),
  regions: allOr(regionSchema(), 'regions'),
  resourceType: z.enum(resourceTypeNames, `must be one of ${resourceTypeNames.join(', ')}`),
  coverage: z.enum(wantedCoverages, `must be one of ${wantedCoverages.join(', ')}`).default('missing'),
  inherited: z.boolean('must be true or false').optional(),
  ...filterShape(),
  exclude: excludeSchema().optional(),
});

/** {@link Selector}. The fields of its specs depend on product and operation; {@link parseSelectors} checks them. */
export function selectorSchema() {
  const shape = {
    ...selectorShape(),
    spec: z.unknown().optional(),
    specByAccount: z
      .record(selectorUid(), z.unknown())
      .refine((specs) => Object.keys(specs).length > 0, 'names no account')
      .optional(),
  };
  return z.strictObject(shape, objectMessages('a selector', shape)).refine(fitsProduct, {
    error: ({ input }) => wrongType(input),
    path: ['resourceType'],
    when: ({ value }) => isTree(value),
  });
}

const fitsProduct = ({ product, resourceType }: { product?: unknown; resourceType?: unknown }): boolean =>
  typeof resourceType !== 'string' ||
  !Object.hasOwn(resourceTypes, resourceType) ||
  typeof product !== 'string' ||
  !Object.hasOwn(products, product) ||
  resourceTypes[resourceType as ResourceType] === product;

const wrongType = (input: unknown): string => {
  const product = (input as { product: Product }).product;
  return `is no resource type of ${product}; those are ${typesOf(product).join(', ')}`;
};

/** Operation that selectors are meant for, and its options; without one they only look. */
export interface SelectorUse {
  readonly operation?: Operation;
  readonly options?: OperationOptions;
}

/**
 * Checks selectors. With an operation also that their specs are what it takes.
 * @returns the selectors, defaults filled in, or all their problems; paths begin with `selectors`
 */
export function parseSelectors(
  value: unknown,
  use: SelectorUse = {},
): { readonly selectors: readonly Selector[] } | { readonly problems: readonly Problem[] } {
  const rule = `must be a list of 1 to ${MOST_SELECTORS} selectors`;
  const parsed = z.array(selectorSchema(), rule).min(1, rule).max(MOST_SELECTORS, rule).safeParse(value);
  const problems = parsed.success ? [] : problemsOf(parsed.error.issues, value, ['selectors']);
  const given = Array.isArray(value) ? value : [];
  problems.push(...given.flatMap((selector, index) => problemsOfSpecs(selector, index, use)));
  return parsed.success && problems.length === 0 ? { selectors: parsed.data as unknown as Selector[] } : { problems };
}

/** Finds the problems of the specs of one selector, even where other fields of it are wrong too. */
function problemsOfSpecs(selector: unknown, index: number, use: SelectorUse): Problem[] {
  if (!isTree(selector)) return [];
  const { product, spec, specByAccount } = selector;
  if (typeof product !== 'string' || !Object.hasOwn(products, product)) return [];
  const above = `selectors[${index}]`;
  const check = (given: unknown, path: string): Problem[] =>
    problemsOfSpec(product as Product, given, use).map((problem) => ({
      ...problem,
      path: `${above}.${problem.path.replace(/^spec/, path)}`,
    }));
  const byAccount = isTree(specByAccount)
    ? Object.entries(specByAccount).flatMap(([uid, given]) => check(given, `specByAccount.${uid}`))
    : [];
  // If every account has a spec of its own, there need not be one for all.
  return [...(spec === undefined && isTree(specByAccount) ? [] : check(spec, 'spec')), ...byAccount];
}

function problemsOfSpec(product: Product, spec: unknown, { operation, options }: SelectorUse): readonly Problem[] {
  if (operation === undefined) return spec === undefined ? [] : specProblems(product, spec, 'fields');
  const parsed = checkOperation(operation, {
    target: exampleTarget(product),
    ...omitUndefined({ spec }),
    requestedBy: 'selector',
    ...omitUndefined({ options }),
  });
  return 'problems' in parsed ? parsed.problems : [];
}

/** Some target of a product: a selector's spec is right when an operation on what it finds would take it. */
function exampleTarget(product: Product): ResourceTarget {
  const { central, resource } = products[product];
  const fields = resource.forms[0].fields.map((field) => [field, resource.fields[field]?.allowed?.[0] ?? 'sample']);
  return {
    product,
    accountId: '0',
    ...omitUndefined({ region: central ? undefined : 'sample' }),
    resource: Object.fromEntries(fields) as Record<string, string>,
  };
}

/** The argument of `discoverFlowLogs`, or all its problems. */
export const parseDiscoverInput = (value: unknown): Checked<DiscoverInput> => bounded(value, checkDiscover);

function checkDiscover(value: unknown): Checked<DiscoverInput> {
  const envelope = z
    .strictObject({ selectors: z.unknown() }, objectMessages('the argument', { selectors: 0 }))
    .safeParse(value);
  const problems = envelope.success ? [] : problemsOf(envelope.error.issues, value, []);
  const parsed = parseSelectors(isTree(value) ? value['selectors'] : undefined);
  if ('selectors' in parsed && problems.length === 0) return { input: { selectors: parsed.selectors } };
  return { problems: [...problems, ...('problems' in parsed ? parsed.problems : [])] };
}
