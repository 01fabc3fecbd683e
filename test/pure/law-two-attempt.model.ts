import type { CallResult, TargetState } from '../../audit/index.js';
import type { ChangeInput } from '../../workflows/contract/activities.js';
import { decide, lookHolds } from '../../activities/operation/decide-attempt.js';
import type { Observation, SeenFlowLog } from '../../cloud/flow-log.js';
import {
  type TwinTarget,
  closeUnknown,
  commitIntent,
  recordOutcome,
  resolveIntent,
  takeFence,
} from './ledger.model.js';
import {
  type Attempt,
  FLOW_LOG_ID,
  type MissedOnce,
  type Part,
  type State,
  TICK_MS,
  type Times,
  knownOf,
  omit,
  operations,
  stateFrom,
  timingOf,
} from './law-two-state.model.js';

/**
 * One attempt of a create, in the order of `activities/operation/change.ts` and `send.ts`. The real `decide` and `lookHolds` make its decisions;
 * here is only what happens between two points at which an attempt may be frozen or die.
 */

/** Settings of a search: the assumptions about time, and the parts of the protocol that are taken out. */
export interface Setting {
  readonly times: Times;
  readonly without: ReadonlySet<Part>;
  /** Attempts alive at once, frozen ones included. */
  readonly mostAttempts: number;
  /** `followed`: the search goes on after a send that comes after the grace. `counted`: it only counts such sends. */
  readonly lateSends: 'counted' | 'followed';
}

/** The exception of I1: an attempt frozen after its send-window check, so long that its call may take effect after the grace. */
export const lateSend = 'sent by an attempt frozen past its grace';
export const blindSend = 'sent while another intent was open or unclear';

/** Something an attempt does, and the state after it. */
export interface Deed {
  readonly what: string;
  readonly state: State;
}

const target = { product: 'vpc', accountId: '1', region: 'r', resource: { type: 'VPC', id: 'vpc-1' } } as const;

const ownFlowLog: SeenFlowLog = {
  flowLogId: FLOW_LOG_ID,
  status: 'active',
  rawStatus: 'Active',
  delivery: { state: 'unknown' },
  resource: target.resource,
  destination: { project: 'p', logStore: 'l' },
  tags: {},
  serviceManaged: false,
  drift: [],
};

const observationOf = (own: readonly SeenFlowLog[], complete = true): Observation => ({
  own,
  foreign: [],
  managed: [],
  readAt: new Date(0).toISOString(),
  complete,
});

/** Answers that a list may give now: an effect younger than the lag may be missing, an older one may not. */
export function possibleLooks({ effects }: State, { lagMs }: Times): readonly { shows: boolean; what: string }[] {
  const shown = effects.length > 0;
  const hidden = effects.every(({ ageMs }) => ageMs < lagMs);
  return [
    ...(shown ? [{ shows: true, what: 'looks, and sees the flow log' }] : []),
    ...(hidden ? [{ shows: false, what: shown ? 'looks, and does not see it yet' : 'looks, and sees nothing' }] : []),
  ];
}

export const observation = (shows: boolean, complete = true): Observation =>
  observationOf(shows ? [ownFlowLog] : [], complete);

const inputOf = ({ seenVersion = 0 }: Attempt): ChangeInput => ({
  target,
  verb: 'create',
  seen: { ids: [], readAt: '', version: seenVersion, proven: true },
  clientToken: 't',
});

/** All that this attempt can do next, short of dying. */
export function deedsOf(state: State, attempt: Attempt, setting: Setting): readonly Deed[] {
  return nextDeeds[attempt.at](state, attempt, setting);
}

