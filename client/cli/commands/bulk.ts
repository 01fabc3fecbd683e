import type { Command } from 'commander';
import { omitUndefined } from '../../../cloud/omit-undefined.js';
import {
  SHOWN_BULKS,
  bulkIdPrefix,
  bulkNameOf,
  type BulkRow,
  type BulkSignal,
  type BulkSummary,
} from '../../../workflows/contract/bulk.js';
import type { Applied } from '../../../workflows/contract/request.js';
import type { BulkHandle, BulkStanding } from '../../bulks/bulk.js';
import { BulkEndedError, NoAnswerError, OperationNotFoundError } from '../../errors.js';
import type { Answer, Cell } from '../answer.js';
import { causesText, exitCodeOfBulk } from '../bulk/causes.js';
import { standingText } from '../bulk/follow.js';
import { bulkReportPage } from '../bulk/report-html.js';
import { byTarget, reportCells, reportColumns, rowCells, rowHead, tallyText } from '../bulk/report.js';
import { endedAnswer, runBulk } from '../bulk/start.js';
import { addBulkFlags, bulkOptionsOf, toldByBulkFlags, type BulkFlags } from '../bulk/flags.js';
import { countFlag } from '../flags.js';
import { UsageError, exitCodes } from '../exit-codes.js';
import { flawCounts } from '../flaws.js';
import { addLimit, limited, moreThan } from '../limit.js';
import { addOutputFlags, oneFormats } from '../output.js';
import { throughSilence } from '../patience.js';
import type { Session } from '../session.js';
import { writeLine } from '../terminal.js';
import { type CurrentAnswer, addWatchFlag, watched } from '../watch.js';
import { counted, timeFor } from '../words.js';

/** A bulk's id as people may shorten it. */
const idOf = (name: string): string => (name.startsWith(bulkIdPrefix) ? name : `${bulkIdPrefix}${name}`);

/** The newest of this name, as the database keeps it. Temporal knows of one that was started a moment ago, or refused before it was kept. */
async function newest(name: string, session: Session): Promise<BulkSummary> {
  const bulk = idOf(name);
  const { bulks } = (await session.service()).flowLogs;
  const [found] = await bulks.list({ bulk, limit: 1 });
  if (found) return found;
  await bulks.getHandle(bulk).ensureUnderWay();
  throw new NoAnswerError(0, `${bulk} was started a moment ago, and no worker has begun with it`);
}

/** Tells a bulk something. Of one that Temporal has forgotten the database knows how it ended. */
async function bulkTelling(
  name: string,
  session: Session,
  does: (handle: BulkHandle) => Promise<Applied>,
): Promise<Applied & { readonly bulk: string }> {
  const bulk = idOf(name);
  const { bulks } = (await session.service()).flowLogs;
  try {
    return { ...(await does(bulks.getHandle(bulk))), bulk };
  } catch (error) {
    if (!(error instanceof OperationNotFoundError)) throw error;
    const [found] = await bulks.list({ bulk, limit: 1 }).catch(() => []);
    if (!found) throw error;
    const { report, endedAt } = found;
    throw new BulkEndedError(bulk, report ? [report.end, report.why].filter(Boolean).join(', ') : 'unknown', endedAt);
  }
}

const listRow = ({ bulk, operation, requestedBy, startedAt, tally, report }: BulkSummary): Cell[] => [
  bulkNameOf(bulk),
  operation,
  requestedBy,
  { at: startedAt },
  report ? { text: report.end, tone: report.end === 'completed' ? 'good' : 'bad' } : { text: 'running', tone: 'busy' },
  tallyText(tally),
];

async function listBulks({ limit }: { limit: number }, session: Session): Promise<Answer> {
  const { flowLogs } = await session.service();
  const { bulks, total } = await flowLogs.bulks.newest(limit);
  return {
    document: { bulks, ...omitUndefined({ total }) },
    table: { head: ['bulk', 'operation', 'by', 'started', 'state', 'targets'], rows: bulks.map(listRow) },
    notes: [
      counted(bulks.length, 'bulk'),
      ...(total === undefined && bulks.length === limit
        ? ['there may be more: --limit']
        : moreThan(bulks.length, total ?? bulks.length, 'bulk')),
    ],
  };
}

interface StatusFlags {
  readonly wait?: boolean;
  readonly watch?: boolean;
}

async function status(name: string, { wait, watch }: StatusFlags, session: Session): Promise<Answer> {
  if (wait && watch)
    throw new UsageError('--wait follows it to its end and shows that; --watch shows its state: give one');
  if (watch) return watched(() => bulkStatusNow(name, session), session);
  if (!wait) return (await bulkStatusNow(name, session)).answer;
  const { flowLogs } = await session.service();
  const found = await throughSilence(() => newest(name, session), {
    signal: session.signal,
    again: `bulk status ${name} --wait`,
    say: (line) => writeLine(session.screen.stderr, line),
  });
  return endedAnswer(flowLogs.bulks.getHandle(found.bulk, found.run), session, { operation: found.operation });
}

