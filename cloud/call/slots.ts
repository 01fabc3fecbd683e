/** The port to the budgets that all workers share; `store/budgets.ts` keeps them. */

/** Key by which calls are counted: the cloud limits each API for each account and region. */
export interface BudgetKey {
  readonly accountId: string;
  /** The region, or `central`. */
  readonly place: string;
  /** `service:Action`. */
  readonly api: string;
}

/** Request to a budget for a slot. */
export interface SlotRequest {
  /** The worker that asks: one name for each. */
  readonly caller: string;
  /** Calls per second that all workers together may make. */
  readonly perSecond: number;
  /** A slot further away than this is not reserved, in ms. */
  readonly mostMs: number;
  /** Was told to come back before: goes before those who were not. */
  readonly waited?: boolean;
  /** Is no part of a bulk: stands only behind others that are none. */
  readonly single?: boolean;
  /** Only asks whether it would be refused; takes no slot. */
  readonly probe?: boolean;
}

/** A slot that is ours, or the time in ms after which to come back. */
export type SlotAnswer =
  | {
      /** Until the slot, in ms. */
      readonly waitMs: number;
      /** Time of this answer by the clock of the budgets, in ms since 1970. */
      readonly atMs: number;
      /** There are other workers, which may have the slots beside it. */
      readonly shared: boolean;
    }
  | { readonly refusedForMs: number };

/** Budgets shared by all workers. */
export interface Slots {
  /** Reserves the next slot, or nothing. One statement. */
  reserve(key: BudgetKey, request: SlotRequest): Promise<SlotAnswer>;
  /** The cloud throttled a call: half the rate from now on, not below a sixteenth; it comes back by a tenth of the whole each second. */
  slowDown(key: BudgetKey, retryAfterMs?: number): Promise<void>;
  /** This worker makes calls; the others count on it for half a minute. */
  announce(caller: string): Promise<void>;
  /** This worker makes no more calls. */
  leave(caller: string): Promise<void>;
}
