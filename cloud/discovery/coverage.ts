import { effectiveSpec, factsOf, InvalidInput } from '../effective-spec.js';
import type { Observation, ObservedFlowLog, ResourceTarget, SeenFlowLog, Spec } from '../flow-log.js';
import { sortOut } from '../observation.js';
import { fits, subjectOf, surplusOf } from '../subject.js';
import { targetKey } from '../target.js';
import type { FlowLogsByKey } from './readings.js';
import type { Coverage } from './selector.js';

/** The owner and the spec by which a resource is judged. */
export interface Wish {
  readonly owner: string;
  /** Absent: whatever flow log there is will do. */
  readonly spec?: Spec;
}

/** Coverage of a resource by its own flow logs. */
export interface Standing {
  readonly coverage: 'covered' | 'missing' | 'inactive' | 'undelivered' | 'doubled' | 'misconfigured';
  readonly flowLogIds: readonly string[];
  /** Those of ours beyond the one that counts. */
  readonly surplus: readonly string[];
  /** Its traffic goes where it is wished to; other drift does not count. */
  readonly isLogged: boolean;
}

/** Judges a resource by the flow logs of its place, by the same comparison by which operations decide. */
export function standingOf(target: ResourceTarget, flowLogs: FlowLogsByKey, { owner, spec }: Wish): Standing {
  const here = flowLogs.get(targetKey(target)) ?? [];
  const seen = sortedFlowLogs(target, owner, spec, here);
  const all = [...seen.own, ...seen.foreign, ...seen.managed];
  const subject = subjectOf({ ...seen, readAt: '', complete: true } satisfies Observation)?.flowLog;
  const surplus = surplusOf(seen, subject).map(({ flowLogId }) => flowLogId);
  return {
    coverage: subject ? ofSubject(subject, surplus.length > 0) : all.length > 0 ? 'misconfigured' : 'missing',
    flowLogIds: all.map(({ flowLogId }) => flowLogId),
    surplus,
    isLogged: subject !== undefined && fits(subject) && isDelivering(subject),
  };
}

/** The worst first: nothing is recorded, records are lost, everything is recorded twice, records are not as wished. */
function ofSubject(
  flowLog: SeenFlowLog,
  isDoubled: boolean,
): Exclude<Coverage, 'missing' | 'inherited' | 'unsupported'> {
  if (flowLog.status !== 'active') return 'inactive';
  if (flowLog.delivery.state === 'failed') return 'undelivered';
  if (isDoubled) return 'doubled';
  return flowLog.drift.length > 0 ? 'misconfigured' : 'covered';
}

const isDelivering = ({ status, delivery }: SeenFlowLog): boolean => status === 'active' && delivery.state !== 'failed';

function sortedFlowLogs(
  target: ResourceTarget,
  owner: string,
  spec: Spec | undefined,
  flowLogs: readonly ObservedFlowLog[],
) {
  if (flowLogs.length === 0) return sortOut(target, owner, undefined, flowLogs);
  return sortOut(target, owner, spec && wishedOf(target, spec), flowLogs);
}

/** A name that its templates make impossible on this one target is told at the operation's door; here nothing is compared with it. */
function wishedOf(target: ResourceTarget, spec: Spec): Spec | undefined {
  try {
    return effectiveSpec(target.product, spec, factsOf(target));
  } catch (error) {
    if (error instanceof InvalidInput) return undefined;
    throw error;
  }
}
