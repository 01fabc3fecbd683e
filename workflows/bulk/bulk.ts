import { setHandler, workflowInfo } from '@temporalio/workflow';
import { bulkRecords } from '../activities.js';
import { type Checked } from '../contract/bounds.js';
import type { BulkInput, BulkReport } from '../contract/bulk.js';
import type { Operation } from '../contract/operation.js';
import { wishOfBulk } from '../contract/wish.js';
import { checkAsked } from '../operation/check-request.js';
import { isCarriedOn, onlyArgument } from '../run/arguments.js';
import { cancellable } from '../run/cancellable.js';
import { ignoredSignals } from '../run/ignored.js';
import { handleRequests, taken } from '../run/requests.js';
import { listRefused } from './admission.js';
import { Bulk } from './bulk-run.js';
import type { Carried } from './carried.js';
import { handleBulkUpdates } from './bulk-updates.js';
import { admitBulk, parseBulkInput } from './input.js';
import { approveSignal, failuresSignal, pauseSignal, progressOfBulk, rejectSignal, resumeSignal } from './messages.js';

/** Signals of people to a bulk, each with its name on the record and its effect. */
const peopleSay = [
  [pauseSignal, 'bulk-paused', (bulk: Bulk) => void (bulk.paused = true)],
  [resumeSignal, 'bulk-resumed', (bulk: Bulk) => void (bulk.paused = false)],
  [approveSignal, 'bulk-approved', (bulk: Bulk) => void (bulk.approval = 'approved')],
  [rejectSignal, 'bulk-rejected', (bulk: Bulk) => void (bulk.approval = 'rejected')],
] as const;

/**
 * One operation on each of many targets: gathers them, cuts them into pages, runs several pages at once and reports every target in
 * exactly one row. A cancellation ends it with a report too, and cancels only operations that it started.
 */
export async function bulkFlowLogs(...args: [BulkInput]): Promise<BulkReport> {
  const [raw, given] = isCarriedOn() ? (args as readonly unknown[]) : [args[0]];
  const carried = given as Carried | undefined;
  const { firstExecutionRunId: run, runId } = workflowInfo();
  const own = taken(() => {
    if (!isCarriedOn()) onlyArgument(args);
    const input = admitBulk(raw);
    return { operation: input.operation, input };
  });
  const refusal = handleRequests({ own, check: checkBulkRequest, wishOf: wishOfBulk, run });
  if ('refusal' in own) {
    await listRefused(raw, own.refusal);
    throw own.refusal;
  }
  const bulk = new Bulk(own.input, carried);
  setHandler(progressOfBulk, () => bulk.progress);
  ignoredSignals().addAll(carried?.ignored);
  let heard = 0;
  for (const [signal, event, does] of peopleSay)
    setHandler(signal, async (body) => {
      // The same signal has the same number when its task is tried again.
      const once = `${runId}/${(heard += 1)}`;
      does(bulk);
      await bulk.control();
      await bulkRecords.recordBulkEvent({ run, event, body, once });
    });
  setHandler(failuresSignal, ({ page, failed }) => bulk.heard(page, failed));
  handleBulkUpdates(bulk, run);
  return cancellable(async () => {
    const refused = refusal && (await refusal);
    if (refused) {
      await listRefused(raw, refused);
      throw refused;
    }
    return bulk.run();
  }, run);
}

/** Checks a request to the workflow of a bulk: its operation stands in its input too. */
const checkBulkRequest = (value: unknown) => checkAsked(value, parseBulkRequest);

function parseBulkRequest(operation: Operation, value: unknown): Checked<BulkInput> {
  const parsed = parseBulkInput(value);
  if ('problems' in parsed || parsed.input.operation === operation) return parsed;
  const message = `${parsed.input.operation}: the request is for ${operation}`;
  return { problems: [{ path: 'operation', message }] };
}
