import { workflowInfo } from '@temporalio/workflow';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import type { CloseInput, LedgerHead } from '../contract/activities.js';
import { records } from '../activities.js';
import { markEnding } from '../run/ending.js';
import { handlersDone } from '../run/handlers-done.js';
import { ignoredSignals } from '../run/ignored.js';
import { recordLateSignals } from '../run/late-signals.js';

/** The last row of the run's chain: after what every handler still writes, and the signals that were ignored. */
export async function closeChain(closing: Omit<CloseInput, 'ignored'>): Promise<LedgerHead> {
  markEnding();
  await handlersDone();
  const ignored = ignoredSignals().all;
  const head = await records.closeOperation({
    ...closing,
    ...omitUndefined({ ignored: ignored.length > 0 ? ignored : undefined }),
  });
  await recordLateSignals(workflowInfo().runId, ignored);
  return head;
}
