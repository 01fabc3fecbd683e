import { Option, type Command } from 'commander';
import { InvalidInputError, type InputProblem } from '../../errors.js';
import { type Overlap, type ScheduleChange, overlaps } from '../../schedules/request.js';
import { durationFlag } from '../flags.js';

/** Flags that say when a schedule fires, and what becomes of a firing that comes too early or too late. */
export interface TimingFlags {
  readonly cron?: readonly string[];
  readonly every?: number;
  readonly timeZone?: string;
  readonly jitter?: number;
  readonly overlap?: Overlap;
  readonly catchUp?: number;
}

const overlapWords = Object.keys(overlaps);

/** A rule for overlaps, where another one than the schedule's counts. */
export const overlapOption = (says: string): Option => new Option('--overlap <rule>', says).choices(overlapWords);

/** Adds them to a command. */
export function addTimingFlags(command: Command): Command {
  return command
    .option(
      '--cron <expression>',
      'when, 5 to 7 fields as in "0 3 * * *"; repeatable',
      (text, before: string[] = []) => [...before, text],
    )
    .option('--every <duration>', 'in the place of --cron: 90s, 30m, 24h', durationFlag('--every'))
    .option('--time-zone <name>', 'of --cron, such as Asia/Shanghai (default UTC)')
    .option('--jitter <duration>', 'each firing comes up to so much later', durationFlag('--jitter'))
    .addOption(overlapOption('a firing while the bulk of an earlier one runs (default skip)'))
    .option(
      '--catch-up <duration>',
      'a firing that Temporal missed is made up for within this time (default 10m)',
      durationFlag('--catch-up'),
    );
}

/** Reads a schedule's times and policies from the flags; an absent flag sets no field. */
export function timingFromFlags({ cron, every, timeZone, jitter, overlap, catchUp }: TimingFlags): ScheduleChange {
  const all = { cron, everyMs: every, timeZone, jitterMs: jitter, overlap, catchUpWindowMs: catchUp };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** Flags by the field that they fill. */
const flagOf: readonly (readonly [field: RegExp, flag: string])[] = [
  [/^name$/, 'the name'],
  [/^cron/, '--cron'],
  [/^everyMs$/, '--every'],
  [/^timeZone$/, '--time-zone'],
  [/^jitterMs$/, '--jitter'],
  [/^catchUpWindowMs$/, '--catch-up'],
  [/^overlap$/, '--overlap'],
  [/^paused$/, '--paused'],
  [/^note$/, '--note'],
  [/^from$/, '--from'],
  [/^to$/, '--to'],
  [/^requestedBy$/, '--requested-by'],
  [/^reason$/, '--reason'],
  [/^options\.failureBudget$/, '--failure-budget'],
  [/^options\.expect$/, '--expect'],
];

/** Problems in the words of the command line. */
export const inWordsOfFlags = (problems: readonly InputProblem[]): InputProblem[] =>
  problems.map(({ path, message }) => ({
    path: flagOf.find(([field]) => field.test(path))?.[1] ?? path,
    message: message.replace(', in ms:', ':').replace(' (everyMs)', ' (--every)'),
  }));

/** Runs `ask`; what is wrong with its input is told in the words of the command line. */
export async function toldAsFlags<Result>(ask: () => Promise<Result>): Promise<Result> {
  try {
    return await ask();
  } catch (error) {
    throw error instanceof InvalidInputError ? new InvalidInputError(inWordsOfFlags(error.problems)) : error;
  }
}
