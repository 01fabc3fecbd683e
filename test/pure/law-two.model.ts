import type { Dependencies } from '../../activities/index.js';
import { judge } from '../../activities/operation/pending.js';
import { situationOf } from '../../activities/operation/situation.js';
import { type Desired, type Memory, nextStep } from '../../workflows/decide/next-step.js';
import {
  type Deed,
  type Setting,
  counting,
  deedsOf,
  failed,
  missedAfter,
  missedBefore,
  newAttempt,
  observation,
  possibleLooks,
} from './law-two-attempt.model.js';
import { canonical, keyOf } from './law-two-key.model.js';
import {
  type Attempt,
  FLOW_LOG_ID,
  type State,
  initialState,
  knownOf,
  later,
  operations,
  stateFrom,
  timingOf,
} from './law-two-state.model.js';
import { readTarget, resolveIntent } from './ledger.model.js';
import type { Model, Move } from './search.model.js';

/**
 * Law 2 as a model to be searched: one run that creates a flow log, attempts of it that crash, freeze and thaw at every point, the
 * run terminated at any time and a second one started, and a cloud that commits now, late or never, loses answers, refuses nothing
 * that is there already, honours no token, and lists with lag.
 *
 * Real: `decide`, `lookHolds`, `judge`, `situationOf`, `nextStep`. A twin: the ledger. Modelled: the order of what an attempt does, the
 * server that starts attempts again, time. One atomic step where the service has several: a look of the workflow (observe, wait)
 * together with what it puts on the record, which only ever clears an intent whose end the look has proved.
 */

/** The two ways to be wrong about creates; the second is the exception that invariant I1 allows. */
export const secondCreate = 'a second create took effect';
export const lateSecondCreate = 'a second create took effect, after an attempt frozen past its grace';

/** The law with some of its parts taken out, ready to be searched. */
export const lawTwo = (setting: Setting): Model<State> => ({
  initial: initialState,
  moves: (state) =>
    movesFrom(state, setting).map((move) => ({ ...move, state: canonical(move.state, setting.without) })),
  key: keyOf,
  wrongWith({ effects, foul, run }) {
    if (effects.length > 1) return effects.some(({ isLate }) => isLate) ? lateSecondCreate : secondCreate;
    if (run.at === 'done' && effects.length === 0) return 'the run has ended well, and there is no flow log';
    return foul;
  },
  isEnd: ({ run }) => run.at === 'done',
});

function movesFrom(state: State, setting: Setting): readonly Move<State>[] {
  const run = `run ${state.run.number}`;
  return [
    ...cloudMoves(state),
    ...state.attempts.flatMap((attempt) => attemptMoves(state, attempt, setting)),
    ...runDeeds(state, setting).map((deed) => ({ who: run, ...deed })),
    ...serverMoves(state, setting),
    // A move whose time is up happens before time goes on.
    ...(state.underWay.some(({ leftMs }) => leftMs === 0)
      ? []
      : [{ who: 'time', what: 'goes on', state: later(state, setting.times) }]),
  ];
}

const cloudMoves = (state: State): readonly Move<State>[] =>
  state.underWay.map(({ isLate }, index) => ({
    who: 'the cloud',
    what: 'makes a flow log',
    state: {
      ...state,
      underWay: state.underWay.filter((_, other) => other !== index),
      effects: [...state.effects, { ageMs: 0, isLate }],
    },
  }));

function attemptMoves(state: State, attempt: Attempt, setting: Setting): readonly Move<State>[] {
  const who = `attempt ${attempt.name} of run ${attempt.run}`;
  const crash: Deed = { what: 'crashes', state: failed(state, attempt) };
  return [...deedsOf(state, attempt, setting), crash].map((deed) => ({ who, ...deed }));
}

