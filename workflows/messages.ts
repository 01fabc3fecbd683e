import { defineQuery, defineSignal } from '@temporalio/workflow';
import { type SearchAttributePair, defineSearchAttributeKey } from '@temporalio/common';
import type { ResourceTarget } from '../cloud/flow-log.js';
import { placeName, targetKey } from '../cloud/target.js';
import { type Joining, type Progress, joinSignalName, progressQueryName, searchAttributes } from './contract.js';

/** Where the operation stands. */
export const progressQuery = defineQuery<Progress>(progressQueryName);

/** Somebody else asked for the same and waits for this run. */
export const joinSignal = defineSignal<[Joining]>(joinSignalName);

const keyword = (name: string) => defineSearchAttributeKey(name, 'KEYWORD');

/** The search attributes of an operation that has come to an end; one upsert sets them all, whoever started it. */
export function stateAttributes(target: ResourceTarget, state: string, flowLogId?: string): SearchAttributePair[] {
  const values = {
    [searchAttributes.product]: target.product,
    [searchAttributes.account]: target.accountId,
    [searchAttributes.region]: placeName(target),
    [searchAttributes.resource]: targetKey(target),
    [searchAttributes.state]: state,
    ...(flowLogId ? { [searchAttributes.flowLogId]: flowLogId } : {}),
  };
  return Object.entries(values).map(([name, value]) => ({ key: keyword(name), value }));
}
