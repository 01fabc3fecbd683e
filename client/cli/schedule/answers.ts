import { bulkNameOf } from '../../../workflows/contract/bulk.js';
import type { ScheduleDescription, ScheduleRun, ScheduleSummary } from '../../schedules/view.js';
import { durationText, selectorWords } from '../../schedules/words.js';
import type { Answer, Cell } from '../answer.js';
import { moreThan } from '../limit.js';
import { counted } from '../words.js';
import { tallyText } from '../bulk/report.js';

/** A time that may not be there. */
const timeCell = (iso: string | undefined): Cell => (iso === undefined ? '' : { at: iso });

const stateCell = ({ paused }: ScheduleSummary): Cell =>
  paused ? { text: 'paused', tone: 'busy' } : { text: 'on', tone: 'good' };

/** The note says who paused it, and why. */
const stateCells = (schedule: ScheduleSummary): Cell[] => {
  const { paused, note = '' } = schedule;
  return paused && note.startsWith('paused') ? [{ text: note, tone: 'busy' }] : [stateCell(schedule), note];
};

/** Targets in a few words; the description has all. */
function targetsText({ targets: { items, selectors } }: ScheduleSummary): string {
  const [first, ...more] = selectors;
  return [
    ...(items > 0 ? [counted(items, 'target')] : []),
    ...(first ? [`${first.product} ${first.resourceType} by selector`] : []),
    ...(more.length > 0 ? [counted(more.length, 'more selector')] : []),
  ].join(', ');
}

const runEndCell = ({ running, end, tally }: ScheduleRun): Cell => {
  if (running) return { text: 'running', tone: 'busy' };
  if (end === undefined) return { text: 'ended', tone: 'dim' };
  return { text: end, tone: end === 'completed' && !tally?.failed ? 'good' : 'bad' };
};

/** All schedules. */
export const listAnswer = (all: readonly ScheduleSummary[], schedules: readonly ScheduleSummary[]): Answer => ({
  document: { schedules },
  table: {
    head: ['schedule', 'operation', 'targets', 'fires', 'state', 'next', 'last'],
    rows: schedules.map((schedule) => [
      schedule.name,
      schedule.operation ?? 'nothing of ours',
      targetsText(schedule),
      schedule.times.words,
      stateCell(schedule),
      timeCell(schedule.nextRuns[0]),
      timeCell(schedule.runs[0]?.startedAt),
    ]),
  },
  notes: [counted(all.length, 'schedule'), ...moreThan(schedules.length, all.length, 'schedule')],
});

const labelledRow = (name: string, value: string | undefined): Cell[][] => (value ? [[name.padEnd(10), value]] : []);

function scheduleLines(schedule: ScheduleSummary): Cell[][] {
  const { targets, options, firings } = schedule;
  const limits = Object.entries(options).map(([name, value]) => `${name} ${String(value)}`);
  return [
    ...labelledRow('schedule', schedule.name),
    ...labelledRow('operation', schedule.operation),
    ...labelledRow('targets', targets.items > 0 ? `${targets.items} by name` : undefined),
    ...labelledRow('manifest', targets.manifest?.sha256),
    ...targets.selectors.flatMap((selector) => labelledRow('selector', selectorWords(selector))),
    ...labelledRow('options', limits.join(', ')),
    ...labelledRow('asked by', schedule.requestedBy),
    ...labelledRow('why', schedule.reason),
    ...labelledRow('fires', schedule.times.words),
    ...labelledRow('cron', [schedule.times.cron ?? []].flat().join('; ')),
    ...labelledRow('overlap', schedule.overlap),
    ...labelledRow('catch-up', durationText(schedule.catchUpWindowMs)),
    ['state'.padEnd(10), ...stateCells(schedule)],
    ...(schedule.nextRuns.length > 0 ? [['next'.padEnd(10), ...schedule.nextRuns.slice(0, 3).map(timeCell)]] : []),
    ...labelledRow(
      'firings',
      `${firings.started} started, ${firings.skipped} skipped while one ran, ${firings.missed} too late to make up for`,
    ),
  ];
}

/** One schedule, as it is now. */
export const summaryAnswer = (schedule: ScheduleSummary, done: string): Answer => ({
  document: schedule,
  text: [[schedule.name, { text: done, tone: 'good' }], ...scheduleLines(schedule).slice(1)],
});

/** One schedule, and how its last bulks went. */
export function describeAnswer(schedule: ScheduleDescription): Answer {
  const runs = schedule.runs.map((run): Cell[] => [
    'run'.padEnd(10),
    timeCell(run.startedAt),
    runEndCell(run),
    ...(run.tally ? [tallyText(run.tally)] : []),
    ...(run.why ? [run.why] : []),
    bulkNameOf(run.bulk),
  ]);
  return {
    document: schedule,
    text: [...scheduleLines(schedule), ...runs],
    notes: [
      ...(schedule.resultsMissing ? [`how the runs went is not known: ${schedule.resultsMissing}`] : []),
      ...(runs.length > 0 ? ['more of a run: npx flowlog bulk status <run>'] : []),
    ],
  };
}
