import { z } from 'zod';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import type { BulkItem, BulkOptions, Selector } from '../../workflows/contract/bulk.js';
import { type Operation, operations } from '../../workflows/contract/operation.js';
import { inputText } from '../../workflows/contract/input-schema.js';
import { problemsOf, shown } from '../../workflows/contract/problems.js';
import type { BulkItemRequest } from '../bulks/bulk.js';
import { askedProblems } from '../bulks/bulk-problems.js';
import type { Bulks } from '../bulks/bulks.js';
import { InvalidInputError, type InputProblem } from '../errors.js';
import { cronProblems } from './cron.js';

/** Policies for a firing while the bulk of an earlier one runs. */
export const overlaps = {
  /** It does not start. */
  skip: 'SKIP',
  /** One waits for the end of what runs; more are skipped. */
  'buffer-one': 'BUFFER_ONE',
  /** All of them wait, and run one after the other. */
  'buffer-all': 'BUFFER_ALL',
  /** The running bulk is cancelled; the new one starts when it has ended. */
  'cancel-other': 'CANCEL_OTHER',
  /** All run at the same time; one target still has one operation at a time. */
  'allow-all': 'ALLOW_ALL',
} as const;
export type Overlap = keyof typeof overlaps;

/** Times at which a schedule fires: cron expressions, or an interval. */
export interface ScheduleTiming {
  /** 5 fields, 6 with a year, 7 with seconds before; or `@daily` and its kin. Several: whenever one of them says so. */
  readonly cron?: string | readonly string[];
  /** Whole seconds, in ms: 1 s to 366 days, counted from the Epoch. */
  readonly everyMs?: number;
  /** IANA name; for `cron` only. Default UTC. */
  readonly timeZone?: string;
  /** Each firing comes up to so much later, in ms. Default 0. */
  readonly jitterMs?: number;
}

/** A schedule: one operation on many targets, again and again. */
export interface ScheduleRequest extends ScheduleTiming {
  /** 1 to 64 of A-Z a-z 0-9 . _ -; its id is `flow-log-schedule/<name>`, its bulks are `flow-log-bulk/schedule-<name>-<time>`. */
  readonly name: string;
  readonly operation: Operation;
  readonly items?: readonly BulkItemRequest[];
  /** Resolved anew at each firing. */
  readonly selectors?: readonly Selector[];
  /** Caller's name, the same at each firing; recorded, not authenticated. */
  readonly requestedBy: string;
  readonly reason?: string;
  /** Of each firing's bulk. `maxChanges` is {@link DEFAULT_MAX_CHANGES} where none is given. */
  readonly options?: BulkOptions;
  /** Default `skip`. */
  readonly overlap?: Overlap;
  /** A firing that Temporal could not start in time is made up for within this time, in ms: 10 s to 366 days. Default 10 min. */
  readonly catchUpWindowMs?: number;
  /** It begins paused, with this note. */
  readonly paused?: string;
}

/** Name of the caller that pauses or resumes a schedule, and its note. */
export interface ScheduleNote {
  readonly requestedBy: string;
  readonly note?: string;
}

/** Firings of the past, made up for. */
export interface Backfill {
  /** The first moment of the time span. */
  readonly from: Date;
  /** The last. */
  readonly to: Date;
  /** Default `buffer-all`: one after the other. */
  readonly overlap?: Overlap;
}

/** Fields that may change of a schedule. A given field replaces the present one; the rest stays. */
export type ScheduleChange = Partial<Omit<ScheduleRequest, 'name' | 'operation' | 'paused'>>;

/** Law 12: what a firing may change at most, where the schedule does not say. */
export const DEFAULT_MAX_CHANGES = 100;

/** Default of `catchUpWindowMs`. Temporal's own is a year: a cluster that comes back after a month would fire for all of it. */
export const DEFAULT_CATCH_UP_MS = 600_000;

/** Firings that one backfill may start: each looks at what is there now, and none needs more. */
export const MOST_BACKFILLED = 100;

const SECOND = 1_000;
const LONGEST_MS = 366 * 86_400_000;
/** Temporal takes shorter ones for this. */
const SHORTEST_CATCH_UP_MS = 10_000;

const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const nameRule = 'must be 1 to 64 characters of A-Z a-z 0-9 . _ -, the first a letter or digit';
const noteRule = 'must be 1 to 500 characters';

const noteSchema = () => z.string(noteRule).min(1, noteRule).max(500, noteRule);

const nameSchema = () => z.string(nameRule).regex(namePattern, nameRule);

const span = (least: number, leastText: string) => {
  const rule = `must be whole seconds, in ms: ${leastText} to 366 days`;
  return z.int(rule).refine((ms) => ms >= least && ms <= LONGEST_MS && ms % SECOND === 0, rule);
};

const overlapNames = Object.keys(overlaps) as [Overlap, ...Overlap[]];

const timingSchema = () =>
  z.object({
    name: nameSchema(),
    everyMs: span(SECOND, '1 s').optional(),
    jitterMs: span(0, '0').optional(),
    catchUpWindowMs: span(SHORTEST_CATCH_UP_MS, '10 s').optional(),
    overlap: z.enum(overlapNames, `must be one of ${overlapNames.join(', ')}`).optional(),
    paused: noteSchema().optional(),
  });

