import type { FlowLogView, JournalEntry } from '../../simulator/index.js';
import type { Strike } from './plan.js';
import type { Blow } from './strikes.js';
import { placesOf } from './targets.js';

/** What there is to know about a blow: what was seen then, and the calls about its place over the whole campaign. */
interface Case {
  readonly blow: Blow;
  readonly calls: readonly JournalEntry[];
}

type Claim = readonly [says: string, holds: (facts: Case) => boolean];

const wasUnderWay: Claim = [
  'the call was under way when the process was gone',
  ({ blow }) => blow.call.outcome === 'pending',
];
const isChange: Claim = ['the call is a change', ({ blow }) => blow.call.kind === 'change'];
const wasDone: Claim = ['it had been done', ({ blow }) => blow.call.committed];

const isChanging = ({ kind }: JournalEntry): boolean => kind === 'change';
const changesBetween = ({ calls }: Case, from: number, to: number) =>
  calls.filter((call) => isChanging(call) && call.seq > from && call.seq <= to);

/** What must hold for a strike to have fallen in its place. */
const claims: Record<Strike, readonly Claim[]> = {
  'before-send': [
    wasUnderWay,
    [
      'the call is a look at this very target',
      ({ blow }) => blow.call.kind === 'read' && !blow.call.params['FlowLogId'],
    ],
    [
      'the change had been refused before, so the look was that of its next attempt',
      ({ blow, calls }) => calls.findLast((call) => isChanging(call) && call.seq < blow.call.seq)?.committed === false,
    ],
    [
      'nothing had been sent since',
      (facts) => changesBetween(facts, facts.blow.call.seq, facts.blow.lastSeq).length === 0,
    ],
    ['somebody else sent it later', (facts) => changesBetween(facts, facts.blow.lastSeq, Infinity).length > 0],
  ],
  'in-flight': [wasUnderWay, isChange, ['it had not been done yet', ({ blow }) => !blow.call.committed]],
  'after-commit': [wasUnderWay, isChange, wasDone],
  waiting: [
    isChange,
    wasDone,
    ['it had been answered', ({ blow }) => blow.call.outcome === 'answered'],
    ['no other call about the target was under way', ({ blow }) => blow.othersPending === 0],
  ],
  temporal: [wasUnderWay, isChange, wasDone],
  database: [wasUnderWay, isChange, wasDone],
};

/** What does not hold of a blow that it should; nothing, when it fell in its place. */
export function unproven(blow: Blow, journal: readonly JournalEntry[], flowLogs: readonly FlowLogView[]): string[] {
  const placeOf = placesOf(flowLogs);
  const facts: Case = { blow, calls: journal.filter((call) => placeOf(call) === blow.place) };
  return claims[blow.strike].flatMap(([says, holds]) =>
    holds(facts) ? [] : [`${blow.strike} (process ${blow.pid}, ${blow.place}): not so: ${says}`],
  );
}
