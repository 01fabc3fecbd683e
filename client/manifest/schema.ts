import { resourceTypeNames } from '../../workflows/contract/selector-schema.js';
import { z } from 'zod';
import { wantedCoverages } from '../../cloud/discovery/selector.js';
import { products, productNames } from '../../cloud/products/products.js';
import type { Product } from '../../cloud/flow-log.js';
import { bulkOwnOptions } from '../../workflows/contract/bulk-schema.js';
import { optionsSchema } from '../../workflows/contract/input-schema.js';

/** The top names of a product's spec fields: `destination`, `trafficType`, … */
export const specNamesOf = (product: Product): ReadonlySet<string> =>
  new Set(Object.keys(products[product].spec).map((field) => field.split('.')[0] ?? field));

const everySpecName = new Set(productNames.flatMap((product) => [...specNamesOf(product)]));

// Only names are checked here: the values of a field depend on the product and are checked after merging.
const specFields = Object.fromEntries([...everySpecName].map((name) => [name, z.unknown().optional()]));

const defaultsOfProduct = z.strictObject(specFields);
const defaultsShape = {
  ...specFields,
  region: z.unknown().optional(),
  ...Object.fromEntries(productNames.map((product) => [product, defaultsOfProduct.optional()])),
};
const defaultsSchema = z.strictObject({ ...defaultsShape, account: z.string().min(1).optional() });
const accountDefaultsSchema = z.strictObject(defaultsShape);

/** Fields that stand beside a flow log's id: the parents by which some products list. */
const parentFields = [
  ...new Set(
    productNames.flatMap((product) => {
      const { parent } = products[product];
      return parent?.requiredOnList ? [parent.field] : [];
    }),
  ),
];

/** Fields of an item that are no part of its spec. */
export const ownItemFields: readonly string[] = [
  ...['product', 'account', 'accountId', 'region', 'resource', 'flowLogId'],
  ...parentFields,
  'options',
];

/** Every value that an item may give, by its whole path, which is the name of a column too: `region`, `resource.id`, `trafficType`. */
export const itemPaths: readonly string[] = [
  ...new Set([
    ...ownItemFields.filter((field) => field !== 'resource'),
    ...productNames.flatMap((product) =>
      Object.keys(products[product].resource.fields).map((name) => `resource.${name}`),
    ),
    ...productNames.flatMap((product) => Object.keys(products[product].spec)),
  ]),
];

const itemSchema = z.strictObject({
  product: z.enum(productNames),
  account: z.string().min(1).optional(),
  accountId: z.unknown().optional(),
  region: z.unknown().optional(),
  resource: z.unknown().optional(),
  flowLogId: z.unknown().optional(),
  ...Object.fromEntries(parentFields.map((name) => [name, z.unknown().optional()])),
  options: z.unknown().optional(),
  ...specFields,
});

const names = z.union([z.literal('all'), z.array(z.string().min(1)).min(1)]);
const filter = {
  ids: z.array(z.string().min(1)).min(1).optional(),
  /** A glob. */
  name: z.string().min(1).optional(),
  resourceGroupId: z.string().min(1).optional(),
  tags: z.record(z.string(), z.string()).optional(),
};
const manifestSelector = z.strictObject({
  product: z.enum(productNames),
  accounts: names.optional(),
  regions: names.optional(),
  resourceType: z.enum(resourceTypeNames).optional(),
  coverage: z.enum(wantedCoverages).optional(),
  inherited: z.boolean().optional(),
  ...filter,
  exclude: z.strictObject(filter).optional(),
  ...Object.fromEntries(Object.entries(specFields).filter(([name]) => !(name in filter))),
});

/** Options of the run as a whole; the rest of `options` belongs to each operation. The caller gives `expect` anew each time. */
const { window, failureBudget, canary, canaryApproval, maxTargets, maxChanges } = bulkOwnOptions();
export const runOptions = { window, failureBudget, canary, canaryApproval, maxTargets, maxChanges };

/** The form of a manifest, version 1: names and structure. Values of spec fields are checked once it is known which product they meet. */
export const manifestSchema = z.strictObject({
  version: z.literal(1, 'must be the number 1'),
  defaults: defaultsSchema.optional(),
  accounts: z.record(z.string(), z.strictObject({ defaults: accountDefaultsSchema.optional() })).optional(),
  flowLogs: z.array(itemSchema).optional(),
  selectors: z.array(manifestSelector).optional(),
  options: optionsSchema().extend(runOptions).optional(),
});

/** A manifest whose form is right. */
export type Manifest = z.infer<typeof manifestSchema>;
export type ManifestItem = NonNullable<Manifest['flowLogs']>[number];
export type ManifestSelector = NonNullable<Manifest['selectors']>[number];

/** Fields that a selector filters by; a spec has fields of some of these names too, and takes those from the defaults. */
export const filterNames: ReadonlySet<string> = new Set(Object.keys(filter));
