import { z } from 'zod';
import type { PlaceProblem } from '../../cloud/discovery/selector.js';
import type { Product } from '../../cloud/flow-log.js';
import { products } from '../../cloud/products/products.js';
import { targetSchema } from '../../cloud/spec.js';
import {
  type BulkCause,
  type BulkProgress,
  type BulkReport,
  type BulkRow,
  type BulkSummary,
  type DiscoverReport,
  type InspectBulksReport,
  type ReadRowsReport,
  rowStates,
} from '../../workflows/contract/bulk.js';
import {
  type FailureDetails,
  type OperationReport,
  type Phase,
  type Progress,
  type ReportedStep,
  operations,
  outcomes,
} from '../../workflows/contract/operation.js';
import { type PlanReport, type PlanRow, planVerdicts } from '../../workflows/contract/plan.js';
import type { Applied, RequestAnswer, RunningOperation } from '../../workflows/contract/request.js';
import { doubtReportSchema, resolveDoubtsReportSchema } from './doubt-reports.js';

/** What workflows answer, as schemas for callers in other languages. The compiler compares: no field can be missing. */

const time = z.iso.datetime();
const count = z.int().min(0);
const text = z.string();
const texts = z.array(text);
const counts = (words: readonly string[]) =>
  z.object(Object.fromEntries(words.map((word) => [word, count.optional()])));
const verb = z.enum(['create', 'activate', 'deactivate', 'modify', 'tag', 'move', 'delete']);

const step = z.object({
  step: z.enum([...verb.options, 'wait']),
  fields: texts.optional(),
  flowLogId: text.optional(),
  requestId: text.optional(),
  at: time,
} satisfies Record<keyof ReportedStep, z.ZodType>);

/** Report of an operation. */
export const reportSchema = z.object({
  target: targetSchema(),
  flowLogId: text.optional(),
  outcome: z.enum(outcomes),
  status: z.enum(['active', 'inactive', 'changing', 'unknown', 'absent']).optional(),
  delivery: z.object({ state: z.enum(['ok', 'failed', 'unknown']), message: text.optional() }).optional(),
  steps: z.array(step),
  rollbackProblem: text.optional(),
  notApplied: texts.optional(),
  whose: z.enum(['foreign', 'managed']).optional(),
  surplus: texts.optional(),
  apiCalls: count,
  requestIds: texts,
  startedAt: time,
  endedAt: time,
  ledgerHead: text.optional(),
} satisfies Record<keyof OperationReport, z.ZodType>);

const phases = {
  observing: true,
  creating: true,
  activating: true,
  deactivating: true,
  modifying: true,
  deleting: true,
  waiting: true,
  done: true,
  failed: true,
} satisfies Record<Phase, true>;

const progress = z.object({
  phase: z.enum(Object.keys(phases) as [Phase, ...Phase[]]),
  flowLogId: text.optional(),
  rawStatus: text.optional(),
  since: time,
  steps: z.array(step),
} satisfies Record<keyof Progress, z.ZodType>);

const requested = {
  workflowId: text,
  runId: text,
  operation: z.enum(operations),
  since: time,
  requestedBy: text,
};
const requestAnswer = z.object({ ...requested, joined: z.boolean() } satisfies Record<keyof RequestAnswer, z.ZodType>);
const running = z.object({
  ...requested,
  reason: text.optional(),
  bulk: text.optional(),
} satisfies Record<keyof RunningOperation, z.ZodType>);
const applied = z.object({ applied: z.boolean(), why: text.optional() } satisfies Record<keyof Applied, z.ZodType>);

const failureDetails = z.object({
  kind: text,
  code: text,
  message: text,
  product: text.optional(),
  action: text.optional(),
  requestId: text.optional(),
  httpStatus: z.int().optional(),
  lastObservation: z.unknown(),
  surplus: texts.optional(),
  ledgerHead: text.optional(),
  advice: text,
  skipped: z.boolean().optional(),
  problems: z.array(z.object({ path: text, message: text })).optional(),
  moreProblems: count.optional(),
  running: running.optional(),
} satisfies Record<keyof FailureDetails, z.ZodType>);

const placeProblem = z.object({
  accountId: text,
  region: text.optional(),
  product: z.enum(Object.keys(products) as [Product, ...Product[]]).optional(),
  code: text,
  message: text,
  unsupported: z.boolean().optional(),
} satisfies Record<keyof PlaceProblem, z.ZodType>);
const tally = counts(rowStates).extend({ total: count });

const bulkProgress = z.object({
  phase: z.enum(['preparing', 'canary', 'awaiting-approval', 'running', 'paused', 'stopping', 'finishing']),
  total: count,
  ended: counts(rowStates),
  pages: texts,
  emptySelectors: z.array(count).optional(),
  why: text.optional(),
} satisfies Record<keyof BulkProgress, z.ZodType>);

const cause = z.object({
  state: z.enum(['failed', 'skipped', 'cancelled']),
  count,
  code: text.optional(),
  kind: text.optional(),
  reason: text.optional(),
  advice: text.optional(),
  examples: z.array(targetSchema()),
} satisfies Record<keyof BulkCause, z.ZodType>);

