import { omitUndefined } from '../../../cloud/omit-undefined.js';
import { products } from '../../../cloud/products/products.js';
import type { OperationReport } from '../../../workflows/contract/operation.js';
import type { OperationRequest } from '../../operations/request.js';
import type { Answer, Cell } from '../answer.js';
import type { ItemEnd, Named } from '../batch.js';
import { exitCodeOfAll, exitCodes, type ExitCode } from '../exit-codes.js';
import { adviceOf, explain } from '../explain.js';
import { type Flawed, flawsText, isFlawed } from '../flaws.js';
import { OperationFailedError } from '../../errors.js';
import { counted } from '../words.js';

/** An operation that was asked for here, or one that was found by its name. */
export interface Asked extends Named {
  readonly request?: OperationRequest;
}

/** One item as a program reads it. */
const documentOf = ({ item, started, report, error, seconds }: ItemEnd<Asked>) => ({
  ...omitUndefined({ target: report || item.request ? (report?.target ?? item.request?.target) : undefined }),
  ...(started ? { workflowId: started.workflowId, runId: started.runId, joined: started.joined } : undefined),
  ...omitUndefined({
    isWaiting: started?.isWaiting ? true : undefined,
    report,
    error: error === undefined ? undefined : explain(error).document,
  }),
  seconds,
});

/** Tells whether it ended because somebody cancelled it. */
export const wasCancelled = ({ report }: { readonly report?: OperationReport | undefined }): boolean =>
  report?.outcome === 'cancelled';

/** End of an item that has no report: it failed, or it goes on without this command. */
const endWithout = (error: unknown, signal: AbortSignal): Cell =>
  error === signal.reason
    ? { text: 'goes on', tone: 'busy' }
    : { text: `failed: ${explain(error).brief}`, tone: 'bad' };

/** Every column of an item, for pipes and files. */
const endHead = [
  'target',
  'outcome',
  'flowLogId',
  'status',
  'code',
  'reason',
  'advice',
  'requestId',
  'workflowId',
  'seconds',
];
function endCells(
  { item, report, started, error, seconds }: ItemEnd<Asked>,
  wait: boolean,
  signal: AbortSignal,
): Cell[] {
  const {
    outcome = wait ? 'done' : started?.joined ? 'joined' : 'started',
    flowLogId = '',
    status = '',
  } = report ?? {};
  const goesOn = error !== undefined && error === signal.reason;
  const failure = error === undefined || goesOn ? undefined : explain(error);
  const details = error instanceof OperationFailedError ? error.details : undefined;
  return [
    item.name,
    goesOn ? 'goes on' : failure ? 'failed' : outcome,
    flowLogId,
    status,
    details?.code ?? failure?.brief ?? '',
    failure?.lines[0] ?? '',
    failure ? adviceOf(failure) : '',
    details?.requestId ?? report?.requestIds.at(-1) ?? '',
    started?.workflowId ?? '',
    String(seconds),
  ];
}

const endRow = ({ item, report, started, error, seconds }: ItemEnd<Asked>, signal: AbortSignal): Cell[] => {
  if (error !== undefined) return [item.name, endWithout(error, signal), '', '', `${seconds} s`];
  const { outcome = 'done', flowLogId = '', status = '', delivery } = report ?? {};
  const delivered = delivery?.state === 'failed' ? `${status}, not delivering: ${delivery.message ?? ''}` : status;
  const tone = wasCancelled({ report }) ? 'busy' : started?.joined ? 'dim' : 'good';
  return [item.name, { text: outcome, tone }, flowLogId, delivered, `${seconds} s`];
};

const startText = ({ joined, isWaiting }: NonNullable<ItemEnd['started']>): string => {
  if (isWaiting) return `${joined ? 'joined' : 'accepted'} by Temporal, no worker has taken it up yet`;
  return joined ? 'joined' : 'started';
};

const startRow = ({ item, started, error }: ItemEnd<Asked>, signal: AbortSignal): Cell[] =>
  error === undefined
    ? [item.name, started ? startText(started) : '', started?.workflowId ?? '']
    : [item.name, endWithout(error, signal), started?.workflowId ?? ''];

function stands({ status, flowLogId }: OperationReport): string {
  if (status === undefined) return 'the cloud was not looked at';
  if (status === 'absent') return 'the target has no flow log of ours';
  return `${flowLogId ? `flow log ${flowLogId}` : 'its flow log'} is ${status}`;
}

/** An adopted flow log stays another's: said where it is adopted, and not only by the refusal of its deletion. */
const adoptedText = (name: string, { flowLogId = '', target }: OperationReport): string =>
  `${name}: flow log ${flowLogId} is not ours, it was only adopted: the next delete is refused as foreign` +
  (products[target.product].spec.tags?.change === 'tag'
    ? '; make it ours: the same command with --take-over'
    : ', unless it is named by its id');

