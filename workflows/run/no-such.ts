import { ApplicationFailure } from '@temporalio/workflow';
import { oneLine } from '../../cloud/text.js';
import { failureTypes } from '../contract/operation.js';

/** Refusal of a signal, query or update by a name that the workflow does not take. */
export const noSuch = (what: string, name: string): ApplicationFailure =>
  ApplicationFailure.nonRetryable(`there is no ${what} ${oneLine(name.slice(0, 100))} here`, failureTypes.invalidInput);
