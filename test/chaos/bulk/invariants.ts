import type { FlowLogView } from '../../../simulator/index.js';
import type { Line } from '../report.js';
import { type Evidence, judge } from '../judge.js';
import { isLeft } from './acts.js';
import type { Run } from './scene.js';
import { type BulkTarget, limitPerSecond } from './world.js';

/** Evidence that a bulk campaign leaves behind. */
export interface BulkEvidence extends Omit<Evidence, 'programs' | 'ends'> {
  readonly targets: readonly BulkTarget[];
  readonly runs: readonly Run[];
  /** Most calls in any second, by API, account and region. */
  readonly peakPerSecondByScope: Readonly<Record<string, number>>;
}

/** I1 to I6 of a bulk campaign, at whose end every target has been cured. Pure. */
export function invariants({ targets, runs, ...evidence }: BulkEvidence): readonly Line[] {
  // The invariants of a target are those of one that is enabled by itself.
  const programs = targets.map((target) => ({
    ...target,
    operations: [],
    wanted: { status: 'Active' as const, creates: 1 },
  }));
  const verdicts = new Map(judge({ ...evidence, programs, ends: [] }).map((verdict) => [verdict.invariant, verdict]));
  const shared = (invariant: string): Line => {
    const { says = '', looked = '', problems = [] } = verdicts.get(invariant) ?? {};
    return { what: `${invariant}  ${says}`, found: looked, problems };
  };
  return [
    shared('I1'),
    rowsTellTheTruth(runs, evidence.flowLogs),
    rowsEnd(runs),
    shared('I4'),
    shared('I5'),
    shared('I6'),
    withinLimits(limitPerSecond, evidence),
  ];
}

/** Targets of a bulk, and what its rows tell of them, in the same order. */
export interface Told extends Pick<Run, 'name' | 'rows'> {
  readonly targets: readonly Pick<BulkTarget, 'place'>[];
}

/** I2 of bulks. Pure. */
export function rowsTellTheTruth(runs: readonly Told[], flowLogs: readonly FlowLogView[]): Line {
  const rows = runs.flatMap((run) => run.rows.map((row, index) => ({ row, place: run.targets[index]?.place })));
  const known = new Map(flowLogs.map((flowLog) => [flowLog.flowLogId, flowLog]));
  return {
    what: 'I2  every row says what is true: its flow log is there and Active, or why there is none',
    found: `${rows.length} rows`,
    problems: rows.flatMap(({ row: { state, reason, flowLogId = '' }, place }) => {
      if (isLeft(state)) return reason || state === 'cancelled' ? [] : [`${place}: ${state}, and no reason`];
      const flowLog = known.get(flowLogId);
      if (!flowLog) return state === 'joined' && !flowLogId ? [] : [`${place}: ${state}, but there is no ${flowLogId}`];
      return `${flowLog.product} ${flowLog.resource}` === place && flowLog.status === 'Active'
        ? []
        : [`${place}: ${state}, but ${flowLogId} is ${flowLog.status}, on ${flowLog.resource}`];
    }),
  };
}

/** I3 of bulks. Pure. */
export const rowsEnd = (runs: readonly Told[]): Line => ({
  what: 'I3  as many rows as targets, and each has ended',
  found: `${runs.length} bulks`,
  problems: runs.flatMap(({ name, targets: asked, rows: told }) => [
    ...(told.length === asked.length ? [] : [`${name}: ${told.length} rows of ${asked.length}`]),
    ...told.filter(({ state }) => !state).map(({ ordinal }) => `${name}: row ${ordinal} has not ended`),
  ]),
});

/** The calls of the cloud, and their peaks. */
export type Peaks = Pick<BulkEvidence, 'journal' | 'peakPerSecondByScope'>;

/** I6: throttled without a fault, by the cloud's own limit. Pure. */
export function withinLimits(perSecond: number, { journal, peakPerSecondByScope }: Peaks): Line {
  const throttled = journal.filter(({ code, fault }) => code?.startsWith('Throttling') && fault === undefined);
  return {
    what: `I6  the cloud's limit of ${perSecond} calls a second for each API, account and region is kept by all workers together`,
    found: `at most ${Math.max(...Object.values(peakPerSecondByScope))} a second`,
    problems: throttled.map(({ action, region, requestId }) => `${action} in ${region} was throttled (${requestId})`),
  };
}
