import type { Command } from 'commander';
import { omitUndefined } from '../../../cloud/omit-undefined.js';
import { isById, type FlowLogIdTarget, type Target } from '../../../cloud/flow-log.js';
import { products } from '../../../cloud/products/products.js';
import { resourceKey, targetKey, workflowIdOf } from '../../../cloud/target.js';
import { InvalidInputError, OperationNotFoundError } from '../../errors.js';
import type { OperationProgress } from '../../operations/progress.js';
import type { InspectedFlowLog, RememberedChange } from '../../../workflows/contract/operation.js';
import { resolveTarget } from '../../operations/request.js';
import { operationOfType } from '../../operations/unanswered.js';
import type { Answer, Cell } from '../answer.js';
import { exitCodes } from '../exit-codes.js';
import { explain } from '../explain.js';
import { flawsText, isFlawed } from '../flaws.js';
import { callerText, phaseText } from '../phase.js';
import type { TargetFlags } from '../resource-id.js';
import { addOutputFlags } from '../output.js';
import type { Session } from '../session.js';
import type { FlowLogsPort } from '../surroundings.js';
import { surplusBeside } from '../surplus.js';
import { type CurrentAnswer, addWatchFlag, watched } from '../watch.js';
import { timeFor } from '../words.js';
import { flowLogRow, flowLogHead } from './list.js';
import { addTargetFlags, nameOf, namedTarget } from './targets.js';

/** Tells whether a listed flow log is one of the target. */
const belongsTo = (target: Target) => (flowLog: InspectedFlowLog) =>
  isById(target)
    ? flowLog.flowLogId === target.flowLogId
    : resourceKey(target.product, flowLog.resource) === targetKey(target);

/** Tells whether a remembered change is about the target. While a create is in doubt, the id of what it made is unknown. */
const speaksOf = (target: Target) => (change: RememberedChange) =>
  isById(target)
    ? change.flowLogId === target.flowLogId || (change.flowLogId === undefined && change.product === target.product)
    : change.product === target.product && resourceKey(change.product, change.resource) === targetKey(target);

interface Cloud {
  readonly flowLogs?: readonly InspectedFlowLog[];
  /** Changes that the ledger knows and the list does not show. */
  readonly remembered?: readonly string[];
  /** Own flow logs of the resource beyond the one that counts. */
  readonly surplus?: readonly string[];
  /** Reason why the command could not look at the cloud, then what to do. */
  readonly problem?: readonly string[];
}

/** Reads what the cloud shows of the target, by its exact filter. */
async function readCloud(flowLogs: FlowLogsPort, target: Target): Promise<Cloud> {
  const { product, accountId, region } = target;
  const ecrId = isById(target) ? target.ecrId : target.resource['ecrId'];
  try {
    const queues = await flowLogs.workers();
    if (!queues.some(({ kind, workers }) => kind === 'workflow' && workers.length > 0))
      return {
        problem: ['no worker is up to look at the cloud', 'what to do: start one with `npm run worker`'],
      };
    const report = await flowLogs.inspect({
      product,
      accountId,
      ...omitUndefined({ region: region || undefined, ecrId: ecrId || undefined }),
      target,
    });
    const [problem] = report.problems;
    if (problem) return { problem: [`${problem.place} could not be read: ${problem.message}`] };
    const seen = report.flowLogs.filter(belongsTo(target));
    if (seen.length === 0 && report.changedWhileReading)
      return {
        problem: [
          'the list changed while it was read: whether there is a flow log cannot be told',
          'what to do: ask again',
        ],
      };
    const remembered = (report.remembered ?? []).filter(speaksOf(target)).map(({ text }) => text);
    const surplus = surplusBeside(report.flowLogs, seen);
    return {
      flowLogs: seen,
      ...omitUndefined({
        remembered: remembered.length > 0 ? remembered : undefined,
        surplus: surplus.length > 0 ? surplus : undefined,
      }),
    };
  } catch (error) {
    const [what = '', ...next] = explain(error).lines;
    return { problem: [`the cloud could not be looked at: ${what}`, ...next] };
  }
}

async function newestOperation(flowLogs: FlowLogsPort, workflowId: string): Promise<OperationProgress | undefined> {
  try {
    return await flowLogs.getHandleById(workflowId).progress();
  } catch (error) {
    if (error instanceof OperationNotFoundError) return undefined;
    throw error;
  }
}

