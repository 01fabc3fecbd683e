import { Option, type Command } from 'commander';
import { omitUndefined } from '../../../cloud/omit-undefined.js';
import { operations, type Operation } from '../../../workflows/contract/operation.js';
import { InvalidInputError } from '../../errors.js';
import { ManifestError } from '../../manifest/manifest.js';
import { type Overlap, type ScheduleChange, type ScheduleRequest, scheduleProblems } from '../../schedules/request.js';
import type { Answer } from '../answer.js';
import { addRunFlags, bulkOptionsOf } from '../bulk/flags.js';
import { type ManifestFlags, askedByManifest } from '../bulk/from-manifest.js';
import { endedAnswer } from '../bulk/start.js';
import { addFlags, inputFromFlags, optionFlags, timeFlag } from '../flags.js';
import { describeAnswer, listAnswer, summaryAnswer } from '../schedule/answers.js';
import {
  type TimingFlags,
  addTimingFlags,
  inWordsOfFlags,
  overlapOption,
  timingFromFlags,
  toldAsFlags,
} from '../schedule/flags.js';
import { addLimit, limited } from '../limit.js';
import { addOutputFlags, oneFormats } from '../output.js';
import { addUnlistedRegion } from '../region-check.js';
import type { Session } from '../session.js';
import { sortedNaturally } from '../words.js';

type CreateFlags = TimingFlags &
  ManifestFlags & {
    readonly operation: Operation;
    readonly file: string;
    readonly paused?: string;
    readonly replace?: boolean;
  };

async function create(name: string, flags: CreateFlags, session: Session): Promise<Answer> {
  const { operation, file, paused, replace = false } = flags;
  const times = { name, ...timingFromFlags(flags), ...omitUndefined({ paused }) };
  const asked = await readBoth(
    () => askedByManifest(operation, file, flags, session),
    () => {
      // Problems of the flags only: reading the manifest checks the targets.
      const { requestedBy = session.surroundings.userName, reason } = flags;
      const who = { requestedBy, ...omitUndefined({ reason }) };
      return scheduleProblems({ ...times, operation, ...who, options: bulkOptionsOf(flags) }, true);
    },
  );
  const request: ScheduleRequest = { ...asked.bulk, ...times };
  const { flowLogs } = await session.service();
  const schedule = await toldAsFlags(() => flowLogs.schedules.create(request, { replace }));
  return summaryAnswer(schedule, 'created');
}

/** Everything that is wrong with the manifest and with the flags beside it, at once. */
async function readBoth<Asked>(
  read: () => Promise<Asked>,
  check: () => ReturnType<typeof scheduleProblems>,
): Promise<Asked> {
  const problems = inWordsOfFlags(check());
  const wrong = problems.length > 0 ? [new InvalidInputError(problems)] : [];
  const asked = await read().catch((error: unknown) => {
    if (error instanceof ManifestError && wrong.length > 0) throw new AggregateError([error, ...wrong]);
    throw error;
  });
  if (wrong[0]) throw wrong[0];
  return asked;
}

type UpdateFlags = TimingFlags & ManifestFlags & { readonly file?: string };

async function update(name: string, flags: UpdateFlags, session: Session): Promise<Answer> {
  const { file, requestedBy, reason } = flags;
  const { flowLogs } = await session.service();
  const options = { ...(inputFromFlags(optionFlags, flags)['options'] as object), ...bulkOptionsOf(flags) };
  const targets = file === undefined ? {} : await fromManifest(name, file, flags, session);
  const change: ScheduleChange = {
    ...targets,
    ...timingFromFlags(flags),
    ...omitUndefined({
      requestedBy,
      reason,
      options: Object.keys(options).length > 0 ? { ...targets.options, ...options } : undefined,
    }),
  };
  return summaryAnswer(await toldAsFlags(() => flowLogs.schedules.update(name, change)), 'changed');
}

/** Targets and options of a manifest, read for the operation that the schedule has. */
async function fromManifest(name: string, file: string, flags: UpdateFlags, session: Session): Promise<ScheduleChange> {
  const { flowLogs } = await session.service();
  const { operation = 'enable' } = await flowLogs.schedules.describe(name);
  const { bulk } = await askedByManifest(operation, file, flags, session);
  const { items = [], selectors = [], options } = bulk;
  return { items, selectors, ...omitUndefined({ options }) };
}

interface NoteFlags {
  readonly note?: string;
  readonly requestedBy?: string;
}

const scheduleWords = {
  pause: { done: 'paused', says: 'fire no more until it is resumed; what runs goes on' },
  resume: { done: 'resumed', says: 'fire again; what was missed is not made up for' },
} as const;

async function tellSchedule(
  verb: keyof typeof scheduleWords,
  name: string,
  flags: NoteFlags,
  session: Session,
): Promise<Answer> {
  const { requestedBy = session.surroundings.userName, note } = flags;
  const { flowLogs } = await session.service();
  await toldAsFlags(() => flowLogs.schedules[verb](name, { requestedBy, ...omitUndefined({ note }) }));
  return { document: { schedule: name, told: verb }, text: [[name, { text: scheduleWords[verb].done, tone: 'good' }]] };
}

