import { defineUpdate } from '@temporalio/workflow';
import {
  type Applied,
  type AskedRequest,
  type CallerWord,
  type RequestAnswer,
  cancelUpdateName,
  requestUpdateName,
} from '../contract/request.js';

/** Update by which a caller asks for what this run does, or finds out what is in its way. */
export const requestUpdate = defineUpdate<RequestAnswer, [AskedRequest]>(requestUpdateName);

/** Update by which a caller has the run stopped, with a reason for the record. */
export const cancelUpdate = defineUpdate<Applied, [CallerWord]>(cancelUpdateName);
