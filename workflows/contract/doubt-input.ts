import { z } from 'zod';
import { productNames } from '../../cloud/products/products.js';
import { regionSchema } from '../../cloud/regions.js';
import { checkBySchema, type Checked } from './bounds.js';
import { type ListDoubtsInput, MOST_DOUBTS, type ResolveDoubtsInput, verdicts } from './doubts.js';
import { uidRule, inputText, neededReasonSchema, textOf } from './input-schema.js';

/** The arguments of the workflows for changes in doubt. */

const intentRule = 'must be the id of an intent or what it begins with: 8 to 36 characters of 0-9 a-f -';
const afterRule = 'must be what the page before gave as next, 1 to 1024 characters';
const limitRule = `must be a whole number from 1 to ${MOST_DOUBTS}`;

const place = {
  accountId: z
    .string(uidRule)
    .regex(/^[0-9]{1,64}$/, uidRule)
    .optional(),
  region: regionSchema().optional(),
  product: z.enum(productNames, `must be one of ${productNames.join(', ')}`).optional(),
};
const intentId = z.string(intentRule).regex(/^[0-9a-f][0-9a-f-]{7,35}$/, intentRule);
const after = textOf(1, 1024, afterRule);

/** {@link ListDoubtsInput}, as a caller in any language writes it. A function for the reason given at `targetSchema`. */
export const listDoubtsSchema = () => listing;

const listing = z.strictObject({
  ...place,
  intentId: intentId.optional(),
  after: after.optional(),
  limit: z.int(limitRule).min(1, limitRule).max(MOST_DOUBTS, limitRule).optional(),
});

const { requestedBy } = inputText();
const said = z.strictObject({
  ...place,
  intentId: intentId.optional(),
  everything: z.boolean('must be true or false').optional(),
  as: z.enum(verdicts, `must be ${verdicts.join(' or ')}`),
  requestedBy,
  reason: neededReasonSchema(),
  after: after.optional(),
});

/**
 * {@link ResolveDoubtsInput} without what one field means for another: see {@link resolveDoubtsForms}. A function for the reason given at
 * `targetSchema`.
 */
export const resolveDoubtsSchema = () => said;

/** Forms of the argument, in words of JSON Schema: exactly one of one change, everything, and a place. {@link parseResolveDoubtsInput} has the sentences. */
export const resolveDoubtsForms = [
  { required: ['intentId'], not: { required: ['after'] } },
  { required: ['everything'], properties: { everything: { const: true } } },
  { anyOf: [{ required: ['accountId'] }, { required: ['region'] }, { required: ['product'] }] },
] as const;

const resolving = said.superRefine((value, context) => {
  const parts = [value.accountId, value.region, value.product].filter((part) => part !== undefined);
  const problem = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
  if (value.intentId === undefined && parts.length === 0 && value.everything !== true)
    problem('intentId', 'is needed, or accountId, region or product, or everything: true');
  if (value.intentId !== undefined && (parts.length > 0 || value.everything === true || value.after !== undefined))
    problem('intentId', 'names one change in doubt: give it, or a place, not both');
  if (value.everything === true && parts.length > 0)
    problem('everything', 'means every place: give it, or parts of a place, not both');
});

/** The argument of `listDoubts`: none, or an object. */
export const parseListDoubtsInput = (value: unknown): Checked<ListDoubtsInput> =>
  checkBySchema(listing, value === undefined ? {} : value);

/** The argument of `resolveDoubts`. */
export const parseResolveDoubtsInput = (value: unknown): Checked<ResolveDoubtsInput> => checkBySchema(resolving, value);
