import { z } from 'zod';
import { products } from '../../cloud/products/products.js';
import type { Product } from '../../cloud/flow-log.js';
import { specSchema, targetSchema } from '../../cloud/spec.js';
import { INLINE_ITEMS, bulkEnvelopeSchema, planEnvelopeSchema } from '../../workflows/contract/bulk-schema.js';
import { operations, outcomes, workflowTypes, type OperationReport } from '../../workflows/contract/operation.js';
import { listDoubtsSchema, resolveDoubtsForms, resolveDoubtsSchema } from '../../workflows/contract/doubt-input.js';
import { operationInputSchema, optionsSchema } from '../../workflows/contract/input-schema.js';
import { inspectSchema } from '../../workflows/contract/read-input.js';
import { MOST_SELECTORS, selectorSchema } from '../../workflows/contract/selector-schema.js';
import { doubtReportSchema, resolveDoubtsReportSchema } from './doubt-reports.js';

const productNames = Object.keys(products) as [Product, ...Product[]];
const time = z.iso.datetime();

/** Report of an operation, as a schema for callers in other languages. */
export const reportSchema = z.object({
  target: targetSchema(),
  flowLogId: z.string().optional(),
  outcome: z.enum(outcomes),
  status: z.enum(['active', 'inactive', 'changing', 'unknown', 'absent']).optional(),
  delivery: z.object({ state: z.enum(['ok', 'failed', 'unknown']), message: z.string().optional() }).optional(),
  steps: z.array(
    z.object({
      step: z.enum(['create', 'activate', 'deactivate', 'modify', 'tag', 'move', 'delete', 'wait']),
      fields: z.array(z.string()).optional(),
      flowLogId: z.string().optional(),
      requestId: z.string().optional(),
      at: time,
    }),
  ),
  rollbackProblem: z.string().optional(),
  notApplied: z.array(z.string()).optional(),
  whose: z.enum(['foreign', 'managed']).optional(),
  surplus: z.array(z.string()).optional(),
  apiCalls: z.int().min(0),
  requestIds: z.array(z.string()),
  startedAt: time,
  endedAt: time,
  ledgerHead: z.string().optional(),
  // The compiler compares: a field of the report that is missing here does not pass.
} satisfies Record<keyof OperationReport, z.ZodType>);

/** Spec of a product's flow log, each field optional; the operation's own schema says which fields it takes and needs. */
const wishes = (product: Product): z.ZodType =>
  (specSchema(product) as unknown as z.ZodObject<Record<string, z.ZodType>>).partial();

/** One target of a bulk, of one product. */
const itemSchema = (product: Product): z.ZodType =>
  z.strictObject({
    target: z.intersection(targetSchema(), z.looseObject({ product: z.literal(product) })),
    spec: wishes(product).optional(),
    options: optionsSchema().optional(),
  });

/** Fields that name many targets, as bulks and plans take them. */
const manyTargets = () => ({
  items: z
    .array(z.union(productNames.map(itemSchema)))
    .max(INLINE_ITEMS)
    .optional(),
  selectors: z.array(selectorSchema()).min(1).max(MOST_SELECTORS).optional(),
});

/** Every JSON Schema that is kept beside this file, by file name. */
export function schemaDocuments(): Record<string, unknown> {
  const document = (title: string, description: string, schema: z.ZodType) => ({
    title,
    description,
    ...z.toJSONSchema(schema, { reused: 'ref', io: 'input' }),
  });
  const inputs = operations.map((operation) => [
    `${workflowTypes[operation]}.schema.json`,
    document(
      workflowTypes[operation],
      `The one argument of the workflow ${workflowTypes[operation]}.`,
      operationInputSchema(operation),
    ),
  ]);
  return {
    ...(Object.fromEntries(inputs) as Record<string, unknown>),
    'inspectFlowLogs.schema.json': document(
      'inspectFlowLogs',
      'The one argument of the read-only workflow inspectFlowLogs.',
      inspectSchema(),
    ),
    'discoverFlowLogs.schema.json': document(
      'discoverFlowLogs',
      'The one argument of the read-only workflow discoverFlowLogs. What a spec may hold is in the schema of enableFlowLog.',
      z.strictObject({ selectors: z.array(selectorSchema()).min(1).max(MOST_SELECTORS) }),
    ),
    'bulkFlowLogs.schema.json': document(
      'bulkFlowLogs',
      'The one argument of the workflow bulkFlowLogs; its workflow id is flow-log-bulk/<name>.',
      bulkEnvelopeSchema().extend(manyTargets()),
    ),
    'planFlowLogs.schema.json': document(
      'planFlowLogs',
      'The one argument of the read-only workflow planFlowLogs.',
      planEnvelopeSchema().extend(manyTargets()),
    ),
    'operationReport.schema.json': document(
      'operationReport',
      'The result of enableFlowLog, disableFlowLog, modifyFlowLog and deleteFlowLog.',
      reportSchema,
    ),
    'listDoubts.schema.json': document(
      'listDoubts',
      'The one argument of the read-only workflow listDoubts; none at all lists everything.',
      listDoubtsSchema(),
    ),
    'doubtReport.schema.json': document('doubtReport', 'The result of listDoubts.', doubtReportSchema),
    'resolveDoubts.schema.json': {
      ...document('resolveDoubts', 'The one argument of the workflow resolveDoubts.', resolveDoubtsSchema()),
      oneOf: resolveDoubtsForms,
    },
    'resolveDoubtsReport.schema.json': document(
      'resolveDoubtsReport',
      'The result of resolveDoubts.',
      resolveDoubtsReportSchema,
    ),
  };
}
