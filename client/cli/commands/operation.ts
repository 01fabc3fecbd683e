import { Option, type Command } from 'commander';
import { omitUndefined } from '../../../cloud/omit-undefined.js';
import { operations, type Operation, type OperationReport } from '../../../workflows/contract/operation.js';
import { targetOfWorkflowId } from '../../operations/labels.js';
import {
  stateWordOf,
  stateWords,
  type OperationFilter,
  type OperationSummary,
  type StateWord,
} from '../../operations/list.js';
import type { OperationProgress, RunState } from '../../operations/progress.js';
import { OperationFailedError } from '../../errors.js';
import type { Answer, Cell, Tone } from '../answer.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { explain } from '../explain.js';
import { isFlawed } from '../flaws.js';
import { regionFlag } from '../flags.js';
import { addLimit, moreThan } from '../limit.js';
import { addOutputFlags, oneFormats } from '../output.js';
import { phaseText } from '../phase.js';
import { addUnlistedRegion } from '../region-check.js';
import { accountIdOf, checkedProduct, regionDoubt } from '../scope-flags.js';
import type { Session } from '../session.js';
import type { ServiceConnection } from '../surroundings.js';
import { type CurrentAnswer, addWatchFlag, watched } from '../watch.js';
import { counted, timeFor } from '../words.js';
import { wasCancelled } from './ends.js';
import { addFollowingCommands } from './following.js';
import { addNamingFlags, namedOperation, type NamingFlags } from './named-operation.js';

const runTones: Readonly<Record<RunState, Tone>> = {
  running: 'busy',
  completed: 'good',
  failed: 'bad',
  cancelled: 'dim',
  terminated: 'bad',
  'timed-out': 'bad',
  unknown: 'dim',
};

const tookText = (startedAt: string, endedAt: string | undefined): string =>
  endedAt === undefined ? '' : `${Math.round((Date.parse(endedAt) - Date.parse(startedAt)) / 1000)} s`;

const operationRow = ({ operation, workflowId, state, outcome, startedAt, endedAt }: OperationSummary): Cell[] => {
  const target = targetOfWorkflowId(workflowId);
  return [
    operation,
    target?.product ?? '',
    target?.place ?? '',
    target?.name ?? workflowId,
    { text: stateWordOf({ state, ...omitUndefined({ outcome: outcome || undefined }) }), tone: runTones[state] },
    { at: startedAt },
    tookText(startedAt, endedAt),
  ];
};

interface ListFlags {
  readonly operation?: Operation;
  readonly product?: string;
  readonly account?: string;
  readonly region?: string;
  readonly flowLog?: string;
  readonly state?: StateWord;
  readonly running?: boolean;
  readonly limit: number;
}

async function operationFilter(flags: ListFlags, session: Session): Promise<OperationFilter> {
  const { operation, product, account, region, flowLog, state, running, limit } = flags;
  const accountId = account === undefined ? undefined : accountIdOf(account, await session.accounts());
  return {
    limit,
    ...omitUndefined({
      operation,
      product: product ? checkedProduct(product) : undefined,
      accountId: accountId || undefined,
      region: region || undefined,
      flowLogId: flowLog || undefined,
      state,
      runningOnly: running ? true : undefined,
    }),
  };
}

async function answerOperations(flags: ListFlags, session: Session): Promise<Answer> {
  const filter = await operationFilter(flags, session);
  const { flowLogs } = await session.service();
  const found = await flowLogs.listOperations(filter);
  const isCut = found.length === flags.limit;
  const total = isCut ? await flowLogs.countOperations(filter) : found.length;
  return {
    document: {
      operations: found,
      ...omitUndefined({ more: total > found.length ? total - found.length : undefined }),
    },
    table: {
      head: ['operation', 'product', 'place', 'target', 'state', 'started', 'took'],
      rows: found.map(operationRow),
    },
    notes: [
      counted(found.length, 'operation'),
      ...moreThan(found.length, total, 'operation'),
      ...(found.length === 0 ? regionDoubt(flags.region) : []),
    ],
  };
}

/** Reads the end of a closed operation; its failure is part of the answer here, not a failure of this command. */
async function operationEnd(
  progress: OperationProgress,
  session: Session,
): Promise<{ report?: OperationReport; failure?: OperationFailedError }> {
  if (progress.state === 'running') return {};
  const { flowLogs } = await session.service();
  try {
    return { report: await flowLogs.getHandleById(progress.workflowId, progress.runId).result() };
  } catch (error) {
    if (error instanceof OperationFailedError) return { failure: error };
    throw error;
  }
}

