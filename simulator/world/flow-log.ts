import type { Json } from '../wire/xml.js';

/** The products whose flow logs are imitated. */
export const simulatedProducts = ['vpc', 'cen', 'ecr'] as const;
export type SimulatedProduct = (typeof simulatedProducts)[number];

/** Changes of a flow log. */
export type SimulatedVerb = 'create' | 'activate' | 'deactivate' | 'modify' | 'delete';

/** Fields of a flow log in the cloud's own spelling, e.g. `{ ProjectName: 'p', AggregationInterval: 10 }`. */
export type Fields = Readonly<Record<string, Json>>;
export type Tags = Readonly<Record<string, string>>;

/** State of a flow log from a moment on. */
export interface Version {
  /** Epoch ms from which this holds; in the future while the cloud is still at work. */
  readonly at: number;
  /** The cloud's word. */
  readonly status: string;
  readonly gone?: boolean;
  readonly fields: Fields;
  readonly tags: Tags;
  /** A change is under way whose end has no time: it comes with reads or by `settle`. */
  readonly then?: Ending;
}

/** End of a change that has no set time. */
export interface Ending {
  readonly status: string;
  readonly gone?: boolean;
  readonly fields: Fields;
  readonly tags: Tags;
  /** Lists that still show the change under way; absent: only `settle` ends it. */
  readonly readsLeft?: number;
}

/**
 * One flow log with its whole past and planned future, oldest version first. A list that lags simply reads an earlier moment;
 * a change that commits late simply begins later.
 */
export interface FlowLog {
  readonly id: string;
  readonly product: SimulatedProduct;
  readonly accountId: string;
  /** Empty for a product with a central endpoint. */
  readonly region: string;
  /** The logged resource as one word: `vpc-1`, `cen-1/tr-attach-1`, `ecr-1/vbr-1`. */
  readonly resource: string;
  /** Made by a call, or seeded. */
  readonly origin: 'call' | 'seed';
  /** Its place in the order of creation, from 1. */
  readonly ordinal: number;
  readonly versions: readonly Version[];
  /** Epoch ms until which another activation is refused. */
  readonly coolUntil?: number;
}
