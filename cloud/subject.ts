import type { Observation, SeenFlowLog } from './flow-log.js';

/** Fields that decide whether two flow logs record the same traffic to the same place. */
const samenessFields: ReadonlySet<string> = new Set([
  'destination.project',
  'destination.logStore',
  'destination.region',
  'trafficType',
  'trafficPath',
]);

/** Tells whether a flow log has the wished destination and traffic; other drift does not count here. */
export const fits = (flowLog: SeenFlowLog): boolean => !flowLog.drift.some((field) => samenessFields.has(field));

/** Tells whether the flow log records as wished: it is Active, fits, and the cloud knows of no failed delivery. */
export const isRecording = (flowLog: SeenFlowLog): boolean =>
  flowLog.status === 'active' && flowLog.delivery.state !== 'failed' && fits(flowLog);

const rank = (flowLog: SeenFlowLog): number =>
  (fits(flowLog) ? 0 : 4) + (flowLog.status === 'active' ? 0 : flowLog.status === 'changing' ? 1 : 2);

/** Best first: the wished one, Active, oldest; ties broken by id so that every attempt chooses alike. */
const byFitness = (a: SeenFlowLog, b: SeenFlowLog): number =>
  rank(a) - rank(b) || (a.createdAt ?? '').localeCompare(b.createdAt ?? '') || a.flowLogId.localeCompare(b.flowLogId);

export interface Subject {
  readonly flowLog: SeenFlowLog;
  readonly whose: 'own' | 'foreign' | 'managed';
}

/**
 * The flow log *of* a target: the pinned one; else the best of our own; else a service-managed or foreign one with the same
 * destination and traffic. Undefined where none qualifies.
 */
export function subjectOf(observation: Observation, pinned?: string): Subject | undefined {
  const groups = [
    { whose: 'own', flowLogs: observation.own },
    { whose: 'managed', flowLogs: observation.managed },
    { whose: 'foreign', flowLogs: observation.foreign },
  ] as const;
  for (const { whose, flowLogs } of groups) {
    const candidates = flowLogs.filter((flowLog) =>
      pinned ? flowLog.flowLogId === pinned : whose === 'own' || fits(flowLog),
    );
    const [flowLog] = candidates.sort(byFitness);
    if (flowLog) return { flowLog, whose };
  }
  return undefined;
}

/**
 * Own flow logs of the target beyond the one that counts, best first: a target has one at most. The one that counts is the subject where that
 * is ours, else the best.
 */
export function surplusOf({ own }: Pick<Observation, 'own'>, subject?: SeenFlowLog): readonly SeenFlowLog[] {
  const sorted = [...own].sort(byFitness);
  const kept = sorted.find(({ flowLogId }) => flowLogId === subject?.flowLogId) ?? sorted[0];
  return sorted.filter((flowLog) => flowLog !== kept);
}
