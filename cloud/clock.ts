/** The clocks of one machine. No two of them fail alike, so no age is told by one alone. */
export interface Clock {
  /** Wall time, in ms since 1970: for records. It may jump. */
  now(): number;
  /** Never goes back, but stands still while the machine sleeps. */
  monotonicMs(): number;
  /** Since the machine was started, its sleep included. */
  bootMs(): number;
}

/** Wall clocks of two machines may differ by so much, in ms. */
export const CLOCKS_DIFFER_MS = 1_000;

/** Readings of all clocks of a machine at one moment. */
export interface Moment {
  readonly wallMs: number;
  readonly monotonicMs: number;
  readonly bootMs: number;
}

export const momentOf = (clock: Clock): Moment => ({
  wallMs: clock.now(),
  monotonicMs: clock.monotonicMs(),
  bootMs: clock.bootMs(),
});

const differences = (from: Moment, to: Moment): readonly number[] => [
  to.wallMs - from.wallMs,
  to.monotonicMs - from.monotonicMs,
  to.bootMs - from.bootMs,
];

/** Ms from one moment to another by the clock that says most: for the age of an observation, and for a time limit that may be over. */
export const mostBetween = (from: Moment, to: Moment): number => Math.max(...differences(from, to));

/** Ms by the clock that says least: for the time that must pass after a change before its absence is believed. Negative where `to` came first. */
export const leastBetween = (from: Moment, to: Moment): number => Math.min(...differences(from, to));
