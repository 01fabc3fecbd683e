import type { Ledger, OperationRef } from '../../audit/index.js';
import { type Ignored, type Joining, onceAfter } from '../../workflows/contract/operation.js';
import type { CloseInput, LedgerHead } from '../../workflows/contract/activities.js';
import { currentOperation } from './attempt.js';
import type { Dependencies } from '../dependencies.js';

/** Closes the operation's chain with its outcome and everything it reports. */
export async function closeOperation({ ledger }: Dependencies, closing: CloseInput): Promise<LedgerHead> {
  const { outcome, body, ignored } = closing;
  const operation = currentOperation();
  await recordIgnored(ledger, operation, ignored);
  return ledger.closeOperation({ operation, outcome, body });
}

/** Counting again ends when nothing is left to count; by then another attempt may have counted some of it. */
const MOST_COUNTS = 5;

/**
 * One row for each name of a signal that was ignored, with how often. A signal that comes while its run is about to end makes Temporal end it again, with
 * more of them, and an attempt that was given up may still write: signals not counted by then get a row of their own, so that the counts of a
 * name always add up.
 * @param ignored how often in all
 */
export async function recordIgnored(ledger: Ledger, operation: OperationRef, ignored: CloseInput['ignored'] = []) {
  if (ignored.length === 0) return;
  for (let count = 0; count < MOST_COUNTS; count++) {
    const counted = await countsOf(ledger, operation);
    const uncounted = ignored.filter((each) => each.count > (counted.get(each.signal) ?? 0));
    if (uncounted.length === 0) return;
    for (const each of uncounted) {
      const before = counted.get(each.signal) ?? 0;
      const body = { ...each, count: each.count - before };
      await ledger.recordEvent({ operation, event: 'signal-ignored', body, once: onceAfter(each.signal, before) });
    }
  }
}

/** Counts the ignored signals on the record, by name. */
async function countsOf(ledger: Ledger, operation: OperationRef): Promise<ReadonlyMap<string, number>> {
  const counted = new Map<string, number>();
  for (const body of await ledger.bodiesOf(operation, 'signal-ignored')) {
    const { signal, count } = JSON.parse(body) as Ignored;
    counted.set(signal, (counted.get(signal) ?? 0) + count);
  }
  return counted;
}

/** Records who else asked for this operation, and why: once for each caller, whatever is repeated. */
export async function recordJoin({ ledger }: Dependencies, joining: Joining): Promise<void> {
  const { requestedBy, clientIdentity = '', workflowId = '' } = joining;
  const once = JSON.stringify([requestedBy, clientIdentity, workflowId]);
  await ledger.recordEvent({ operation: currentOperation(), event: 'joined', body: joining, once });
}