function statusAnswer(
  target: Target,
  operation: OperationProgress | undefined,
  cloud: Cloud,
  { screen }: Session,
): Answer {
  const document = {
    target,
    operation: operation ?? null,
    ...omitUndefined({ flowLogs: cloud.flowLogs, remembered: cloud.remembered, surplus: cloud.surplus }),
  };
  // Alone: whatever stood beside it would be read as what the cloud shows.
  if (cloud.problem)
    return {
      document: { ...document, problem: cloud.problem[0] },
      notes: cloud.problem,
      exitCode: exitCodes.unreachable,
    };
  const { remembered = [] } = cloud;
  const rows: Cell[][] = (cloud.flowLogs ?? []).map((flowLog) => flowLogRow(flowLog));
  return {
    document,
    ...omitUndefined({ table: rows.length > 0 ? { head: flowLogHead, rows } : undefined }),
    notes: [
      ...remembered,
      ...(rows.length === 0 ? [`the cloud ${remembered.length > 0 ? 'lists' : 'has'} no flow log of this target`] : []),
      ...flawsText(nameOf({ target }), cloud),
      operation
        ? `last operation: ${operationOfType.get(operation.workflowType) ?? operation.workflowType} since ${timeFor(screen.stdout, operation.startedAt)}${callerText(operation)}: ${phaseText(operation)}`
        : `no operation on ${nameOf({ target })} is known to Temporal`,
    ],
    ...omitUndefined({ exitCode: isFlawed(cloud) ? exitCodes.failed : undefined }),
  };
}

/** Shows the flow log as the cloud lists it now, and the newest operation on it. */
async function statusNow(target: Target, session: Session): Promise<CurrentAnswer> {
  const { flowLogs } = await session.service();
  const [ofTarget, cloud] = await Promise.all([
    newestOperation(flowLogs, workflowIdOf(target)),
    readCloud(flowLogs, target),
  ]);
  const beside = isById(target) ? await ofItsResource(flowLogs, target, cloud) : [];
  const operation = newestOf([...(ofTarget ? [ofTarget] : []), ...beside]);
  return {
    answer: statusAnswer(target, operation, cloud, session),
    isOver: operation?.state !== 'running',
    line: operation ? phaseText(operation) : 'no operation is known',
  };
}

/** Operations on the resource of a flow log that is named by its id: on the resource itself, and what is known by that id. */
async function ofItsResource(
  flowLogs: FlowLogsPort,
  target: FlowLogIdTarget,
  cloud: Cloud,
): Promise<OperationProgress[]> {
  const { product, accountId, flowLogId } = target;
  const resources = (cloud.flowLogs ?? []).map(({ resource, region }): Target => ({
    product,
    accountId,
    resource,
    ...omitUndefined({ region: region === undefined || products[product].central ? undefined : region }),
  }));
  // A flow log that the cloud does not show is found by what its operation has recorded.
  const noted =
    resources.length > 0
      ? []
      : await flowLogs.listOperations({ product, accountId, flowLogId, limit: 1 }).catch(() => []);
  const ids = new Set([...resources.map(workflowIdOf), ...noted.map(({ workflowId }) => workflowId)]);
  const found = await Promise.all([...ids].map((id) => newestOperation(flowLogs, id)));
  return found.filter((one) => one !== undefined);
}

/** The one that runs, else the one that began last. */
const newestOf = (operations: readonly OperationProgress[]): OperationProgress | undefined =>
  [...operations].sort(
    (one, other) =>
      Number(other.state === 'running') - Number(one.state === 'running') ||
      other.startedAt.localeCompare(one.startedAt),
  )[0];

/** `status`: what the cloud shows of a target, and what is or was being done about it. */
export function addStatusCommand(program: Command, session: Session): void {
  const command = program
    .command('status')
    .description('what the cloud shows of a target, and the last operation on it')
    .argument('[id]', 'a resource or a flow log');
  addTargetFlags(command);
  addOutputFlags(addWatchFlag(command)).action(
    async (id: string | undefined, flags: TargetFlags & { watch?: boolean }) => {
      const resolved = resolveTarget(await namedTarget(id, flags, session), await session.accounts());
      if ('problems' in resolved) throw new InvalidInputError(resolved.problems);
      const { target } = resolved;
      const now = () => statusNow(target, session);
      session.answer(flags.watch ? await watched(now, session) : (await now()).answer);
    },
  );
}
