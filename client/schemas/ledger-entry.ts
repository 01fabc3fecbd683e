import { z } from 'zod';
import { anyText } from './read-reports.js';

const hash = anyText.regex(/^[0-9a-f]{64}$/);

/**
 * A row of the ledger as a line of an export: without the columns that have no value, and with its body as JSON in the place of text. The test
 * of the export compares both.
 */
export const ledgerEntrySchema = z.object({
  workflow_id: anyText,
  run_id: anyText,
  seq: z.int().min(1),
  kind: anyText,
  epoch: anyText.regex(/^[0-9]+[.][0-9]{6}$/),
  activity_id: anyText.optional(),
  attempt: z.int().optional(),
  intent_id: anyText.optional(),
  target: anyText.optional(),
  verb: anyText.optional(),
  action: anyText.optional(),
  flow_log_id: anyText.optional(),
  result: anyText.optional(),
  error_kind: anyText.optional(),
  // Text where the row was damaged.
  body: z.union([z.record(anyText, z.unknown()), anyText]),
  prev_hash: hash,
  hash,
});
