import type { BulkRow, RowState } from '../../../workflows/contract/bulk.js';
import type { JournalEntry } from '../../../simulator/index.js';
import type { Line } from '../report.js';
import { type Whole, isLeft, strict as strictSize } from './acts.js';
import type { Run } from './scene.js';
import { type BulkTarget, type Fate, isGivenUp } from './world.js';

/** Reports of the acts, and the calls that the cloud saw. */
export interface Story {
  readonly targets: readonly BulkTarget[];
  readonly strict: Run;
  readonly cancelled: Run;
  readonly whole: Whole;
  readonly again: readonly Run[];
  readonly sweep: Run;
  readonly journal: readonly JournalEntry[];
  /** Own flow logs that stood on the cancelled bulk's targets when it had ended. */
  readonly madeBeforeCancel: readonly string[];
}

/** A row with what befell its target. */
type Told = BulkRow & { readonly fate: Fate; readonly place: string };

const rowsOf = ({ rows, targets }: Run): readonly Told[] =>
  rows.flatMap((row, index) => {
    const target = targets[index];
    return target ? [{ ...row, fate: target.fate, place: target.place }] : [];
  });
const wholeRows = ({ whole }: Story): readonly Told[] => whole.runs.flatMap(rowsOf);
const ofFate = (story: Story, fate: Fate) => wholeRows(story).filter((row) => row.fate === fate);
const unless = (holds: boolean, problem: string): readonly string[] => (holds ? [] : [problem]);
const bad = (rows: readonly Told[], isWell: (row: Told) => boolean): readonly string[] =>
  rows
    .filter((row) => !isWell(row))
    .map(({ place, state, code, reason }) => `${place}: ${state} ${code ?? ''} ${reason ?? ''}`);
const inState = (rows: readonly Told[], ...states: readonly (RowState | undefined)[]) =>
  rows.filter(({ state }) => states.includes(state));
const ms = (time = ''): number => Date.parse(time);

/** Every scenario by its number in the published list: what was seen of it, and what is wrong. Pure. */
export const scenarios = (story: Story): readonly Line[] => [
  overlapping(story),
  poisoned(story),
  restlessLists(story),
  revokedRole(story),
  lostRegions(story),
  failureBudget(story),
  fullRegion(story),
  cancelledMidway(story),
  longBulk(story),
  askedAgain(story),
  schedule(story),
];

function overlapping(story: Story): Line {
  const { callers } = story.whole;
  const rows = wholeRows(story);
  const joined = inState(rows, 'joined').length + callers.filter((caller) => caller.joined).length;
  const twice = rows.length - new Set(rows.map(({ place }) => place)).size;
  return {
    what: '6  two bulks, two callers and a schedule want the same targets at the same time: they join',
    found: `${twice} wanted by both, ${joined} joined, ${callers.length} callers`,
    problems: [
      ...unless(joined > 0, 'nothing was joined'),
      ...callers
        .filter(({ report }) => report.status !== 'active')
        .map(({ report: { outcome, status } }) => `a caller was told ${outcome}, ${status}`),
    ],
  };
}

function poisoned(story: Story): Line {
  const rows = ofFate(story, 'poisoned');
  const others = wholeRows(story).filter(({ fate }) => fate === 'well' || fate === 'slow');
  return {
    what: '11  poisoned targets fail, each with the code and its request; no other does',
    found: `${rows.length} rows poisoned, ${others.length} others`,
    problems: [
      ...bad(rows, ({ state, code, requestId }) => state === 'failed' && code === 'InvalidParameter' && !!requestId),
      ...bad(others, ({ state }) => state !== undefined && !isLeft(state)),
      ...unless(rows.length > 0, 'nothing was poisoned'),
    ],
  };
}

function restlessLists({ whole, journal }: Story): Line {
  const untrue = journal.filter(({ fault }) => fault === 'lie').length;
  return {
    what: '16  lists that change while they are read, and lists that lie',
    found: `${untrue} untrue pages, ${whole.passersBy} flow logs came and went`,
    problems: unless(untrue > 0 && whole.passersBy > 0, 'it never happened'),
  };
}

function revokedRole(story: Story): Line {
  const rows = ofFate(story, 'revoked');
  return {
    what: '17  the role of one of two accounts is revoked: its targets are reported, with the reason',
    found: `${rows.length} rows`,
    problems: [
      ...bad(rows, ({ state, reason = '' }) => isLeft(state) && /NoPermission|AssumeRole/.test(reason)),
      ...unless(rows.length > 0, 'it never happened'),
    ],
  };
}

