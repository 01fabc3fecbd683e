import { defineQuery, defineSignal } from '@temporalio/workflow';
import { type Joining, type Progress, joinSignalName, progressQueryName } from './contract.js';

/** Where the operation stands. */
export const progressQuery = defineQuery<Progress>(progressQueryName);

/** Somebody else asked for the same and waits for this run. */
export const joinSignal = defineSignal<[Joining]>(joinSignalName);
