/** True from the moment at which this run writes its end. Each workflow has its own copy of this module's state. */
let isMarked = false;

/** Marks that this run writes its end from now on: nothing can stop it any more. */
export const markEnding = (): void => void (isMarked = true);

/** Tells whether {@link markEnding} was called in this run. */
export const isEnding = (): boolean => isMarked;
