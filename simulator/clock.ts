/** Where the simulator takes its time from; tests hand in one they move themselves. */
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
