import { omitUndefined } from '../../cloud/omit-undefined.js';
import type { RowEnding } from '../contract/bulk-activities.js';
import type { RowState } from '../contract/bulk.js';
import type { FailureDetails, OperationReport, Outcome } from '../contract/operation.js';

/** States under which a report counts outcomes; every other outcome is `succeeded`. */
const stateOfOutcome: Readonly<Partial<Record<Outcome, RowState>>> = {
  adopted: 'adopted',
  unchanged: 'unchanged',
  cancelled: 'cancelled',
};

/** Turn of a target: its number, and the time at which it began. */
export interface Turn {
  readonly ordinal: number;
  readonly startedAt: string;
}

const now = (): string => new Date().toISOString();

/** Part of a report that its row tells. */
type RowFacts = Pick<OperationReport, 'outcome' | 'flowLogId' | 'requestIds' | 'apiCalls' | 'surplus' | 'notApplied'>;

/** The state and reason of a target whose operation ended with this outcome. One that was joined may have been cancelled by its own caller. */
function rowStateOf(outcome: Outcome, joined: boolean): Pick<RowEnding, 'state' | 'reason'> {
  const state = stateOfOutcome[outcome] ?? 'succeeded';
  if (!joined) return { state };
  return outcome === 'cancelled' ? { state, reason: 'it joined an operation that was cancelled' } : { state: 'joined' };
}

/** The row of a target whose operation ended with a report. */
export function rowOfReport(turn: Turn, { report, joined }: { report: RowFacts; joined: boolean }): RowEnding {
  const { outcome, flowLogId, requestIds, apiCalls, surplus, notApplied } = report;
  const requestId = requestIds.at(-1);
  return {
    ...turn,
    ...rowStateOf(outcome, joined),
    outcome,
    apiCalls,
    endedAt: now(),
    ...omitUndefined({ flowLogId: flowLogId || undefined, requestId: requestId || undefined, surplus, notApplied }),
  };
}

/**
 * The row of a target whose operation failed. A target whose change was not sent, because its place had refused the same before, is skipped; so
 * is one that a selector found where the product has no flow logs.
 */
export function rowOfFailure(
  turn: Turn,
  { kind, code, message, advice, requestId, skipped, surplus }: FailureDetails,
  selected: boolean,
) {
  const isSkipped = skipped === true || (selected && kind === 'unsupported');
  const reason = isSkipped && kind === 'unsupported' ? `unsupported: ${message}` : message;
  const row: RowEnding = {
    ...turn,
    state: isSkipped ? 'skipped' : 'failed',
    reason,
    code,
    kind,
    advice,
    endedAt: now(),
    ...omitUndefined({ requestId: requestId || undefined, surplus }),
  };
  return row;
}

/** The row of a target whose turn never came. */
export const rowOfUnturned = (ordinal: number, state: 'skipped' | 'cancelled', reason: string): RowEnding => ({
  ordinal,
  state,
  reason,
  endedAt: now(),
});
