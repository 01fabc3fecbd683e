import { z } from 'zod';
import type { Product } from '../../cloud/flow-log.js';
import { products } from '../../cloud/products/products.js';
import { specSchema, targetSchema } from '../../cloud/spec.js';
import type { Operation } from './operation.js';
import { noSpec, rowsOf, specUses, type SpecUse } from './spec-use.js';

/** Shortest deadline that leaves time for one look and one change, and the longest that a caller should wait; ms. */
export const deadlineBoundsMs = { min: 1_000, max: 7 * 24 * 3_600_000 } as const;

const who = 'must be 1 to 256 characters';
const text = z.string(who).min(1, who).max(256, who);
const why = 'must be 1 to 1024 characters';
const flag = z.boolean('must be true or false').optional();

const options = z.strictObject({
  adopt: flag,
  takeOver: flag,
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

const asking = { requestedBy: text, reason: z.string(why).min(1, why).max(1024, why).optional() };

/** Requester and reason, as fields of every input. A function for the reason given at `targetSchema`. */
export const inputText = () => asking;

const whyNeeded = 'must be 1 to 1024 characters and more than blanks';
const neededReason = z.string(whyNeeded).min(1, whyNeeded).max(1024, whyNeeded).regex(/\S/, whyNeeded);

/** A reason where one is needed: it stays on the record with who gave it. A function for the reason given at `targetSchema`. */
export const neededReasonSchema = () => neededReason;

const inputShape = { ...asking, options: options.optional() };
/** Everything but target and spec; those are told apart by product. */
const envelope = z.strictObject({ target: z.unknown(), spec: z.unknown().optional(), ...inputShape });
export const envelopeSchema = () => envelope;

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
  return z.union(use === noSpec ? [z.strictObject({ target: targetSchema(), ...inputShape })] : forms);
}
