import { z } from 'zod';
import { productNames } from '../../cloud/products/products.js';
import type {
  DoubtReport,
  DoubtRow,
  NotSettled,
  ResolveDoubtsReport,
  SettledDoubt,
  SightedFlowLog,
} from '../../workflows/contract/doubts.js';

/** Reports of the workflows for changes in doubt, as schemas for callers in other languages. The compiler compares: no field can be missing. */

/** A moment, ISO 8601 UTC. */
export const time = z.iso.datetime();
// Keys, so that a word that is missing does not pass either.
const verbs = {
  create: true,
  activate: true,
  deactivate: true,
  modify: true,
  tag: true,
  move: true,
  delete: true,
  openService: true,
} satisfies Record<DoubtRow['verb'], true>;
const reasons = {
  'not-in-doubt': true,
  several: true,
  'under-way': true,
  grace: true,
  'effect-seen': true,
  'effect-not-seen': true,
  unreadable: true,
} satisfies Record<NotSettled, true>;
/** A schema of these words. */
export const oneOfWords = <Word extends string>(words: Record<Word, true>) =>
  z.enum(Object.keys(words) as [Word, ...Word[]]);

const sighted = z.object({
  flowLogId: z.string(),
  status: z.string(),
  whose: z.enum(['own', 'foreign', 'managed']),
} satisfies Record<keyof SightedFlowLog, z.ZodType>);

const lookShape = z.union([
  z.object({ flowLogs: z.array(sighted), more: z.int().min(1).optional(), readAt: time }),
  z.object({ service: z.enum(['open', 'not open']), readAt: time }),
  z.object({ problem: z.string(), readAt: time }),
]);

const row = {
  intentId: z.string(),
  product: z.enum(productNames),
  accountId: z.string(),
  region: z.string(),
  key: z.string(),
  verb: oneOfWords(verbs),
  action: z.string(),
  flowLogId: z.string().optional(),
  since: time,
  workflowId: z.string(),
  runId: z.string(),
  requestedBy: z.string().optional(),
  reason: z.string().optional(),
  bulk: z.string().optional(),
  answer: z
    .object({ code: z.string().optional(), message: z.string().optional(), requestId: z.string().optional() })
    .optional(),
  lost: z.string().optional(),
  lastLook: lookShape.optional(),
  graceOverAt: time,
  decidesAt: time,
  waiting: z.string().optional(),
} satisfies Record<keyof DoubtRow, z.ZodType>;

/** The result of `listDoubts`. */
export const doubtReportSchema = z.object({
  doubts: z.array(z.object(row)),
  total: z.int().min(0),
  next: z.string().optional(),
} satisfies Record<keyof DoubtReport, z.ZodType>);

/** One row of `resolveDoubts`. Of a change that is in doubt no more only its id is known. */
const settledRow = z
  .object(row)
  .partial()
  .extend({
    intentId: z.string(),
    settled: z.boolean(),
    why: oneOfWords(reasons).optional(),
    message: z.string(),
    look: lookShape.optional(),
    woken: z.string().optional(),
  } satisfies Record<Exclude<keyof SettledDoubt, Exclude<keyof DoubtRow, 'intentId'>>, z.ZodType>);

/** The result of `resolveDoubts`. */
export const resolveDoubtsReportSchema = z.object({
  rows: z.array(settledRow),
  total: z.int().min(0),
  next: z.string().optional(),
} satisfies Record<keyof ResolveDoubtsReport, z.ZodType>);
