import type { Command } from 'commander';
import { operations, type Operation, type OperationOptions } from '../../../workflows/contract.js';
import { effectiveItems } from '../../manifest/effective.js';
import { readManifest } from '../../manifest/manifest.js';
import type { OperationRequest } from '../../request.js';
import type { Answer, Cell } from '../answer.js';
import { runBatch, type Item, type ItemEnd } from '../batch.js';
import { explain } from '../explain.js';
import { exitCodeOfAll, exitCodes, UsageError } from '../exit-codes.js';
import { addFlags, inputFromFlags, optionFlags, specFlags } from '../flags.js';
import { liveDisplay } from '../live.js';
import type { TargetFlags } from '../resource-id.js';
import type { Session } from '../session.js';
import { addTargetFlags, checkedInput, namedTarget, nameOf } from './targets.js';

/** Operations at once; a bulk of its own will do more. */
const maximumAtOnce = 20;

const says: Readonly<Record<Operation, string>> = {
  enable: 'create, adopt or activate flow logs, whatever is missing, until they are Active',
  disable: 'make flow logs Inactive; they stay',
  modify: 'change what the cloud lets change of a flow log',
  delete: 'remove flow logs of ours',
};

type Flags = Readonly<Record<string, unknown>> &
  TargetFlags & {
    readonly file?: string;
    readonly wait?: boolean;
    readonly requestedBy?: string;
    readonly reason?: string;
  };

/** Who asks and why, as flags say it. */
const asking = (flags: Flags, userName: string) => ({
  requestedBy: flags.requestedBy ?? userName,
  ...(flags.reason ? { reason: flags.reason } : {}),
});

interface Batch {
  readonly items: readonly Item[];
  readonly window: number;
}

async function fromManifest(operation: Operation, file: string, flags: Flags, session: Session): Promise<Batch> {
  if (Object.keys(inputFromFlags(specFlags, flags)).length > 0)
    throw new UsageError('with -f the wishes are in the manifest; only options such as --adopt can be added here');
  const { surroundings } = session;
  const text = await surroundings.readFile(file).catch((error: unknown) => {
    throw new UsageError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  });
  const located = readManifest(file, text);
  const { options = {} } = inputFromFlags(optionFlags, flags) as { options?: OperationOptions };
  const accounts = await surroundings.accounts();
  const effective = effectiveItems(located, operation, { accounts, options, ...asking(flags, surroundings.userName) });
  return {
    items: effective.map(({ request, input }) => ({ name: nameOf(input), request })),
    window: Math.min(located.manifest.options?.window ?? maximumAtOnce, maximumAtOnce),
  };
}

async function fromFlags(operation: Operation, id: string | undefined, flags: Flags, session: Session): Promise<Batch> {
  const { surroundings } = session;
  const request = {
    target: namedTarget(id, flags),
    ...inputFromFlags([...specFlags, ...optionFlags], flags),
    ...asking(flags, surroundings.userName),
  } as OperationRequest;
  const input = checkedInput(operation, request, await surroundings.accounts());
  return { items: [{ name: nameOf(input), request }], window: 1 };
}

/** One item as a program reads it. */
const documentOf = ({ item, started, report, error, seconds }: ItemEnd) => ({
  target: report?.target ?? item.request.target,
  ...(started ? { workflowId: started.workflowId, runId: started.runId, joined: started.joined } : {}),
  ...(report ? { report } : {}),
  ...(error === undefined ? {} : { error: explain(error).document }),
  seconds,
});

/** What became of an item that has no report: it failed, or it was left to itself. */
const endWithout = (error: unknown, signal: AbortSignal): Cell =>
  error === signal.reason
    ? { text: 'goes on', tone: 'busy' }
    : { text: `failed: ${explain(error).brief}`, tone: 'bad' };

const endRow = ({ item, report, started, error, seconds }: ItemEnd, signal: AbortSignal): Cell[] => {
  if (error !== undefined) return [item.name, endWithout(error, signal), '', '', `${seconds} s`];
  const { outcome = 'done', flowLogId = '', status = '', delivery } = report ?? {};
  const delivered = delivery?.state === 'failed' ? `${status}, not delivering: ${delivery.message ?? ''}` : status;
  return [item.name, { text: outcome, tone: started?.joined ? 'dim' : 'good' }, flowLogId, delivered, `${seconds} s`];
};