const nextDeeds: Record<Attempt['at'], (state: State, attempt: Attempt, setting: Setting) => readonly Deed[]> = {
  'take-fence'(state, attempt, setting) {
    const { target: ledger, answer } = takeFence(state.ledger, '', 0);
    const taken = { ...state, ledger };
    const known = knownOf(answer, attempt.run, setting.times);
    const fenced: Attempt = { ...attempt, isFirst: false, fence: answer.fence, known };
    const isOpen = answer.pending.some((intent) => intent.state === 'open');
    const looking: Attempt = { ...fenced, at: isOpen ? 'close-unknown' : 'look' };
    const afterwards = [{ what: 'takes the fence', state: withAttempt(taken, attempt, looking) }];
    // The look's age depends on two clocks that need not agree, so the model tries both: the earlier look holds, or does not.
    const holds = lookHolds(inputOf(attempt), { state: answer, attempt: attempt.isFirst ? 1 : 2, seenAgoMs: 0 });
    if (!holds && !setting.without.has('look')) return afterwards;
    const decided = decideOn(
      withAttempt(taken, attempt, fenced),
      fenced,
      answer,
      setting,
      'relies on the earlier look',
    );
    return [...afterwards, { ...decided, what: `takes the fence; ${decided.what}` }];
  },

  'close-unknown'(state, attempt) {
    const pending = attempt.known?.pending ?? '';
    const { target: ledger } = closeUnknown(state.ledger, pending);
    return [
      {
        what: 'closes the open intent as unknown',
        state: withAttempt({ ...state, ledger }, attempt, { ...attempt, at: 'look' }),
      },
    ];
  },

  look(state, attempt, setting) {
    const known = stateFrom(attempt.known ?? { version: 0 }, state.ledger);
    return possibleLooks(state, setting.times).map(({ shows, what }) =>
      decideOn(state, attempt, known, setting, what, observation(shows)),
    );
  },

  record(state, attempt, { without }) {
    const { proved, ...rest } = attempt;
    if (!proved) throw new Error('nothing to record');
    const { intentId: id, resolution } = proved;
    const resolved = resolveIntent(state.ledger, { id, resolution, flowLogId: FLOW_LOG_ID }, 0).target;
    const ledger = counting(resolved, state.ledger, without);
    const what = resolution === 'effect-seen' ? 'records the effect as seen' : 'records the effect as absent';
    return [actOn({ ...state, ledger }, attempt, rest, what)];
  },

  'commit-intent'(state, attempt, { without }) {
    const { fence, run } = attempt;
    const id = freeId(state);
    const meant = { id, operation: operations[run], verb: 'create', fence, holder: '' } as const;
    const rules = { fence: !without.has('fence'), pending: !without.has('pending-refusal') };
    const { target: ledger, answer } = commitIntent(state.ledger, meant, 0, rules);
    if (answer !== 'committed') return [{ what: `is refused the intent: ${answer}`, state: failed(state, attempt) }];
    const next: Attempt = { ...omit(attempt, 'decision'), fence: 0, at: 'check-window', intentId: id };
    return [{ what: 'commits its intent', state: withAttempt({ ...state, ledger }, attempt, next) }];
  },

  'check-window'(state, attempt, { times, without }) {
    const inTime = ageOf(state, attempt) <= times.windowMs || without.has('window');
    const next: Attempt = inTime
      ? { ...attempt, at: 'send' }
      : { ...attempt, at: 'record-outcome', answer: 'not-sent' };
    const what = inTime ? 'is within the send window' : 'finds the send window passed';
    return [{ what, state: withAttempt(state, attempt, next) }];
  },

  send(state, attempt, { times, without, lateSends }) {
    const answered = (answer: CallResult): Attempt => ({ ...attempt, at: 'record-outcome', answer });
    const inDoubt: Attempt = { ...answered('ambiguous'), hasCode: true };
    const { windowMs, flightMs, lagMs, graceMs } = times;
    const slackMs = Math.max(0, graceMs - windowMs - flightMs - lagMs);
    // Without the window there is no check after which an attempt could be frozen.
    const isLate = ageOf(state, attempt) > windowMs + slackMs && !without.has('window');
    if (isLate && lateSends === 'counted') return [{ what: lateSend, state: { ...state, foul: lateSend } }];
    const isWhole = without.size === 0 && lateSends === 'counted';
    const isBlind = isWhole && state.ledger.pending !== attempt.intentId;
    const sent: State = isBlind ? { ...state, foul: blindSend } : state;
    const call = { leftMs: flightMs, isLate };
    const made: State = { ...sent, underWay: [...sent.underWay, call] };
    return [
      { what: 'sends, and is answered', state: withAttempt(made, attempt, answered('accepted')) },
      { what: 'sends, and is answered in doubt', state: withAttempt(made, attempt, inDoubt) },
      { what: 'sends for nothing, and is answered in doubt', state: withAttempt(sent, attempt, inDoubt) },
      { what: 'sends, and the answer is lost', state: withAttempt(made, attempt, answered('ambiguous')) },
      { what: 'sends, and is refused', state: withAttempt(sent, attempt, answered('refused')) },
      { what: 'sends, and the call is lost', state: withAttempt(sent, attempt, answered('ambiguous')) },
    ];
  },

  'record-outcome'(state, attempt, { without }) {
    const { intentId: id = '', answer = 'not-sent', name, hasCode = false } = attempt;
    // Clients that simply send again take an unclear end for a refusal.
    const isBelieved = without.has('look') || (without.has('codes') && hasCode);
    const result = isBelieved && answer === 'ambiguous' ? 'refused' : answer;
    const outcome = { id, attempt: name, result, flowLogId: FLOW_LOG_ID, words: name, answered: hasCode };
    const recorded = recordOutcome(state.ledger, outcome, 0);
    const after = { ...state, ledger: counting(recorded.target, state.ledger, without) };
    const what = `records that it was ${result}${recorded.answer === 'late-outcome' ? ', too late' : ''}`;
    return [{ what, state: answer === 'accepted' ? succeeded(after, attempt, 'seen') : failed(after, attempt) }];
  },
};

/** The version as it would be if the ends of intents did not count. */
export const counting = (after: TwinTarget, { version }: TwinTarget, without: ReadonlySet<Part>): TwinTarget =>
  without.has('counted-ends') ? { ...after, version } : after;

/** Ids are used again, so that there are few. */
const freeId = ({ ledger: { intents } }: State): string =>
  ['0', '1', '2', '3'].find((free) => intents.every(({ id }) => id !== free)) ?? 'none';

