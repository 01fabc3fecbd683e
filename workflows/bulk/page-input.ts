import { z } from 'zod';
import { type Checked, bounded } from '../contract/bounds.js';
import { bulkIdPrefix } from '../contract/bulk.js';
import type { PageInput } from './bulk-page.js';
import { operations } from '../contract/operation.js';
import { wholeCount, inputText, optionsSchema } from '../contract/input-schema.js';
import { problemsOf } from '../contract/problems.js';

const runId = z.string('must be a run id').min(1).max(64);

/** Fields that a page requires. Loose: a bulk of a newer release may tell its pages more. */
const pageFields = z.looseObject({
  bulk: z.looseObject({ id: z.string().startsWith(bulkIdPrefix, `must begin with ${bulkIdPrefix}`), run: runId }),
  page: wholeCount(),
  operation: z.enum(operations, `must be one of ${operations.join(', ')}`),
  ...inputText(),
  options: optionsSchema().optional(),
  window: wholeCount().min(1, 'must be at least 1'),
  control: z.looseObject({ turn: wholeCount().optional(), paused: z.boolean('must be true or false') }),
  settings: z.looseObject({ heartbeatMs: wholeCount(), changeTimeoutMs: wholeCount() }),
});

/** The argument of `bulkPage`. */
export const parsePageInput = (value: unknown): Checked<PageInput> =>
  bounded(value, (fields) => {
    const parsed = pageFields.safeParse(fields);
    return parsed.success
      ? { input: parsed.data as unknown as PageInput }
      : { problems: problemsOf(parsed.error.issues, fields, []) };
  });
