import type { ChangeVerb, Product } from '../../cloud/flow-log.js';

/**
 * The contract of changes in doubt: to see them, and to settle them by hand. One JSON argument each, as in `contract.ts`.
 */

/** Workflow types for changes in doubt. */
export const doubtWorkflowTypes = { list: 'listDoubts', resolve: 'resolveDoubts' } as const;

/** Verdicts of a person on a change in doubt. */
export const verdicts = ['done', 'not-done'] as const;
export type Verdict = (typeof verdicts)[number];

/** Place of changes in doubt: those that match all the parts given. */
export interface DoubtPlace {
  /** The account's uid. */
  readonly accountId?: string;
  /** A region, or `central` for products with one central endpoint. */
  readonly region?: string;
  readonly product?: Product;
}

/** Doubts of one page at most: a page goes through one payload of Temporal. */
export const MOST_DOUBTS = 200;

/** Argument of the read-only `listDoubts`. */
export interface ListDoubtsInput extends DoubtPlace {
  /** Id of an intent, or what it begins with, 8 characters at least. */
  readonly intentId?: string;
  /** `next` of the page before. Default: the first page. */
  readonly after?: string;
  /** Default and most {@link MOST_DOUBTS}. */
  readonly limit?: number;
}

/** A flow log as a look saw it. */
export interface SightedFlowLog {
  readonly flowLogId: string;
  /** The cloud's own word. */
  readonly status: string;
  readonly whose: 'own' | 'foreign' | 'managed';
}

/** Result of a look at the target of a change in doubt, or the reason why it saw nothing. */
export type DoubtLook =
  | { readonly flowLogs: readonly SightedFlowLog[]; readonly more?: number; readonly readAt: string }
  /** The account's flow log service, where its opening is in doubt. */
  | { readonly service: 'open' | 'not open'; readonly readAt: string }
  | { readonly problem: string; readonly readAt: string };

/** A change whose end is not known. */
export interface DoubtRow {
  readonly intentId: string;
  readonly product: Product;
  readonly accountId: string;
  /** A region, or `central`. */
  readonly region: string;
  /** The resource: its canonical key; of the account's flow log service `flow-log-service`. */
  readonly key: string;
  readonly verb: ChangeVerb | 'openService';
  /** The action that was sent, as the cloud spells it. */
  readonly action: string;
  readonly flowLogId?: string;
  /** Time at which it was about to be sent, ISO 8601 UTC. */
  readonly since: string;
  /** The run that meant to make the change, and who asked for it. */
  readonly workflowId: string;
  readonly runId: string;
  readonly requestedBy?: string;
  readonly reason?: string;
  readonly bulk?: string;
  /** Answer of the cloud, where it answered with what proves nothing. */
  readonly answer?: { readonly code?: string; readonly message?: string; readonly requestId?: string };
  /** Reason why there was no answer, where that is known, e.g. `ReadTimeout`. */
  readonly lost?: string;
  readonly lastLook?: DoubtLook;
  /** Time from which `not-done` may be said of it, ISO 8601 UTC. */
  readonly graceOverAt: string;
  /** Time from which an operation on the target decides by itself, where the cloud can be read, ISO 8601 UTC. */
  readonly decidesAt: string;
  /** The operation that is at work on the target and will decide; absent: none is, and the next one that is asked for will. */
  readonly waiting?: string;
}

/** Result of `listDoubts`. */
export interface DoubtReport {
  readonly doubts: readonly DoubtRow[];
  /** All that match. */
  readonly total: number;
  /** `after` of the next page; absent: this is the last. */
  readonly next?: string;
}

/** Argument of `resolveDoubts`: one intent, or every change in doubt of a place, a page at a time. */
export interface ResolveDoubtsInput extends DoubtPlace {
  readonly intentId?: string;
  /** Of a place without parts: everything in doubt is meant. */
  readonly everything?: boolean;
  readonly as: Verdict;
  readonly requestedBy: string;
  readonly reason: string;
  readonly after?: string;
}

/** Reason why a change is left in doubt, or was not in doubt. */
export type NotSettled =
  'not-in-doubt' | 'several' | 'under-way' | 'grace' | 'effect-seen' | 'effect-not-seen' | 'unreadable';

/** Result of settling one change in doubt. */
export interface SettledDoubt extends Partial<Omit<DoubtRow, 'intentId'>> {
  readonly intentId: string;
  readonly settled: boolean;
  /** Reason why it is not settled. */
  readonly why?: NotSettled;
  /** In words, with what to do. */
  readonly message: string;
  /** The look at that moment. */
  readonly look?: DoubtLook;
  /** The operation that waited for it, and was told to go on at once. */
  readonly woken?: string;
}

/** Result of `resolveDoubts`. */
export interface ResolveDoubtsReport {
  readonly rows: readonly SettledDoubt[];
  /** Changes in doubt that matched when it began, this page and those behind it. */
  readonly total: number;
  /** `after` of the next page; absent: this was the last. */
  readonly next?: string;
}
