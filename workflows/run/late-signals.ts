import { patched } from '@temporalio/workflow';
import { bulkRecords } from '../activities.js';
import type { Ignored } from '../contract/operation.js';
import { ignoredSignals } from './ignored.js';

/**
 * Counts on the record the signals that were ignored while a run's end was being recorded: Temporal had accepted them.
 * @param run the run whose chain counts them
 * @param told signals that the end has counted
 */
export async function recordLateSignals(run: string, told: readonly Ignored[]): Promise<void> {
  let counted = told;
  for (let late = ignoredSignals().since(counted); late.length > 0; late = ignoredSignals().since(counted)) {
    if (!patched('late-signals-are-counted')) return;
    const now = ignoredSignals().all;
    // In all: a task that fails is tried again with more of them, when some of these are on the record already.
    for (const each of late)
      await bulkRecords.recordBulkEvent({ run, event: 'signal-ignored', body: each, ignored: each });
    counted = now;
  }
}
