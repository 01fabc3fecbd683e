/** The simulator's source of time; tests pass one that they move themselves. */
export interface Clock {
  /** Epoch ms. */
  readonly now: () => number;
  /** Epoch ms that never jump: for limits and peaks. */
  readonly steady: () => number;
}

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  steady: () => performance.timeOrigin + performance.now(),
};
