import { defineQuery, defineSignal } from '@temporalio/workflow';
import { type Joining, type Progress, joinSignalName, progressQueryName } from '../contract/operation.js';

/** Query for the progress of the operation. */
export const progressQuery = defineQuery<Progress>(progressQueryName);

/** Signal of another caller that asked for the same and waits for this run. */
export const joinSignal = defineSignal<[Joining]>(joinSignalName);