const ageOf = ({ ledger }: State, { intentId }: Attempt): number =>
  -(ledger.intents.find(({ id }) => id === intentId)?.at ?? 0);

/** Applies the real decision to what is known, and notes what has to be recorded first. */
function decideOn(
  state: State,
  attempt: Attempt,
  known: TargetState,
  setting: Setting,
  what: string,
  seen?: Observation,
): Deed {
  const { without, times } = setting;
  const { missed } = attempt;
  const timing = {
    ...timingOf(times),
    ...(without.has('grace') ? { graceMs: 0, listLagMs: 0 } : {}),
    ...(without.has('answer-wait') ? { commitDelayMs: 0 } : {}),
  };
  const lastMissed = without.has('second-read') ? missedLongAgo(known) : missedBefore(missed, known);
  const look = seen && { observation: seen, elapsedMs: 0, missedBefore: lastMissed };
  const decided = decide(inputOf(attempt), known, operations[attempt.run], timing, look);
  const { judgement } = decided;
  const end = decided.decision.do === 'end' ? decided.decision.end : decided.decision.do;
  const decision = end === 'wait' && without.has('waiting') ? 'send' : end;
  const [proved] = [
    ...judgement.seen.map(({ intent }) => ({ intentId: intent.intentId, resolution: 'effect-seen' as const })),
    ...judgement.absent.map(({ intent }) => ({ intentId: intent.intentId, resolution: 'effect-absent' as const })),
  ];
  const left = missedAfter(judgement.missed[0]?.intentId, missed);
  const next: Attempt = { ...omit(attempt, 'known', 'missed', 'seenVersion'), ...left, decision };
  if (!proved) return actOn(state, attempt, next, what);
  return { what, state: withAttempt(state, attempt, { ...next, at: 'record', proved }) };
}

/** Only what is about to be sent can still be held up: everything else ends the attempt here. */
function actOn(state: State, attempt: Attempt, decided: Attempt, what: string): Deed {
  const { decision } = decided;
  const after = withAttempt(state, attempt, { ...decided, at: 'commit-intent' });
  const now = after.attempts[state.attempts.indexOf(attempt)] ?? decided;
  switch (decision) {
    case 'wait':
      return { what: `${what}; the outcome is unclear`, state: failed(after, now) };
    case 'seen':
    case 'unneeded':
      return { what: `${what}; ends: ${decision}`, state: succeeded(after, now, decision) };
    default:
      return { what: `${what}; decides to send`, state: after };
  }
}

/** An effect missed before, as `judge` has it: by the age of its intent at that time, or of the answer where there was one. */
export const missedBefore = (missed: MissedOnce | undefined, { pending, lastAnswer }: TargetState) =>
  pending
    .filter(({ intentId }) => intentId === missed?.intentId)
    .map(({ intentId, ageMs }) => {
      const since = lastAnswer?.intentId === intentId ? lastAnswer.ageMs : ageMs;
      return { intentId, ageMs: since - (missed?.sinceMs ?? 0) };
    });

/** As if what was answered in doubt had been missed by a read a whole age ago. */
const missedLongAgo = ({ lastAnswer }: TargetState) =>
  lastAnswer ? [{ intentId: lastAnswer.intentId, ageMs: -1_000 * TICK_MS }] : [];

export const missedAfter = (intentId: string | undefined, before: MissedOnce | undefined): { missed?: MissedOnce } =>
  intentId === undefined ? {} : { missed: before?.intentId === intentId ? before : { intentId, sinceMs: 0 } };

const withAttempt = (state: State, before: Attempt, after: Attempt): State => ({
  ...state,
  attempts: state.attempts.map((each) => (each === before ? after : each)),
});

/** The attempt is over; where the server still waits for it, the next one begins with what it left. */
export function failed(state: State, attempt: Attempt): State {
  const others = state.attempts.filter((each) => each !== attempt);
  if (!attempt.isCurrent) return { ...state, attempts: others };
  const { missed } = attempt;
  const next = newAttempt(state, { ...(missed ? { missed } : {}) });
  return { ...state, attempts: [...others, next], named: state.named + 1 };
}

/** The activity is over with its result, which the workflow takes where it still waits for this attempt. */
function succeeded(state: State, attempt: Attempt, end: 'seen' | 'unneeded'): State {
  const attempts = state.attempts.filter((each) => each !== attempt);
  if (!attempt.isCurrent) return { ...state, attempts };
  return { ...state, attempts, run: { number: state.run.number, at: 'read-ledger', isWaiting: end === 'seen' } };
}

/** An attempt of the running activity; the first of it where `first` says so. */
export function newAttempt(state: State, more: Partial<Attempt>): Attempt {
  return {
    name: String.fromCharCode(65 + (state.named % 26)),
    run: state.run.number,
    isFirst: false,
    isCurrent: true,
    at: 'take-fence',
    seenVersion: state.run.seenVersion ?? 0,
    fence: 0,
    ...more,
  };
}
