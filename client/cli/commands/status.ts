import type { Command } from 'commander';
import { isById, type Target } from '../../../cloud/flow-log.js';
import { resourceKey, targetKey, workflowIdOf } from '../../../cloud/target.js';
import { InvalidInputError, OperationNotFoundError } from '../../errors.js';
import type { OperationProgress } from '../../progress.js';
import type { InspectedFlowLog, RememberedChange } from '../../../workflows/contract.js';
import { resolveTarget } from '../../request.js';
import type { Answer, Cell } from '../answer.js';
import { phaseText } from '../phase.js';
import type { TargetFlags } from '../resource-id.js';
import type { Session } from '../session.js';
import type { FlowLogsPort } from '../surroundings.js';
import { flowLogRow, flowLogHead } from './list.js';
import { addTargetFlags, nameOf, namedTarget } from './targets.js';

/** Whether a listed flow log is one of the target. */
const belongsTo = (target: Target) => (flowLog: InspectedFlowLog) =>
  isById(target)
    ? flowLog.flowLogId === target.flowLogId
    : resourceKey(target.product, flowLog.resource) === targetKey(target);

/** Whether what is remembered is about the target. While a create is in doubt nobody knows the id of what it made. */
const speaksOf = (target: Target) => (change: RememberedChange) =>
  isById(target)
    ? change.flowLogId === target.flowLogId || (change.flowLogId === undefined && change.product === target.product)
    : change.product === target.product && resourceKey(change.product, change.resource) === targetKey(target);

/** The router that flow logs of the target are listed by, where there is one. */
const routerOf = (target: Target): string | undefined => (isById(target) ? target.ecrId : target.resource['ecrId']);

interface Cloud {
  readonly flowLogs?: readonly InspectedFlowLog[];
  /** What the ledger knows and the list does not show. */
  readonly remembered?: readonly string[];
  /** Why the cloud could not be looked at. */
  readonly problem?: string;
}

/** What the cloud shows of the target; that it cannot be seen is worth a line, not a failure. */
async function look(flowLogs: FlowLogsPort, target: Target): Promise<Cloud> {
  const queues = await flowLogs.workers();
  if (!queues.some(({ kind, workers }) => kind === 'workflow' && workers.length > 0))
    return { problem: 'no worker is up to look at the cloud' };
  const { product, accountId, region } = target;
  const ecrId = routerOf(target);
  try {
    const report = await flowLogs.inspect({
      product,
      accountId,
      ...(region ? { region } : {}),
      ...(ecrId ? { ecrId } : {}),
    });
    const [problem] = report.problems;
    const remembered = (report.remembered ?? []).filter(speaksOf(target)).map(({ text }) => text);
    return {
      flowLogs: report.flowLogs.filter(belongsTo(target)),
      ...(remembered.length > 0 ? { remembered } : {}),
      ...(problem ? { problem: problem.message } : {}),
    };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
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

function answerOf(target: Target, operation: OperationProgress | undefined, cloud: Cloud): Answer {
  const rows: Cell[][] = (cloud.flowLogs ?? []).map(flowLogRow);
  const { remembered = [] } = cloud;
  const lists = remembered.length > 0 ? 'lists' : 'has';
  const seen = cloud.flowLogs?.length === 0 ? [`the cloud ${lists} no flow log of this target`] : [];
  return {
    document: { target, operation: operation ?? null, ...cloud },
    ...(rows.length > 0 ? { table: { head: flowLogHead, rows } } : {}),
    notes: [
      ...remembered,
      ...seen,
      ...(cloud.problem ? [`the cloud was not seen: ${cloud.problem}`] : []),
      operation
        ? `last operation: ${operation.workflowType} since ${operation.startedAt}: ${phaseText(operation)}`
        : `no operation on ${nameOf({ target })} is known to Temporal`,
    ],
  };
}

/** `status`: what the cloud shows of a target, and what is or was being done about it. */
export function addStatusCommand(program: Command, session: Session): void {
  const command = program
    .command('status')
    .description('what the cloud shows of a target, and the last operation on it')
    .argument('[id]', 'a resource or a flow log');
  addTargetFlags(command);
  command.action(async (id: string | undefined, flags: TargetFlags) => {
    const resolved = resolveTarget(namedTarget(id, flags), await session.surroundings.accounts());
    if ('problems' in resolved) throw new InvalidInputError(resolved.problems);
    const { target } = resolved;
    const { flowLogs } = await session.service();
    const [operation, cloud] = await Promise.all([
      newestOperation(flowLogs, workflowIdOf(target)),
      look(flowLogs, target),
    ]);
    session.answer(answerOf(target, operation, cloud));
  });
}
