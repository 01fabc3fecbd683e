import type { PlanReport, PlanRow, PlanVerdict, PlannedDestination } from '../../../workflows/contract/plan.js';
import type { Place } from '../../../cloud/flow-log.js';
import { workflowIdOf } from '../../../cloud/target.js';
import type { Answer, Cell, Tone } from '../answer.js';
import { nameOf } from '../commands/targets.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { flawCounts, flawsBrief, isFlawed } from '../flaws.js';
import { limited, moreThan } from '../limit.js';
import { counted, sortedNaturally } from '../words.js';

/** Tone of a verdict in a row, and its words in the summary. */
const verdictWords: Readonly<Record<PlanVerdict, { readonly counted: string; readonly tone?: Tone }>> = {
  create: { counted: 'to create', tone: 'good' },
  activate: { counted: 'to activate', tone: 'good' },
  deactivate: { counted: 'to deactivate', tone: 'good' },
  modify: { counted: 'to modify', tone: 'good' },
  delete: { counted: 'to delete', tone: 'bad' },
  wait: { counted: 'under way', tone: 'busy' },
  adopt: { counted: 'to adopt as they are', tone: 'dim' },
  leave: { counted: 'unchanged', tone: 'dim' },
  skip: { counted: 'skipped', tone: 'dim' },
  conflict: { counted: 'in conflict', tone: 'bad' },
  fail: { counted: 'that would fail', tone: 'bad' },
  unknown: { counted: 'unknown', tone: 'bad' },
};

/** Rows in which nothing would be done are left out on a terminal where there are more than this. */
const SHOWN_WHOLE = 40;

const isUnremarkable = (row: PlanRow): boolean =>
  row.remembered === undefined &&
  !isFlawed(row) &&
  (row.verdict === 'leave' || row.verdict === 'adopt' || row.verdict === 'skip');

/** Options for reporting a plan. */
export interface PlanTelling {
  readonly isTerminal: boolean;
  /** The shell is to hear what there is to do. */
  readonly detailedExitCode: boolean;
  /** Many targets at once: who disables or deletes them has to say how many. */
  readonly isBulk: boolean;
  /** Rows at most; absent: all. */
  readonly limit?: number;
}

/** A plan as an answer: a row a target, and what they come to. */
export function planAnswer(report: PlanReport, rows: readonly PlanRow[], telling: PlanTelling): Answer {
  const ordered = sortedNaturally(rows, ({ target }) => target.accountId, placeOfRow, nameOf);
  const isShort = !telling.isTerminal || rows.length <= SHOWN_WHOLE;
  const worthy = isShort ? ordered : ordered.filter((row) => !isUnremarkable(row));
  const shown = limited(worthy, telling.limit);
  const hidden = rows.length - worthy.length;
  return {
    document: { plan: report, rows: telling.limit === undefined ? rows : shown },
    table: { head: ['target', 'place', 'first', 'changes', 'flow log', 'ends as'], rows: shown.map(cellsOf) },
    notes: [
      ...moreThan(shown.length, worthy.length, 'target'),
      ...(hidden > 0
        ? [`${counted(hidden, 'row')} in which nothing would be done ${hidden === 1 ? 'is' : 'are'} not shown`]
        : []),
      ...planNotes(report, telling),
    ],
    exitCode: planExitCode(report, telling),
  };
}

/** The region of a target, or the router that holds it. */
const placeOfRow = ({ target }: PlanRow): string => target.region ?? workflowIdOf(target).split('/')[3] ?? '';

function cellsOf(row: PlanRow): Cell[] {
  const { verdict, changes, flowLogId = '', drift, fields = drift } = row;
  const { tone } = verdictWords[verdict];
  const differs = fields.length > 0 ? ` (${fields.join(', ')})` : '';
  return [
    nameOf(row),
    placeOfRow(row),
    tone ? { text: verdict, tone } : verdict,
    `${changes.join(', ')}${differs}`.trimStart(),
    flowLogId,
    planEndCell(row),
  ];
}

