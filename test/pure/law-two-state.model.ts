import type { CallResult, OperationRef, TargetState } from '../../audit/index.js';
import type { Timing } from '../../activities/index.js';
import { hiddenForMs } from '../../activities/operation/situation.js';
import { type TwinTarget, readTarget, untouched } from './ledger.model.js';

/**
 * State of the world in the model of law 2. Time is discrete, and there is no "now": everything is an age, and an age that no
 * rule can tell from a greater one stops growing. So freezes may last for ever, and there are still finitely many states.
 */

/** One tick of the model's clock, in ms. */
export const TICK_MS = 1_000;

/** The assumptions about time that the law rests on, in ms; each a whole number of ticks. */
export interface Times {
  /** From the intent's commit to the wire. */
  readonly windowMs: number;
  /** From the wire to the effect, at most: the timeouts of a call, and the cloud's delay. */
  readonly flightMs: number;
  /** From the effect until every list shows it. */
  readonly lagMs: number;
  readonly graceMs: number;
}

/** Each assumption one tick long, and the shortest grace that covers them. */
export const tightTimes: Times = {
  windowMs: TICK_MS,
  flightMs: TICK_MS,
  lagMs: TICK_MS,
  graceMs: 3 * TICK_MS,
};

export const timingOf = ({ flightMs, lagMs, graceMs }: Times): Timing => ({
  connectTimeoutMs: 0,
  readTimeoutMs: 0,
  listLagMs: lagMs,
  commitDelayMs: flightMs,
  graceMs,
  heartbeatMs: TICK_MS,
  deadlineMs: 1_000 * TICK_MS,
});

/** Parts of the protocol, each of which a mutation takes out. */
export type Part =
  /** Any attempt may commit an intent. */
  | 'fence'
  /** The ledger admits an intent while another is pending. */
  | 'pending-refusal'
  /** An attempt goes on to send while something is in doubt. */
  | 'waiting'
  /** Absence is believed at once. */
  | 'grace'
  /** An unclear end is taken for a refusal, and the first look for the truth. */
  | 'look'
  /** A decided change is sent however late. */
  | 'window'
  /** A code that proves nothing is taken for a refusal. */
  | 'codes'
  /** A change answered in doubt is believed to have begun already. */
  | 'answer-wait'
  /** One read is enough for the absence of what was answered in doubt. */
  | 'second-read'
  /** A look stays good while no intent is committed, though one may have come to its end. */
  | 'counted-ends';

/** The part of the ledger's answer that an attempt or a look kept. */
export interface Known {
  /** Id of the intent in doubt. */
  readonly pending?: string;
  /** It was answered, with a code that proves nothing. */
  readonly answered?: true;
  /** The last accepted create: its age, whose it was, and the version it was accepted at. */
  readonly accepted?: { readonly ageMs: number; readonly run: 1 | 2; readonly version: number };
  readonly version: number;
}

/** An effect missed once after the grace. */
export interface MissedOnce {
  readonly intentId: string;
  readonly sinceMs: number;
}

/** Place of an attempt: each name is the step that it does next. */
export type Place =
  'take-fence' | 'close-unknown' | 'look' | 'record' | 'commit-intent' | 'check-window' | 'send' | 'record-outcome';

/** One attempt of the create activity. It may be frozen at every place, simply by not moving. */
export interface Attempt {
  readonly name: string;
  readonly run: 1 | 2;
  /** True for the first attempt of its activity: only that one may rely on an earlier look. */
  readonly isFirst: boolean;
  /** False once the server has given up on it: it may live on, but its answer is dropped. */
  readonly isCurrent: boolean;
  readonly at: Place;
  /** The ledger's version before the look that led to the change; forgotten when it is decided. */
  readonly seenVersion?: number;
  readonly fence: number;
  readonly known?: Known;
  readonly missed?: MissedOnce;
  readonly decision?: 'wait' | 'seen' | 'unneeded' | 'send';
  readonly proved?: { readonly intentId: string; readonly resolution: 'effect-seen' | 'effect-absent' };
  readonly intentId?: string;
  readonly answer?: CallResult;
  /** Of an ambiguous answer: it came, with a code that proves nothing. */
  readonly hasCode?: true;
}

/** The operation's workflow: what it does next. */
export interface Run {
  readonly number: 1 | 2;
  readonly at: 'read-ledger' | 'look' | 'change' | 'done';
  /** The look is one of a wait: through the shared read, which proves no absence to the workflow. */
  readonly isWaiting: boolean;
  readonly known?: Known;
  readonly missed?: MissedOnce;
  /** Of the activity under way: see {@link Attempt.seenVersion}. */
  readonly seenVersion?: number;
}