/** The run in Temporal's UI, where we know its address. */
const uiAddress = (
  { uiUrl, namespace }: ServiceConnection,
  { workflowId, runId }: OperationProgress,
): string | undefined =>
  uiUrl && `${uiUrl}/namespaces/${namespace}/workflows/${encodeURIComponent(workflowId)}/${runId}`;

/** The exit code that waiting for the end would have had. */
function exitCodeOfReport(report: OperationReport | undefined, failure: OperationFailedError | undefined): ExitCode {
  if (failure) return explain(failure).exitCode;
  return report && (wasCancelled({ report }) || isFlawed(report)) ? exitCodes.failed : exitCodes.done;
}

function showAnswer(
  progress: OperationProgress,
  ui: string | undefined,
  time: (iso: string) => string,
  report?: OperationReport,
  failure?: OperationFailedError,
): Answer {
  const steps = report?.steps ?? progress.progress?.steps ?? [];
  const line = (name: string, value: string | undefined): string[] => (value ? [`${name.padEnd(10)}${value}`] : []);
  return {
    document: {
      ...progress,
      ...omitUndefined({ report, failure: failure ? explain(failure).document : undefined }),
    },
    notes: [
      ...line('operation', progress.workflowType),
      ...line('workflow', progress.workflowId),
      ...line('run', progress.runId),
      ...line('asked by', progress.progress?.requestedBy),
      ...line('bulk', progress.progress?.bulk),
      ...line('started', time(progress.startedAt)),
      ...line('ended', progress.endedAt && time(progress.endedAt)),
      ...line('state', phaseText(progress)),
      ...line('outcome', report?.outcome),
      ...line('flow log', report?.flowLogId ?? progress.progress?.flowLogId),
      ...line('status', report?.status),
      ...line('surplus', report?.surplus?.join(' ')),
      ...line('not applied', report?.notApplied?.join(' ')),
      ...line('ui', ui),
      ...line('ledger', report?.ledgerHead ?? failure?.ledgerHead),
      ...steps.map(({ at, step, flowLogId = '', requestId = '' }) =>
        `  ${time(at)}  ${step}  ${flowLogId}  ${requestId}`.trimEnd(),
      ),
      ...(failure ? explain(failure).lines : []),
    ],
    exitCode: exitCodeOfReport(report, failure),
  };
}

async function operationNow(id: string | undefined, flags: NamingFlags, session: Session): Promise<CurrentAnswer> {
  const service = await session.service();
  const progress = await (await namedOperation(id, flags, session)).progress();
  const { report, failure } = await operationEnd(progress, session);
  const { stdout } = session.screen;
  const answer = showAnswer(progress, uiAddress(service, progress), (iso) => timeFor(stdout, iso), report, failure);
  return { answer, isOver: progress.state !== 'running', line: phaseText(progress) };
}

/** `operation list|show|wait|cancel`: what was asked for, how it goes, and how to stop it. */
export function addOperationGroup(program: Command, session: Session): void {
  const operation = program.command('operation').description('operations: what was asked for, and how it went');
  const listCommand = operation
    .command('list')
    .description('operations that Temporal remembers, newest first')
    .addOption(new Option('--operation <name>', 'only this kind').choices(operations))
    .option('--product <product>', 'only this product')
    .option('--account <name>', 'only this account, by name or uid')
    .option('--region <region>', 'only this region', regionFlag('--region'))
    .option('--flow-log <id>', 'only this flow log')
    .addOption(
      new Option('--state <word>', `only those whose state is shown so: ${stateWords.join(', ')}`).choices(stateWords),
    )
    .option('--running', 'only those under way');
  addOutputFlags(addLimit(addUnlistedRegion(listCommand), 50)).action(async (flags: ListFlags) =>
    session.answer(await answerOperations(flags, session)),
  );
  const showCommand = operation.command('show').description('one operation: where it stands, or how it ended');
  addOutputFlags(addWatchFlag(addNamingFlags(showCommand)), oneFormats).action(
    async (id: string | undefined, flags: NamingFlags & { watch?: boolean }) =>
      session.answer(
        await (flags.watch
          ? watched(() => operationNow(id, flags, session), session)
          : operationNow(id, flags, session).then(({ answer }) => answer)),
      ),
  );
  addFollowingCommands(operation, session);
}
