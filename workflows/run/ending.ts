/** Reason why nothing can stop this run any more. Each workflow has its own copy of this module's state. */
let reason: string | undefined;

/** Marks that nothing can stop this run from now on, and why. Marked again, it has the later reason. */
export const markEnding = (why = 'its end is being recorded'): void => void (reason = why);

/** Reason why nothing can stop this run any more; `undefined` while it can be stopped. */
export const whyEnding = (): string | undefined => reason;