const startRow = ({ item, started, error }: ItemEnd, signal: AbortSignal): Cell[] =>
  error === undefined
    ? [item.name, started?.joined ? 'joined' : 'started', started?.workflowId ?? '']
    : [item.name, endWithout(error, signal), started?.workflowId ?? ''];

/** What a person has to know beside the table: each failure in full, and where to look. */
function notesOf(wait: boolean, total: number, ends: readonly ItemEnd[], signal: AbortSignal): string[] {
  const failed = ends.filter(({ error }) => error !== undefined && error !== signal.reason);
  const going = ends.flatMap(({ started, report }) => (started && !report ? [started.workflowId] : []));
  return [
    ...failed.flatMap(({ item, error }) => [`${item.name}:`, ...explain(error).lines.map((line) => `  ${line}`)]),
    ...(signal.aborted
      ? [`interrupted; ${going.length} of ${total} were started and go on without this command`]
      : [`${ends.length - failed.length} ${wait ? 'done' : 'started'}, ${failed.length} failed`]),
    ...((signal.aborted || !wait) && going[0]
      ? [
          `look at one with: npx flowlog operation show ${going[0]}`,
          'or at all with: npx flowlog operation list --running',
        ]
      : []),
  ];
}

function answerOf(
  operation: Operation,
  wait: boolean,
  total: number,
  ends: readonly ItemEnd[],
  signal: AbortSignal,
): Answer {
  const failed = ends.filter(({ error }) => error !== undefined).length;
  const codes = ends.map(({ error }) => (error === undefined ? exitCodes.done : explain(error).exitCode));
  return {
    document: { operation, items: ends.map(documentOf), succeeded: ends.length - failed, failed },
    table: wait
      ? { head: ['target', 'outcome', 'flow log', 'status', 'time'], rows: ends.map((end) => endRow(end, signal)) }
      : { head: ['target', operation, 'workflow'], rows: ends.map((end) => startRow(end, signal)) },
    notes: notesOf(wait, total, ends, signal),
    exitCode: signal.aborted ? exitCodes.interrupted : exitCodeOfAll(codes),
  };
}

async function operate(operation: Operation, id: string | undefined, flags: Flags, session: Session): Promise<Answer> {
  if (id !== undefined && flags.file !== undefined) throw new UsageError('give an id or -f manifest, not both');
  // Everything wrong with the input is told before anything is looked for.
  const { items, window } =
    flags.file === undefined
      ? await fromFlags(operation, id, flags, session)
      : await fromManifest(operation, flags.file, flags, session);
  const { flowLogs } = await session.service();
  const wait = flags.wait ?? false;
  const { signal } = session;
  const ends = await runBatch(flowLogs, operation, items, {
    wait,
    concurrency: window,
    live: liveDisplay(session.screen),
    signal,
  });
  return answerOf(operation, wait, items.length, ends, signal);
}

/** `enable`, `disable`, `modify`, `delete`: one operation on one target, or one on each item of a manifest. */
export function addOperationCommands(program: Command, session: Session): void {
  for (const operation of operations) {
    const command = program
      .command(operation)
      .description(says[operation])
      .argument(
        '[id]',
        'a resource (vpc-…, vsw-…, eni-…, tr-…, tr-attach-…, vbr-…) or a flow log (fl-…, flowlog-…, ecr-flog-…)',
      )
      .option('-f, --file <manifest>', 'do it for every flow log of a manifest (YAML, JSON or CSV)')
      .option('-w, --wait', 'wait for the end and show the outcome')
      .option('--requested-by <who>', 'who asks, for the record (default: your login name)')
      .option('--reason <text>', 'why, for the record');
    addTargetFlags(command);
    addFlags(command, optionFlags);
    if (operation === 'enable' || operation === 'modify') addFlags(command, specFlags);
    command.action(async (id: string | undefined, flags: Flags) => {
      session.answer(await operate(operation, id, flags, session));
    });
  }
}
