import { CancellationScope, allHandlersFinished, condition } from '@temporalio/workflow';

/** Ends when every handler of a signal or update has: whatever was accepted has been done. Not even a cancellation cuts one off. */
export const handlersDone = async (): Promise<void> => {
  if (!allHandlersFinished()) await CancellationScope.nonCancellable(() => condition(allHandlersFinished));
};