const bulkReport = z.object({
  bulk: text,
  operation: z.enum(operations),
  tally,
  end: z.enum(['completed', 'stopped', 'cancelled', 'refused']),
  why: text.optional(),
  refusedBy: text.optional(),
  causes: z.array(cause).optional(),
  moreCauses: count.optional(),
  rows: text,
  surplus: count.optional(),
  notApplied: count.optional(),
  problems: z.array(placeProblem),
  moreProblems: count.optional(),
  emptySelectors: z.array(count).optional(),
  startedAt: time,
  endedAt: time,
} satisfies Record<keyof BulkReport, z.ZodType>);

const bulkRow = z.object({
  ordinal: count,
  target: targetSchema(),
  state: z.enum(rowStates).optional(),
  outcome: z.enum(outcomes).optional(),
  flowLogId: text.optional(),
  workflowId: text,
  reason: text.optional(),
  code: text.optional(),
  kind: text.optional(),
  advice: text.optional(),
  requestId: text.optional(),
  surplus: texts.optional(),
  notApplied: texts.optional(),
  apiCalls: count.optional(),
  startedAt: time.optional(),
  endedAt: time.optional(),
} satisfies Record<keyof BulkRow, z.ZodType>);

const bulkSummary = z.object({
  bulk: text,
  run: text,
  operation: z.enum(operations),
  requestedBy: text,
  reason: text.optional(),
  retryOf: text.optional(),
  startedAt: time,
  endedAt: time.optional(),
  rowsRemovedAt: time.optional(),
  tally,
  report: bulkReport.optional(),
} satisfies Record<keyof BulkSummary, z.ZodType>);

const inspectBulksReport = z.object({
  bulks: z.array(bulkSummary),
  total: count.optional(),
  next: text.optional(),
} satisfies Record<keyof InspectBulksReport, z.ZodType>);

const readRowsReport = z.object({
  rows: z.array(z.unknown()),
  next: count.optional(),
} satisfies Record<keyof ReadRowsReport, z.ZodType>);

const discoverReport = z.object({
  rows: text,
  found: count,
  byCoverage: z.record(text, count),
  leftOut: z.record(text, count),
  problems: z.array(placeProblem),
  moreProblems: count.optional(),
  apiCalls: count,
  readAt: time,
} satisfies Record<keyof DiscoverReport, z.ZodType>);

const planRow = z.object({
  ordinal: count,
  target: targetSchema(),
  verdict: z.enum(planVerdicts),
  changes: z.array(verb),
  drift: texts,
  fields: texts.optional(),
  notApplied: texts.optional(),
  flowLogId: text.optional(),
  surplus: texts.optional(),
  outcome: text.optional(),
  possible: texts.optional(),
  code: text.optional(),
  reason: text.optional(),
  advice: text.optional(),
  remembered: text.optional(),
  rehearsal: z
    .object({ passed: z.boolean(), code: text.optional(), message: text.optional(), requestId: text.optional() })
    .optional(),
} satisfies Record<keyof PlanRow, z.ZodType>);

const planReport = z.object({
  operation: z.enum(operations),
  rows: text,
  expect: count,
  verdicts: counts(planVerdicts),
  changes: counts(verb.options),
  ends: z.record(text, count),
  needChange: count,
  surplus: count.optional(),
  notApplied: count.optional(),
  calls: z.object({ plan: count, scans: count, changes: count, reads: count, total: count }),
  seconds: z.number().min(0),
  destinations: z.array(z.object({ product: text, accountId: text, region: text.optional(), targets: count })),
  moreDestinations: count.optional(),
  quotaWarnings: z.array(z.object({ product: text, accountId: text, region: text.optional(), quota: count })),
  moreQuotaWarnings: count.optional(),
  rehearsed: z.object({ passed: count, refused: count }).optional(),
  problems: z.array(placeProblem),
  moreProblems: count.optional(),
  emptySelectors: z.array(count).optional(),
  readAt: time,
} satisfies Record<keyof PlanReport, z.ZodType>);

/** Every answer, by the title of its document: its description, and its schema. */
export const answers: Readonly<Record<string, readonly [description: string, schema: z.ZodType]>> = {
  operationReport: ['The result of enableFlowLog, disableFlowLog, modifyFlowLog and deleteFlowLog.', reportSchema],
  operationProgress: ['The answer of the query progress.', progress],
  requestAnswer: ['The answer of the update request.', requestAnswer],
  applied: ['The answer of the updates cancel, pause, resume, approve, reject and change.', applied],
  failureDetails: ['The first element of the details of every failure.', failureDetails],
  bulkProgress: ['The answer of the query bulkProgress.', bulkProgress],
  bulkReport: ['The result of bulkFlowLogs.', bulkReport],
  bulkRow: ['One row of a bulk, as readRows gives it.', bulkRow],
  readRowsReport: ['The result of readRows.', readRowsReport],
  inspectBulksReport: ['The result of inspectBulks.', inspectBulksReport],
  discoverReport: ['The result of discoverFlowLogs.', discoverReport],
  planReport: ['The result of planFlowLogs.', planReport],
  planRow: ['One row of a plan, as readRows gives it.', planRow],
  doubtReport: ['The result of listDoubts.', doubtReportSchema],
  resolveDoubtsReport: ['The result of resolveDoubts.', resolveDoubtsReportSchema],
};
