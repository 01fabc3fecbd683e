import type {
  ScheduleDescription as TemporalDescription,
  ScheduleExecutionResult,
  ScheduleSpecDescription,
} from '@temporalio/client';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import type {
  BulkEnd,
  BulkInput,
  BulkOptions,
  BulkSummary,
  BulkTally,
  Selector,
  StoredManifest,
} from '../../workflows/contract/bulk.js';
import type { Operation } from '../../workflows/contract/operation.js';
import { cronProblems } from './cron.js';
import { type Overlap, type ScheduleTiming, overlaps } from './request.js';
import { specWords } from './words.js';

/** Beginning of the id of a schedule; its name follows. */
export const scheduleIdPrefix = 'flow-log-schedule/';

/** The id of a schedule. */
export const scheduleIdOf = (name: string): string => `${scheduleIdPrefix}${name}`;

/** Times at which a schedule fires. */
export interface ScheduleTimes extends ScheduleTiming {
  /** `at 03:00 every day, Asia/Shanghai`. */
  readonly words: string;
}

/** Targets of a firing. */
export interface ScheduleTargets {
  /** Targets listed one by one, in the schedule or in a stored manifest. */
  readonly items: number;
  /** Stored manifest of the items, where they are too many for the schedule itself. */
  readonly manifest?: StoredManifest;
  /** Resolved at each firing. */
  readonly selectors: readonly Selector[];
}

/** A schedule as Temporal has it. */
export interface ScheduleSummary {
  readonly name: string;
  readonly scheduleId: string;
  /** Absent where somebody put something else under an id of ours. */
  readonly operation?: Operation;
  readonly requestedBy?: string;
  readonly reason?: string;
  readonly targets: ScheduleTargets;
  readonly options: BulkOptions;
  readonly times: ScheduleTimes;
  /** `terminate-other` is none that we make. */
  readonly overlap: Overlap | 'terminate-other';
  readonly catchUpWindowMs: number;
  readonly paused: boolean;
  readonly note?: string;
  /** ISO 8601 UTC, the next first; empty while it is paused. */
  readonly nextRuns: readonly string[];
  /** Newest first, at most ten. */
  readonly runs: readonly ScheduleRun[];
  readonly firings: {
    readonly started: number;
    /** Skipped because an earlier one ran. */
    readonly skipped: number;
    /** Too late even for the catch-up window. */
    readonly missed: number;
  };
  readonly createdAt: string;
  readonly updatedAt?: string;
}

/** One firing: the bulk that it started, and how that went. */
export interface ScheduleRun {
  /** Workflow id of the bulk. */
  readonly bulk: string;
  /** Its first run. */
  readonly run: string;
  readonly scheduledAt: string;
  readonly startedAt: string;
  readonly running: boolean;
  /** The rest is there where the database knows the bulk. */
  readonly end?: BulkEnd;
  readonly why?: string;
  readonly tally?: BulkTally;
}

/** {@link ScheduleSummary} with what its last bulks did. */
export interface ScheduleDescription extends ScheduleSummary {
  /** Reason why the results are missing, where they are. */
  readonly resultsMissing?: string;
}

/**
 * Reads the times that a schedule was given; leaves out an expression that somebody changed in place of us.
 * @internal
 */
export function timingOf({
  calendars = [],
  intervals = [],
  timezone,
  jitter,
}: ScheduleSpecDescription): ScheduleTiming {
  const comments = calendars.map(({ comment }) => comment ?? '');
  const written = comments.length > 0 && comments.every((cron) => cron !== '' && cronProblems(cron).length === 0);
  const [interval] = intervals;
  return omitUndefined({
    cron: written ? comments : undefined,
    everyMs: interval ? interval.every : undefined,
    timeZone: calendars.length > 0 ? timezone || 'UTC' : undefined,
    jitterMs: jitter || undefined,
  });
}

/**
 * The input that a firing gives to its bulk.
 * @internal
 */
export const inputOf = ({ action }: Pick<TemporalDescription, 'action'>): Partial<BulkInput> =>
  (action.args?.[0] ?? {}) as Partial<BulkInput>;

const overlapByTemporalName = Object.fromEntries(
  Object.entries(overlaps).map(([ours, theirs]) => [theirs, ours]),
) as Record<string, Overlap>;

const runOf = (
  { scheduledAt, takenAt, action: { workflow } }: ScheduleExecutionResult,
  running: ReadonlySet<string>,
): ScheduleRun => ({
  bulk: workflow.workflowId,
  run: workflow.firstExecutionRunId,
  scheduledAt: scheduledAt.toISOString(),
  startedAt: takenAt.toISOString(),
  running: running.has(workflow.firstExecutionRunId),
});

/**
 * Temporal's description in our words.
 * @internal
 */
export function scheduleSummary(described: TemporalDescription): ScheduleSummary {
  const { scheduleId, spec, policies, state, info } = described;
  const { operation, requestedBy, reason, items = [], manifest, selectors = [], options = {} } = inputOf(described);
  const running = new Set(info.runningActions.map(({ workflow }) => workflow.firstExecutionRunId));
  return {
    name: scheduleId.slice(scheduleIdPrefix.length),
    scheduleId,
    ...omitUndefined({ operation, requestedBy: requestedBy || undefined, reason: reason || undefined }),
    targets: { items: manifest?.items ?? items.length, ...omitUndefined({ manifest }), selectors },
    options,
    times: { words: specWords(spec), ...timingOf(spec) },
    overlap: overlapByTemporalName[policies.overlap ?? ''] ?? 'terminate-other',
    catchUpWindowMs: policies.catchupWindow,
    paused: state.paused,
    ...omitUndefined({ note: state.note || undefined }),
    nextRuns: state.paused ? [] : info.nextActionTimes.map((time) => time.toISOString()),
    runs: info.recentActions.map((result) => runOf(result, running)).reverse(),
    firings: {
      started: info.numActionsTaken,
      skipped: info.numActionsSkippedOverlap,
      missed: info.numActionsMissedCatchupWindow,
    },
    createdAt: info.createdAt.toISOString(),
    ...omitUndefined({ updatedAt: info.lastUpdatedAt ? info.lastUpdatedAt.toISOString() : undefined }),
  };
}

/** A firing with what the database knows of its bulk. */
export function withResult(run: ScheduleRun, bulks: readonly BulkSummary[]): ScheduleRun {
  const found = bulks.find((bulk) => bulk.run === run.run);
  if (!found) return run;
  const { report, tally } = found;
  return {
    ...run,
    tally,
    ...(report ? { end: report.end, ...omitUndefined({ why: report.why || undefined }) } : undefined),
  };
}