/** While the lost were waited for, others must have begun and ended. */
function lostRegions(story: Story): Line {
  const lost = ofFate(story, 'black-holed');
  const slow = ofFate(story, 'slow');
  const well = inState(ofFate(story, 'well'), 'succeeded', 'unchanged', 'joined');
  const isBeside = (other: Told) => (row: Told) =>
    ms(other.startedAt) > ms(row.startedAt) && ms(other.endedAt) < ms(row.endedAt);
  const beside = well.filter((other) => lost.some(isBeside(other))).length;
  return {
    what: '18  one region swallows every call and one answers after 5 s: the first is reported, the second served',
    found: `${lost.length} and ${slow.length} rows; ${beside} others done while the first were waited for`,
    problems: [
      ...bad(lost, ({ state, code }) => isLeft(state) && code !== undefined),
      ...bad(slow, ({ state }) => state !== undefined && !isLeft(state)),
      ...unless(lost.length > 0 && slow.length > 0, 'it never happened'),
      ...unless(beside > 0, 'the others waited for the lost'),
    ],
  };
}

function failureBudget({ strict, whole, again }: Story): Line {
  const { failed = 0, skipped = 0, cancelled = 0, total } = strict.report.tally;
  const left = whole.runs.map((run) => rowsOf(run).filter(({ state }) => isLeft(state)));
  const rest = again.map(rowsOf);
  const placesOf = (rows: readonly Told[]) => rows.map(({ place }) => place).join();
  return {
    what: '19  one of twenty may fail and three of ten do: it stops and drains; a retry takes up only the rest',
    found: `${failed} of ${total} failed, ${skipped + cancelled} left; ${left.flat().length} taken up again`,
    problems: [
      ...unless(strict.report.end === 'stopped', `it ended ${strict.report.end}`),
      // Items under way when the bulk stops may fail as well.
      ...unless(failed <= Math.floor(total * 0.05) + strictSize.window, `${failed} of ${total} failed`),
      ...unless(skipped + cancelled > 0, 'nothing was left'),
      ...again.flatMap(({ name, report }, index) => [
        ...unless(report.tally.total === left[index]?.length, `${name} took up ${report.tally.total}`),
        ...unless(placesOf(rest[index] ?? []) === placesOf(left[index] ?? []), `${name} took up others`),
      ]),
      ...rest.flatMap((rows) =>
        bad(rows, ({ state, fate, reason }) => !isLeft(state) || (isGivenUp(fate) && !!reason)),
      ),
    ],
  };
}

/** Calls that one bulk may spend to learn that a region is full. */
const HANDFUL = 10;

function fullRegion(story: Story): Line {
  const rows = ofFate(story, 'full');
  const refused = story.journal.filter(({ code }) => code?.startsWith('QuotaExceeded')).length;
  return {
    what: '19  a full region: a handful of calls, the rest skipped with the reason',
    found: `${rows.length} rows, ${refused} calls refused`,
    problems: [
      ...bad(rows, ({ state, reason }) => (state === 'failed' || state === 'skipped') && !!reason),
      ...unless(refused > 0 && refused <= 2 * HANDFUL, `${refused} calls were refused`),
    ],
  };
}

function cancelledMidway({ cancelled, madeBeforeCancel }: Story): Line {
  const reported = new Set(cancelled.rows.flatMap(({ flowLogId }) => flowLogId ?? []));
  return {
    what: '20  cancelled while creates were on their way: what was made is in the report',
    found: `${madeBeforeCancel.length} made, ${cancelled.report.tally.cancelled ?? 0} cancelled`,
    problems: [
      ...unless(cancelled.report.end === 'cancelled', `it ended ${cancelled.report.end}`),
      ...unless(madeBeforeCancel.length > 0, 'nothing was made'),
      ...madeBeforeCancel.filter((id) => !reported.has(id)).map((id) => `${id} is in no row`),
    ],
  };
}

function longBulk({ whole: { runs, fell } }: Story): Line {
  const histories = runs.map((run) => run.histories);
  return {
    what: '21  bulks go on in new histories, over lost workers, servers and databases',
    found: `${histories.join(' and ')} histories; ${fell.length} blows`,
    problems: unless(Math.min(...histories) > 1, 'a bulk stayed in one history'),
  };
}

function askedAgain({ sweep }: Story): Line {
  const rows = rowsOf(sweep);
  const unchanged = inState(rows, 'unchanged').length;
  return {
    what: 'all of it asked for once more: what is there is left alone, what had been given up is made',
    found: `${unchanged} of ${rows.length} unchanged`,
    problems: bad(rows, ({ state, fate }) => state === 'unchanged' || (isGivenUp(fate) && state === 'succeeded')),
  };
}

function schedule({ whole: { firings, paused } }: Story): Line {
  const oldestFirst = firings.toSorted((one, other) => ms(one.startedAt) - ms(other.startedAt));
  const overlaps = oldestFirst.filter(({ startedAt }, index) => ms(oldestFirst[index - 1]?.endedAt) > ms(startedAt));
  return {
    what: '24  a schedule fires all the while: never two of its bulks at once, none while it is paused',
    found: `${firings.length} firings`,
    problems: [
      ...unless(firings.length > 0, 'it never fired'),
      ...overlaps.map(({ bulk }) => `${bulk} began before the one before it had ended`),
      ...firings.flatMap(({ bulk, report }) => unless(report?.end === 'completed', `${bulk} ended ${report?.end}`)),
      ...unless(paused.after === paused.before, `${paused.after - paused.before} fired while it was paused`),
    ],
  };
}