/** Tells its state, or its end; the end has the exit code that waiting for it would have had. */
async function bulkStatusNow(name: string, session: Session): Promise<CurrentAnswer> {
  const found = await newest(name, session);
  const { flowLogs } = await session.service();
  const handle = flowLogs.bulks.getHandle(found.bulk, found.run);
  const standing = found.report ? undefined : await handle.progress().catch(() => undefined);
  const answer = bulkStatusAnswer(found, standing, session);
  return {
    answer,
    isOver: found.report !== undefined,
    line: standing
      ? standingText(standing, found.operation)
      : `${found.report?.end ?? 'starting'}, ${tallyText(found.tally)}`,
  };
}

function bulkStatusAnswer(found: BulkSummary, standing: BulkStanding | undefined, session: Session): Answer {
  const { bulk, operation, requestedBy, reason, startedAt, endedAt, tally, report, retryOf } = found;
  const time = (iso: string | undefined) => iso && timeFor(session.screen.stdout, iso);
  const line = (label: string, value: string | undefined): string[] => (value ? [`${label.padEnd(10)}${value}`] : []);
  return {
    document: { ...found, ...omitUndefined({ standing }) },
    notes: [
      ...line('bulk', bulk),
      ...line('operation', operation),
      ...line('asked by', requestedBy),
      ...line('why', reason),
      ...line('retry of', retryOf),
      ...line('started', time(startedAt)),
      ...line('ended', time(endedAt)),
      ...line(
        'state',
        report
          ? `${report.end}${report.why ? `: ${report.why}` : ''}`
          : standing
            ? standingText(standing, operation)
            : 'starting',
      ),
      ...line('targets', tallyText(tally)),
      ...causesText(report ?? {}),
      ...flawCounts(report?.surplus, report?.notApplied),
      ...rowsGone(found),
    ],
    ...omitUndefined({ exitCode: report ? exitCodeOfBulk(report) : undefined }),
  };
}

/** A report whose rows went by age is not an empty one. */
const rowsGone = ({ rowsRemovedAt }: BulkSummary): string[] =>
  rowsRemovedAt
    ? [`the rows of its report were removed at ${rowsRemovedAt} (flowlog ledger archive --report-rows)`]
    : [];

async function report(name: string, { limit }: { readonly limit?: number }, session: Session): Promise<Answer> {
  const summary = await newest(name, session);
  const { flowLogs } = await session.service();
  const all: BulkRow[] = [];
  for await (const row of flowLogs.bulks.rows(summary.run)) all.push(row);
  const rows = limited(byTarget(all), limit);
  const { report: end } = summary;
  return {
    document: { ...summary, rows: limit === undefined ? all : rows },
    table: { head: rowHead, rows: rows.map(rowCells) },
    sheet: { head: reportColumns, rows: rows.map(reportCells) },
    page: bulkReportPage(summary, rows, new Date()),
    notes: [
      tallyText(summary.tally),
      ...moreThan(rows.length, all.length, 'row'),
      ...rowsGone(summary),
      ...causesText(end ?? {}),
      ...flawCounts(end?.surplus, end?.notApplied),
    ],
    ...omitUndefined({ exitCode: end ? exitCodeOfBulk(end) : undefined }),
  };
}

interface Saying {
  readonly requestedBy?: string;
  readonly reason?: string;
}

const bulkVerbs = {
  pause: 'start nothing more until it is resumed; what runs goes on',
  resume: 'go on after a pause',
  approve: 'let the rest go after a good canary',
  reject: 'end it after its canary',
} as const;

async function tellBulk(verb: keyof typeof bulkVerbs, name: string, flags: Saying, session: Session): Promise<Answer> {
  return controlAnswer(verb, await bulkTelling(name, session, (handle) => handle[verb](saidBy(flags, session))));
}

const saidBy = ({ requestedBy, reason }: Saying, { surroundings }: Session): BulkSignal => ({
  requestedBy: requestedBy ?? surroundings.userName,
  ...omitUndefined({ reason: reason || undefined }),
});

/** Tells what a bulk has answered: an update that changes nothing is no failure. */
const controlAnswer = (verb: string, { bulk, applied, why }: Applied & { readonly bulk: string }): Answer => ({
  document: { bulk, told: verb, applied, ...omitUndefined({ why: why || undefined }) },
  text: [[bulk, applied ? { text: `told to ${verb}`, tone: 'good' } : { text: `not changed: ${why}`, tone: 'busy' }]],
});

