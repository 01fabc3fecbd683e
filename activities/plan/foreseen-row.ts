import { omitUndefined } from '../../cloud/omit-undefined.js';
import type { TargetState } from '../../audit/index.js';
import type { Aim } from '../../workflows/contract/activities.js';
import { readTarget } from '../../cloud/lists/absence.js';
import type { CloudClient } from '../../cloud/call/port.js';
import { type FlowLogIdTarget, type ResourceTarget, isById } from '../../cloud/flow-log.js';
import { isEdit } from '../../cloud/difference.js';
import { MOST_LISTED } from '../../cloud/json-size.js';
import { products } from '../../cloud/products/products.js';
import { readList } from '../../cloud/lists/read-list.js';
import { subjectOf } from '../../cloud/subject.js';
import type { BulkTarget } from '../../store/index.js';
import type { BulkInput, BulkItem, PlaceProblem } from '../../workflows/contract/bulk.js';
import { optionsOfOperation } from '../../workflows/contract/bulk-schema.js';
import { type Operation, type OperationInput, failureTypes } from '../../workflows/contract/operation.js';
import { aimOf, desiredOf } from '../../workflows/decide/desired.js';
import { type Path, foresee } from '../../workflows/decide/foresee.js';
import { parseOperationInput } from '../../workflows/contract/input.js';
import { requestOfItem } from '../../workflows/contract/item-request.js';
import { type Look, type Reason, notFound } from '../../workflows/decide/next-step.js';
import type { PlanRow, PlanVerdict } from '../../workflows/contract/plan.js';
import { targetRef } from '../operation/attempt.js';
import type { Dependencies } from '../dependencies.js';
import { listedTarget, rememberedTarget } from '../operation/find-target.js';
import { judge } from '../operation/pending.js';
import { remembered } from '../operation/remembered.js';
import { observationOf, recentChange } from '../operation/situation.js';

/** Fields of the request that are the same for all targets. */
export type CommonRequest = Pick<BulkInput, 'operation' | 'requestedBy' | 'reason' | 'options'>;

/** A target as a plan knows it. */
export type PlannedTarget = BulkItem & Pick<BulkTarget, 'ending'>;

/** A row of a plan before it has its number. */
export type UnnumberedRow = Omit<PlanRow, 'ordinal'>;

/** A row, and what the operation would be aimed at, where that is known. */
export interface ForeseenRow {
  readonly row: UnnumberedRow;
  readonly aim?: Aim;
}

/** State of a look at a scope. */
export interface Looking {
  readonly deps: Dependencies;
  readonly run: string;
  readonly asking: CommonRequest;
  readonly cloud: CloudClient;
  /** True where people read the rows; else they are only counted, and a flow log that is not seen counts as absent. */
  readonly told: boolean;
  /** Flow logs in the scope, once it is scanned. */
  inScope?: number;
}

const noChanges = { changes: [], drift: [] } as const;

/** A row of a scope that could not be read. */
export const unread = ({ target }: PlannedTarget, { code, message }: PlaceProblem): ForeseenRow => ({
  row: { target, verdict: 'unknown', ...noChanges, code, reason: message },
});

/** Foresees what the operation would do on one target. @throws CloudError, BudgetWait where its scope cannot be read */
export async function foreseenRow(looking: Looking, item: PlannedTarget): Promise<ForeseenRow> {
  const { target, ending } = item;
  if (ending) {
    const { code = '', reason = '' } = ending;
    return { row: { target, verdict: 'skip', ...noChanges, code, reason } };
  }
  const { operation } = looking.asking;
  const parsed = parseOperationInput(
    operation,
    requestOfItem({ ...looking.asking, options: optionsOfOperation(looking.asking.options) }, item),
  );
  if ('problems' in parsed) {
    const reason = parsed.problems.map(({ path, message }) => `${path}: ${message}`).join('; ');
    const { invalidInput } = failureTypes;
    return { row: { target, verdict: 'fail', ...noChanges, outcome: invalidInput, code: invalidInput, reason } };
  }
  const request = parsed.input;
  const found = isById(target) ? await lookById(looking, target) : await lookByScan(looking, target);
  return found ? rowOfLook(looking, request, found) : { row: rowWithoutFlowLog(operation, target as FlowLogIdTarget) };
}

const reasonTold = ({ code, message, advice }: Pick<Reason, 'code' | 'message' | 'advice'>) => ({
  code,
  reason: message,
  advice,
});

interface FoundFlowLogs {
  /** Found by a scan of the whole scope. */
  readonly scanned?: true;
  readonly target: ResourceTarget;
  readonly flowLogs: Parameters<typeof observationOf>[2];
  readonly readAt: string;
}

/** A target on which nothing is seen is believed empty as an operation would believe it, where the rows are told to people. */
async function lookByScan(looking: Looking, target: ResourceTarget): Promise<FoundFlowLogs> {
  const { deps, run, cloud, told } = looking;
  const seen = await deps.scans.look(run, target, cloud);
  looking.inScope = seen.inScope;
  if (seen.flowLogs.length > 0 || seen.proven || !told) return { scanned: true, target, ...seen };
  const again = await deps.scans.proof(run, target);
  if (again && (again.flowLogs.length > 0 || again.proven)) return { scanned: true, target, ...again };
  return { target, ...(await readTarget(cloud, deps.clock, target, deps.timing)) };
}

