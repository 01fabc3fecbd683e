import { OWNERSHIP, driftOf } from './difference.js';
import type { ObservedFlowLog, ResourceTarget, SeenFlowLog, Spec } from './flow-log.js';
import { isOwn } from './ownership.js';
import { resourceKey, targetKey } from './target.js';

/** Flow logs of one target by their owner. */
export interface SortedFlowLogs {
  readonly own: readonly SeenFlowLog[];
  readonly foreign: readonly SeenFlowLog[];
  readonly managed: readonly SeenFlowLog[];
}

/**
 * Picks from a list the flow logs of one target, by exact comparison of every identifying field, and sorts them by owner.
 * A list that ignores its filter, or answers with a neighbour first, does no harm.
 * @param takesOver a foreign one differs in whose it is
 */
export function sortOut(
  target: ResourceTarget,
  owner: string,
  spec: Spec | undefined,
  flowLogs: readonly ObservedFlowLog[],
  takesOver = false,
): SortedFlowLogs {
  const key = targetKey(target);
  // Pages shift while they are read: a flow log listed twice is one, as it was seen last.
  const byId = new Map(flowLogs.map((flowLog) => [flowLog.flowLogId, flowLog]));
  const seen = [...byId.values()]
    .filter((flowLog) => resourceKey(target.product, flowLog.resource) === key && isInRegion(target, flowLog))
    .map((flowLog) => ({ ...flowLog, drift: driftOf(spec, flowLog, target.product) }));
  const users = seen.filter((flowLog) => !flowLog.serviceManaged);
  return {
    own: users.filter((flowLog) => isOwn(owner, target, flowLog)),
    foreign: users
      .filter((flowLog) => !isOwn(owner, target, flowLog))
      .map((flowLog) => (takesOver ? { ...flowLog, drift: [...flowLog.drift, OWNERSHIP] } : flowLog)),
    managed: seen.filter((flowLog) => flowLog.serviceManaged),
  };
}

const isInRegion = (target: ResourceTarget, flowLog: ObservedFlowLog): boolean =>
  target.region === undefined || flowLog.region === undefined || flowLog.region === target.region;