type ChangeFlags = Saying & Pick<BulkFlags, 'window' | 'failureBudget'>;

async function changeBulk(name: string, flags: ChangeFlags, session: Session): Promise<Answer> {
  const { window, failureBudget } = bulkOptionsOf(flags);
  if (window === undefined && failureBudget === undefined)
    throw new UsageError('it changes nothing: give --window or --failure-budget');
  const limits = omitUndefined({ window, failureBudget });
  const answer = await bulkTelling(name, session, (handle) => handle.change({ ...saidBy(flags, session), ...limits }));
  return controlAnswer('change', answer);
}

type BulkCancelFlags = Saying & { readonly wait?: boolean };

async function cancelBulk(name: string, { wait, ...flags }: BulkCancelFlags, session: Session): Promise<Answer> {
  const told = await bulkTelling(name, session, (handle) => handle.cancel(saidBy(flags, session)));
  const { bulk: workflowId, applied } = told;
  const document = { ...told, asked: true };
  if (!wait && !applied) return { ...controlAnswer('cancel', told), document };
  if (!wait)
    return { document, text: [[workflowId, 'starts nothing more; what it started stops before its next change']] };
  const { flowLogs } = await session.service();
  const answer = await endedAnswer(flowLogs.bulks.getHandle(workflowId), session);
  return session.signal.aborted ? answer : { ...answer, exitCode: exitCodes.done };
}

type RetryFlags = BulkFlags & Saying & { readonly wait?: boolean };

async function retry(name: string, flags: RetryFlags, session: Session): Promise<Answer> {
  const { bulk, operation, reason } = await newest(name, session);
  const why = flags.reason ?? reason;
  const request = {
    operation,
    retryOf: bulk,
    requestedBy: flags.requestedBy ?? session.surroundings.userName,
    ...omitUndefined({ name: flags.bulk || undefined, reason: why || undefined }),
    options: bulkOptionsOf(flags),
  };
  return toldByBulkFlags(flags, () => runBulk(request, flags, session));
}

const addSayingFlags = (command: Command): Command =>
  command
    .option('--requested-by <who>', 'who says so, for the record (default: your login name)')
    .option('--reason <text>', 'why, for the record');

/** `bulk list|status|report|pause|resume|approve|reject|change|cancel|retry`. */
export function addBulkGroup(program: Command, session: Session): void {
  const bulk = program.command('bulk').description('runs over many targets: how they go, what became of each');
  const listCommand = bulk.command('list').description('newest first; also those that Temporal has forgotten');
  addOutputFlags(addLimit(listCommand, SHOWN_BULKS)).action(async (flags: { limit: number }) =>
    session.answer(await listBulks(flags, session)),
  );
  const statusCommand = bulk
    .command('status <bulk>')
    .description('where it stands, or how it ended; then it exits as the end of the bulk did')
    .option('-w, --wait', 'follow it to its end, and show that');
  addOutputFlags(addWatchFlag(statusCommand), oneFormats).action(async (name: string, flags: StatusFlags) =>
    session.answer(await status(name, flags, session)),
  );
  addOutputFlags(addLimit(bulk.command('report <bulk>').description('one row a target'))).action(
    async (name: string, flags: { limit?: number }) => session.answer(await report(name, flags, session)),
  );
  for (const verb of Object.keys(bulkVerbs) as (keyof typeof bulkVerbs)[])
    addSayingFlags(bulk.command(`${verb} <bulk>`).description(bulkVerbs[verb])).action(
      async (name: string, flags: Saying) => session.answer(await tellBulk(verb, name, flags, session)),
    );
  addSayingFlags(bulk.command('change <bulk>').description('change how many run at once, and the failure budget'))
    .option('--window <count>', 'operations at once', countFlag('--window'))
    .option('--failure-budget <n|n%>', 'failures after which nothing new starts')
    .action(async (name: string, flags: ChangeFlags) => session.answer(await changeBulk(name, flags, session)));
  const cancelCommand = bulk
    .command('cancel <bulk>')
    .description('end it: operations that it started stop before their next change')
    .option('-w, --wait', 'wait for its report');
  addOutputFlags(addSayingFlags(cancelCommand)).action(async (name: string, flags: BulkCancelFlags) =>
    session.answer(await cancelBulk(name, flags, session)),
  );
  addOutputFlags(
    addBulkFlags(bulk.command('retry <bulk>').description('once more, for what failed, was skipped or cancelled')),
  )
    .option('-w, --wait', 'wait for the end')
    .option('--requested-by <who>', 'who asks, for the record (default: your login name)')
    .option('--reason <text>', 'why, for the record')
    .action(async (name: string, flags: RetryFlags) => session.answer(await retry(name, flags, session)));
}