/**
 * Finds the flow log as `resolveFlowLog` does: in the cloud, or in the ledger where lists do not show it; and by another read the other flow
 * logs of its resource.
 */
async function lookById({ cloud, deps }: Looking, target: FlowLogIdTarget): Promise<FoundFlowLogs | undefined> {
  const { flowLogs, readAt = '', target: listed } = await listedTarget(deps, cloud, target);
  const resource = listed ?? (await rememberedTarget(deps, target));
  if (!resource) return undefined;
  const around = await readList(cloud, deps.clock, resource, { resource: resource.resource });
  return { target: resource, flowLogs: [...around.flowLogs, ...flowLogs], readAt };
}

/** Deleting what is not there is done; anything else has lost its object. */
function rowWithoutFlowLog(operation: Operation, target: FlowLogIdTarget): UnnumberedRow {
  const { flowLogId } = target;
  if (operation === 'delete') return { target, verdict: 'leave', ...noChanges, flowLogId, outcome: 'unchanged' };
  const reason = notFound(flowLogId);
  return { target, verdict: 'fail', ...noChanges, flowLogId, outcome: reason.code, ...reasonTold(reason) };
}

async function rowOfLook(looking: Looking, request: OperationInput, found: FoundFlowLogs): Promise<ForeseenRow> {
  const { deps, asking } = looking;
  const { operation } = asking;
  const { target } = found;
  const aim = aimOf(request, target);
  const ref = targetRef(deps.owner, target);
  const state = await deps.ledger.readTarget(ref);
  const { observation, flowLogs } = await observed(looking, aim, state, found);
  const nobody = { workflowId: '', runId: '' };
  const { open } = judge({ state, observation, elapsedMs: 0, missedBefore: [] }, nobody, deps.timing);
  const recent = recentChange(state, deps.timing, observation);
  const ids = observation.own.map(({ flowLogId }) => flowLogId);
  const asksWhose = request.options?.surplus === 'remove' && ids.length > 1;
  const made = asksWhose ? await Promise.all(ids.map((id) => deps.ledger.createdHere(ref, id))) : [];
  const look: Look = {
    observation,
    unclear: open.map(({ intent }) => intent),
    ...omitUndefined({ recent, createdHere: asksWhose ? ids.filter((_, index) => made[index]) : undefined }),
  };
  const subject = subjectOf(observation, aim.pinned)?.flowLog;
  const paths = foresee(desiredOf(operation, target, request, aim.pinned), look, products[target.product].settlesAs);
  const seen = {
    drift: subject?.drift ?? [],
    ...omitUndefined({ flowLogId: subject ? subject.flowLogId : undefined }),
  };
  const memory = remembered(state, flowLogs, deps.timing);
  const beside = memory ? { remembered: memory.text } : {};
  return { aim, row: { target: request.target, ...rowOfPaths(paths), ...seen, ...beside } };
}

/** Observes the target in the rows found. If the ledger knows a flow log that a scan does not show, it reads the target itself. */
async function observed({ deps, cloud, told }: Looking, aim: Aim, { known = [] }: TargetState, found: FoundFlowLogs) {
  const observation = observationOf(deps, aim, found.flowLogs, found.readAt, true);
  if (!told || !found.scanned || observation.own.length > 0 || known.length === 0)
    return { observation, flowLogs: found.flowLogs };
  const { flowLogs, readAt } = await readTarget(cloud, deps.clock, found.target, { ...deps.timing, known });
  return { observation: observationOf(deps, aim, flowLogs, readAt, true), flowLogs };
}

/** All paths of one target as one row. */
function rowOfPaths(
  paths: readonly Path[],
): Omit<UnnumberedRow, 'target' | 'drift' | 'flowLogId' | 'rehearsal' | 'remembered'> {
  const [path] = paths as [Path, ...Path[]];
  const ends = [...new Set(paths.map(({ end }) => end))];
  const { changes, fields, surplus } = paths.reduce((most, each) =>
    each.changes.length > most.changes.length ? each : most,
  );
  const notApplied = [...new Set(paths.flatMap((each) => each.notApplied ?? []))];
  const { reason } = paths.find((each) => each.reason !== undefined) ?? {};
  return {
    verdict: verdictOf(path),
    changes,
    ...omitUndefined({
      fields: fields.length > 0 ? fields : undefined,
      notApplied: notApplied.length > 0 ? notApplied : undefined,
      surplus: surplus.length > 0 ? surplus.slice(0, MOST_LISTED) : undefined,
    }),
    ...(ends.length === 1 ? { outcome: path.end } : { possible: ends }),
    ...(reason ? reasonTold(reason) : undefined),
  };
}

const verdictOf = ({ first, end, reason }: Path): PlanVerdict => {
  if (first === 'fail') return reason?.type === failureTypes.conflict ? 'conflict' : 'fail';
  if (first === 'done') return end === 'adopted' ? 'adopt' : 'leave';
  return isEdit(first) ? 'modify' : first;
};
