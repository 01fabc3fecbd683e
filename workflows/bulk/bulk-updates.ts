import { setHandler } from '@temporalio/workflow';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import type { Applied } from '../contract/request.js';
import { callers } from '../run/callers.js';
import { refuseWrong, requireHeard, checkedWord } from '../run/requests.js';
import { wrongLimits } from '../run/signal-checks.js';
import type { Bulk } from './bulk-run.js';
import { approveUpdate, changeUpdate, pauseUpdate, rejectUpdate, resumeUpdate } from './messages.js';
import type { BulkWord } from './why-not.js';

const updateWords = [
  [pauseUpdate, 'pause', 'bulk-paused'],
  [resumeUpdate, 'resume', 'bulk-resumed'],
  [approveUpdate, 'approve', 'bulk-approved'],
  [rejectUpdate, 'reject', 'bulk-rejected'],
] as const;

/** Takes the updates by which people steer a bulk; each answers whether it was applied, and is on the record afterwards. */
export function handleBulkUpdates(bulk: Bulk, run: string): void {
  const tell = (name: string, event: string, word: BulkWord, body: { requestedBy: string }): Applied => {
    const why = bulk.tell(word, () => requireHeard(name));
    if (why !== undefined) return { applied: false, why };
    callers().record({ event, body }, run);
    return { applied: true };
  };
  for (const [update, verb, event] of updateWords)
    setHandler(update, (by) => tell(update.name, event, { verb }, checkedWord([by], update.name)), {
      validator: (...args: readonly unknown[]) => void checkedWord(args, update.name),
    });
  setHandler(
    changeUpdate,
    (change) => {
      refuseWrong(wrongLimits([change]), changeUpdate.name);
      const { window, failureBudget } = change;
      const limits = omitUndefined({ window, failureBudget });
      return tell(changeUpdate.name, 'bulk-changed', { verb: 'change', limits }, change);
    },
    { validator: (...args: readonly unknown[]) => refuseWrong(wrongLimits(args), changeUpdate.name) },
  );
}
