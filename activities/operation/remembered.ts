import type { TargetState } from '../../audit/index.js';
import { type ObservedFlowLog, withFlowLogId } from '../../cloud/flow-log.js';
import type { Timing } from '../dependencies.js';
import { hiddenForMs } from './situation.js';

/** A change of a target that the ledger remembers and a list does not show. */
export interface Remembered {
  readonly flowLogId?: string;
  /** `create in doubt since …`, `create accepted 2 s ago, not listed yet`, `delete accepted 2 s ago, still listed`. */
  readonly text: string;
}

/** In words for a person: a change in doubt, or one that was accepted and does not show in this list yet. Undefined where there is none. */
export function remembered(
  { pending: [pending], lastAccepted }: TargetState,
  flowLogs: readonly Pick<ObservedFlowLog, 'flowLogId'>[],
  timing: Timing,
): Remembered | undefined {
  if (pending) {
    const { verb, committedAt, flowLogId } = pending;
    return { ...withFlowLogId(flowLogId), text: `${verb} in doubt since ${committedAt}` };
  }
  if (!lastAccepted || lastAccepted.ageMs >= hiddenForMs(lastAccepted.verb, timing)) return undefined;
  const { verb, flowLogId, ageMs } = lastAccepted;
  const isListed = flowLogs.some((flowLog) => flowLog.flowLogId === flowLogId);
  const ago = `${verb} accepted ${Math.round(ageMs / 1_000)} s ago`;
  if (verb === 'create' && !isListed) return { ...withFlowLogId(flowLogId), text: `${ago}, not listed yet` };
  if (verb === 'delete' && isListed) return { ...withFlowLogId(flowLogId), text: `${ago}, still listed` };
  return undefined;
}
