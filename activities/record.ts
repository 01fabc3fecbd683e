import type { Joining } from '../workflows/contract.js';
import type { CloseInput, LedgerHead } from './api.js';
import { currentOperation } from './attempt.js';
import type { Dependencies } from './dependencies.js';

/** Closes the operation's chain: what it ended as, and everything it reports. */
export async function closeOperation({ ledger }: Dependencies, { outcome, body }: CloseInput): Promise<LedgerHead> {
  return ledger.closeOperation({ operation: currentOperation(), outcome, body });
}

/** Who else asked for this operation, and why. */
export async function recordJoin({ ledger }: Dependencies, joining: Joining): Promise<void> {
  await ledger.recordEvent({ operation: currentOperation(), event: 'joined', body: joining });
}
