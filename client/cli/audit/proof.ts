import type { Command } from 'commander';
import type { Verification } from '../../../audit/index.js';
import type { Answer } from '../answer.js';
import { exitCodes } from '../exit-codes.js';
import type { Session } from '../session.js';

const anchored = ({ anchor, unanchoredChains }: Verification): string =>
  anchor
    ? `last anchor: number ${anchor.count} of ${anchor.at}; ${unanchoredChains} chains have newer rows`
    : 'there is no anchor yet: rows at the end of a chain could be missing unseen (`flowlog audit anchor` makes one)';

function verdict(place: string, found: Verification, outside: string | undefined): Answer {
  const { ok, entries, chains, broken } = found;
  const against = outside === undefined ? '' : ', and the anchor kept outside is in it';
  return {
    document: { ledger: place, ...found, ...(outside === undefined ? {} : { outside }) },
    text: ok
      ? [[{ text: 'whole:', tone: 'good' }, `${entries} rows in ${chains} chains of ${place} were verified${against}`]]
      : [[{ text: 'BROKEN:', tone: 'bad' }, broken?.what ?? 'the record is not what it was']],
    notes: ok ? [anchored(found)] : [`found on ${place} after ${entries} rows that are right`],
    exitCode: ok ? exitCodes.done : exitCodes.failed,
  };
}

/** `audit verify` and `audit anchor`: is the record what it was, and what to keep outside so that this can be told. */
export function addProofCommands(audit: Command, session: Session): void {
  audit
    .command('verify')
    .description('recompute every hash, chain and anchor: exit 0 when whole, 1 with the first broken row')
    .option('--anchor <count:head>', 'also against an anchor that was kept outside')
    .action(async ({ anchor }: { anchor?: string }) =>
      session.answer(
        await session.withLedger(async (ledger) => verdict(ledger.place, await ledger.verify(anchor), anchor)),
      ),
    );
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
