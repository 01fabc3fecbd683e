import { CancellationScope, allHandlersFinished, condition } from '@temporalio/workflow';
import { callers } from './callers.js';

/** Tells whether every handler of a signal or update has finished, and what callers said by updates is on the record. */
export const areHandlersDone = (): boolean => allHandlersFinished() && callers().areRecorded;

/** Ends when {@link areHandlersDone}: whatever was accepted has been done. Not even a cancellation cuts it off. */
export const handlersDone = async (): Promise<void> => {
  if (!areHandlersDone()) await CancellationScope.nonCancellable(() => condition(areHandlersDone));
};
