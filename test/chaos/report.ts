import Table from 'cli-table3';
import type { Findings } from './campaign.js';
import type { Size, Strike } from './plan.js';

/** A line of a report: what was asked, what was found, and whether that is well. */
export interface Line {
  readonly what: string;
  readonly found: string;
  readonly problems: readonly string[];
}

/** More problems of one kind than these say nothing new. */
const SHOWN = 12;

/** Every strike, and what it is. */
const strikes: readonly (readonly [Strike, string])[] = [
  ['before-send', 'worker killed before-send'],
  ['in-flight', 'worker killed in-flight'],
  ['after-commit', 'worker killed after-commit'],
  ['waiting', 'worker killed waiting'],
  ['temporal', 'Temporal killed and started again'],
  ['database', 'database stopped and started again'],
  ['suspended', 'worker stopped between intent and send, for longer than the grace, and continued'],
  ['asleep', 'the same, and its monotonic clock stood still meanwhile'],
  ['clock-ahead', "database's clock 10 minutes ahead while a change was in doubt"],
  ['clock-back', "database's clock 10 minutes back while a change was in doubt"],
];

/** Every promise of a campaign with what came of it. */
function linesOf({
  verdicts,
  blows,
  unproven,
  faults,
  deserters,
  calls,
  callsWithFault,
  missed,
  planned,
  more,
}: Findings): readonly Line[] {
  const struck = (strike: Strike) => blows.filter((blow) => blow.strike === strike).length;
  const atLeastOne = (strike: Strike, what: string): Line => ({
    what,
    found: String(struck(strike)),
    problems: struck(strike) > 0 ? [] : [`${what}: it never happened`],
  });
  const absent = Object.entries(faults).filter(([, count]) => count === 0);
  return [
    ...verdicts.map(({ invariant, says, looked, problems }) => ({
      what: `${invariant}  ${says}`,
      found: looked,
      problems,
    })),
    ...more,
    ...strikes.filter(([strike]) => planned.includes(strike)).map(([strike, what]) => atLeastOne(strike, what)),
    { what: 'every blow fell in its place', found: `${blows.length} blows, ${missed} misses`, problems: unproven },
    {
      what: 'changes met every class of fault',
      found: `${Object.keys(faults).length - absent.length} of ${Object.keys(faults).length} classes`,
      problems: absent.map(([name]) => `no change met the fault ${name}`),
    },
    {
      what: 'share of calls that met a fault',
      found: `${callsWithFault} of ${calls} (${((100 * callsWithFault) / Math.max(1, calls)).toFixed(1)} %)`,
      problems: callsWithFault > 0 ? [] : ['no call met a fault'],
    },
    { what: 'no worker ended by itself', found: `${deserters.length}`, problems: deserters },
  ];
}

/** Everything that is wrong with a campaign; nothing, when it held and really was one. */
export const problemsIn = (findings: Findings): readonly string[] =>
  linesOf(findings).flatMap(({ problems }) => problems);

/** Tells whether every invariant held and every blow and fault really happened. */
export const isSound = (findings: Findings): boolean => problemsIn(findings).length === 0;

/** The report that a campaign ends with. */
export function showFindings(findings: Findings, { targets, kills, seed }: Size): string {
  const counts = Object.entries(findings.faults).map(([name, count]) => `${name} ${count}`);
  return showLines(linesOf(findings), [
    `changes that met a fault: ${counts.join(', ')}`,
    `${targets} targets, ${kills} kills, ${(findings.tookMs / 1_000).toFixed(0)} s, again with --seed ${seed}`,
  ]);
}

/** A table of these lines, what is to be said below it, and then everything that is wrong. */
export function showLines(lines: readonly Line[], below: readonly string[]): string {
  const table = new Table({ head: ['', 'found', ''], wordWrap: true, colWidths: [76, 34, 9], style: { head: [] } });
  for (const { what, found, problems } of lines)
    table.push([what, found, problems.length === 0 ? 'ok' : `${problems.length} bad`]);
  const told = lines.flatMap(({ what, problems }) => {
    const more = problems.length > SHOWN ? [`  … and ${problems.length - SHOWN} more`] : [];
    return problems.length === 0
      ? []
      : ['', `${what}:`, ...problems.slice(0, SHOWN).map((text) => `  ${text}`), ...more];
  });
  return [table.toString(), ...below, ...told].join('\n');
}
