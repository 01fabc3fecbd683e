import { z } from 'zod';
import { productNames } from '../../cloud/products/products.js';
import { regionSchema } from '../../cloud/regions.js';
import { partRule, targetSchema } from '../../cloud/spec.js';
import { partPattern } from '../../cloud/target.js';
import { checkBySchema, type Checked } from './bounds.js';
import { INLINE_ITEMS, manifestDigest } from './bulk-schema.js';
import type { BulkItem, InspectBulksInput, ReadRowsInput, StoreManifestInput } from './bulk.js';
import { uidRule, textOf } from './input-schema.js';
import { itemProblems } from './item-problems.js';
import { type InspectInput, operations } from './operation.js';

/** The arguments of the workflows that only read, and of the one that stores a manifest. */

/** Runs of bulks that may be named at once. */
const MOST_RUNS = 100;

const partText = z.string(partRule).regex(new RegExp(partPattern), partRule);
const rowsRule = 'must be the rows of a report, 1 to 128 characters';
const wholeNumber = (least: number, most: number) =>
  z.int('must be a whole number').min(least, `must be at least ${least}`).max(most, `must be at most ${most}`);
const runRule = 'must be a run id, 1 to 64 characters';
const bulkRule = 'must be the workflow id of a bulk, 1 to 255 characters';

const inspection = z
  .strictObject({
    accountId: z.string(uidRule).regex(/^[0-9]{1,64}$/, uidRule),
    product: z.enum(productNames, `must be one of ${productNames.join(', ')}`).optional(),
    region: regionSchema().optional(),
    ecrId: partText.optional(),
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

/** {@link ReadRowsInput} as a caller in any language writes it. A function, as the next ones, for the reason given at `targetSchema`. */
export const readRowsSchema = () => rows;

/** {@link InspectBulksInput}. */
export const inspectBulksSchema = () => bulks;

/** {@link StoreManifestInput} without the rules of its items, which {@link parseManifestPage} checks by their operation. */
export const manifestPageSchema = () => manifestPage;

/** The argument of `inspectFlowLogs`. */
export const parseInspectInput = (value: unknown): Checked<InspectInput> => checkBySchema(inspection, value);

/** The argument of `readRows`. */
export const parseReadRowsInput = (value: unknown): Checked<ReadRowsInput> => checkBySchema(rows, value);

/** The argument of `inspectBulks`. */
export const parseInspectBulksInput = (value: unknown): Checked<InspectBulksInput> => checkBySchema(bulks, value);

/** The argument of `diagnose`: none, or an object without fields. */
export const parseDiagnoseInput = (value: unknown): Checked<object> =>
  checkBySchema(noFields, value === undefined ? {} : value);

/** The argument of `storeManifest`, its items included. */
export function parseManifestPage(value: unknown): Checked<StoreManifestInput> {
  const checked = checkBySchema<StoreManifestInput>(manifestPage, value);
  if ('problems' in checked) return checked;
  const { operation, items } = checked.input;
  const problems = itemProblems(operation, items as readonly BulkItem[]);
  return problems.length > 0 ? { problems } : checked;
}
