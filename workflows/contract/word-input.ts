import { z } from 'zod';
import { bulkOwnOptions } from './bulk-schema.js';
import { inputText } from './input-schema.js';
import { operations } from './operation.js';

/** The arguments of the updates and signals by which a person tells a run something. */

const word = z.strictObject(inputText());
const { window, failureBudget } = bulkOwnOptions();
const limits = word
  .extend({ window, failureBudget })
  .refine(
    (given) => given.window !== undefined || given.failureBudget !== undefined,
    'changes nothing: give window or failureBudget',
  );

/** Who says it, and why. A function for the reason given at `targetSchema`. */
export const wordSchema = () => word;

/** New limits of a bulk, at least one of them, with who says it and why. */
export const changedLimitsSchema = () => limits;

const asked = z.strictObject({
  operation: z.enum(operations, `must be one of ${operations.join(', ')}`),
  input: z.unknown(),
  workflowId: z.string('must be a text').max(1_000, 'must have at most 1000 characters').optional(),
});

/** What the update `request` asks for; its input is checked as the argument of the workflow that it is for. */
export const askedSchema = () => asked;
