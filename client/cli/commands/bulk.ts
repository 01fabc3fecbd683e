import { Option, type Command } from 'commander';
import { csvLine } from '../../../cloud/text.js';
import { bulkIdPrefix, type BulkRow, type BulkSummary } from '../../../workflows/contract/bulk.js';
import type { BulkHandle } from '../../bulks/bulk.js';
import { BulkEndedError, NoAnswerError, OperationNotFoundError } from '../../errors.js';
import type { Answer, Cell } from '../answer.js';
import { standingText } from '../bulk/follow.js';
import { bulkPage } from '../bulk/report-html.js';
import { reportCells, reportColumns, rowCells, rowHead, tallyText } from '../bulk/report.js';
import { endedAnswer, runBulk } from '../bulk/start.js';
import { addBulkFlags, bulkOptionsOf, type BulkFlags } from '../bulk/flags.js';
import { exitCodes } from '../exit-codes.js';
import { flawCounts } from '../flaws.js';
import { countFlag } from '../flags.js';
import { writeOutput } from '../output.js';
import type { Session } from '../session.js';

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
async function telling(name: string, session: Session, does: (handle: BulkHandle) => Promise<void>): Promise<string> {
  const bulk = idOf(name);
  const { bulks } = (await session.service()).flowLogs;
  try {
    await does(bulks.getHandle(bulk));
    return bulk;
  } catch (error) {
    if (!(error instanceof OperationNotFoundError)) throw error;
    const [found] = await bulks.list({ bulk, limit: 1 }).catch(() => []);
    if (!found) throw error;
    const { report, endedAt } = found;
    throw new BulkEndedError(bulk, report ? [report.end, report.why].filter(Boolean).join(', ') : 'unknown', endedAt);
  }
}

const listRow = ({ bulk, operation, requestedBy, startedAt, tally, report }: BulkSummary): Cell[] => [
  bulk.slice(bulkIdPrefix.length),
  operation,
  requestedBy,
  startedAt.replace(/\.\d+/, ''),
  report ? { text: report.end, tone: report.end === 'completed' ? 'good' : 'bad' } : { text: 'running', tone: 'busy' },
  tallyText(tally),
];

async function list({ limit }: { limit: number }, session: Session): Promise<Answer> {
  const { flowLogs } = await session.service();
  const bulks = await flowLogs.bulks.list({ limit });
  return {
    document: { bulks },
    table: { head: ['bulk', 'operation', 'by', 'started', 'state', 'targets'], rows: bulks.map(listRow) },
    notes: [`${bulks.length} bulks${bulks.length === limit ? ' (there may be more: --limit)' : ''}`],
  };
}

async function status(name: string, { wait }: { wait?: boolean }, session: Session): Promise<Answer> {
  const found = await newest(name, session);
  const { flowLogs } = await session.service();
  const handle = flowLogs.bulks.getHandle(found.bulk, found.run);
  if (wait) return endedAnswer(handle, session);
  const standing = found.report ? undefined : await handle.progress().catch(() => undefined);
  const { bulk, operation, requestedBy, reason, startedAt, endedAt, tally, report, retryOf } = found;
  const line = (label: string, value: string | undefined): string[] => (value ? [`${label.padEnd(10)}${value}`] : []);
  return {
    document: { ...found, ...(standing ? { standing } : {}) },
    notes: [
      ...line('bulk', bulk),
      ...line('operation', operation),
      ...line('asked by', requestedBy),
      ...line('why', reason),
      ...line('retry of', retryOf),
      ...line('started', startedAt),
      ...line('ended', endedAt),
      ...line(
        'state',
        report ? `${report.end}${report.why ? `: ${report.why}` : ''}` : standing ? standingText(standing) : 'starting',
      ),
      ...line('targets', tallyText(tally)),
      ...flawCounts(report?.surplus, report?.notApplied),
      ...rowsGone(found),
    ],
  };
}

/** A report whose rows went by age is not an empty one. */
const rowsGone = ({ rowsRemovedAt }: BulkSummary): string[] =>
  rowsRemovedAt
    ? [`the rows of its report were removed at ${rowsRemovedAt} (flowlog ledger archive --report-rows)`]
    : [];

const reportFormats = ['table', 'json', 'csv', 'html'] as const;
interface ReportFlags {
  readonly format: (typeof reportFormats)[number];
  readonly output?: string;
}

