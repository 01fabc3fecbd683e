import { z } from 'zod';
import type { PlaceProblem } from '../../cloud/discovery/selector.js';
import { productNames } from '../../cloud/products/products.js';
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
import { ledgerEntrySchema } from './ledger-entry.js';
import { time, doubtReportSchema, resolveDoubtsReportSchema } from './doubt-reports.js';
import {
  anyText,
  countShape,
  diagnoseReportSchema,
  textsShape,
  discoveredResourceSchema,
  inspectReportSchema,
} from './read-reports.js';

/** Answers of workflows, as schemas for callers in other languages. The compiler compares: no field can be missing. */

const counts = (words: readonly string[]) =>
  z.object(Object.fromEntries(words.map((word) => [word, countShape.optional()])));
const verb = z.enum(['create', 'activate', 'deactivate', 'modify', 'tag', 'move', 'delete']);

const step = z.object({
  step: z.enum([...verb.options, 'wait']),
  fields: textsShape.optional(),
  flowLogId: anyText.optional(),
  requestId: anyText.optional(),
  at: time,
} satisfies Record<keyof ReportedStep, z.ZodType>);

/** Report of an operation. */
export const reportSchema = z.object({
  target: targetSchema(),
  flowLogId: anyText.optional(),
  outcome: z.enum(outcomes),
  status: z.enum(['active', 'inactive', 'changing', 'unknown', 'absent']).optional(),
  delivery: z.object({ state: z.enum(['ok', 'failed', 'unknown']), message: anyText.optional() }).optional(),
  steps: z.array(step),
  rollbackProblem: anyText.optional(),
  notApplied: textsShape.optional(),
  whose: z.enum(['foreign', 'managed']).optional(),
  surplus: textsShape.optional(),
  apiCalls: countShape,
  requestIds: textsShape,
  startedAt: time,
  endedAt: time,
  ledgerHead: anyText.optional(),
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
  flowLogId: anyText.optional(),
  rawStatus: anyText.optional(),
  since: time,
  steps: z.array(step),
  requestedBy: anyText.optional(),
  bulk: anyText.optional(),
} satisfies Record<keyof Progress, z.ZodType>);

const requested = {
  workflowId: anyText,
  runId: anyText,
  operation: z.enum(operations),
  since: time,
  requestedBy: anyText,
};
const requestAnswer = z.object({ ...requested, joined: z.boolean() } satisfies Record<keyof RequestAnswer, z.ZodType>);
const runningShape = z.object({
  ...requested,
  reason: anyText.optional(),
  bulk: anyText.optional(),
} satisfies Record<keyof RunningOperation, z.ZodType>);
const applied = z.object({ applied: z.boolean(), why: anyText.optional() } satisfies Record<keyof Applied, z.ZodType>);

const failureDetails = z.object({
  kind: anyText,
  code: anyText,
  message: anyText,
  product: anyText.optional(),
  action: anyText.optional(),
  requestId: anyText.optional(),
  httpStatus: z.int().optional(),
  lastObservation: z.unknown(),
  surplus: textsShape.optional(),
  ledgerHead: anyText.optional(),
  advice: anyText,
  skipped: z.boolean().optional(),
  problems: z.array(z.object({ path: anyText, message: anyText })).optional(),
  moreProblems: countShape.optional(),
  running: runningShape.optional(),
} satisfies Record<keyof FailureDetails, z.ZodType>);

const placeProblem = z.object({
  accountId: anyText,
  region: anyText.optional(),
  product: z.enum(productNames).optional(),
  code: anyText,
  message: anyText,
  unsupported: z.boolean().optional(),
} satisfies Record<keyof PlaceProblem, z.ZodType>);
const tally = counts(rowStates).extend({ total: countShape });

const bulkProgress = z.object({
  phase: z.enum(['preparing', 'canary', 'awaiting-approval', 'running', 'paused', 'stopping', 'finishing']),
  total: countShape,
  ended: counts(rowStates),
  pages: textsShape,
  emptySelectors: z.array(countShape).optional(),
  why: anyText.optional(),
} satisfies Record<keyof BulkProgress, z.ZodType>);

const cause = z.object({
  state: z.enum(['failed', 'skipped', 'cancelled']),
  count: countShape,
  code: anyText.optional(),
  kind: anyText.optional(),
  reason: anyText.optional(),
  advice: anyText.optional(),
  examples: z.array(targetSchema()),
} satisfies Record<keyof BulkCause, z.ZodType>);

const bulkReport = z.object({
  bulk: anyText,
  operation: z.enum(operations),
  tally,
  end: z.enum(['completed', 'stopped', 'cancelled', 'refused']),
  why: anyText.optional(),
  refusedBy: anyText.optional(),
  causes: z.array(cause).optional(),
  moreCauses: countShape.optional(),
  rows: anyText,
  surplus: countShape.optional(),
  notApplied: countShape.optional(),
  problems: z.array(placeProblem),
  moreProblems: countShape.optional(),
  emptySelectors: z.array(countShape).optional(),
  startedAt: time,
  endedAt: time,
} satisfies Record<keyof BulkReport, z.ZodType>);

