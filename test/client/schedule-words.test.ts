import type { CalendarSpecDescription, Range, ScheduleSpecDescription } from '@temporalio/client';
import { describe, expect, it } from 'vitest';
import type { Selector } from '../../workflows/contract/bulk.js';
import { cronProblems } from '../../client/schedules/cron.js';
import { durationText, selectorWords, specWords } from '../../client/schedules/words.js';

const now = new Date('2026-06-01T00:00:00Z');

describe('a cron expression', () => {
  it.each([
    { cron: '0 3 * * *', reason: 'five fields' },
    { cron: '*/15 8-18 * * MON-FRI', reason: 'steps, ranges and names' },
    { cron: '0,30 0 1,15 jan,July *', reason: 'lists, short and long names' },
    { cron: '0 3 * * 7', reason: 'Sunday is 7 too' },
    { cron: '5/10 * * * *', reason: 'from 5 on, every 10' },
    { cron: '0 3 * * * 2027', reason: 'six: a year' },
    { cron: '30 0 3 * * * *', reason: 'seven: seconds' },
    { cron: '  0  3 * * *  ', reason: 'more spaces' },
    { cron: '@daily', reason: 'a shorthand' },
    { cron: '0 0 29 2 *', reason: 'a day that comes every four years' },
  ])('is right: $cron ($reason)', ({ cron }) => {
    expect(cronProblems(cron, now)).toEqual([]);
  });

  it.each([
    { cron: '', says: ['has 0 fields'], reason: 'nothing' },
    { cron: '0 3 * *', says: ['has 4 fields'], reason: 'a field is missing' },
    { cron: '0 3 * * * * * *', says: ['has 8 fields'], reason: 'one too many' },
    {
      cron: '60 24 0 13 FUN',
      says: [
        'minute "60" is not within 0-59',
        'hour "24" is not within 0-23',
        'day of the month "0" is not within 1-31',
        'month "13" is not within 1-12',
        'day of the week "FUN" is not within 0-7',
      ],
      reason: 'every field is wrong, and every one is told',
    },
    { cron: '0 3 1,32 * *', says: ['day of the month "32"'], reason: 'one of a list' },
    { cron: '30-10 * * * *', says: ['minute "30-10"'], reason: 'a range backwards' },
    { cron: '1-2-3 * * * *', says: ['minute "1-2-3"'], reason: 'two dashes' },
    { cron: '*/0 * * * *', says: ['minute "*/0"'], reason: 'no step' },
    { cron: '0 3 L * *', says: ['day of the month "L"'], reason: "another cron's last day" },
    { cron: '0 3 ? * MON', says: ['write * in the place of "?"'], reason: "another cron's question mark" },
    { cron: '0 3 * * MON#2', says: ['"#" begins a comment'], reason: 'to Temporal it would be every Monday' },
    { cron: 'TZ=Asia/Shanghai 0 3 * * *', says: ['give the time zone by itself'], reason: 'a zone inside' },
    { cron: '@every 5m', says: ['an interval is given by itself'], reason: 'an interval' },
    { cron: '@fortnightly', says: ['is no shorthand'], reason: 'no such word' },
    { cron: '0 3 30 2 *', says: ['never comes'], reason: '30 February' },
    { cron: '0 3 31 4,6,9,11 *', says: ['never comes'], reason: 'the 31st of short months' },
    { cron: '0 3 * * * 2020', says: ['never comes'], reason: 'a year that is over' },
    { cron: `0 3 ${'1,'.repeat(80)}1 * *`, says: ['must be at most 120 characters'], reason: 'too long' },
  ])('is wrong: $cron ($reason)', ({ cron, says }) => {
    const problems = cronProblems(cron, now);
    expect(problems).toHaveLength(says.length);
    says.forEach((text, index) => expect(problems[index]).toContain(text));
  });
});

const one = <Unit>(start: Unit): Range<Unit>[] => [{ start, end: start, step: 1 }];
const all = <Unit>(start: Unit, end: Unit, step = 1): Range<Unit>[] => [{ start, end, step }];
const daily: CalendarSpecDescription = {
  second: one(0),
  minute: one(0),
  hour: one(3),
  dayOfMonth: all(1, 31),
  month: all('JANUARY', 'DECEMBER'),
  year: [],
  dayOfWeek: all('SUNDAY', 'SATURDAY'),
};
const spec = (calendar: Partial<CalendarSpecDescription>, more: Partial<ScheduleSpecDescription> = {}) =>
  ({ calendars: [{ ...daily, ...calendar }], ...more }) as ScheduleSpecDescription;

describe('the times of a schedule', () => {
  it.each([
    { spec: spec({}), words: 'at 03:00 every day, UTC' },
    { spec: spec({ minute: one(5), hour: [...one(8), ...one(20)] }), words: 'at 08:05, 20:05 every day, UTC' },
    { spec: spec({ second: one(30) }), words: 'at 03:00 at second 30 every day, UTC' },
    { spec: spec({ dayOfWeek: all('MONDAY', 'FRIDAY') }), words: 'at 03:00 on Monday–Friday, UTC' },
    {
      spec: spec({ dayOfMonth: one(1), month: one('JANUARY') }),
      words: 'at 03:00 on day 1 of the month in January, UTC',
    },
    {
      spec: spec({ dayOfMonth: one(13), dayOfWeek: one('FRIDAY') }),
      words: 'at 03:00 on day 13 of the month if it is a Friday, UTC',
    },
    {
      spec: spec({ year: one(2030) }, { timezone: 'Asia/Shanghai' }),
      words: 'at 03:00 every day in 2030, Asia/Shanghai',
    },
    { spec: spec({ minute: all(0, 59, 15), hour: all(0, 23) }), words: 'every 15 minutes, UTC' },
    { spec: spec({ minute: all(0, 59), hour: all(8, 18) }), words: 'every minute in the hours 8–18, UTC' },
    { spec: spec({ minute: one(5), hour: all(0, 23) }), words: 'every hour at minute 5, UTC' },
    { spec: spec({ minute: one(5), hour: all(0, 23, 6) }), words: 'at minute 5, every 6 hours, UTC' },
    { spec: { intervals: [{ every: 1_800_000, offset: 0 }] }, words: 'every 30 min' },
    {
      spec: { intervals: [{ every: 3_600_000, offset: 60_000 }], jitter: 5_000 },
      words: 'every 1 h, 1 min after, up to 5 s later',
    },
    { spec: {}, words: 'never' },
  ] satisfies { spec: ScheduleSpecDescription; words: string }[])('are told in words: $words', ({ spec, words }) => {
    expect(specWords(spec)).toBe(words);
  });

  it.each([
    [0, '0 s'],
    [90_000, '1 min 30 s'],
    [90_061_500, '1 d 1 h 1 min 1 s 500 ms'],
  ])('%d ms are %s', (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });
});

it('a selector is told in words, with what it leaves out', () => {
  const selector: Selector = {
    product: 'vpc',
    accounts: 'all',
    regions: ['cn-hangzhou', 'cn-beijing'],
    resourceType: 'VPC',
    name: 'web-*',
    tags: { env: 'prod' },
    exclude: { tags: { 'flowlog:exclude': '*' }, ids: ['vpc-1'] },
    coverage: 'all',
  };
  expect(selectorWords(selector)).toBe(
    'vpc VPC in all accounts, regions cn-hangzhou, cn-beijing, named web-*, tagged env=prod, not vpc-1, not tagged flowlog:exclude=*, coverage all',
  );
});
