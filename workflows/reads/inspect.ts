import {
  type DiagnoseReport,
  type InspectInput,
  type InspectReport,
  readWorkflowTypes,
} from '../contract/operation.js';
import { reads } from '../activities.js';
import { admitted } from '../run/admit.js';
import { onlyArgument } from '../run/arguments.js';
import { detailsOfFailure, operationFailure } from '../operation/failure.js';
import { parseDiagnoseInput, parseInspectInput } from '../contract/read-input.js';

/** Longest time of a read, in ms: a person waits for the answer. */
const INSPECTION_MS = 50_000;

/** Flow logs in the cloud, seen with the worker's credentials: the caller needs none. Changes nothing. */
export async function inspectFlowLogs(...args: [InspectInput]): Promise<InspectReport> {
  return typed(
    reads(INSPECTION_MS).inspect(admitted(parseInspectInput(onlyArgument(args)), readWorkflowTypes.inspect)),
  );
}

/** Checks that the worker's database answers and that its credentials belong to the right accounts. Changes nothing. */
export async function diagnose(...args: [unknown?]): Promise<DiagnoseReport> {
  admitted(parseDiagnoseInput(onlyArgument(args)), readWorkflowTypes.diagnose);
  return typed(reads(INSPECTION_MS).diagnose());
}

/** A read whose failure leaves as an operation's does: typed, with the one thing to do next. */
export async function typed<Report>(reading: Promise<Report>): Promise<Report> {
  try {
    return await reading;
  } catch (error) {
    throw operationFailure(detailsOfFailure(error), error instanceof Error ? error : undefined);
  }
}
