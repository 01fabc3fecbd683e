import type { Laboratory } from './laboratory.js';

/** One figure of the goals in the design: measured, and judged by its own bound. */
export interface Figure {
  readonly id: string;
  readonly what: string;
  readonly goal: string;
  measure(laboratory: Laboratory): Promise<Result>;
}

export interface Result {
  /** As printed. */
  readonly result: string;
  readonly met: boolean;
  /** Numbers behind the result: baseline, counts, spread. */
  readonly detail: string;
}
