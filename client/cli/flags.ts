import { Option, type Command } from 'commander';
import { regionProblem } from '../../cloud/regions.js';
import { neededReasonSchema } from '../../workflows/contract/input-schema.js';
import type { PathStep } from '../manifest/source.js';
import { UsageError } from './exit-codes.js';

/** A flag that fills one field of an operation's input. */
export interface FieldFlag {
  readonly flags: string;
  readonly path: readonly PathStep[];
  readonly says: string;
  /** Text from the command line to the field's value; default: as it is. Called with the value so far where it may repeat. */
  readonly read?: (text: string, before: unknown) => unknown;
}

const wholeNumberText = (text: string): unknown => (/^\d+$/.test(text) ? Number(text) : text);
const appended = (text: string, before: unknown): unknown => [...((before as string[] | undefined) ?? []), text];
/** Reads `key=value`, repeatable, for the flag of this name. @throws UsageError naming flag and text. */
export const tagFlag =
  (flag: string) =>
  (text: string, before: unknown): unknown => {
    const cut = text.indexOf('=');
    if (cut < 1) throw new UsageError(`${flag} ${text}: write it as key=value`);
    return { ...(before as object | undefined), [text.slice(0, cut)]: text.slice(cut + 1) };
  };

/** Reads a list: separated by commas, the flag repeatable. */
export const listFlag = (text: string, before: unknown): unknown => [
  ...((before as string[] | undefined) ?? []),
  ...text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean),
];

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
/** `90s`, `30m`, `2h` in ms; undefined where the text is no duration. */
function durationMs(text: string): number | undefined {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? [];
  const factor = unit === undefined ? undefined : unitMs[unit];
  return factor === undefined ? undefined : Math.round(Number(amount) * factor);
}

/** Reads a duration in ms, for the flag of this name. @throws UsageError naming flag and text. */
export const durationFlag =
  (flag: string) =>
  (text: string): number => {
    const ms = durationMs(text);
    if (ms === undefined) throw new UsageError(`${flag} ${text}: is no duration; write it as 90s, 30m or 2h`);
    return ms;
  };

/** Reads a whole number from 1 for the flag of this name. @throws UsageError naming flag and text. */
export const countFlag =
  (flag: string) =>
  (text: string): number => {
    if (!/^[1-9]\d{0,5}$/.test(text)) throw new UsageError(`${flag} ${text}: must be a whole number from 1`);
    return Number(text);
  };

/** A region's id, for the flag of this name. */
export const regionFlag =
  (flag: string) =>
  (text: string): string => {
    const problem = regionProblem(text);
    if (problem) throw new UsageError(`${flag} ${text}: ${problem}`);
    return text;
  };

/** A date (then its first moment in UTC), or a time with its zone. */
const timeForm = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/;

/** Reads a time, or a duration as so long ago, for the flag of this name. @throws UsageError naming flag and text. */
export const timeFlag =
  (flag: string) =>
  (text: string): Date => {
    const time = new Date(timeForm.test(text) ? text : Number.NaN);
    if (!Number.isNaN(time.getTime())) return time;
    const agoMs = durationMs(text);
    if (agoMs !== undefined) return new Date(Date.now() - agoMs);
    throw new UsageError(`${flag} ${text}: write 2026-01-31, 2026-01-31T08:00:00Z, or 24h for so long ago`);
  };

