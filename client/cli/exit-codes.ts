import { AccountsFileError } from '../accounts.js';
import { LedgerOutOfReachError } from './audit/errors.js';
import { ManifestError } from '../manifest/manifest.js';
import {
  BulkEndedError,
  BulkInProgressError,
  InvalidInputError,
  NoAnswerError,
  NoSuchScheduleError,
  OperationFailedError,
  OperationInProgressError,
  OperationNotFoundError,
  ScheduleBusyError,
  ScheduleExistsError,
  UnreachableError,
} from '../errors.js';

/** Exit codes of the command. Scripts rely on these numbers. */
export const exitCodes = {
  done: 0,
  /** An item failed, or the failure budget was exceeded. */
  failed: 1,
  /** Wrong usage or wrong input; nothing was started. */
  usage: 2,
  /** Temporal, the database or the cloud is out of reach. */
  unreachable: 3,
  /** In progress, quota, conflict, freeze, too many changes: right as asked, but not now or not so. */
  refused: 4,
  /** Of `audit verify`: whole as far as can be told; no anchor kept outside was given to stand on, or not every archive's file. */
  unanchored: 5,
  /** Of a plan, where asked for: there are changes to make. */
  changes: 10,
  interrupted: 130,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Wrong usage: what the command line itself says wrong. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Failures of an operation that are not the plain "it failed", by their kind or code. */
const failureCodes: Readonly<Record<string, ExitCode>> = {
  Conflict: exitCodes.refused,
  quota: exitCodes.refused,
  TooManyChanges: exitCodes.refused,
  TooManyTargets: exitCodes.refused,
  UnexpectedCount: exitCodes.refused,
  InvalidInput: exitCodes.usage,
  InvalidWorkflowId: exitCodes.usage,
  unavailable: exitCodes.unreachable,
  'Intent(frozen)': exitCodes.refused,
  'Intent(lost-ledger)': exitCodes.refused,
};

const errorCodes: readonly { readonly of: abstract new (...args: never[]) => Error; readonly exitCode: ExitCode }[] = [
  { of: UsageError, exitCode: exitCodes.usage },
  { of: InvalidInputError, exitCode: exitCodes.usage },
  { of: ManifestError, exitCode: exitCodes.usage },
  { of: AccountsFileError, exitCode: exitCodes.usage },
  { of: OperationInProgressError, exitCode: exitCodes.refused },
  { of: BulkInProgressError, exitCode: exitCodes.refused },
  { of: OperationNotFoundError, exitCode: exitCodes.failed },
  { of: NoSuchScheduleError, exitCode: exitCodes.failed },
  { of: ScheduleExistsError, exitCode: exitCodes.refused },
  { of: ScheduleBusyError, exitCode: exitCodes.refused },
  { of: BulkEndedError, exitCode: exitCodes.failed },
  { of: NoAnswerError, exitCode: exitCodes.unreachable },
  { of: UnreachableError, exitCode: exitCodes.unreachable },
  { of: LedgerOutOfReachError, exitCode: exitCodes.unreachable },
];

/** The exit code of a failed operation, by its class and code; of one item and of a row of a bulk. */
export const exitCodeOfFailure = (kind: string, code: string): ExitCode =>
  failureCodes[kind] ?? failureCodes[code] ?? exitCodes.failed;

/** The exit code of one error. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof OperationFailedError) return exitCodeOfFailure(error.kind, error.code);
  // Several at once, told together.
  if (error instanceof AggregateError) return exitCodeOfAll(error.errors.map(exitCodeOf));
  return errorCodes.find(({ of }) => error instanceof of)?.exitCode ?? exitCodes.failed;
}

/** The exit code of many items: what all failures agree on, else that some failed. */
export function exitCodeOfAll(codes: readonly ExitCode[]): ExitCode {
  const failures = new Set(codes.filter((code) => code !== exitCodes.done));
  const [only] = failures;
  return only === undefined ? exitCodes.done : failures.size === 1 ? only : exitCodes.failed;
}
