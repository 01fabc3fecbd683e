import { setTimeout as sleep } from 'node:timers/promises';
import { omitUndefined } from '../../../cloud/omit-undefined.js';
import type { BulkReport, BulkRow } from '../../../workflows/contract/bulk.js';
import type { BulkHandle, BulkRequest, BulkStanding, StartedBulk } from '../../bulks/bulk.js';
import type { Operation } from '../../../workflows/contract/operation.js';
import { OperationFailedError } from '../../errors.js';
import type { Answer } from '../answer.js';
import { exitCodes } from '../exit-codes.js';
import type { Session } from '../session.js';
import { throughSilence } from '../patience.js';
import { writeLine } from '../terminal.js';
import { endedOf, followBulk } from './follow.js';
import { isFlawed } from '../flaws.js';
import { emptyAnswer, type EmptyRule } from './empty.js';
import { exitCodeOfBulk } from './causes.js';
import { bulkAnswer, isUndone, tallyText } from './report.js';

/** Starts a bulk, and with `wait` follows it to its end. */
export async function runBulk(
  request: BulkRequest,
  { wait = false, allowEmpty = false }: { readonly wait?: boolean; readonly allowEmpty?: boolean },
  session: Session,
): Promise<Answer> {
  const { flowLogs } = await session.service();
  const handle = await flowLogs.bulks.start(request);
  const { operation, selectors = [] } = request;
  if (wait) return endedAnswer(handle, session, { operation, selectors, isFailure: !allowEmpty });
  const moments = await seenToStart(handle);
  const { report, standing } = moments;
  const { emptySelectors = [] } = report ?? standing ?? {};
  return emptyAnswer(startedAnswer(handle, moments), { emptySelectors }, { selectors, isFailure: !allowEmpty });
}

/** A bulk that is refused is so while it gathers its targets: where that takes no longer, it is waited for. */
const GATHERING_MS = 5_000;
const GATHERING_LOOK_MS = 200;

interface FirstMoments {
  /** Absent where the bulk has not answered. */
  readonly standing?: BulkStanding;
  /** Of a bulk that has ended already. */
  readonly report?: BulkReport;
}

/**
 * Watches a bulk for its first moments, and returns what it learned of it.
 * @throws OperationFailedError where it was refused: nothing was started
 */
async function seenToStart(handle: BulkHandle): Promise<FirstMoments> {
  const over = AbortSignal.timeout(GATHERING_MS);
  let report: BulkReport | undefined;
  const ended = handle.result().then(
    (told) => {
      report = told;
      return true;
    },
    (error: unknown) => {
      if (error instanceof OperationFailedError) throw error;
      return false;
    },
  );
  let standing: BulkStanding | undefined;
  while (!over.aborted) {
    // Before its first task it answers no query.
    const look = handle.progress().then(
      (told) => (standing = told),
      () => undefined,
    );
    const isOver = await Promise.race([ended, Promise.race([look, pauseBetweenLooks(over)]).then(() => false)]);
    if (isOver || (standing && hasWorkLeft(standing))) break;
    await pauseBetweenLooks(over);
  }
  ended.catch(() => undefined);
  return omitUndefined({ standing, report });
}

/** A bulk whose targets are known and of which something is left; one with nothing left ends in a moment. */
const hasWorkLeft = (standing: BulkStanding): boolean =>
  standing.phase !== 'preparing' && endedOf(standing) < standing.total;

const pauseBetweenLooks = (over: AbortSignal): Promise<void> =>
  sleep(GATHERING_LOOK_MS, undefined, { signal: over }).catch(() => undefined);

const followHint = (workflowId: string): string[] => [
  `how it goes: npx flowlog bulk status ${workflowId}`,
  `stop it: npx flowlog bulk cancel ${workflowId}`,
];

function startedAnswer({ workflowId, runId, joined }: StartedBulk, { standing, report }: FirstMoments): Answer {
  const document = { bulk: workflowId, run: runId, joined };
  const text: Answer['text'] = [[workflowId, { text: joined ? 'joined' : 'started', tone: 'good' }]];
  if (report) {
    const notes = [
      `it has ended already: ${report.end}; ${tallyText(report.tally)}`,
      `every row: npx flowlog bulk report ${workflowId}`,
    ];
    return { document: { ...document, report }, text, notes, exitCode: exitCodeOfBulk(report) };
  }
  return {
    document: { ...document, ...omitUndefined({ standing }) },
    text,
    notes: [
      ...(standing ? [] : ['no worker has taken it yet']),
      ...(standing?.phase === 'preparing' ? ['its targets are still being gathered: it may yet be refused'] : []),
      ...followHint(workflowId),
    ],
  };
}

/** Follows a bulk until it ends and answers with its end, also where another caller started it. */
export async function endedAnswer(
  handle: BulkHandle,
  session: Session,
  { operation, ...empty }: EmptyRule & { readonly operation?: Operation } = {},
): Promise<Answer> {
  const report = await followBulk(handle, session, operation);
  const { workflowId } = handle;
  if (!report)
    return {
      document: { bulk: workflowId, run: handle.runId },
      notes: [`interrupted; ${workflowId} goes on without this command`, ...followHint(workflowId)],
      exitCode: exitCodes.interrupted,
    };
  const { flowLogs } = await session.service();
  const bad: BulkRow[] = [];
  const { failed = 0, skipped = 0, cancelled = 0 } = report.tally;
  const { surplus = 0, notApplied = 0 } = report;
  if (failed + skipped + cancelled + surplus + notApplied > 0)
    await throughSilence(
      async () => {
        bad.length = 0;
        for await (const row of flowLogs.bulks.rows(report.rows.replace(/^bulk:/, '')))
          if (isUndone(row) || isFlawed(row)) bad.push(row);
      },
      {
        signal: session.signal,
        again: `bulk report ${workflowId}`,
        say: (line) => writeLine(session.screen.stderr, line),
      },
    );
  return emptyAnswer(bulkAnswer(report, bad), report, empty);
}