/** Flags for the spec of the flow log; the check of the request tells which product has which field. */
export const specFlags: readonly FieldFlag[] = [
  { flags: '--project <name>', path: ['spec', 'destination', 'project'], says: 'project of the Log Service' },
  { flags: '--log-store <name>', path: ['spec', 'destination', 'logStore'], says: 'log store in it' },
  {
    flags: '--destination-region <region>',
    path: ['spec', 'destination', 'region'],
    says: 'its region, where it is another one (ecr)',
  },
  { flags: '--name <text>', path: ['spec', 'name'], says: 'name of the flow log' },
  { flags: '--description <text>', path: ['spec', 'description'], says: 'description of the flow log' },
  {
    flags: '--interval <seconds>',
    path: ['spec', 'aggregationIntervalSeconds'],
    says: 'aggregation interval',
    read: wholeNumberText,
  },
  { flags: '--traffic <type>', path: ['spec', 'trafficType'], says: 'All, Allow or Drop (vpc)' },
  { flags: '--path <name>', path: ['spec', 'trafficPath'], says: 'traffic path, repeatable (vpc)', read: appended },
  { flags: '--ip-version <version>', path: ['spec', 'ipVersion'], says: 'IP version (vpc)' },
  { flags: '--log-format <format>', path: ['spec', 'logFormat'], says: 'fields of a record (cen)' },
  { flags: '--sampling <rate>', path: ['spec', 'samplingRate'], says: 'sampling rate (ecr)' },
  { flags: '--tag <key=value>', path: ['spec', 'tags'], says: 'tag set at create, repeatable', read: tagFlag('--tag') },
  { flags: '--resource-group <id>', path: ['spec', 'resourceGroupId'], says: 'resource group at create' },
];

/** Flags for the options of the operation. */
export const optionFlags: readonly FieldFlag[] = [
  {
    flags: '--adopt',
    path: ['options', 'adopt'],
    says: 'let this operation change a foreign flow log of the same destination and traffic; it stays foreign',
  },
  {
    flags: '--take-over',
    path: ['options', 'takeOver'],
    says: 'as --adopt, and put our own tags on it: from then on it is ours (vpc, cen)',
  },
  {
    flags: '--on-existing <what>',
    path: ['options', 'onExisting'],
    says: 'beside a foreign one that differs: conflict or alongside',
  },
  { flags: '--surplus <what>', path: ['options', 'surplus'], says: 'own flow logs beyond one: report or remove' },
  { flags: '--require-delivery', path: ['options', 'requireDelivery'], says: 'wait until records arrive (vpc)' },
  { flags: '--rollback', path: ['options', 'rollback'], says: 'on cancel or failure delete what was created' },
  {
    flags: '--open-service',
    path: ['options', 'openService'],
    says: 'open the flow log service where it is not (vpc)',
  },
  {
    flags: '--deadline <duration>',
    path: ['options', 'deadlineMs'],
    says: 'how long it may take: 90s, 30m, 2h',
    read: durationFlag('--deadline'),
  },
];

/** Adds flags to a command. */
export function addFlags(command: Command, flags: readonly FieldFlag[]): void {
  for (const { flags: text, says, read } of flags) {
    const option = new Option(text, says);
    if (read) option.argParser(read);
    command.addOption(option);
  }
}

/** Puts a value at a path, making what is missing above it. */
export function putAt(tree: Record<string, unknown>, path: readonly PathStep[], value: unknown): void {
  const [step, ...rest] = path;
  if (step === undefined) return;
  if (rest.length === 0) tree[step] = value;
  else putAt((tree[step] ??= {}) as Record<string, unknown>, rest, value);
}

/** The part of an operation's input that flags describe. */
export function inputFromFlags(
  flags: readonly FieldFlag[],
  values: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const input: Record<string, unknown> = {};
  for (const { flags: text, path } of flags) {
    const value = values[new Option(text).attributeName()];
    if (value !== undefined) putAt(input, path, value);
  }
  return input;
}

/** The `--reason` of a command that needs one. @throws UsageError where it is missing, blank or too long */
export function neededReason(reason: string | undefined): string {
  const { data, error } = neededReasonSchema().safeParse(reason ?? '');
  if (data !== undefined) return data;
  const problem = reason === undefined ? 'is needed' : (error.issues[0]?.message ?? 'is wrong');
  throw new UsageError(`--reason ${problem}: it stays on the record, with who gave it`);
}
