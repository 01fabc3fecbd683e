import { omitUndefined } from '../cloud/omit-undefined.js';
import { canonicalJson, type RedactText } from '../database/canonical-json.js';
import { type StoredState, targetState } from './changes.js';
import { attemptColumns, entryArgument, targetFromText } from './columns.js';
import type { Database } from '../database/database.js';
import { DatabaseUnavailable } from '../database/unavailable.js';
import type { ChangeVerb } from '../cloud/flow-log.js';
import type { OperationRef, PendingIntent, RecordedVerb, Resolution, TargetRef, TargetState } from './ledger.js';

/** Selects the changes in doubt that match every part given. */
export interface DoubtScope {
  /** The deployment: `FLOWLOG_OWNER`. */
  readonly owner: string;
  readonly product?: string;
  /** The account's uid. */
  readonly accountId?: string;
  /** A region, or `central`. */
  readonly place?: string;
  /** Beginning of the intent's id; a call that is still under way is found then too. */
  readonly intentId?: string;
}

/** A part of what is in doubt. */
export interface DoubtPage extends DoubtScope {
  /** The target behind which the page begins, as {@link DoubtLedger.doubts} gave it. Default: the first. */
  readonly after?: string;
  readonly limit: number;
  /** A call that was committed less long ago, in ms, and has no end yet is under way and not in doubt. */
  readonly callMs: number;
}

/** A change in doubt, with all that the ledger knows of it. */
export interface Doubt {
  readonly target: TargetRef;
  readonly state: TargetState;
  readonly intent: Omit<PendingIntent, 'verb'> & { readonly verb: RecordedVerb };
  /** Caller of the operation, with its reason, its bulk and its input. */
  readonly asked: {
    readonly requestedBy?: string;
    readonly reason?: string;
    readonly bulk?: string;
    readonly input?: unknown;
  };
  /** End of the call, where the ledger has it: `code`, `message`, `requestId`. */
  readonly end?: {
    /** True where the cloud itself said so, and not a worker that waited for its answer in vain. */
    readonly answered?: boolean;
    readonly code?: string;
    readonly message?: string;
    readonly requestId?: string;
  };
  /** Result of the last look, as {@link DoubtLedger.noteLook} was given it. */
  readonly look?: { readonly at: string; readonly saw: unknown };
}

/** A row that says clearly how an intent ended. */
export interface ClearEnd {
  readonly kind: 'outcome' | 'resolution';
  readonly result: string;
  /** ISO 8601 UTC, by the database's clock. */
  readonly at: string;
  readonly operation: OperationRef;
  readonly activityId?: string;
  readonly flowLogId?: string;
  readonly target: TargetRef;
  readonly verb: ChangeVerb;
}

/** Resolution of a change in doubt by a person, with the look that agrees. */
export interface Settlement extends Resolution {
  /** Name, reason and verdict of the person, and the result of the look: recorded with the resolution. */
  readonly byHand: {
    readonly requestedBy: string;
    readonly reason: string;
    readonly as: string;
    readonly saw: unknown;
  };
  /** `effect-absent` is refused of an intent that is younger, in ms. */
  readonly graceMs: number;
}

/** Answer to a {@link Settlement}. `duplicate`: the intent had a clear end by then. `too-young`: its grace lasts for `leftMs` more. */
export type Settled =
  | { readonly recorded: 'resolution' | 'duplicate' | 'no-intent' }
  | { readonly recorded: 'too-young'; readonly leftMs: number };

/** Changes in doubt, and their settling by hand. */
export interface DoubtLedger {
  /** A page of what is in doubt, in the order of the targets' names; `next`: there are more behind it. */
  doubts(
    page: DoubtPage,
  ): Promise<{ readonly doubts: readonly Doubt[]; readonly total: number; readonly next?: string }>;
  /** Finds the clear end of an intent; undefined where it has none, or where the ledger has no such intent. */
  clearEnd(intentId: string): Promise<ClearEnd | undefined>;
  /** Resolves an intent by a person's word. Never one that has ended otherwise. */
  settleByHand(settlement: Settlement): Promise<Settled>;
  /** Keeps what a look saw of a change in doubt, for people. A database that is away is no hindrance: then it is not kept. */
  noteLook(intentId: string, saw: unknown): Promise<void>;
}

type StoredDoubt = StoredState & {
  readonly target: string;
  readonly opened: string | null;
  readonly end: string | null;
  readonly look: { readonly at: string; readonly body: string } | null;
};
type StoredEnd = Omit<ClearEnd, 'operation' | 'activityId' | 'flowLogId' | 'target'> & {
  readonly target: string;
  readonly activityId: string | null;
  readonly flowLogId: string | null;
} & OperationRef;

/** Over the functions of `migrations/0080_doubts.sql`. */
export function doubtsOn(database: Database, redact?: RedactText): DoubtLedger {
  return {
    async doubts({ owner, product, accountId, place, intentId, after, limit, callMs }) {
      const scope = [owner, product ?? null, accountId ?? null, place ?? null, intentId ?? null];
      const { total, doubts } = await database.call<{ total: number; doubts: readonly StoredDoubt[] }>(
        'doubts',
        ...scope,
        after ?? null,
        limit + 1,
        callMs,
      );
      const page = doubts.slice(0, limit);
      const next = doubts.length > limit ? page.at(-1)?.target : undefined;
      return { doubts: page.map(doubtOf), total, ...omitUndefined({ next }) };
    },
    async clearEnd(intentId) {
      const stored = await database.call<StoredEnd | null>('clear_end', intentId);
      if (!stored) return undefined;
      const { workflowId, runId, activityId, flowLogId, target, ...end } = stored;
      return {
        ...end,
        target: targetFromText(target),
        operation: { workflowId, runId },
        ...omitUndefined({ activityId: activityId || undefined, flowLogId: flowLogId || undefined }),
      };
    },
    settleByHand: ({ intentId, by, resolution, flowLogId, readAt, byHand, graceMs }) =>
      database.call<Settled>(
        'settle_intent',
        entryArgument({
          ...attemptColumns(by),
          kind: 'resolution',
          intent_id: intentId,
          result: resolution,
          flow_log_id: flowLogId,
          body: canonicalJson({ readAt, byHand, unauthenticated: ['byHand.requestedBy'] }, redact),
        }),
        graceMs,
      ),
    async noteLook(intentId, saw) {
      try {
        await database.call('note_look', intentId, canonicalJson(saw, redact));
      } catch (error) {
        if (!(error instanceof DatabaseUnavailable)) throw error;
      }
    },
  };
}

function doubtOf({ target, opened, end, look, ...stored }: StoredDoubt): Doubt {
  const state = targetState(stored);
  return {
    target: targetFromText(target),
    state,
    intent: state.pending[0] as Doubt['intent'],
    asked: opened === null ? {} : (JSON.parse(opened) as Doubt['asked']),
    ...omitUndefined({
      end: end === null ? undefined : (JSON.parse(end) as NonNullable<Doubt['end']>),
      look: look ? { at: look.at, saw: JSON.parse(look.body) as unknown } : undefined,
    }),
  };
}