const bulkRow = z.object({
  ordinal: countShape,
  target: targetSchema(),
  state: z.enum(rowStates).optional(),
  outcome: z.enum(outcomes).optional(),
  flowLogId: anyText.optional(),
  workflowId: anyText,
  reason: anyText.optional(),
  code: anyText.optional(),
  kind: anyText.optional(),
  advice: anyText.optional(),
  requestId: anyText.optional(),
  surplus: textsShape.optional(),
  notApplied: textsShape.optional(),
  apiCalls: countShape.optional(),
  startedAt: time.optional(),
  endedAt: time.optional(),
} satisfies Record<keyof BulkRow, z.ZodType>);

const bulkSummary = z.object({
  bulk: anyText,
  run: anyText,
  operation: z.enum(operations),
  requestedBy: anyText,
  reason: anyText.optional(),
  retryOf: anyText.optional(),
  startedAt: time,
  endedAt: time.optional(),
  rowsRemovedAt: time.optional(),
  tally,
  report: bulkReport.optional(),
} satisfies Record<keyof BulkSummary, z.ZodType>);

const inspectBulksReport = z.object({
  bulks: z.array(bulkSummary),
  total: countShape.optional(),
  next: anyText.optional(),
} satisfies Record<keyof InspectBulksReport, z.ZodType>);

const readRowsReport = z.object({
  rows: z.array(z.unknown()),
  next: countShape.optional(),
} satisfies Record<keyof ReadRowsReport, z.ZodType>);

const discoverReport = z.object({
  rows: anyText,
  found: countShape,
  byCoverage: z.record(anyText, countShape),
  leftOut: z.record(anyText, countShape),
  problems: z.array(placeProblem),
  moreProblems: countShape.optional(),
  apiCalls: countShape,
  readAt: time,
} satisfies Record<keyof DiscoverReport, z.ZodType>);

const planRow = z.object({
  ordinal: countShape,
  target: targetSchema(),
  verdict: z.enum(planVerdicts),
  changes: z.array(verb),
  drift: textsShape,
  fields: textsShape.optional(),
  notApplied: textsShape.optional(),
  flowLogId: anyText.optional(),
  surplus: textsShape.optional(),
  outcome: anyText.optional(),
  possible: textsShape.optional(),
  code: anyText.optional(),
  reason: anyText.optional(),
  advice: anyText.optional(),
  remembered: anyText.optional(),
  rehearsal: z
    .object({
      passed: z.boolean(),
      code: anyText.optional(),
      message: anyText.optional(),
      requestId: anyText.optional(),
    })
    .optional(),
} satisfies Record<keyof PlanRow, z.ZodType>);

const planReport = z.object({
  operation: z.enum(operations),
  rows: anyText,
  expect: countShape,
  verdicts: counts(planVerdicts),
  changes: counts(verb.options),
  ends: z.record(anyText, countShape),
  needChange: countShape,
  surplus: countShape.optional(),
  notApplied: countShape.optional(),
  calls: z.object({ plan: countShape, scans: countShape, changes: countShape, reads: countShape, total: countShape }),
  seconds: z.number().min(0),
  destinations: z.array(
    z.object({ product: anyText, accountId: anyText, region: anyText.optional(), targets: countShape }),
  ),
  moreDestinations: countShape.optional(),
  quotaWarnings: z.array(
    z.object({ product: anyText, accountId: anyText, region: anyText.optional(), quota: countShape }),
  ),
  moreQuotaWarnings: countShape.optional(),
  rehearsed: z.object({ passed: countShape, refused: countShape }).optional(),
  problems: z.array(placeProblem),
  moreProblems: countShape.optional(),
  emptySelectors: z.array(countShape).optional(),
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
  inspectReport: ['The result of inspectFlowLogs.', inspectReportSchema],
  diagnoseReport: ['The result of diagnose.', diagnoseReportSchema],
  discoverReport: ['The result of discoverFlowLogs.', discoverReport],
  discoveredResource: ['One row of a discovery, as readRows gives it.', discoveredResourceSchema],
  planReport: ['The result of planFlowLogs.', planReport],
  planRow: ['One row of a plan, as readRows gives it.', planRow],
  doubtReport: ['The result of listDoubts.', doubtReportSchema],
  resolveDoubtsReport: ['The result of resolveDoubts.', resolveDoubtsReportSchema],
  ledgerEntry: ['One row of the ledger, as a line of `flowlog audit export --format jsonl`.', ledgerEntrySchema],
};
