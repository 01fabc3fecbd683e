import type { Command } from 'commander';
import { omitUndefined } from '../../../cloud/omit-undefined.js';
import type { Stories, Story, StoryLine } from '../../../audit/index.js';
import { centralPlace } from '../../../cloud/target.js';
import { outcomes } from '../../../workflows/contract/operation.js';
import type { Answer, Cell, Screen, Sheet, Tone } from '../answer.js';
import { exitCodes } from '../exit-codes.js';
import { regionFlag } from '../flags.js';
import { addLimit, moreThan } from '../limit.js';
import { addOutputFlags } from '../output.js';
import { addUnlistedRegion } from '../region-check.js';
import type { Session } from '../session.js';
import { counted, timeFor } from '../words.js';

/** Runs told where the command line does not say how many. */
const defaultRuns = 20;
/** Width of the column of times: an absolute one, then how much later. */
const timeWidth = 20;

/** Rows that went otherwise than they should. */
const badKinds: ReadonlySet<string> = new Set(['unknown', 'late-outcome', 'surplus']);

const recordedOutcome = (body: unknown): unknown =>
  typeof body === 'object' && body !== null && 'outcome' in body ? body.outcome : undefined;

function storyTone({ kind, body }: StoryLine): Tone | undefined {
  if (badKinds.has(kind)) return 'bad';
  if (kind !== 'closed') return undefined;
  return (outcomes as readonly unknown[]).includes(recordedOutcome(body)) ? 'good' : 'bad';
}

function storyRow(line: StoryLine, first: StoryLine, timeOf: (iso: string) => string): readonly Cell[] {
  const tone = storyTone(line);
  const laterMs = Date.parse(line.at) - Date.parse(first.at);
  const time = line === first ? timeOf(line.at) : `+${(laterMs / 1000).toFixed(2)} s`;
  return [{ text: `  ${time.padStart(timeWidth)} `, tone: 'dim' }, tone ? { text: line.says, tone } : line.says];
}

const storyText =
  (timeOf: (iso: string) => string) =>
  (story: Story): (readonly Cell[])[] => {
    const [first] = story.lines;
    const { workflowId, runId } = story.operation;
    return [
      [story.title],
      [{ text: `  ${workflowId}, run ${runId}`, tone: 'dim' }],
      ...(first ? story.lines.map((line) => storyRow(line, first, timeOf)) : []),
      [],
    ];
  };

/** Every row of every story, for files. */
const sheetOf = (stories: readonly Story[]): Sheet => ({
  head: ['workflow', 'run', 'at', 'kind', 'says'],
  rows: stories.flatMap(({ operation, lines }) =>
    lines.map(({ at, kind, says }): Cell[] => [operation.workflowId, operation.runId, { at }, kind, says]),
  ),
});

function storyAnswer(subject: string, { stories, total }: Stories, { stdout, isWhole }: Screen): Answer {
  const notes =
    total === 0
      ? [`the ledger holds nothing about ${subject}`]
      : [
          stories.length < total
            ? `the latest ${stories.length} of ${counted(total, 'run')}; ${moreThan(stories.length, total, 'run').join('')}`
            : counted(total, 'run'),
        ];
  return {
    document: { subject, total, stories },
    text: stories.flatMap(storyText((iso) => timeFor(stdout, iso))),
    // In a pipe a story is read as well; rows of it are asked for by their format.
    ...omitUndefined({ sheet: isWhole ? sheetOf(stories) : undefined }),
    notes,
    exitCode: total === 0 ? exitCodes.failed : exitCodes.done,
  };
}

/** `audit show`: everything the ledger holds about one thing, told as stories. */
export function addShowCommand(audit: Command, session: Session): void {
  const command = audit
    .command('show')
    .description('the story of an operation (workflow or run id), a flow log, a resource or an account')
    .argument('<subject>', 'e.g. a run id, fl-1a2b, vpc-1a2b, VPC/vpc-1a2b, an account by name or uid')
    .option(
      '--region <region>',
      `only operations on targets in this region; ${centralPlace}: products without regions`,
      regionFlag('--region'),
    );
  addOutputFlags(addLimit(addUnlistedRegion(command), defaultRuns)).action(
    async (subject: string, { limit, region }: { limit: number; region?: string }) => {
      const accounts = await session.surroundings.accounts();
      const uid = Object.hasOwn(accounts, subject) ? accounts[subject]?.uid : undefined;
      const stories = await session.withLedger((ledger) =>
        ledger.show(uid ?? subject, limit, ...(region === undefined ? [] : [region])),
      );
      session.answer(storyAnswer(subject, stories, session.screen));
    },
  );
}
