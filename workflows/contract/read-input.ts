import { z } from 'zod';
import type { Product } from '../../cloud/flow-log.js';
import { products } from '../../cloud/products/products.js';
import { regionSchema } from '../../cloud/regions.js';
import { targetSchema } from '../../cloud/spec.js';
import { partPattern } from '../../cloud/target.js';
import { type Checked, bounded } from './bounds.js';
import { INLINE_ITEMS, manifestDigest } from './bulk-schema.js';
import type { BulkItem, InspectBulksInput, ReadRowsInput, StoreManifestInput } from './bulk.js';
import { textOf } from './input-schema.js';
import { itemProblems } from './item-problems.js';
import { type InspectInput, operations } from './operation.js';
import { problemsOf } from './problems.js';

/** The arguments of the workflows that only read, and of the one that stores a manifest. */

/** Runs of bulks that may be named at once. */
const MOST_RUNS = 100;

const uidRule = "must be the account's uid, digits only, as a string";
const partRule = 'must be 1 to 64 characters of A-Z a-z 0-9 -';
const part = z.string(partRule).regex(new RegExp(partPattern), partRule);
const rowsRule = 'must be the rows of a report, 1 to 128 characters';
const wholeNumber = (least: number, most: number) =>
  z.int('must be a whole number').min(least, `must be at least ${least}`).max(most, `must be at most ${most}`);
const runRule = 'must be a run id, 1 to 64 characters';
const bulkRule = 'must be the workflow id of a bulk, 1 to 255 characters';

const inspection = z
  .strictObject({
    accountId: z.string(uidRule).regex(/^[0-9]{1,64}$/, uidRule),
    product: z
      .enum(Object.keys(products) as [Product, ...Product[]], `must be one of ${Object.keys(products).join(', ')}`)
      .optional(),
    region: regionSchema().optional(),
    ecrId: part.optional(),
    target: targetSchema().optional(),
  })
  .refine(({ accountId, target }) => !target || target.accountId === accountId, {
    path: ['target', 'accountId'],
    error: 'must be accountId, whose credentials look',
  });

/** {@link InspectInput} as a caller in any language writes it. A function for the reason given at `targetSchema`. */
export const inspectSchema = () => inspection;

const rows = z.strictObject({
  rows: textOf(1, 128, rowsRule),
  after: wholeNumber(0, 1_000_000_000),
});

const bulks = z.strictObject({
  bulk: textOf(1, 255, bulkRule).optional(),
  runs: z
    .array(textOf(1, 64, runRule), 'must be a list of run ids')
    .max(MOST_RUNS, `at most ${MOST_RUNS}`)
    .optional(),
  limit: wholeNumber(1, 100).optional(),
  after: textOf(1, 64, runRule).optional(),
});

const manifestPage = z.strictObject({
  sha256: manifestDigest(),
  page: wholeNumber(0, 1_000_000),
  operation: z.enum(operations, `must be one of ${operations.join(', ')}`),
  items: z.array(z.unknown(), 'must be a list').max(INLINE_ITEMS, `at most ${INLINE_ITEMS} a page`),
});

const noFields = z.strictObject({});

const checkBy = <Input>(schema: z.ZodType, value: unknown): Checked<Input> =>
  bounded(value, (fields) => {
    const parsed = schema.safeParse(fields);
    return parsed.success ? { input: parsed.data as Input } : { problems: problemsOf(parsed.error.issues, fields, []) };
  });

/** The argument of `inspectFlowLogs`. */
export const parseInspectInput = (value: unknown): Checked<InspectInput> => checkBy(inspection, value);

/** The argument of `readRows`. */
export const parseReadRowsInput = (value: unknown): Checked<ReadRowsInput> => checkBy(rows, value);

/** The argument of `inspectBulks`. */
export const parseInspectBulksInput = (value: unknown): Checked<InspectBulksInput> => checkBy(bulks, value);

/** The argument of `diagnose`: none, or an object without fields. */
export const parseDiagnoseInput = (value: unknown): Checked<object> =>
  checkBy(noFields, value === undefined ? {} : value);

/** The argument of `storeManifest`, its items included. */
export function parseManifestPage(value: unknown): Checked<StoreManifestInput> {
  const checked = checkBy<StoreManifestInput>(manifestPage, value);
  if ('problems' in checked) return checked;
  const { operation, items } = checked.input;
  const problems = itemProblems(operation, items as readonly BulkItem[]);
  return problems.length > 0 ? { problems } : checked;
}
