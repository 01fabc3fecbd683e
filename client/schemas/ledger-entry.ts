import { z } from 'zod';
import type { Entry } from '../../audit/index.js';

const text = z.string();
const hash = text.regex(/^[0-9a-f]{64}$/);

/**
 * A row of the ledger as a line of an export: without the columns that have no value, and with its body as JSON in the place of text. A schema
 * for whoever reads it. The compiler compares: no column can be missing.
 */
export const ledgerEntrySchema = z.object({
  workflow_id: text,
  run_id: text,
  seq: z.int().min(1),
  kind: text,
  epoch: text.regex(/^[0-9]+[.][0-9]{6}$/),
  activity_id: text.optional(),
  attempt: z.int().optional(),
  intent_id: text.optional(),
  target: text.optional(),
  verb: text.optional(),
  action: text.optional(),
  flow_log_id: text.optional(),
  result: text.optional(),
  error_kind: text.optional(),
  // Text where the row was damaged.
  body: z.union([z.record(text, z.unknown()), text]),
  prev_hash: hash,
  hash,
} satisfies Record<keyof Entry, z.ZodType>);
