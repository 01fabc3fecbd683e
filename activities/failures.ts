import { isGrpcServiceError } from '@temporalio/client';
import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import { omitUndefined } from '../cloud/omit-undefined.js';
import { type IntentRefused, DatabaseUnavailable } from '../audit/index.js';
import { BudgetWait } from '../cloud/call/budget.js';
import { CloudError } from '../cloud/errors/cloud-error.js';
import { kindRules, mayPass } from '../cloud/errors/kind-rules.js';
import type { FailureDetails } from '../workflows/contract/operation.js';

/** Shortest delay that Temporal is given, in ms: it takes zero, or less, for the end of all retries (`nextBackoffInterval` of its server). */
const LEAST_DELAY_MS = 1;

/** Retry of a failure where it differs from the activity's policy. */
export interface Retrying {
  /** Pause before the next attempt; one below 1 ms counts as that. */
  readonly nextRetryDelayMs?: number;
  /** Nothing went wrong, it is only not time yet: no error log, no failure metric. */
  readonly benign?: boolean;
  readonly nonRetryable?: boolean;
}

/** An ApplicationFailure whose type is the kind and whose first detail tells a person what to do. */
export function failure(details: FailureDetails, retrying: Retrying = {}, cause?: Error): ApplicationFailure {
  return ApplicationFailure.create({
    type: details.kind,
    message: details.message,
    details: [details],
    nonRetryable: retrying.nonRetryable ?? false,
    ...omitUndefined({
      nextRetryDelay:
        retrying.nextRetryDelayMs === undefined
          ? undefined
          : Math.max(LEAST_DELAY_MS, Math.round(retrying.nextRetryDelayMs)),
      category: retrying.benign ? ApplicationFailureCategory.BENIGN : undefined,
      cause,
    }),
  });
}

/** The details of a cloud error, as they travel in failures. */
export function detailsOf(error: CloudError): FailureDetails {
  const { kind, code, service, action, requestId, httpStatus, advice } = error.details;
  return {
    kind,
    code,
    message: error.message,
    product: service,
    action,
    advice,
    ...omitUndefined({ requestId: requestId || undefined, httpStatus: httpStatus || undefined }),
  };
}

/** Any error as an ApplicationFailure: the cloud's by its kind, the ledger's absence as `unavailable`, the rest unchanged. */
export function asFailure(error: unknown, retrying: Retrying = {}): unknown {
  if (error instanceof CloudError) {
    const { retryAfterMs, untilDeadline } = error.details;
    const delay = retrying.nextRetryDelayMs ?? retryAfterMs;
    const permanent = !mayPass(error);
    // Expired credentials come back by themselves: to the retry policy they are merely unavailable.
    const details = untilDeadline ? { ...detailsOf(error), kind: 'unavailable' } : detailsOf(error);
    return failure(details, {
      ...retrying,
      nonRetryable: retrying.nonRetryable ?? permanent,
      ...omitUndefined({ nextRetryDelayMs: delay }),
    });
  }
  if (error instanceof BudgetWait) return budgetWait(error);
  if (error instanceof DatabaseUnavailable) {
    const advice = 'No change is made without a record. Bring the database back; the operation goes on by itself.';
    return failure({ kind: 'unavailable', code: 'LedgerUnavailable', message: error.message, advice }, retrying);
  }
  return error;
}

/** The failure of a question that Temporal did not answer, by itself or as the cause of the error; undefined for any other error. */
export function temporalUnavailable(
  error: unknown,
  silence = 'Temporal did not answer',
): ApplicationFailure | undefined {
  if (!(error instanceof Error) || !(isGrpcServiceError(error) || isGrpcServiceError(error.cause))) return undefined;
  const message = `${silence}: ${error.message}`;
  const advice = 'Nothing to do: it is asked again.';
  return failure({ kind: 'unavailable', code: 'TemporalUnavailable', message, advice });
}

/** Not its turn yet: no error anywhere. The failure tells the end of the last send too, where there was one. */
export function budgetWait(
  { request: { service, action }, message, forMs }: BudgetWait,
  lastEnd?: FailureDetails,
): ApplicationFailure {
  const details: FailureDetails = {
    kind: 'throttled',
    code: 'BudgetWait',
    message: lastEnd ? `${message}; the last answer: ${lastEnd.message}` : message,
    product: service,
    action,
    advice: 'Nothing to do: calls are spread out below the limits of the cloud, and this one has its turn later.',
    ...omitUndefined({ requestId: lastEnd?.requestId ? lastEnd.requestId : undefined }),
  };
  return failure(details, { nextRetryDelayMs: forMs, benign: true });
}

/** The next look at a place where enough calls are under way comes so soon, in ms. */
const BUSY_SCOPE_MS = 200;

const laterMs: Partial<Record<IntentRefused['reason'], (refused: IntentRefused) => number>> = {
  'busy-scope': () => BUSY_SCOPE_MS,
  'failed-over': ({ detail }) => Math.max(BUSY_SCOPE_MS, Number(detail['leftMs'])),
};

const adviceOnRefusal: Partial<Record<IntentRefused['reason'], string>> = {
  frozen: 'Changes are frozen in this scope: `flowlog thaw` lets them go on.',
  'lost-ledger':
    'Restore the database from a backup if there is one. Else say `flowlog ledger adopt-empty --reason …`: then no flow log is created for one grace, and operations go on.',
};

/**
 * The ledger would not have the intent: a later attempt is at work, a change is in doubt, changes are frozen, enough are under way, or the
 * database has failed over.
 * Nothing was sent. The same bulk does not ask again for a change that the cloud has refused to the account.
 */
export function notNow(product: string, action: string, refused: IntentRefused): ApplicationFailure {
  const { reason, message } = refused;
  if (reason === 'breaker') return notAgain(product, refused);
  const details = { kind: 'busy', code: `Intent(${reason})`, message, product, action };
  const advice = adviceOnRefusal[reason] ?? 'Nothing to do: it is tried again.';
  const nextRetryDelayMs = laterMs[reason]?.(refused) ?? kindRules.busy.initialIntervalMs;
  return failure({ ...details, advice }, { nextRetryDelayMs, benign: true });
}

/** The end of a target that was not sent because another of its bulk was refused for all of them. */
function notAgain(product: string, { message, detail }: IntentRefused): ApplicationFailure {
  const { kind, code, requestId, action } = detail as Record<string, string | undefined>;
  const details: FailureDetails = {
    kind: kind ?? 'unknown',
    code: code ?? 'Unknown',
    message,
    product,
    ...omitUndefined({ action: action || undefined, requestId: requestId || undefined }),
    advice: 'See the target of this bulk that was refused first; when that is mended, retry the bulk.',
    skipped: true,
  };
  return failure(details, { nonRetryable: true, benign: true });
}
