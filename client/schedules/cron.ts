/** One field of a cron expression, with the names that stand for numbers. */
interface Field {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  readonly names?: readonly string[];
  /** Letters of a name that are enough. */
  readonly shortest?: number;
}

const second: Field = { name: 'second', least: 0, most: 59 };
const minute: Field = { name: 'minute', least: 0, most: 59 };
const hour: Field = { name: 'hour', least: 0, most: 23 };
const day: Field = { name: 'day of the month', least: 1, most: 31 };
const months = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
] as const;
const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;
const month: Field = { name: 'month', least: 1, most: 12, names: ['', ...months], shortest: 3 };
const weekday: Field = { name: 'day of the week', least: 0, most: 7, names: weekdays, shortest: 2 };
const year: Field = { name: 'year', least: 2000, most: 2100 };

/** Fields by how many are written, as Temporal reads them. */
const fieldsByCount: Readonly<Record<number, readonly Field[]>> = {
  5: [minute, hour, day, month, weekday],
  6: [minute, hour, day, month, weekday, year],
  7: [second, minute, hour, day, month, weekday, year],
};

const shorthands: ReadonlySet<string> = new Set([
  '@yearly',
  '@annually',
  '@monthly',
  '@weekly',
  '@daily',
  '@midnight',
  '@hourly',
]);

/** Forms of other crons that people write, and what to write here. Temporal would take some of them for something else. */
const foreignForms: readonly { readonly pattern: RegExp; readonly message: string }[] = [
  { pattern: /^(CRON_)?TZ=/, message: 'give the time zone by itself' },
  { pattern: /^@every\b/, message: 'an interval is given by itself, not as a cron expression' },
  { pattern: /#/, message: '"#" begins a comment, and is not the nth day of the week' },
  { pattern: /\?/, message: 'write * in the place of "?"' },
];

/** Longer than any that makes sense, and short enough to be kept as a comment. */
const LONGEST = 120;

const numberOf = (text: string, { least, most, names = [], shortest = Infinity }: Field): number | undefined => {
  const word = text.toLowerCase();
  const named = word.length >= shortest ? names.findIndex((name) => name !== '' && name.startsWith(word)) : -1;
  const value = named >= 0 ? named : /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  return value >= least && value <= most ? value : undefined;
};

/** The values that one part of a field stands for: `*`, `5`, `1-5`, and each with a step. */
function cronNumbers(part: string, field: Field): readonly number[] | undefined {
  const [, range = '', step = '1'] = /^([^/]+)(?:\/([1-9]\d{0,3}))?$/.exec(part) ?? [];
  const [from = '', to, ...more] = range.split('-');
  const first = range === '*' ? field.least : numberOf(from, field);
  const stepped = part.includes('/');
  const last =
    range === '*' || (stepped && to === undefined) ? field.most : to === undefined ? first : numberOf(to, field);
  if (first === undefined || last === undefined || last < first || more.length > 0) return undefined;
  return Array.from({ length: Math.floor((last - first) / Number(step)) + 1 }, (_, nth) => first + nth * Number(step));
}

const longestMonths = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Tells whether the expression never fires: no month that it names has a day that it names, or all its years are past. */
function neverComes(values: ReadonlyMap<Field, readonly number[]>, now: Date): boolean {
  const days = values.get(day) ?? [];
  const inMonths = values.get(month) ?? [];
  const years = values.get(year);
  return (
    inMonths.every((one) => Math.min(...days) > (longestMonths[one - 1] ?? 31)) ||
    (years !== undefined && Math.max(...years) < now.getUTCFullYear())
  );
}

/**
 * Finds all problems of a cron expression, each with the part that is wrong; empty where it is right. The grammar is Temporal's: 5
 * fields, 6 with a year, 7 with seconds before; days of the month and of the week must both fit.
 */
export function cronProblems(text: string, now = new Date()): readonly string[] {
  if (text.length > LONGEST) return [`must be at most ${LONGEST} characters`];
  const strange = foreignForms.find(({ pattern }) => pattern.test(text));
  if (strange) return [strange.message];
  if (text.startsWith('@'))
    return shorthands.has(text) ? [] : [`is no shorthand; those are ${[...shorthands].join(', ')}`];
  const words = text.trim().split(/\s+/);
  const fields = fieldsByCount[words.length];
  if (!fields || text.trim() === '')
    return [
      `has ${text.trim() === '' ? 0 : words.length} fields; it needs minute, hour, day, month and weekday (5), a year after them (6), seconds before them (7)`,
    ];
  const values = new Map<Field, readonly number[]>();
  const problems = fields.flatMap((field, index) => {
    const parts = (words[index] ?? '').split(',').map((part) => ({ part, found: cronNumbers(part, field) }));
    values.set(
      field,
      parts.flatMap(({ found = [] }) => found),
    );
    return parts
      .filter(({ found }) => found === undefined)
      .map(({ part }) => `${field.name} ${JSON.stringify(part)} is not within ${field.least}-${field.most}`);
  });
  return problems.length === 0 && neverComes(values, now) ? ['never comes: no such day is to come'] : problems;
}
