import type { Ledger, OperationRef } from '../audit/index.js';
import type { Joining } from '../workflows/contract.js';
import type { CloseInput, LedgerHead } from './api.js';
import { currentOperation } from './attempt.js';
import type { Dependencies } from './dependencies.js';

/** Closes the operation's chain: what it ended as, and everything it reports. */
export async function closeOperation({ ledger }: Dependencies, closing: CloseInput): Promise<LedgerHead> {
  const { outcome, body, ignored } = closing;
  const operation = currentOperation();
  await recordIgnored(ledger, operation, ignored);
  return ledger.closeOperation({ operation, outcome, body });
}

/** One row for each name of a signal that was ignored, with how often. */
export async function recordIgnored(ledger: Ledger, operation: OperationRef, ignored: CloseInput['ignored'] = []) {
  for (const each of ignored)
    await ledger.recordEvent({ operation, event: 'signal-ignored', body: each, once: each.signal });
}

/** Who else asked for this operation, and why: once each, whatever is repeated. */
export async function recordJoin({ ledger }: Dependencies, joining: Joining): Promise<void> {
  const { requestedBy, clientIdentity = '', workflowId = '' } = joining;
  const once = JSON.stringify([requestedBy, clientIdentity, workflowId]);
  await ledger.recordEvent({ operation: currentOperation(), event: 'joined', body: joining, once });
}