async function report(name: string, { format, output }: ReportFlags, session: Session): Promise<Answer | undefined> {
  const summary = await newest(name, session);
  const { flowLogs } = await session.service();
  const rows = flowLogs.bulks.rows(summary.run);
  if (format === 'csv' || format === 'html') {
    const pieces = format === 'csv' ? csvOf(rows) : bulkPage(summary, rows, new Date());
    return writeOutput(pieces, output, session);
  }
  const all: BulkRow[] = [];
  for await (const row of rows) all.push(row);
  return {
    document: { ...summary, rows: all },
    ...(format === 'json'
      ? { text: [[JSON.stringify({ ...summary, rows: all }, null, 2)]] }
      : { table: { head: rowHead, rows: all.map(rowCells) } }),
    notes:
      format === 'json'
        ? []
        : [
            tallyText(summary.tally),
            ...rowsGone(summary),
            ...flawCounts(summary.report?.surplus, summary.report?.notApplied),
          ],
  };
}

async function* csvOf(rows: AsyncIterable<Parameters<typeof reportCells>[0]>): AsyncGenerator<string> {
  yield csvLine(reportColumns);
  for await (const row of rows) yield csvLine(reportCells(row));
}

interface Saying {
  readonly requestedBy?: string;
  readonly reason?: string;
}

const verbs = {
  pause: 'start nothing more until it is resumed; what runs goes on',
  resume: 'go on after a pause',
  approve: 'let the rest go after a good canary',
  reject: 'end it after its canary',
} as const;

async function tell(verb: keyof typeof verbs, name: string, flags: Saying, session: Session): Promise<Answer> {
  const { requestedBy = session.surroundings.userName, reason } = flags;
  const by = { requestedBy, ...(reason ? { reason } : {}) };
  const workflowId = await telling(name, session, (handle) => handle[verb](by));
  return {
    document: { bulk: workflowId, told: verb },
    text: [[workflowId, { text: `told to ${verb}`, tone: 'good' }]],
  };
}

async function cancel(name: string, { wait }: { wait?: boolean }, session: Session): Promise<Answer> {
  const workflowId = await telling(name, session, (handle) => handle.cancel());
  if (!wait)
    return {
      document: { bulk: workflowId, asked: true },
      text: [[workflowId, 'starts nothing more; what it started stops before its next change']],
    };
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
    ...(flags.bulk ? { name: flags.bulk } : {}),
    ...(why ? { reason: why } : {}),
    options: bulkOptionsOf(flags),
  };
  return runBulk(request, flags, session);
}

/** `bulk list|status|report|pause|resume|approve|reject|cancel|retry`. */
export function addBulkGroup(program: Command, session: Session): void {
  const bulk = program.command('bulk').description('runs over many targets: how they go, what became of each');
  bulk
    .command('list')
    .description('newest first; also those that Temporal has forgotten')
    .option('--limit <count>', 'at most so many', countFlag('--limit'), 20)
    .action(async (flags: { limit: number }) => session.answer(await list(flags, session)));
  bulk
    .command('status <bulk>')
    .description('where it stands, or how it ended')
    .option('-w, --wait', 'follow it to its end')
    .action(async (name: string, flags: { wait?: boolean }) => session.answer(await status(name, flags, session)));
  bulk
    .command('report <bulk>')
    .description('one row a target')
    .addOption(new Option('--format <format>', reportFormats.join(', ')).choices(reportFormats).default('table'))
    .option('-o, --output <file>', 'csv and html into this file; default: stdout')
    .action(async (name: string, flags: ReportFlags) => {
      const answer = await report(name, flags, session);
      if (answer) session.answer(answer);
    });
  for (const verb of Object.keys(verbs) as (keyof typeof verbs)[])
    bulk
      .command(`${verb} <bulk>`)
      .description(verbs[verb])
      .option('--requested-by <who>', 'who says so, for the record (default: your login name)')
      .option('--reason <text>', 'why, for the record')
      .action(async (name: string, flags: Saying) => session.answer(await tell(verb, name, flags, session)));
  bulk
    .command('cancel <bulk>')
    .description('end it: operations that it started stop before their next change')
    .option('-w, --wait', 'wait for its report')
    .action(async (name: string, flags: { wait?: boolean }) => session.answer(await cancel(name, flags, session)));
  addBulkFlags(bulk.command('retry <bulk>').description('once more, for what failed, was skipped or cancelled'))
    .option('-w, --wait', 'wait for the end')
    .option('--requested-by <who>', 'who asks, for the record (default: your login name)')
    .option('--reason <text>', 'why, for the record')
    .action(async (name: string, flags: RetryFlags) => session.answer(await retry(name, flags, session)));
}
