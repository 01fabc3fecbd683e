import { CancellationScope, patched, setHandler } from '@temporalio/workflow';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import { callers } from './callers.js';
import { whyEnding } from './ending.js';
import { cancelUpdate } from './updates.js';
import type { Applied } from '../contract/request.js';
import { requireHeard, checkedWord } from './requests.js';

/**
 * Runs the work of this workflow so that the update `cancel` stops it as a cancellation by Temporal does: with a report, and here with the
 * name and the reason of who asked on the record.
 * @param run the first run of a bulk; absent: this run
 */
export async function cancellable<Result>(work: () => Promise<Result>, run?: string): Promise<Result> {
  const scope = new CancellationScope();
  let isOver = false;
  setHandler(
    cancelUpdate,
    (word): Applied => {
      const { requestedBy, reason } = checkedWord([word], cancelUpdate.name);
      if (isOver) return { applied: false, why: 'it has ended already' };
      if (scope.consideredCancelled) return { applied: false, why: 'it is being cancelled already' };
      const ending = whyEnding();
      if (ending && patched('an-end-takes-no-cancel')) return { applied: false, why: `it is past stopping: ${ending}` };
      requireHeard(cancelUpdate.name);
      scope.cancel();
      callers().record(
        { event: 'cancel-asked', body: { requestedBy, ...omitUndefined({ reason: reason || undefined }) } },
        run,
      );
      return { applied: true };
    },
    { validator: (...args: readonly unknown[]) => void checkedWord(args, cancelUpdate.name) },
  );
  try {
    return await scope.run(work);
  } finally {
    isOver = true;
  }
}