/** Describes what a cancelled operation leaves in the cloud. */
function leftBy(report: OperationReport): string {
  const { steps, rollbackProblem } = report;
  const did = steps.length > 0 ? `it had done: ${steps.map(({ step }) => step).join(', ')}` : 'it had changed nothing';
  const problem = rollbackProblem ? [`the rollback did not finish: ${rollbackProblem}`] : [];
  return ['cancelled', did, ...problem, stands(report)].join('; ');
}

/** Failures that need the same done about them. */
const remedyOf = (error: unknown): string =>
  error instanceof OperationFailedError ? `${error.kind} ${error.code}` : explain(error).lines.join('\n');

/** Each failure in full; several of one cause once, with the first three. */
function failuresText(failed: readonly ItemEnd<Asked>[]): string[] {
  const causes = new Map<string, ItemEnd<Asked>[]>();
  for (const end of failed) causes.set(remedyOf(end.error), [...(causes.get(remedyOf(end.error)) ?? []), end]);
  return [...causes.values()].flatMap((ends) => {
    const names = ends.map(({ item }) => item.name);
    const [first = '', ...next] = explain(ends[0]?.error).lines;
    if (names.length === 1) return [`${names[0]}:`, ...[first, ...next].map((line) => `  ${line}`)];
    const more = names.length - MOST_EXAMPLES;
    return [
      `${counted(names.length, 'item')} failed: ${first}`,
      `  such as ${names.slice(0, MOST_EXAMPLES).join(', ')}${more > 0 ? `, and ${more} more` : ''}`,
      ...next.map((line) => `  ${line}`),
    ];
  });
}

/** Examples of one cause. */
const MOST_EXAMPLES = 3;

/** Notes for a person beside the table: each failure in full, and where to look. */
function notesOf(wait: boolean, total: number, ends: readonly ItemEnd<Asked>[], signal: AbortSignal): string[] {
  const failed = ends.filter(({ error }) => error !== undefined && error !== signal.reason);
  const cancelled = ends.filter(wasCancelled);
  const going = ends.flatMap(({ started, report }) => (started && !report ? [started.workflowId] : []));
  return [
    ...failuresText(failed),
    ...(signal.aborted
      ? [`interrupted; ${going.length} of ${total} were started and go on without this command`]
      : [
          `${ends.length - failed.length - cancelled.length} ${wait ? 'done' : 'started'}, ${failed.length} failed` +
            (cancelled.length > 0 ? `, ${cancelled.length} cancelled` : ''),
        ]),
    ...ends.flatMap(({ item, report, error }) => flawsText(item.name, report ?? surplusOfFailure(error))),
    ...ends.flatMap(({ item, report }) => (report?.whose === 'foreign' ? [adoptedText(item.name, report)] : [])),
    ...cancelled.flatMap(({ item, report }) => (report ? [`${item.name}: ${leftBy(report)}`] : [])),
    ...((signal.aborted || !wait) && going[0]
      ? [
          `look at one with: npx flowlog operation show ${going[0]}`,
          'or at all with: npx flowlog operation list --running',
        ]
      : []),
  ];
}

/** The exit code of one end; an operation that was cancelled has not done what it was asked for. */
const exitCodeOfEnd = ({ error, report }: ItemEnd<Asked>): ExitCode => {
  if (error !== undefined) return explain(error).exitCode;
  return wasCancelled({ report }) || isFlawed(report ?? {}) ? exitCodes.failed : exitCodes.done;
};

/** A failure too tells what it saw. */
const surplusOfFailure = (error: unknown): Flawed =>
  error instanceof OperationFailedError ? { surplus: error.details.surplus } : {};

/** Options for reporting a set of ends. */
export interface Telling {
  /** Fields of the document beside the items. */
  readonly document: Readonly<Record<string, unknown>>;
  /** Word for what was asked for: the heading of the column of starts. */
  readonly verb: string;
  /** True where the command waited for the ends. */
  readonly wait: boolean;
  /** Items there were; fewer ends: it was interrupted. */
  readonly total: number;
  readonly signal: AbortSignal;
}

/** Answers with the ends of operations: a row each, each failure in full, and the exit code they agree on. */
export function endsAnswer(ends: readonly ItemEnd<Asked>[], { document, verb, wait, total, signal }: Telling): Answer {
  const failed = ends.filter(({ error }) => error !== undefined).length;
  const cancelled = ends.filter(wasCancelled).length;
  const counts = {
    succeeded: ends.length - failed - cancelled,
    failed,
    ...omitUndefined({ cancelled: cancelled > 0 ? cancelled : undefined }),
  };
  return {
    document: { ...document, items: ends.map(documentOf), ...counts },
    table: wait
      ? { head: ['target', 'outcome', 'flow log', 'status', 'time'], rows: ends.map((end) => endRow(end, signal)) }
      : { head: ['target', verb, 'workflow'], rows: ends.map((end) => startRow(end, signal)) },
    sheet: { head: endHead, rows: ends.map((end) => endCells(end, wait, signal)) },
    notes: notesOf(wait, total, ends, signal),
    exitCode: signal.aborted ? exitCodes.interrupted : exitCodeOfAll(ends.map(exitCodeOfEnd)),
  };
}
