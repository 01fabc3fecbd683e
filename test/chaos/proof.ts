import type { FlowLogView, JournalEntry } from '../../simulator/index.js';
import type { Strike } from './plan.js';
import type { Blow } from './strikes.js';
import { placesOf } from './targets.js';

/** Facts about a blow: the observations at its moment, and the calls about its place over the whole campaign. */
interface Case {
  readonly blow: Blow;
  readonly calls: readonly JournalEntry[];
}

type Claim = readonly [says: string, holds: (facts: Case) => boolean];

const wasUnderWay: Claim = [
  'the call was under way when the process was gone',
  ({ blow }) => blow.call?.outcome === 'pending',
];
const isChange: Claim = ['the call is a change', ({ blow }) => blow.call?.kind === 'change'];
const wasDone: Claim = ['it had been done', ({ blow }) => blow.call?.committed === true];

const isChanging = ({ kind }: JournalEntry): boolean => kind === 'change';
const changesBetween = ({ calls }: Case, from: number, to: number) =>
  calls.filter((call) => isChanging(call) && call.seq > from && call.seq <= to);

const seqOf = ({ call }: Blow): number => call?.seq ?? 0;

const stoodStill: Claim = [
  'it stood still for a while',
  ({ blow: { stood } }) => !!stood && stood.untilMs > stood.fromMs,
];
/** Claims that no worker sent while the change may have been sent, and that the late worker did not send at all. */
const nothingSent: Claim = [
  'no change of the target was sent while the worker stood',
  ({ blow: { stood }, calls }) =>
    !calls.some(
      (call) => isChanging(call) && stood && call.monotonicMs >= stood.fromMs && call.monotonicMs < stood.untilMs,
    ),
];

/** Claims that must hold for a strike to have fallen in its place. */
const claims: Record<Strike, readonly Claim[]> = {
  'before-send': [
    wasUnderWay,
    [
      'the call is a look at this very target',
      ({ blow }) => blow.call?.kind === 'read' && !blow.call.params['FlowLogId'],
    ],
    [
      'the change had been refused before, so the look was that of its next attempt',
      ({ blow, calls }) => calls.findLast((call) => isChanging(call) && call.seq < seqOf(blow))?.committed === false,
    ],
    [
      'nothing had been sent since',
      (facts) => changesBetween(facts, seqOf(facts.blow), facts.blow.lastSeq).length === 0,
    ],
    ['somebody else sent it later', (facts) => changesBetween(facts, facts.blow.lastSeq, Infinity).length > 0],
  ],
  'in-flight': [wasUnderWay, isChange, ['it had not been done yet', ({ blow }) => blow.call?.committed === false]],
  'after-commit': [wasUnderWay, isChange, wasDone],
  waiting: [
    isChange,
    wasDone,
    ['it had been answered', ({ blow }) => blow.call?.outcome === 'answered'],
    ['no other call about the target was under way', ({ blow }) => blow.othersPending === 0],
  ],
  temporal: [wasUnderWay, isChange, wasDone],
  database: [wasUnderWay, isChange, wasDone],
  suspended: [stoodStill, nothingSent],
  asleep: [stoodStill, nothingSent],
  'clock-ahead': [wasUnderWay, isChange, wasDone],
  'clock-back': [wasUnderWay, isChange, wasDone],
};

/** Claims that do not hold of a blow and should; none, when it fell in its place. */
export function unproven(blow: Blow, journal: readonly JournalEntry[], flowLogs: readonly FlowLogView[]): string[] {
  const placeOf = placesOf(flowLogs);
  const facts: Case = { blow, calls: journal.filter((call) => placeOf(call) === blow.place) };
  return claims[blow.strike].flatMap(([says, holds]) =>
    holds(facts) ? [] : [`${blow.strike} (process ${blow.pid}, ${blow.place}): not so: ${says}`],
  );
}