/** Temporal: gives up on an attempt that may yet live, and lets a terminated run be followed by another. */
function serverMoves(state: State, { mostAttempts }: Setting): readonly Move<State>[] {
  const { attempts, run } = state;
  const given: State = { ...state, attempts: attempts.map((each) => ({ ...each, isCurrent: false })) };
  const timeouts = attempts
    .filter(({ isCurrent }) => isCurrent && attempts.length < mostAttempts)
    .map(({ missed }) => ({
      what: 'gives up on the attempt, which may live on',
      state: {
        ...given,
        attempts: [...given.attempts, newAttempt(state, missed ? { missed } : {})],
        named: state.named + 1,
      },
    }));
  const second: State = { ...given, run: { number: 2, at: 'read-ledger', isWaiting: false } };
  const restart =
    run.number === 1 && attempts.length < mostAttempts ? [{ what: 'ends run 1, and run 2 begins', state: second }] : [];
  return [...timeouts, ...restart].map((deed) => ({ who: 'the server', ...deed }));
}

/** Memory of the run without earlier changes: they decide only when to give up on a flow log that keeps vanishing. */
const memory: Memory = { changes: [], deadlineAt: 1 };

const desired: Desired = { operation: 'enable', product: 'vpc', options: {}, tellsDelivery: false };

/** The workflow's next step: it looks, and does what `nextStep` says. */
function runDeeds(state: State, setting: Setting): readonly Deed[] {
  const { run } = state;
  if (run.at === 'read-ledger') {
    const known = knownOf(readTarget(state.ledger, 0), run.number, setting.times);
    return [{ what: 'reads the ledger', state: { ...state, run: { ...run, at: 'look', known } } }];
  }
  if (run.at !== 'look') return [];
  return possibleLooks(state, setting.times).map(({ shows, what }) => stepAfterLook(state, shows, what, setting));
}

/** Judges what is in doubt as `observe` and `waitUntilSettled` do, records it, and takes the next step. */
function stepAfterLook(state: State, shows: boolean, what: string, { times, without }: Setting): Deed {
  const { run } = state;
  const timing = timingOf(times);
  const before = stateFrom(run.known ?? { version: 0 }, state.ledger);
  const seen = observation(shows, !run.isWaiting);
  // Only a wait remembers what it missed before.
  const missed = run.isWaiting ? missedBefore(run.missed, before) : [];
  const evidence = { state: before, observation: seen, elapsedMs: 0, missedBefore: missed };
  const judgement = judge(evidence, operations[run.number], timing);
  let { ledger } = state;
  const proofs = [
    ...judgement.seen.map(({ intent }) => ({ id: intent.intentId, resolution: 'effect-seen' as const })),
    ...judgement.absent.map(({ intent }) => ({ id: intent.intentId, resolution: 'effect-absent' as const })),
  ];
  for (const proof of proofs) ledger = resolveIntent(ledger, { ...proof, flowLogId: FLOW_LOG_ID }, 0).target;
  ledger = counting(ledger, state.ledger, without);
  const known = proofs.length > 0 ? readTarget(ledger, 0) : before;
  const nothing = { apiCalls: 0, requestIds: [] };
  const situation = situationOf({ timing, searchAttributes: false } as Dependencies, seen, known, nothing);
  const step = nextStep(desired, situation, memory, 0);
  const { number } = run;
  const after = { ...state, ledger };
  const stay = { number, at: 'read-ledger' as const };
  switch (step.do) {
    case 'done':
      return { what: `${what}; done`, state: { ...after, run: { ...stay, at: 'done', isWaiting: false } } };
    case 'wait': {
      const left = missedAfter(judgement.missed[0]?.intentId, run.missed);
      return { what: `${what}; waits`, state: { ...after, run: { ...stay, isWaiting: true, ...left } } };
    }
    case 'create': {
      // A wait proves no absence: a complete look comes first.
      if (run.isWaiting)
        return { what: `${what}; waits no more`, state: { ...after, run: { ...stay, isWaiting: false } } };
      const first = newAttempt(state, { isFirst: true, seenVersion: situation.version });
      const attempts = [...state.attempts, first];
      const changing = { ...stay, at: 'change' as const, isWaiting: false, seenVersion: situation.version };
      return { what: `${what}; creates`, state: { ...after, attempts, named: state.named + 1, run: changing } };
    }
    default:
      throw new Error(`the next step is ${step.do}, of which the model knows nothing`);
  }
}
