import type { Slot } from './budget.js';

/** The port to the cloud: one method. The adapter behind it is `client.ts`; tests use the same adapter against the simulator. */

/** A service of the cloud that we call; discovery and identity beside the three products. */
export type Service = 'vpc' | 'cen' | 'ecr' | 'ecs' | 'sts';

/** One call, in the cloud's own spelling; built by `wire.ts` from the rows. */
export interface CloudRequest {
  readonly service: Service;
  readonly action: string;
  readonly accountId: string;
  /** Chooses the endpoint; absent for a central one. */
  readonly region?: string;
  /** Flat or nested; arrays and tags are flattened, undefined and null dropped by the adapter. */
  readonly params: Readonly<Record<string, unknown>>;
}

/** An accepted call. For the asynchronous operations of this cloud, accepted is not done. */
export interface CloudAnswer {
  readonly requestId: string;
  readonly httpStatus: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Time within which a call may still leave (law 2). */
export interface SendWindow {
  /** The error with which the call ends once nothing may leave any more; undefined while it may. */
  passed(): Error | undefined;
  /** Time until it is worth asking again, in ms. */
  leftMs(): number;
}

export interface CallOptions {
  /** Aborts the HTTP request; for reads only. */
  readonly signal?: AbortSignal;
  /**
   * Runs synchronously when the request is signed and about to get a connection. If it throws, nothing is sent and the error is rethrown
   * as it is.
   */
  readonly beforeSend?: () => void;
  /**
   * Kept until the request is written: asked before it gets a connection, whenever its time is up, and at the last moment before it is
   * handed to the kernel. Once it has passed the socket is destroyed, nothing is sent, and its error is thrown as it is.
   */
  readonly window?: SendWindow;
  /** A slot of the budget reserved before; without one the call reserves its own. */
  readonly slot?: Slot;
  /** The caller was told to wait for this budget before, and comes back. */
  readonly waited?: boolean;
  /** The call is no part of a bulk: it does not stand behind the calls of bulks for its slot. */
  readonly single?: boolean;
  /** Waits for the budget however long that takes: for a call without which earlier calls would be worthless. */
  readonly patient?: boolean;
}

/** Sends one call. Rejects with `CloudError` for every failure, typed by the catalogue. */
export interface CloudClient {
  call(request: CloudRequest, options?: CallOptions): Promise<CloudAnswer>;
}
