import type { ScheduleOptions, ScheduleSpec, Workflow, ScheduleOptionsStartWorkflowAction } from '@temporalio/client';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import { type BulkInput, manyWorkflowTypes } from '../../workflows/contract/bulk.js';
import { bulkIdOf } from '../../workflows/contract/bulk-schema.js';
import { taskQueues } from '../../workflows/contract/operation.js';
import { type ScheduleTiming, cronsOf, knownZone } from './request.js';
import { scheduleIdOf } from './view.js';
import { selectorWords } from './words.js';

/** Workflow that a schedule starts. */
export type BulkAction = ScheduleOptions<ScheduleOptionsStartWorkflowAction<Workflow>>['action'];

/** Temporal keeps the times of a cron expression and forgets how it was written, unless a comment tells. */
export function specOf(timing: ScheduleTiming): ScheduleSpec {
  const { everyMs, timeZone, jitterMs } = timing;
  const crons = cronsOf(timing);
  return omitUndefined({
    cronExpressions: crons.length > 0 ? crons.map((cron) => `${cron} # ${cron}`) : undefined,
    intervals: everyMs === undefined ? undefined : [{ every: everyMs }],
    timezone: timeZone === undefined ? undefined : (knownZone(timeZone) ?? timeZone),
    jitter: jitterMs || undefined,
  });
}

/** Long names are cut: Temporal's summary has 400 bytes. */
const brief = (text: string): string => (text.length > 60 ? `${text.slice(0, 59)}…` : text);

/** The bulk that a firing starts. Temporal appends the firing's time to the workflow id. */
export function bulkActionOf(name: string, input: BulkInput): BulkAction {
  const { operation, requestedBy, reason, items = [], manifest, selectors = [] } = input;
  const count = manifest?.items ?? items.length;
  const targets = [...(count > 0 ? [`${count} targets by name`] : []), ...selectors.map(selectorWords)];
  return {
    type: 'startWorkflow',
    workflowType: manyWorkflowTypes.bulk,
    workflowId: bulkIdOf(`schedule-${name}`),
    taskQueue: taskQueues.workflows,
    args: [input],
    memo: { schedule: scheduleIdOf(name) },
    staticSummary: `${operation} in bulk, for ${brief(requestedBy)}, by schedule ${name}`,
    staticDetails: [
      `**${operation}** by schedule \`${name}\`, for ${requestedBy}${reason ? `: ${reason}` : ''}`,
      '',
      ...targets.map((target) => `- ${target}`),
    ].join('\n'),
  };
}
