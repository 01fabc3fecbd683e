/** Of this run: each workflow has its own copy of this module's state. */
let isEnding = false;

/** Marks that this run writes its end from now on: nothing can stop it any more. */
export const beginToEnd = (): void => void (isEnding = true);

/** Tells whether {@link beginToEnd} was called in this run. */
export const hasBegunToEnd = (): boolean => isEnding;
