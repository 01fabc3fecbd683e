/**
 * The door for TypeScript programs: connect, ask, wait, know.
 *
 * ```ts
 * const { client } = await connect();
 * const flowLogs = new FlowLogs(client, { accounts: await knownAccounts() });
 * const operation = await flowLogs.enable({ target, spec, requestedBy: 'network-team' });
 * const report = await operation.result();
 * ```
 */
export { FlowLogs, type FlowLogsOptions } from './flow-logs.js';
export {
  checkRequest,
  type CheckedRequest as Checked,
  type OperationRequest,
  type TargetRequest,
} from './operations/request.js';
export { Bulks } from './bulks/bulks.js';
export type { BulkHandle, BulkItemRequest, BulkRequest, BulkStanding, StartedBulk } from './bulks/bulk.js';
export { Doubts, type DoubtFilter, type DoubtVerdict } from './doubts.js';
export type { DoubtRow, SettledDoubt, Verdict } from '../workflows/contract/doubts.js';
export { Schedules } from './schedules/schedules.js';
export type {
  Backfill,
  Overlap,
  ScheduleChange,
  ScheduleNote,
  ScheduleRequest,
  ScheduleTiming,
} from './schedules/request.js';
export type { ScheduleDescription, ScheduleRun, ScheduleSummary } from './schedules/view.js';
export type { Plan, PlanRequest } from './bulks/plan.js';
export type { OperationHandle, StartedOperation } from './operations/handle.js';
export type { OperationProgress, PendingAttempt, RunState } from './operations/progress.js';
export type { OperationFilter, OperationSummary } from './operations/list.js';
export type { QueueWorkers } from './workers.js';
export { knownAccounts } from './known-accounts.js';
export { AccountsFileError, accountsFromEnvironment, parseAccounts, type Account, type Accounts } from './accounts.js';
export type { Discovered } from './bulks/discovery.js';
export { connect, locate, type ConnectOptions, type Location } from './connection.js';
export {
  BulkEndedError,
  BulkInProgressError,
  InvalidInputError,
  NoAnswerError,
  NoSuchScheduleError,
  OperationFailedError,
  OperationInProgressError,
  OperationNotFoundError,
  RefusedByTemporalError,
  ScheduleBusyError,
  ScheduleExistsError,
  UnreachableError,
  type InputProblem,
} from './errors.js';
export { ManifestError, readManifest, showProblem, type LocatedManifest } from './manifest/manifest.js';
export { effectiveItems, type AskedBy, type EffectiveItem } from './manifest/effective.js';
export { effectiveSelectors, type EffectiveSelector } from './manifest/selectors.js';
export type { ManifestProblem } from './manifest/source.js';
export type {
  DiagnoseReport,
  InspectInput,
  InspectReport,
  InspectedFlowLog,
  Operation,
  OperationInput,
  OperationOptions,
  OperationReport,
  Progress,
} from '../workflows/contract/operation.js';
export type { Spec, Target } from '../cloud/flow-log.js';
