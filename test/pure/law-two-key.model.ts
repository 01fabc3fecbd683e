import type { TwinTarget } from './ledger.model.js';
import {
  type Attempt,
  type Known,
  type MissedOnce,
  type Part,
  type Place,
  type Run,
  type State,
  omit,
} from './law-two-state.model.js';

/**
 * States that differ only in names are one. Numbers that matter only by their order (fences, versions) become small ones, names that no part
 * of the state can refer to any more are forgotten, and so is an attempt that can make no difference.
 */
export function canonical(state: State, without: ReadonlySet<Part>): State {
  const { run } = state;
  const ledger = withoutOldAnswer(state);
  const { accepted } = ledger;
  const versions = versionsIn(state);
  const isRanked = versions.every((version, index) => version === index);
  const rank = (version: number) => versions.indexOf(version);
  const attempts: Attempt[] = [];
  for (const attempt of state.attempts) {
    const fence = attempt.fence === ledger.fence ? 1 : 0;
    const ranked = isRanked ? attempt : withVersions(attempt, rank);
    const kept = isStale(ranked.missed, ledger) ? omit(ranked, 'missed') : ranked;
    const fenced = fence === kept.fence ? kept : { ...kept, fence };
    if (attempt.isCurrent || !isSpent(fenced, ledger, without)) attempts.push(fenced);
  }
  const rankedRun = isRanked ? run : withVersions(run, rank);
  return {
    ...state,
    attempts,
    ledger: {
      ...ledger,
      fence: 1,
      version: rank(ledger.version),
      intents: ledger.intents.filter((intent) => isKnown(intent.id, state)),
      ...(accepted && !isRanked ? { accepted: { ...accepted, version: rank(accepted.version) } } : {}),
    },
    run: isStale(run.missed, ledger) ? omit(rankedRun, 'missed') : rankedRun,
  };
}

/** Forgets an answer that matters no more: it matters while its intent is in doubt, to the ledger, the run or an attempt. */
function withoutOldAnswer({ ledger, run, attempts }: State): TwinTarget {
  const { answer, pending } = ledger;
  const matters = answer && [pending, ...[run, ...attempts].map(({ known }) => known?.pending)].includes(answer.id);
  return answer && !matters ? omit(ledger, 'answer') : ledger;
}

/** Every version that the ledger, the run or an attempt remembers, in order. */
function versionsIn({ ledger, run, attempts }: State): readonly number[] {
  const found = [ledger.version];
  const note = (version: number | undefined) => {
    if (version !== undefined && !found.includes(version)) found.push(version);
  };
  note(ledger.accepted?.version);
  for (const { known, seenVersion } of [run, ...attempts]) {
    note(known?.version);
    note(known?.accepted?.version);
    note(seenVersion);
  }
  return found.length > 1 ? found.sort((a, b) => a - b) : found;
}

function withVersions<Kept extends Attempt | Run>(kept: Kept, rank: (version: number) => number): Kept {
  const { known, seenVersion } = kept;
  const accepted = known?.accepted;
  return {
    ...kept,
    ...(seenVersion === undefined ? {} : { seenVersion: rank(seenVersion) }),
    ...(known
      ? {
          known: {
            ...known,
            version: rank(known.version),
            ...(accepted ? { accepted: { ...accepted, version: rank(accepted.version) } } : {}),
          },
        }
      : {}),
  };
}

/** Only what is still pending can be missed a second time. */
const isStale = (missed: MissedOnce | undefined, { pending }: TwinTarget): boolean =>
  missed !== undefined && missed.intentId !== pending;

const isKnown = (id: string, { ledger, run, attempts }: State): boolean =>
  ledger.pending === id ||
  run.known?.pending === id ||
  attempts.some(({ known, intentId, proved }) => known?.pending === id || intentId === id || proved?.intentId === id);

/** Tells whether no run waits for the attempt, and nothing that it may still do makes a difference. */
function isSpent(attempt: Attempt, { intents, pending }: TwinTarget, without: ReadonlySet<Part>): boolean {
  const { at, decision, fence, intentId, known, proved } = attempt;
  const mayCommit = fence === 1 || without.has('fence');
  if (at === 'commit-intent') return !mayCommit;
  if (at === 'record') return proved?.intentId !== pending && (decision !== 'send' || !mayCommit);
  // It may still close or resolve what is in doubt, and nothing else.
  if (at === 'close-unknown' || at === 'look')
    return !mayCommit && (known?.pending === undefined || known.pending !== pending);
  // A late outcome is a row of its own, and leaves the target as it is.
  return at === 'record-outcome' && !intents.some(({ id, isOpen }) => id === intentId && isOpen);
}

const places: readonly Place[] = [
  'take-fence',
  'close-unknown',
  'look',
  'record',
  'commit-intent',
  'check-window',
  'send',
  'record-outcome',
];
const placeDigits = new Map(places.map((place, index) => [place, String(index)]));

/** The state as text: equal texts, equal futures. */
export function keyOf({ ledger, effects, underWay, attempts, run, foul }: State): string {
  const { intents, pending, accepted, answer: answeredLast } = ledger;
  const number = (id: string | undefined) => (id === undefined ? '' : intents.findIndex((intent) => intent.id === id));
  const knownText = (known?: Known) => {
    if (!known) return '';
    const { pending, answered, accepted, version } = known;
    return `k${number(pending)}${answered ? 'a' : ''}/${accepted ? `${accepted.ageMs}/${accepted.run}/${accepted.version}` : ''}/${version}`;
  };
  const missedText = (missed?: MissedOnce) => (missed ? `m${missed.sinceMs}` : '');
  let text = `${number(pending)},${accepted ? `${accepted.at}/${accepted.version}/${accepted.operation.runId}` : ''},${ledger.version},${run.number}${run.at}${run.isWaiting}`;
  text += `${run.seenVersion ?? ''}` + knownText(run.known) + missedText(run.missed) + (foul ?? '');
  if (answeredLast) text += `a${number(answeredLast.id)}/${answeredLast.at}`;
  for (const { at, isOpen, operation } of intents) text += `i${at}${isOpen ? 'o' : 'u'}${operation.runId}`;
  for (const { ageMs, isLate } of effects) text += `e${ageMs}${isLate ? 'l' : ''}`;
  for (const { leftMs, isLate } of underWay) text += `w${leftMs}${isLate ? 'l' : ''}`;
  const texts = attempts.map((attempt) => {
    const { isCurrent, isFirst, at, decision, proved, answer } = attempt;
    let own = `|${isCurrent ? 'c' : ''}${attempt.run}${placeDigits.get(at)}${isFirst ? 'f' : ''}`;
    own += `${attempt.seenVersion ?? ''},${attempt.fence}${number(attempt.intentId)}${decision ?? ''}`;
    own += knownText(attempt.known) + missedText(attempt.missed);
    if (proved) own += `p${number(proved.intentId)}${proved.resolution}`;
    // Neither was done: the ledger treats them alike.
    if (answer) own += (answer === 'not-sent' ? 'refused' : answer) + (attempt.hasCode ? 'c' : '');
    return own;
  });
  return text + (texts.length > 1 ? texts.sort().join('') : (texts[0] ?? ''));
}
