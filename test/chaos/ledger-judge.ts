import type { JournalEntry } from '../../simulator/index.js';
import { groupBy } from './group-by.js';
import { placeOfTarget } from './targets.js';

/** One row of the ledger, as far as it is judged. */
export interface LedgerRow {
  readonly kind: string;
  readonly workflow_id: string;
  readonly run_id: string;
  readonly seq: number;
  readonly intent_id: string | null;
  readonly target: string | null;
  readonly action: string | null;
  readonly result: string | null;
  /** Time of its commit, epoch ms, by the database's own clock: the one that ages are told by is moved by some campaigns. */
  readonly at_ms: number;
  readonly body: { readonly requestId?: string };
}

/** Reads all rows in the order in which they were written. */
export const ledgerQuery = `select kind, workflow_id, run_id, seq, intent_id, target, action, result,
  extract(epoch from pg_xact_commit_timestamp(xmin))::float8 * 1000 as at_ms, body::json as body
  from ledger.entries order by pg_xact_commit_timestamp(xmin), seq`;

/** The journal keeps whole milliseconds, the ledger microseconds. */
const CLOCK_GRAIN_MS = 2;

/**
 * Finds contradictions between the ledger and the changing calls of a campaign in which workers die: every call has an intent committed before
 * it and before the next one of its target; every intent has an end, and none is in doubt; what is recorded as answered is the answer of its
 * call; what is recorded as not sent or shown to have had no effect had none. Pure.
 */
export function ledgerProblems(
  rows: readonly LedgerRow[],
  changes: readonly JournalEntry[],
  placeOf: (call: JournalEntry) => string,
): string[] {
  const intents = groupBy(
    rows.filter(({ kind }) => kind === 'intent'),
    ({ target }) => placeOfTarget(target ?? ''),
  );
  const ends = groupBy(
    rows.filter(({ kind, intent_id }) => kind !== 'intent' && intent_id !== null),
    ({ intent_id }) => intent_id ?? '',
  );
  const calls = groupBy(changes, placeOf);
  const places = new Set([...intents.keys(), ...calls.keys()]);
  return [...places].flatMap((place) =>
    problemsAt(intents.get(place) ?? [], calls.get(place) ?? [], ends).map((problem) => `${place}: ${problem}`),
  );
}

function problemsAt(
  intents: readonly LedgerRow[],
  calls: readonly JournalEntry[],
  ends: ReadonlyMap<string, readonly LedgerRow[]>,
): string[] {
  const arrivedMs = (call: JournalEntry) => Date.parse(call.time) + CLOCK_GRAIN_MS;
  const unmeant = calls.filter((call) => arrivedMs(call) < (intents[0]?.at_ms ?? Infinity));
  return [
    ...unmeant.map(({ action, requestId }) => `${action} ${requestId} has no intent before it`),
    ...intents.flatMap((intent, index) => {
      const nextMs = intents[index + 1]?.at_ms ?? Infinity;
      const own = calls.filter((call) => arrivedMs(call) >= intent.at_ms && arrivedMs(call) < nextMs);
      // An earlier intent of the same change, settled as not seen, may have had this effect: the effect is then counted for this one.
      const before = intents.slice(0, index).filter(({ action }) => action === intent.action);
      const isRepeated = before.some(({ intent_id }) =>
        ends.get(intent_id ?? '')?.some(({ kind, result }) => kind === 'resolution' && result === 'not-seen'),
      );
      return problemsOf(intent, own, ends.get(intent.intent_id ?? '') ?? [], isRepeated);
    }),
  ];
}

/** Checks what a row of the ledger claims of the call, where the claim is clear. */
function problemsOf(
  intent: LedgerRow,
  [call, ...more]: readonly JournalEntry[],
  ends: readonly LedgerRow[],
  isRepeated: boolean,
): string[] {
  const name = `${intent.action} (intent ${intent.intent_id})`;
  const outcome = ends.find(({ kind }) => kind === 'outcome')?.result ?? 'unknown';
  const resolution = ends.find(({ kind }) => kind === 'resolution')?.result;
  const isClear = outcome !== 'unknown' && outcome !== 'ambiguous';
  const hadEffect = outcome === 'accepted' || (resolution === 'effect-seen' && !isRepeated);
  const hadNone = outcome === 'refused' || outcome === 'not-sent' || resolution === 'effect-absent';
  const said = ends.flatMap(({ body }) => body.requestId ?? []);
  const request = call ? `request ${call.requestId}` : 'no call';
  const wrong: readonly (readonly [is: boolean, says: string])[] = [
    [ends.length === 0, 'has no end'],
    [ends.length > 0 && !isClear && !resolution, 'is still in doubt'],
    [call !== undefined && call.action !== intent.action, `has the call ${call?.action}`],
    [hadEffect && !call?.committed, `is said to have had its effect, but ${request} has none`],
    [hadNone && call?.committed === true, `is said to have had no effect, but ${request} has one`],
    [outcome === 'not-sent' && call !== undefined, `is said not to have been sent, but ${request} arrived`],
    // A call that never reached the cloud, its host being out of reach, is refused without an answer.
    [
      (outcome === 'accepted' || outcome === 'refused') && call !== undefined && said.length === 0,
      'has an answer without a request id',
    ],
  ];
  return [
    ...wrong.flatMap(([is, says]) => (is ? [`${name} ${says}`] : [])),
    ...more.map(({ action, requestId }) => `${name} has a second call: ${action} ${requestId}`),
    ...said.filter((id) => id !== call?.requestId).map((id) => `${name} names request ${id}, which is not its call`),
  ];
}
