import type { FlowLogView } from '../../simulator/index.js';
import type { Scene } from './bulk/scene.js';
import type { Peaks } from './bulk/invariants.js';
import type { Strike } from './plan.js';
import type { Line } from './report.js';
import { type Scenery, timing } from './stage.js';
import { type Storm, rough } from './storm.js';

/** Settings in which one campaign of single operations differs from another. */
export interface Kind {
  readonly storm: Storm;
  /** Beside the kills and the outages. */
  readonly strikes: readonly Strike[];
  readonly graceMs: number;
  readonly commitDelayMs: number;
  readonly sceneryOf: (seed: number) => Omit<Scenery, 'seed'>;
  /** Others at work; the share of all targets is theirs, and one flow log of ours is to be on each in the end. */
  readonly company?: { readonly share: number; readonly join: (scene: Scene) => Company };
}

export interface Company {
  /** Resolves when their work is done. Until it is over, at least, others go on beside it. */
  work(isOver: () => boolean): Promise<void>;
  /** Report lines on the result of their work. */
  lines(evidence: Peaks & { readonly flowLogs: readonly FlowLogView[] }): readonly Line[];
}

/** A tenth of all calls meets a fault, and no others are at work. */
export const operations: Kind = {
  storm: rough,
  strikes: [],
  graceMs: timing.graceMs,
  commitDelayMs: timing.commitDelayMs,
  sceneryOf: () => ({}),
};
