import { omitUndefined } from '../../../cloud/omit-undefined.js';
import { isById } from '../../../cloud/flow-log.js';
import { placeName } from '../../../cloud/target.js';
import type { BulkReport, BulkRow, BulkTally, RowState } from '../../../workflows/contract/bulk.js';
import { shortName } from '../../../workflows/contract/labels.js';
import type { Answer, Cell, Tone } from '../answer.js';
import { flawCounts, flawsBrief, isFlawed } from '../flaws.js';
import { limited } from '../limit.js';
import { counted, sortedNaturally } from '../words.js';
import { causesText, withCode, exitCodeOfBulk } from './causes.js';

/** Tone of a row, by its end. */
export const rowTones: Readonly<Record<RowState, Tone>> = {
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
  'kind',
  'advice',
] as const;

/** A row's cells under {@link reportColumns}. */
export function reportCells(row: BulkRow): readonly string[] {
  const { ordinal, target, state = 'running', outcome = '', flowLogId = '', code = '', reason = '' } = row;
  const { requestId = '', startedAt = '', endedAt = '', workflowId, surplus = [], notApplied = [] } = row;
  const { kind = '', advice = '' } = row;
  const place = isById(target) ? (target.ecrId ?? placeName(target)) : placeName(target);
  const who = [String(ordinal), target.product, target.accountId, place, shortName(target)];
  const flaws = [surplus.join(' '), notApplied.join(' ')];
  return [
    ...who,
    state,
    outcome,
    flowLogId,
    code,
    reason,
    requestId,
    startedAt,
    endedAt,
    workflowId,
    ...flaws,
    kind,
    advice,
  ];
}

/** `90 targets: 80 succeeded, 10 unchanged`. */
export function tallyText({ total, ...states }: BulkTally): string {
  const counts = Object.entries(states) as [RowState, number][];
  const ended = counts.reduce((sum, [, count]) => sum + count, 0);
  const parts = [
    ...counts.map(([state, count]) => `${count} ${state}`),
    ...(ended < total ? [`${total - ended} not ended`] : []),
  ];
  return `${counted(total, 'target')}: ${parts.join(', ') || 'none'}`;
}

/** Tells in few words why a row is not as asked. */
export const whyOf = (row: BulkRow): string =>
  [withCode(row.code, row.reason), ...flawsBrief(row)].filter(Boolean).join('; ');

/** Rows as a table on a terminal: the causes of failures are told below it, once for all rows. */
export const rowCells = (row: BulkRow): Cell[] => {
  const [, product = '', , place = '', target = ''] = reportCells(row);
  const { state, outcome = '', flowLogId = '', code, reason = '' } = row;
  const why = [code ?? reason, ...flawsBrief(row)].filter(Boolean).join('; ');
  return [
    product,
    place,
    target,
    { text: state ?? 'running', tone: state ? rowTones[state] : 'busy' },
    outcome,
    flowLogId,
    why,
  ];
};
export const rowHead = ['product', 'place', 'target', 'state', 'outcome', 'flow log', 'why'] as const;

/** The order in which people look for a target. */
export const byTarget = (rows: readonly BulkRow[]): BulkRow[] =>
  sortedNaturally(
    rows,
    ({ target }) => target.accountId,
    ({ target }) => target.product,
    ({ target }) => placeName(target),
    ({ target }) => shortName(target),
  );

/** Tells whether a retry would take the row up. */
export const isUndone = ({ state }: BulkRow): boolean =>
  state === 'failed' || state === 'skipped' || state === 'cancelled';

/** Rows with a surplus or something not applied that are shown on a terminal; the rest is in the report. */
const SHOWN_ROWS = 20;

/** Answers with the end of a bulk, what did not end well by its cause, and in pipes and files the rows of it. */
export function bulkAnswer(report: BulkReport, bad: readonly BulkRow[]): Answer {
  const { bulk, tally, end, why, problems, moreProblems } = report;
  const flawed = byTarget(bad.filter(isFlawed));
  return {
    document: { ...report, rows: bad, rowsKept: report.rows },
    ...omitUndefined({
      table: flawed.length > 0 ? { head: rowHead, rows: limited(flawed, SHOWN_ROWS).map(rowCells) } : undefined,
    }),
    sheet: { head: reportColumns, rows: byTarget(bad).map(reportCells) },
    notes: [
      `${bulk} ${end}${why ? `: ${why}` : ''}`,
      tallyText(tally),
      ...causesText(report),
      ...flawCounts(report.surplus, report.notApplied),
      ...problems.map(
        ({ product, accountId, region = '', message }) => `not read: ${product} ${accountId} ${region}: ${message}`,
      ),
      ...(moreProblems ? [`and ${counted(moreProblems, 'more place')} that could not be read`] : []),
      `every row: npx flowlog bulk report ${bulk}`,
      ...(bad.some(isUndone) ? [`again, those that did not end well: npx flowlog bulk retry ${bulk}`] : []),
    ],
    exitCode: exitCodeOfBulk(report),
  };
}
