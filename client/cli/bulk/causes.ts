import type { Target } from '../../../cloud/flow-log.js';
import { placeName } from '../../../cloud/target.js';
import type { BulkCause, BulkReport } from '../../../workflows/contract/bulk.js';
import { shortName } from '../../../workflows/contract/labels.js';
import { exitCodeOfAll, exitCodeOfFailure, exitCodes, type ExitCode } from '../exit-codes.js';
import { counted } from '../words.js';

/** Text with its code before it, unless it holds the code already. */
export const withCode = (code: string | undefined, text: string | undefined): string =>
  code && text?.includes(code) ? text : [code, text].filter(Boolean).join(': ');

const nameOfTarget = (target: Target): string => `${target.product} ${shortName(target)} in ${placeName(target)}`;

/** Targets of one cause as lines: how many, why, the first three, and once what to do. */
export function causeLines({ state, count, code, reason, advice, examples }: BulkCause): string[] {
  const more = count - examples.length;
  return [
    `${counted(count, 'target')} ${state}: ${withCode(code, reason) || 'no reason is known'}`,
    `  ${count === 1 ? '' : 'such as '}${examples.map(nameOfTarget).join(', ')}${more > 0 ? `, and ${more} more` : ''}`,
    ...(advice ? [`  what to do: ${advice}`] : []),
  ];
}

/** Failures and skips of a bulk, by cause. */
export const causesText = ({
  causes = [],
  moreCauses = 0,
}: Partial<Pick<BulkReport, 'causes' | 'moreCauses'>>): string[] => [
  ...causes.flatMap(causeLines),
  ...(moreCauses > 0 ? [`and ${counted(moreCauses, 'more cause')}: see the rows`] : []),
];

/**
 * Exit code for the end of a bulk, by the rule for many items: the class on which all its failures agree. A bulk that a person stopped, or that
 * left something not as asked, has failed in no class of its own.
 */
export function exitCodeOfBulk(report: BulkReport): ExitCode {
  const { end, tally, surplus, notApplied, causes = [], moreCauses, refusedBy } = report;
  if (end === 'refused') return refusedBy === undefined ? exitCodes.refused : exitCodeOfFailure(refusedBy, refusedBy);
  const failed = causes.filter(({ state }) => state === 'failed');
  const told = failed.reduce((sum, { count }) => sum + count, 0);
  return exitCodeOfAll([
    ...failed.map(({ kind = '', code = '' }) => exitCodeOfFailure(kind, code)),
    // Causes that are not told: of an earlier release, or too many.
    ...(moreCauses || told < (tally.failed ?? 0) ? [exitCodes.failed] : []),
    ...(surplus || notApplied ? [exitCodes.failed] : []),
    ...(end !== 'completed' && !tally.failed ? [exitCodes.failed] : []),
    ...(end === 'cancelled' ? [exitCodes.failed] : []),
  ]);
}
