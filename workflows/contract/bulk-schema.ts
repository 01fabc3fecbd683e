import { z } from 'zod';
import { type BulkOptions, type BulkInput, bulkIdPrefix } from './bulk.js';
import { type OperationOptions, operations } from './operation.js';
import { inputText, optionsSchema } from './input-schema.js';

/** `5%`, `2.5%`; a number of failures is a number. */
const failureSharePattern = /^(100|\d{1,2}(\.\d{1,2})?)%$/;

/** Name of a bulk: the part of its workflow id after the prefix. */
export const bulkNamePattern = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/;

/** A workflow id that a bulk can have. */
const bulkIdPattern = new RegExp(`^${bulkIdPrefix}${bulkNamePattern.source.slice(1)}`);

/** The workflow id of a bulk. */
export const bulkIdOf = (name: string): string => `${bulkIdPrefix}${name}`;

/** Items that go with the request itself; more are stored first. */
export const INLINE_ITEMS = 500;

const countBetween = (least: number, most: number) =>
  z
    .int('must be a whole number')
    .min(least, `must be at least ${least}`)
    .max(most, `must be at most ${most}`)
    .optional();

const budget = 'must be a number of failures, or a percentage such as 5%';

const ownOptions = {
  window: countBetween(1, 1_000),
  failureBudget: z
    .union([z.int(budget).min(0, budget), z.string(budget).regex(failureSharePattern, budget)], budget)
    .optional(),
  canary: countBetween(1, 10_000),
  canaryApproval: z.enum(['automatic', 'manual'], 'must be automatic or manual').optional(),
  maxTargets: countBetween(1, 1_000_000),
  maxChanges: countBetween(1, 1_000_000),
  expect: countBetween(0, 1_000_000),
};

/** The choices that concern the bulk as a whole. A function for the reason given at `targetSchema`. */
export const bulkOwnOptions = () => ownOptions;

/** {@link BulkOptions}. A function for the reason given at `targetSchema`. */
export const bulkOptionsSchema = () => optionsSchema().extend(ownOptions);

/** The options that go to each operation. */
export function optionsOfOperation(options: BulkOptions | undefined): OperationOptions | undefined {
  const own = Object.entries(options ?? {}).filter(([name]) => !Object.hasOwn(ownOptions, name));
  return own.length > 0 ? Object.fromEntries(own) : undefined;
}

const digest = z.string('must be 64 hex digits').regex(/^[0-9a-f]{64}$/, 'must be 64 hex digits');

/** Name of a stored manifest. A function for the reason given at `targetSchema`. */
export const manifestDigest = () => digest;

/** Everything of {@link BulkInput} but the items and selectors, which have schemas of their own. */
export const bulkEnvelopeSchema = () =>
  z.strictObject({
    operation: z.enum(operations, `must be one of ${operations.join(', ')}`),
    items: z
      .array(z.unknown(), 'must be a list')
      .max(INLINE_ITEMS, `at most ${INLINE_ITEMS}; more are stored first`)
      .optional(),
    manifest: z
      .strictObject({
        sha256: digest,
        items: z.int('must be a whole number').min(1, 'must be at least 1'),
      })
      .optional(),
    selectors: z.array(z.unknown(), 'must be a list').max(100, 'at most 100').optional(),
    retryOf: z
      .string('must be the workflow id of a bulk')
      .regex(bulkIdPattern, `must be ${bulkIdPrefix} and the name of a bulk`)
      .optional(),
    ...inputText(),
    options: bulkOptionsSchema().optional(),
  });

/** The same for a plan: no bulk is tried again, and the cloud may be asked to rehearse. */
export const planEnvelopeSchema = () =>
  bulkEnvelopeSchema()
    .omit({ retryOf: true })
    .extend({ validate: z.boolean('must be true or false').optional() });

/** Tells whether anything in the input names a target. */
export const namesTargets = ({ items, manifest, selectors, retryOf }: BulkInput): boolean =>
  Boolean(items?.length ?? manifest ?? selectors?.length ?? retryOf);