function planEndCell(row: PlanRow): Cell {
  const { outcome, possible = [], reason, remembered, rehearsal } = row;
  if (rehearsal && !rehearsal.passed)
    return { text: `the cloud would refuse: ${rehearsal.code ?? ''} ${rehearsal.message ?? ''}`, tone: 'bad' };
  const end = outcome ?? (possible.length > 0 ? `${possible.join(' or ')}` : '');
  const told = [end, reason, remembered].filter(Boolean).join(': ');
  const whole = [rehearsal ? `${told}, rehearsed` : told, ...flawsBrief(row)].filter(Boolean).join('; ');
  return isFlawed(row) ? { text: whole, tone: 'bad' } : whole;
}

/** `12 to create, 40 unchanged; about 75 calls, at least 20 s` and everything that has to be known before. */
function planNotes(report: PlanReport, { isBulk }: PlanTelling): string[] {
  const { operation, expect, calls, seconds, problems, quotaWarnings, destinations, rehearsed } = report;
  const counts = (Object.keys(verdictWords) as PlanVerdict[]).flatMap((verdict) => {
    const count = report.verdicts[verdict];
    return count ? [`${count} ${verdictWords[verdict].counted}`] : [];
  });
  const failing = Object.entries(report.ends).filter(([end]) => isConflict(end));
  const after = sum(failing.map(([, count]) => count)) - (report.verdicts.conflict ?? 0);
  return [
    `${counts.join(', ') || 'nothing to do'}; about ${counted(calls.total, 'call')}, at least ${seconds} s`,
    ...(after > 0 ? [`${after} of them would then end in conflict: see their rows`] : []),
    ...flawCounts(report.surplus, report.notApplied),
    ...destinations.map(destinationText),
    ...(report.moreDestinations ? [`and ${counted(report.moreDestinations, 'more destination')}`] : []),
    ...(rehearsed ? [`rehearsed by the cloud: ${rehearsed.passed} passed, ${rehearsed.refused} it would refuse`] : []),
    ...quotaWarnings.map(
      ({ existing, creates, quota, ...place }) =>
        `warning: ${placeInWords(place)} has ${counted(existing, 'flow log')} and would get ${creates} more, above its quota of ${quota}: have it raised first`,
    ),
    ...(report.moreQuotaWarnings ? [`and ${counted(report.moreQuotaWarnings, 'more such warning')}`] : []),
    ...problems.map(({ message, ...place }) => `${placeInWords(place)} could not be read: ${message}`),
    ...(report.moreProblems ? [`and ${counted(report.moreProblems, 'more place')} that could not be read`] : []),
    ...(isBulk && (operation === 'disable' || operation === 'delete')
      ? [`to do it, say how many: npx flowlog ${operation} -f … --expect ${expect}`]
      : []),
  ];
}

const placeInWords = ({ product, accountId, region }: Place): string =>
  [product, ...(region ? [region] : []), `of account ${accountId}`].join(' ');

const destinationText = (destination: PlannedDestination): string => {
  const { project, logStore, projectRegion, targets, need } = destination;
  const where = projectRegion ? ` in ${projectRegion}` : '';
  return `destination ${project}/${logStore}${where} for ${targets} of ${placeInWords(destination)}: ${need}`;
};

const isConflict = (end: string): boolean => end.startsWith('Conflict');

const sum = (counts: readonly number[]): number => counts.reduce((all, count) => all + count, 0);

/** Exit code of a plan: a failure where not everything could be read; else, where asked for, what there is to do. */
function planExitCode(report: PlanReport, { detailedExitCode }: PlanTelling): ExitCode {
  const { verdicts: counts, ends, needChange, rehearsed } = report;
  if (report.problems.some(({ unsupported }) => !unsupported) || (counts.unknown ?? 0) > 0) return exitCodes.failed;
  if (report.surplus || report.notApplied) return exitCodes.failed;
  if (rehearsed && rehearsed.refused > 0) return exitCodes.refused;
  if (!detailedExitCode) return exitCodes.done;
  if (Object.keys(ends).some(isConflict)) return exitCodes.refused;
  return needChange > 0 ? exitCodes.changes : exitCodes.done;
}
