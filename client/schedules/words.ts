import type { CalendarSpecDescription, Range, ScheduleSpecDescription } from '@temporalio/client';
import { capitalized } from '../../cloud/text.js';
import type { ResourceFilter, Selector } from '../../cloud/discovery/selector.js';

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
  ['ms', 1],
] as const;

/** 5,400,000 as `1 h 30 min`. */
export function durationText(ms: number): string {
  let left = ms;
  const parts = units.flatMap(([unit, size]) => {
    const count = Math.floor(left / size);
    left -= count * size;
    return count > 0 ? [`${count} ${unit}`] : [];
  });
  return parts.join(' ') || '0 s';
}

const twoDigits = (value: number): string => String(value).padStart(2, '0');

/** The one value of a field, where it has one. */
const single = (ranges: readonly Range<unknown>[]): unknown => {
  const [only] = ranges;
  return ranges.length === 1 && only?.start === only?.end ? only?.start : undefined;
};

/** Every how many it comes, where it comes all through the field: `*` is 1. */
const stepOf = (ranges: readonly Range<number>[], last: number): number | undefined => {
  const [only] = ranges;
  return ranges.length === 1 && only?.start === 0 && only.end === last ? only.step : undefined;
};

const listed = <Unit>(ranges: readonly Range<Unit>[], name: (unit: Unit) => string = String): string =>
  ranges
    .map(({ start, end, step }) =>
      start === end ? name(start) : `${name(start)}–${name(end)}${step > 1 ? ` in steps of ${step}` : ''}`,
    )
    .join(', ');

/** A time of the day, or how often within it. */
function timeWords({ hour, minute, second }: CalendarSpecDescription): string {
  const [atHour, atMinute, atSecond] = [single(hour), single(minute), single(second)];
  const seconds = atSecond === 0 ? '' : ` at second ${listed(second)}`;
  if (typeof atMinute === 'number' && hour.every(({ start, end }) => start === end)) {
    const times = hour.map(({ start }) => `${twoDigits(start)}:${twoDigits(atMinute)}`);
    return `at ${times.join(', ')}${seconds}`;
  }
  const everyMinute = stepOf(minute, 59);
  const everyHour = stepOf(hour, 23);
  const hours =
    everyHour === undefined ? ` in the hours ${listed(hour)}` : everyHour > 1 ? `, every ${everyHour} hours` : '';
  if (everyMinute !== undefined && atHour === undefined)
    return `every ${everyMinute === 1 ? 'minute' : `${everyMinute} minutes`}${seconds}${hours}`;
  if (everyHour === 1) return `every hour at minute ${listed(minute)}${seconds}`;
  return `at minute ${listed(minute)}${seconds}${hours}`;
}

function calendarWords(calendar: CalendarSpecDescription): string {
  const { dayOfMonth, dayOfWeek, month, year } = calendar;
  const everyDay = single(dayOfMonth) === undefined && stepOf(dayOfMonth.map(fromZero), 30) === 1;
  const wholeWeek =
    dayOfWeek.length === 1 &&
    dayOfWeek[0]?.start === 'SUNDAY' &&
    dayOfWeek[0].end === 'SATURDAY' &&
    dayOfWeek[0].step <= 1;
  const wholeYear =
    month.length === 1 && month[0]?.start === 'JANUARY' && month[0].end === 'DECEMBER' && month[0].step <= 1;
  const name = (word: string) => capitalized(word.toLowerCase());
  const time = timeWords(calendar);
  return [
    time,
    ...(everyDay && wholeWeek && /^at \d\d:/.test(time) ? ['every day'] : []),
    ...(everyDay ? [] : [`on day ${listed(dayOfMonth)} of the month`]),
    ...(wholeWeek ? [] : [`${everyDay ? 'on' : 'if it is a'} ${listed(dayOfWeek, name)}`]),
    ...(wholeYear ? [] : [`in ${listed(month, name)}`]),
    ...(year.length === 0 ? [] : [`in ${listed(year)}`]),
  ].join(' ');
}

const fromZero = ({ start, end, step }: Range<number>): Range<number> => ({ start: start - 1, end: end - 1, step });

/** Describes the times at which a schedule fires: `at 03:00 every day, Asia/Shanghai, up to 5 min later`. */
export function specWords({ calendars = [], intervals = [], timezone, jitter = 0 }: ScheduleSpecDescription): string {
  const times = [
    ...intervals.map(
      ({ every, offset }) => `every ${durationText(every)}${offset > 0 ? `, ${durationText(offset)} after` : ''}`,
    ),
    ...calendars.map(calendarWords),
  ];
  return [
    times.join('; ') || 'never',
    ...(calendars.length > 0 ? [timezone || 'UTC'] : []),
    ...(jitter > 0 ? [`up to ${durationText(jitter)} later`] : []),
  ].join(', ');
}

const tagsText = (tags: Readonly<Record<string, string>>): string =>
  Object.entries(tags)
    .map(([key, value]) => `${key}=${value}`)
    .join(', ');

const filterWords = ({ ids, name, resourceGroupId, tags }: ResourceFilter): string[] => [
  ...(ids ? [ids.length > 3 ? `${ids.length} ids` : ids.join(', ')] : []),
  ...(name === undefined ? [] : [`named ${name}`]),
  ...(resourceGroupId === undefined ? [] : [`resource group ${resourceGroupId}`]),
  ...(tags ? [`tagged ${tagsText(tags)}`] : []),
];

const allOrSome = (which: 'all' | readonly string[], what: string): string =>
  which === 'all' ? `all ${what}` : which.length > 3 ? `${which.length} ${what}` : `${what} ${which.join(', ')}`;

/** Describes a selector: `vpc VPC in all accounts, all regions, tagged env=prod, not tagged flowlog:exclude=*, coverage all`. */
export function selectorWords(selector: Selector): string {
  const { product, resourceType, accounts, regions, exclude, coverage } = selector;
  return [
    `${product} ${resourceType} in ${allOrSome(accounts, 'accounts')}`,
    allOrSome(regions, 'regions'),
    ...filterWords(selector),
    ...(exclude ? filterWords(exclude).map((word) => `not ${word}`) : []),
    `coverage ${coverage}`,
  ].join(', ');
}
