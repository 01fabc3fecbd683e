import { type SearchAttributePair, defineSearchAttributeKey } from '@temporalio/common';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import { isById, type Target } from '../../cloud/flow-log.js';
import { placeName, targetKey } from '../../cloud/target.js';
import { searchAttributes, type Operation, type OperationInput } from './operation.js';

/** The target in a few characters, as screens and summaries show it: its key, or the flow log's id. */
export const shortName = (target: Target): string => (isById(target) ? target.flowLogId : targetKey(target));

/** The values of an operation's search attributes, all Keywords. */
export function attributesOf(target: Target, state = 'running', flowLogId?: string): Record<string, string> {
  const id = isById(target) ? target.flowLogId : flowLogId;
  return {
    [searchAttributes.product]: target.product,
    [searchAttributes.account]: target.accountId,
    [searchAttributes.region]: placeName(target),
    ...omitUndefined({
      [searchAttributes.resource]: isById(target) ? undefined : targetKey(target),
      [searchAttributes.flowLogId]: id || undefined,
    }),
    [searchAttributes.state]: state,
  };
}

/** One line for an activity in Temporal's UI, e.g. `create flow log of vpc VPC/vpc-1`. */
export const activityLabel = (what: string, target: Target): string =>
  `${what} of ${target.product} ${shortName(target)}`;

/** Search attributes as Temporal's SDK takes them. */
export const asPairs = (attributes: Readonly<Record<string, string>>): SearchAttributePair[] =>
  Object.entries(attributes).map(([name, value]) => ({ key: defineSearchAttributeKey(name, 'KEYWORD'), value }));

/** One line for Temporal's UI: the operation, its target, and the destination. */
export function summaryOf(operation: Operation, input: Pick<OperationInput, 'target' | 'spec'>): string {
  const { target, spec } = input;
  const destination = spec?.destination ? ` → ${spec.destination.project}/${spec.destination.logStore}` : '';
  return `${operation} ${target.product} ${shortName(target)} in ${placeName(target)}${destination}`;
}