/** A create that had its effect. */
export interface Effect {
  readonly ageMs: number;
  /** It was sent by an attempt frozen past its grace. */
  readonly isLate: boolean;
}

/** A create on its way, which will take effect within `leftMs`. */
export interface UnderWay {
  readonly leftMs: number;
  readonly isLate: boolean;
}

export interface State {
  readonly ledger: TwinTarget;
  readonly effects: readonly Effect[];
  readonly underWay: readonly UnderWay[];
  readonly attempts: readonly Attempt[];
  readonly run: Run;
  /** Breach of the law on the way here. */
  readonly foul?: string;
  /** Attempts named so far; no part of the state proper. */
  readonly named: number;
}

export const initialState: State = {
  ledger: untouched,
  effects: [],
  underWay: [],
  attempts: [],
  run: { number: 1, at: 'read-ledger', isWaiting: false },
  named: 0,
};

export const operations: Record<1 | 2, OperationRef> = {
  1: { workflowId: 'w', runId: '1' },
  2: { workflowId: 'w', runId: '2' },
};

/** The id every create of the model returns: there is one flow log, or the search has ended. */
export const FLOW_LOG_ID = 'fl-1';

/** The part of the ledger's answer that may matter to that run later: an old acceptance of another run does not. */
export function knownOf(
  { pending: [pending], lastAccepted, lastAnswer, version }: TargetState,
  run: 1 | 2,
  times: Times,
): Known {
  const { ageMs = 0, operation } = lastAccepted ?? {};
  const by = operation?.runId === operations[1].runId ? 1 : 2;
  const matters = lastAccepted && (by === run || ageMs < hiddenForMs('create', timingOf(times)));
  return {
    version,
    ...(pending ? { pending: pending.intentId } : {}),
    ...(pending && lastAnswer?.intentId === pending.intentId ? { answered: true as const } : {}),
    ...(matters ? { accepted: { ageMs, run: by, version: lastAccepted.version ?? 0 } } : {}),
  };
}

/** The ledger's answer as it was when it was kept, grown as old as it is now. */
export function stateFrom({ pending, answered, accepted, version }: Known, ledger: TwinTarget): TargetState {
  const { pending: ofPending, lastAnswer } = readTarget({ ...ledger, ...(pending ? { pending } : {}) }, 0);
  const known: TargetState = {
    fence: 0,
    version,
    pending: pending ? ofPending : [],
    ...(answered && lastAnswer?.intentId === pending ? { lastAnswer } : {}),
  };
  if (!accepted) return known;
  const { ageMs, run, version: at } = accepted;
  const lastAccepted = {
    verb: 'create',
    flowLogId: FLOW_LOG_ID,
    ageMs,
    operation: operations[run],
    version: at,
  } as const;
  return { ...known, lastAccepted, lastCreated: { flowLogId: FLOW_LOG_ID, ageMs } };
}

/** A copy without some of its fields. */
export function omit<Thing extends object, Field extends keyof Thing>(
  thing: Thing,
  ...fields: readonly Field[]
): Omit<Thing, Field> {
  const copy = { ...thing };
  for (const field of fields) delete copy[field];
  return copy;
}

/** One tick later. */
export function later(state: State, { lagMs, graceMs }: Times): State {
  const { ledger, effects, underWay, attempts, run } = state;
  const older = <Stamped extends { readonly at: number }>(stamped: Stamped): Stamped => ({
    ...stamped,
    at: Math.max(stamped.at - TICK_MS, -graceMs),
  });
  const grown = (ms: number, mostMs: number) => Math.min(ms + TICK_MS, mostMs);
  const missedLater = ({ missed }: { readonly missed?: MissedOnce }) =>
    missed ? { missed: { ...missed, sinceMs: grown(missed.sinceMs, lagMs) } } : {};
  const { known } = run;
  const knownLater =
    known?.accepted === undefined
      ? {}
      : { known: { ...known, accepted: { ...known.accepted, ageMs: grown(known.accepted.ageMs, graceMs) } } };
  return {
    ...state,
    ledger: {
      ...ledger,
      intents: ledger.intents.map(older),
      ...(ledger.accepted ? { accepted: older(ledger.accepted) } : {}),
      ...(ledger.answer ? { answer: older(ledger.answer) } : {}),
      ...(ledger.created ? { created: older(ledger.created) } : {}),
    },
    effects: effects.map((effect) => ({ ...effect, ageMs: grown(effect.ageMs, lagMs) })),
    underWay: underWay.map((call) => ({ ...call, leftMs: call.leftMs - TICK_MS })),
    attempts: attempts.map((attempt) => ({ ...attempt, ...missedLater(attempt) })),
    run: { ...run, ...missedLater(run), ...knownLater },
  };
}
