import type { Command } from 'commander';
import type { Verification } from '../../../audit/index.js';
import type { Answer } from '../answer.js';
import { exitCodes } from '../exit-codes.js';
import { liveDisplay } from '../live.js';
import type { Session } from '../session.js';

/** Rows that are in files which were not given. */
function archivedAway({ archives = [] }: Verification): string[] {
  const unread = archives.filter(({ checked }) => !checked);
  const rows = unread.reduce((sum, { entries }) => sum + entries, 0);
  return unread.length === 0
    ? []
    : [
        `not checked: ${rows} archived rows, which are in ${unread.map(({ file }) => file).join(', ')}: give the files with --archive`,
      ];
}

/** Tells how far the verdict reaches. Without an anchor kept outside, a person who may write everything could have removed all traces. */
function anchoredExtent({ anchor, stand, unanchoredChains }: Verification): string[] {
  if (stand) {
    const { anchor: kept, entriesBefore, entriesAfter } = stand;
    const made = kept.at === undefined ? '' : ` of ${kept.at}`;
    return [
      `stands on anchor ${kept.count}:${kept.head}${made}, read from ${kept.from}`,
      `${entriesBefore} rows up to it are as they were; ${entriesAfter} rows after it could have been removed unseen at the end of a chain`,
    ];
  }
  const last = anchor
    ? `last anchor in the ledger: ${anchor.count}:${anchor.head} of ${anchor.at}; ${unanchoredChains} chains have newer rows`
    : 'there is no anchor yet (`flowlog audit anchor` makes one)';
  return [
    last,
    'not anchored outside: whole operations could have been removed together with their anchors. Give an anchor that was kept elsewhere with --anchor, or a file of them with --anchors (FLOWLOG_ANCHORS_FILE of a worker, or its log)',
  ];
}

function verdict(place: string, found: Verification): Answer {
  const { ok, entries, chains, broken, stand } = found;
  const counted = `${entries} rows in ${chains} chains of ${place} were verified`;
  const archived = archivedAway(found);
  const isProven = stand !== undefined && archived.length === 0;
  const text: Answer['text'] = !ok
    ? [[{ text: 'BROKEN:', tone: 'bad' }, broken?.what ?? 'the record is not what it was']]
    : [[{ text: 'whole:', tone: 'good' }, stand ? `${counted}, and the anchors kept outside are in it` : counted]];
  return {
    document: { ledger: place, ...found },
    text,
    notes: ok ? [...archived, ...anchoredExtent(found)] : [`found on ${place} after ${entries} rows that are right`],
    exitCode: !ok ? exitCodes.failed : isProven ? exitCodes.done : exitCodes.unanchored,
  };
}

interface VerifyFlags {
  readonly anchor?: string;
  readonly anchors?: string;
  readonly archive?: readonly string[];
}

/** Verifies, with a progress bar on a terminal: a million rows take a while. */
async function verifyShown({ anchor, anchors, archive }: VerifyFlags, session: Session): Promise<Answer> {
  const live = session.screen.stderr.isTTY ? liveDisplay(session.screen) : undefined;
  try {
    return await session.withLedger(async (ledger) => {
      const found = await ledger.verify({
        ...(anchor !== undefined && { anchor }),
        ...(anchors !== undefined && { anchorsFile: anchors }),
        ...(archive !== undefined && { archives: archive }),
        ...(live && { onProgress: (entries, total) => live.show([], entries, total) }),
      });
      return verdict(ledger.place, found);
    });
  } finally {
    live?.end();
  }
}

/** `audit verify` and `audit anchor`: is the record what it was, and what to keep outside so that this can be told. */
export function addProofCommands(audit: Command, session: Session): void {
  audit
    .command('verify')
    .description(
      'recompute every hash, chain and anchor: exit 0 when whole, 1 with the first broken row, 5 when whole as far as can be told: without an anchor from outside, or without the file of an archive',
    )
    .option('--anchor <count:head>', 'an anchor that was kept outside')
    .option('--anchors <file>', "a file of anchors: a worker's FLOWLOG_ANCHORS_FILE, or its log")
    .option('--archive <file...>', 'files of `flowlog ledger archive`: their rows are verified too')
    .action(async (flags: VerifyFlags) => session.answer(await verifyShown(flags, session)));
  audit
    .command('anchor')
    .description('anchor all there is and print the anchor, to be kept outside')
    .action(async () => {
      const anchor = await session.withLedger((ledger) => ledger.anchor());
      session.answer({
        document: anchor ?? null,
        text: anchor ? [[anchor.text]] : [],
        notes: anchor
          ? ['keep it where the database cannot reach; check with: npx flowlog audit verify --anchor <it>']
          : ['nothing was ever recorded: there is nothing to anchor'],
      });
    });
}
