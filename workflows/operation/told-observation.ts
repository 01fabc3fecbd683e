import { omitUndefined } from '../../cloud/omit-undefined.js';
import type { Observation, SeenFlowLog } from '../../cloud/flow-log.js';
import { fitting } from '../../cloud/json-size.js';

/** Bytes of JSON that the flow logs of one owner may have in a failure, which holds what it tells twice: as it ends the run, and as its cause. */
const BYTES = 6_000;

/** An observation as a failure tells it: the first flow logs of each owner, and how many there are beyond. */
export function toldObservation({ own, foreign, managed, ...about }: Observation): Observation & { more?: number } {
  const first = (flowLogs: readonly SeenFlowLog[]) => fitting(flowLogs, BYTES);
  const told = { own: first(own), foreign: first(foreign), managed: first(managed) };
  const count = (lists: readonly (readonly SeenFlowLog[])[]) => lists.reduce((sum, list) => sum + list.length, 0);
  const more = count([own, foreign, managed]) - count(Object.values(told));
  return { ...told, ...about, ...omitUndefined({ more: more > 0 ? more : undefined }) };
}
