import { isById } from '../../../cloud/flow-log.js';
import { placeName } from '../../../cloud/target.js';
import type { BulkReport, BulkRow, BulkTally, RowState } from '../../../workflows/contract/bulk.js';
import { shortName } from '../../../workflows/contract/labels.js';
import type { Answer, Cell, Tone } from '../answer.js';
import { flawCounts, flawsBrief } from '../flaws.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';

/** Tone of a row, by its end. */
export const tones: Readonly<Record<RowState, Tone>> = {
  succeeded: 'good',
  adopted: 'good',
  unchanged: 'dim',
  joined: 'good',
  failed: 'bad',
  skipped: 'busy',
  cancelled: 'busy',
};

/** Columns of a report, as CSV names them. */
export const reportColumns = [
  'ordinal',
  'product',
  'account',
  'place',
  'target',
  'state',
  'outcome',
  'flowLogId',
  'code',
  'reason',
  'requestId',
  'startedAt',
  'endedAt',
  'workflowId',
  'surplus',
  'notApplied',
] as const;

/** A row's cells under {@link reportColumns}. */
export function reportCells(row: BulkRow): readonly string[] {
  const { ordinal, target, state = 'running', outcome = '', flowLogId = '', code = '', reason = '' } = row;
  const { requestId = '', startedAt = '', endedAt = '', workflowId, surplus = [], notApplied = [] } = row;
  const place = isById(target) ? (target.ecrId ?? placeName(target)) : placeName(target);
  const who = [String(ordinal), target.product, target.accountId, place, shortName(target)];
  const flaws = [surplus.join(' '), notApplied.join(' ')];
  return [...who, state, outcome, flowLogId, code, reason, requestId, startedAt, endedAt, workflowId, ...flaws];
}

/** `90 targets: 80 succeeded, 10 unchanged`. */
export function tallyText({ total, ...states }: BulkTally): string {
  const counts = Object.entries(states) as [RowState, number][];
  const ended = counts.reduce((sum, [, count]) => sum + count, 0);
  const parts = [
    ...counts.map(([state, count]) => `${count} ${state}`),
    ...(ended < total ? [`${total - ended} not ended`] : []),
  ];
  return `${total} targets: ${parts.join(', ') || 'none'}`;
}

/** Exit code for the end of a bulk: anything that is not as asked has failed. */
export function exitCodeOfBulk({ end, tally, surplus, notApplied }: BulkReport): ExitCode {
  if (end === 'refused') return exitCodes.refused;
  const isRight = (tally.failed ?? 0) === 0 && !surplus && !notApplied;
  return end === 'completed' && isRight ? exitCodes.done : exitCodes.failed;
}

/** Tells in few words why a row is not as asked. */
export const whyOf = (row: BulkRow): string =>
  [[row.code, row.reason].filter(Boolean).join(': '), ...flawsBrief(row)].filter(Boolean).join('; ');

/** Rows as a table on a terminal. */
export const rowCells = (row: BulkRow): Cell[] => {
  const [, product = '', , place = '', target = ''] = reportCells(row);
  const { state, outcome = '', flowLogId = '' } = row;
  const why = whyOf(row);
  return [
    product,
    place,
    target,
    { text: state ?? 'running', tone: state ? tones[state] : 'busy' },
    outcome,
    flowLogId,
    why,
  ];
};
export const rowHead = ['product', 'place', 'target', 'state', 'outcome', 'flow log', 'why'] as const;

/** Rows shown on a terminal after a bulk; the rest is in the report. */
const SHOWN_ROWS = 20;

/** Tells whether a retry would take the row up. */
export const isUndone = ({ state }: BulkRow): boolean =>
  state === 'failed' || state === 'skipped' || state === 'cancelled';

/** Answers with the end of a bulk, and the rows that did not end well. */
export function bulkAnswer(report: BulkReport, bad: readonly BulkRow[]): Answer {
  const { bulk, tally, end, why, problems, moreProblems } = report;
  const shown = bad.slice(0, SHOWN_ROWS);
  return {
    document: { ...report, rows: bad, rowsKept: report.rows },
    ...(shown.length > 0 ? { table: { head: rowHead, rows: shown.map(rowCells) } } : {}),
    notes: [
      `${bulk} ${end}${why ? `: ${why}` : ''}`,
      tallyText(tally),
      ...flawCounts(report.surplus, report.notApplied),
      ...(bad.length > shown.length ? [`${bad.length - shown.length} more are not as asked`] : []),
      ...problems.map(
        ({ product, accountId, region = '', message }) => `not read: ${product} ${accountId} ${region}: ${message}`,
      ),
      ...(moreProblems ? [`and ${moreProblems} more places that could not be read`] : []),
      `every row: npx flowlog bulk report ${bulk}`,
      ...(bad.some(isUndone) ? [`again, those that did not end well: npx flowlog bulk retry ${bulk}`] : []),
    ],
    exitCode: exitCodeOfBulk(report),
  };
}
