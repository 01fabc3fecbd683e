import { defineQuery, defineSignal } from '@temporalio/workflow';
import { type SearchAttributePair, defineSearchAttributeKey } from '@temporalio/common';
import { type Joining, type Progress, joinSignalName, progressQueryName } from './contract.js';

/** Where the operation stands. */
export const progressQuery = defineQuery<Progress>(progressQueryName);

/** Somebody else asked for the same and waits for this run. */
export const joinSignal = defineSignal<[Joining]>(joinSignalName);

/** Search attributes as Temporal's SDK takes them. */
export const asPairs = (attributes: Readonly<Record<string, string>>): SearchAttributePair[] =>
  Object.entries(attributes).map(([name, value]) => ({ key: defineSearchAttributeKey(name, 'KEYWORD'), value }));
