import type { Command } from 'commander';
import { resolve } from 'node:path';
import { omitUndefined } from '../../../cloud/omit-undefined.js';
import type { Archived, ArchiveReport } from '../../../audit/index.js';
import type { RemovedReportRows } from '../../../store/index.js';
import type { Answer } from '../answer.js';
import { exitCodes } from '../exit-codes.js';
import { neededReason, timeFlag } from '../flags.js';
import type { Session } from '../session.js';

interface ArchiveFlags {
  readonly before: Date;
  readonly output: string;
  readonly reportRows?: boolean;
  readonly reason?: string;
  readonly requestedBy?: string;
}

const madeOf = ({ path, entries, chains, resumed }: Archived): string =>
  `${entries} rows of ${chains} operations, into ${path}${resumed ? ' (the file of a run that was interrupted)' : ''}`;

function archiveNotes({ archived, unused }: ArchiveReport, removed: RemovedReportRows | undefined): string[] {
  const last = archived.at(-1);
  return [
    ...(last
      ? [
          `anchor ${last.anchor.count}:${last.anchor.head}: keep it, and the files, where the database cannot reach`,
          'check both with: npx flowlog audit verify --archive <files> --anchor <it>',
        ]
      : ['nothing to archive: no operation that ended before that time is left, but for those whose memory is needed']),
    ...unused.map((path) => `not used: ${path}; nothing in this ledger refers to it`),
    ...(removed ? [`${removed.rows} rows of the reports of ${removed.bulks} bulks were removed`] : []),
  ];
}

async function archiveOperations(flags: ArchiveFlags, session: Session): Promise<Answer> {
  const { before, reportRows = false, reason, requestedBy = session.surroundings.userName } = flags;
  const folder = resolve(flags.output);
  const asked = { before, folder, by: requestedBy, ...omitUndefined({ reason: reason || undefined }) };
  const { place, report, removed } = await session.withLedger(async (ledger) => ({
    place: ledger.place,
    report: await ledger.archive(asked),
    removed: reportRows ? await ledger.removeReportRows(before) : undefined,
  }));
  return {
    document: { ledger: place, ...report, ...omitUndefined({ reportRows: removed }) },
    text: report.archived.map((one) => [{ text: 'archived:', tone: 'good' }, madeOf(one)]),
    notes: archiveNotes(report, removed),
  };
}

interface AdoptFlags {
  readonly reason?: string;
  readonly requestedBy?: string;
}

async function adoptEmpty({ requestedBy, ...flags }: AdoptFlags, session: Session): Promise<Answer> {
  const reason = neededReason(flags.reason);
  const by = requestedBy ?? session.surroundings.userName;
  const { place, before } = await session.withLedger(async (ledger) => ({
    place: ledger.place,
    before: await ledger.adoptEmpty({ reason, by }),
  }));
  const isNeedless = before !== undefined && before.how !== 'lost';
  return {
    document: { ledger: place, adopted: !isNeedless, before: before ?? null },
    text: isNeedless
      ? [
          [
            { text: 'not lost:', tone: 'bad' },
            `${place} is known as ${before.how} since ${before.since}; nothing was done`,
          ],
        ]
      : [[{ text: 'adopted:', tone: 'good' }, `the empty ledger on ${place}`]],
    notes: isNeedless
      ? []
      : [
          ...(before?.why ? [`it was taken for lost: ${before.why}`] : []),
          'no flow log is created for one grace (FLOWLOG_GRACE_MS) from now on; then operations that wait go on',
        ],
    exitCode: isNeedless ? exitCodes.refused : exitCodes.done,
  };
}

/** `ledger`: what is done to the ledger as a whole. */
export function addLedgerGroup(program: Command, session: Session): void {
  const ledger = program
    .command('ledger')
    .description('the ledger as a whole: take old rows out of the database, or begin anew');
  ledger
    .command('adopt-empty')
    .description('go on with an empty ledger in the place of one that is lost; no flow log is created for one grace')
    .option('--reason <text>', 'why; kept in the ledger')
    .option('--requested-by <name>', 'who says so; default: your login name')
    .action(async (flags: AdoptFlags) => session.answer(await adoptEmpty(flags, session)));
  ledger
    .command('archive')
    .description(
      'move operations that ended before a time into compressed files, verified before their rows are removed; done again after an interruption it loses nothing',
    )
    .requiredOption(
      '--before <time>',
      'ended before: 2026-01-31, 2026-01-31T08:00:00Z, or 24h ago',
      timeFlag('--before'),
    )
    .option('-o, --output <folder>', 'folder of the files', '.')
    .option(
      '--report-rows',
      'also remove the rows of the reports of bulks that ended before then; no file is made of them',
    )
    .option('--reason <text>', 'why; kept in the ledger')
    .option('--requested-by <name>', 'who archives; default: your login name')
    .action(async (flags: ArchiveFlags) => session.answer(await archiveOperations(flags, session)));
}
