/** Task queue of the baseline. */
export const bareQueue = 'bare';