/** Cron expressions of a timing, as a list. */
export const cronsOf = ({ cron = [] }: ScheduleTiming): readonly string[] => (typeof cron === 'string' ? [cron] : cron);

/** The zone as the server's table spells it; undefined where there is none such. */
export function knownZone(name: string): string | undefined {
  // A plain offset is no zone to the server, though it is one here.
  if (!/^[A-Za-z]/.test(name)) return undefined;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
  } catch {
    return undefined;
  }
  return Intl.supportedValuesOf('timeZone').find((zone) => zone.toLowerCase() === name.toLowerCase()) ?? name;
}

function timingProblems(timing: ScheduleTiming): InputProblem[] {
  const { everyMs, timeZone, jitterMs } = timing;
  const crons = cronsOf(timing);
  const ways = Number(crons.length > 0) + Number(everyMs !== undefined);
  const path = (index: number) => (typeof timing.cron === 'string' ? 'cron' : `cron[${index}]`);
  return [
    ...(ways === 0
      ? [{ path: 'cron', message: 'is missing: say when, by a cron expression or an interval (everyMs)' }]
      : []),
    ...(ways === 2 ? [{ path: 'everyMs', message: 'give a cron expression or an interval, not both' }] : []),
    ...crons.flatMap((cron, index) =>
      (typeof cron === 'string' ? cronProblems(cron) : ['must be a text']).map((problem) => ({
        path: path(index),
        message: `${shown(cron)}: ${problem}`,
      })),
    ),
    ...(timeZone !== undefined && (typeof timeZone !== 'string' || knownZone(timeZone) === undefined)
      ? [
          {
            path: 'timeZone',
            message: `${shown(timeZone)}: is no time zone; write its IANA name, such as Asia/Shanghai`,
          },
        ]
      : []),
    ...(timeZone !== undefined && crons.length === 0 && everyMs !== undefined
      ? [{ path: 'timeZone', message: 'has no meaning for an interval; it is counted from the Epoch' }]
      : []),
    ...(everyMs !== undefined && jitterMs !== undefined && jitterMs > everyMs
      ? [{ path: 'jitterMs', message: `${jitterMs}: must not be longer than the interval` }]
      : []),
  ];
}

/**
 * All that is wrong with a schedule but its items, which have a door of their own.
 * @param hasItems whether there are items, given or stored
 */
export function scheduleProblems(request: ScheduleRequest, hasItems: boolean): readonly InputProblem[] {
  const timing = timingSchema().safeParse(request);
  return [
    ...(timing.success ? [] : problemsOf(timing.error.issues, request, [])),
    ...timingProblems(request),
    ...askedProblems(request, hasItems, ', at each firing'),
  ];
}

/**
 * Items in the form in which they are worked on.
 * @param hasStored whether a stored manifest names targets
 * @throws InvalidInputError with everything that is wrong with the schedule
 */
export function checkSchedule(
  request: ScheduleRequest,
  bulks: Pick<Bulks, 'check'>,
  hasStored = false,
): readonly BulkItem[] {
  const { operation, items = [], options } = request;
  const problems = [...scheduleProblems(request, items.length > 0 || hasStored)];
  // A problem of the whole request is reported once, not for each item.
  const sound = !problems.some(({ path }) => path.startsWith('options') && path !== 'options.expect');
  const asked = {
    operation,
    items,
    requestedBy: 'schedule',
    ...omitUndefined({ options: options && sound ? options : undefined }),
  };
  const checked = operations.includes(operation) ? bulks.check(asked) : { items: [] };
  if ('problems' in checked) problems.push(...checked.problems.filter(({ path }) => path.startsWith('items[')));
  if ('problems' in checked || problems.length > 0) throw new InvalidInputError(problems);
  return checked.items;
}

/** A note as people read it: who, and why. */
export const noteText = ({ requestedBy, note }: ScheduleNote): string =>
  note ? `${requestedBy}: ${note}` : requestedBy;

/** The text of a note. @throws InvalidInputError */
export function checkedNote(by: ScheduleNote): string {
  const parsed = z.object({ requestedBy: inputText().requestedBy, note: noteSchema().optional() }).safeParse(by);
  if (!parsed.success) throw new InvalidInputError(problemsOf(parsed.error.issues, by, []));
  return noteText(by);
}

/** Finds the problems of the span of a backfill. */
export function spanProblems(from: Date, to: Date, overlap: Overlap): readonly InputProblem[] {
  const wrong = (date: Date) => !(date instanceof Date) || Number.isNaN(date.getTime());
  return [
    ...(wrong(from) ? [{ path: 'from', message: 'must be a time' }] : []),
    ...(wrong(to) ? [{ path: 'to', message: 'must be a time' }] : []),
    ...(from > to ? [{ path: 'to', message: 'must not be before its beginning' }] : []),
    ...(to.getTime() > Date.now() ? [{ path: 'to', message: 'must not be in the future' }] : []),
    ...(Object.hasOwn(overlaps, overlap)
      ? []
      : [{ path: 'overlap', message: `${shown(overlap)}: must be one of ${overlapNames.join(', ')}` }]),
  ];
}

/** The fields that have a value. */
export const given = <Fields extends object>(fields: Fields): Partial<Fields> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<Fields>;