async function trigger(name: string, { wait }: { readonly wait?: boolean }, session: Session): Promise<Answer> {
  const { flowLogs } = await session.service();
  const bulk = await flowLogs.schedules.trigger(name);
  if (!bulk)
    return {
      document: { schedule: name, waits: true },
      text: [[name, { text: 'triggered', tone: 'good' }, 'its bulk waits for the one that runs']],
    };
  if (wait) return endedAnswer(bulk, session);
  const { workflowId, runId } = bulk;
  return {
    document: { schedule: name, bulk: workflowId, run: runId },
    text: [[workflowId, { text: 'started', tone: 'good' }]],
    notes: [`how it goes: npx flowlog bulk status ${workflowId}`],
  };
}

interface BackfillFlags {
  readonly from: Date;
  readonly to: Date;
  readonly overlap?: Overlap;
}

async function backfill(name: string, span: BackfillFlags, session: Session): Promise<Answer> {
  const { flowLogs } = await session.service();
  const times = await toldAsFlags(() => flowLogs.schedules.backfill(name, span));
  return {
    document: { schedule: name, times },
    text: [
      [
        name,
        { text: 'fires', tone: 'good' },
        times.length === 1 ? `once: ${times[0]}` : `${times.length} times: ${times[0]} … ${times.at(-1)}`,
      ],
    ],
    notes: [`how they go: npx flowlog schedule describe ${name}`],
  };
}

async function removeSchedule(name: string, session: Session): Promise<Answer> {
  const { flowLogs } = await session.service();
  const running = await flowLogs.schedules.delete(name);
  return {
    document: { schedule: name, deleted: true, running },
    text: [[name, { text: 'deleted', tone: 'good' }]],
    notes: running.map((bulk) => `goes on: ${bulk}; stop it: npx flowlog bulk cancel ${bulk}`),
  };
}

const asker = (command: Command): Command =>
  command
    .option('--requested-by <who>', 'who asks, for the record (default: your login name)')
    .option('--reason <text>', 'why, for the record');

function addMaking(group: Command, session: Session): void {
  const createCommand = group
    .command('create <name>')
    .description(
      'run an operation again and again on what a manifest lists and selects, selectors resolved at each firing',
    )
    .requiredOption('-f, --file <manifest>', 'flow logs and selectors (YAML, JSON or CSV)')
    .addOption(new Option('--operation <name>', 'what each firing does').choices(operations).default('enable'));
  addFlags(addRunFlags(asker(addTimingFlags(createCommand))), optionFlags);
  addUnlistedRegion(createCommand)
    .option('--paused <note>', 'begin paused, with this note')
    .option('--replace', 'put it in the place of a schedule of this name, which is refused otherwise')
    .action(async (name: string, flags: CreateFlags) => session.answer(await create(name, flags, session)));
  const updateCommand = group
    .command('update <name>')
    .description('change what is given and keep the rest; a manifest takes the place of all its targets')
    .option('-f, --file <manifest>', 'other flow logs and selectors');
  addFlags(addRunFlags(addTimingFlags(updateCommand)), optionFlags);
  addUnlistedRegion(updateCommand)
    .option('--requested-by <who>', 'who asks from now on')
    .option('--reason <text>', 'why from now on')
    .action(async (name: string, flags: UpdateFlags) => session.answer(await update(name, flags, session)));
}

/** `schedule create|update|list|describe|pause|resume|trigger|backfill|delete`. */
export function addScheduleGroup(program: Command, session: Session): void {
  const group = program.command('schedule').description('bulks again and again: standing orders');
  addMaking(group, session);
  addOutputFlags(addLimit(group.command('list').description('all of them, by name'))).action(
    async ({ limit }: { limit?: number }) => {
      const { schedules } = (await session.service()).flowLogs;
      const all = sortedNaturally(await schedules.list(), ({ name }) => name);
      session.answer(listAnswer(all, limited(all, limit)));
    },
  );
  const describeCommand = group
    .command('describe <name>')
    .description('what it does, when it fires next, and how its last bulks went');
  addOutputFlags(describeCommand, oneFormats).action(async (name: string) =>
    session.answer(describeAnswer(await (await session.service()).flowLogs.schedules.describe(name))),
  );
  for (const verb of Object.keys(scheduleWords) as (keyof typeof scheduleWords)[])
    group
      .command(`${verb} <name>`)
      .description(scheduleWords[verb].says)
      .option('--note <text>', 'why, for whoever looks at it next')
      .option('--requested-by <who>', 'who says so (default: your login name)')
      .action(async (name: string, flags: NoteFlags) => session.answer(await tellSchedule(verb, name, flags, session)));
  const triggerCommand = group
    .command('trigger <name>')
    .description('fire now, by its rule for overlaps, also while it is paused')
    .option('-w, --wait', 'follow the bulk to its end');
  addOutputFlags(triggerCommand).action(async (name: string, flags: { wait?: boolean }) =>
    session.answer(await trigger(name, flags, session)),
  );
  group
    .command('backfill <name>')
    .description('fire for the past: once for each time at which it would have')
    .requiredOption('--from <time>', '2026-01-31, 2026-01-31T08:00:00Z, or 24h for so long ago', timeFlag('--from'))
    .requiredOption('--to <time>', 'the same', timeFlag('--to'))
    .addOption(overlapOption('among these firings and what runs (default buffer-all: one after the other)'))
    .action(async (name: string, flags: BackfillFlags) => session.answer(await backfill(name, flags, session)));
  group
    .command('delete <name>')
    .description('fire no more and forget it; what runs goes on')
    .action(async (name: string) => session.answer(await removeSchedule(name, session)));
}
