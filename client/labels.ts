import { isById, type Target } from '../cloud/flow-log.js';
import { placeName, targetKey } from '../cloud/target.js';
import { searchAttributes, type Operation, type OperationInput } from '../workflows/contract.js';

/** The target in a few characters, as screens and summaries show it: its key, or the flow log's id. */
export const shortName = (target: Target): string => (isById(target) ? target.flowLogId : targetKey(target));

/** The values of the search attributes that are known when an operation starts; all Keywords. */
export function attributesOf(target: Target): Record<string, string> {
  return {
    [searchAttributes.product]: target.product,
    [searchAttributes.account]: target.accountId,
    [searchAttributes.region]: placeName(target),
    ...(isById(target)
      ? { [searchAttributes.flowLogId]: target.flowLogId }
      : { [searchAttributes.resource]: targetKey(target) }),
    [searchAttributes.state]: 'running',
  };
}

/** One line for Temporal's UI: what is done, to what, towards where. */
export function summaryOf(operation: Operation, input: OperationInput): string {
  const { target, spec } = input;
  const destination = spec?.destination ? ` → ${spec.destination.project}/${spec.destination.logStore}` : '';
  return `${operation} ${target.product} ${shortName(target)} in ${placeName(target)}${destination}`;
}

/** A target read back from a workflow id, for screens. `undefined` for an id that is none of ours. */
export function targetOfWorkflowId(
  workflowId: string,
): { readonly product: string; readonly accountId: string; readonly place: string; readonly name: string } | undefined {
  const [form, product, accountId, place, ...name] = workflowId.split('/');
  if (form !== 'flow-log' && form !== 'flow-log-id') return undefined;
  if (!product || !accountId || !place || name.length === 0) return undefined;
  return { product, accountId, place, name: name.join('/') };
}
