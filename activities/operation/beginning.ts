import { defaultPayloadConverter } from '@temporalio/common';
import type { Beginning, OperationRef } from '../../audit/index.js';
import type { Place } from '../../cloud/flow-log.js';
import { ownerTag } from '../../cloud/ownership.js';
import { readList } from '../../cloud/lists/read-list.js';
import { scopeIn } from '../../cloud/lists/scope.js';
import { byIdPrefix } from '../../cloud/target.js';
import { foundWorkflowTypes, workflowTypes } from '../../workflows/contract/operation.js';
import type { FlowLogActivities } from '../../workflows/contract/activities.js';
import type { Dependencies } from '../dependencies.js';

/**
 * Decides whether an empty ledger is that of a first start, or in the place of a lost one. Asked once in the life of a ledger, before its first
 * change: the ledger keeps the answer, and the first one stands.
 */

/** So many of the newest runs are looked at. One that the ledger does not know is enough. */
const NEWEST_RUNS = 20;

const types = [...Object.values(workflowTypes), ...Object.values(foundWorkflowTypes)];
const query = `WorkflowType IN (${types.map((type) => `'${type}'`).join(', ')})`;

/** Dependencies of a worker that asks Temporal. */
type TemporalAndLedger = Pick<Dependencies, 'temporal' | 'ledger'>;

/** Asks Temporal, and then the cloud for flow logs of ours in the place of the change, and takes down what was found. */
export async function proveBeginning(
  deps: TemporalAndLedger & Pick<Dependencies, 'cloud' | 'clock' | 'owner'>,
  place: Place & { readonly resource?: object },
): Promise<Beginning> {
  return deps.ledger.begin((await unknownRun(deps)) ?? (await flowLogsOfOurs(deps, place)));
}

/** As {@link proveBeginning}, by what Temporal says alone: at the start of a worker no place is known. Undefined where it says nothing. */
export async function proveByRuns(deps: TemporalAndLedger): Promise<Beginning | undefined> {
  const before = await deps.ledger.beginning();
  if (before) return before;
  const evidence = await unknownRun(deps);
  return evidence === undefined ? undefined : deps.ledger.begin(evidence);
}

/** An operation that a worker has worked on, and that the ledger does not know. */
async function unknownRun({ temporal, ledger }: TemporalAndLedger): Promise<string | undefined> {
  let left = NEWEST_RUNS;
  for await (const { workflowId, runId, type } of temporal.workflow.list({ query, pageSize: NEWEST_RUNS })) {
    if (left-- === 0) break;
    const run: OperationRef = { workflowId, runId };
    // In this order: a worker writes the first row of a run before the activity ends that does it.
    if (!(await wasWorkedOn({ temporal }, run)) || (await ledger.head(run))) continue;
    return `Temporal knows the run ${runId} of ${type} ${workflowId}, and the ledger does not`;
  }
  return undefined;
}

/** Tells whether a worker has worked on the run. One that no worker began, or that was refused by its argument, has left nothing in any ledger. */
async function wasWorkedOn({ temporal }: Pick<TemporalAndLedger, 'temporal'>, run: OperationRef): Promise<boolean> {
  if (run.workflowId.startsWith(byIdPrefix)) return false;
  const { history } = await temporal.workflowService.getWorkflowExecutionHistory({
    namespace: temporal.options.namespace,
    execution: run,
  });
  return (history?.events ?? []).some(
    (event) => event.activityTaskCompletedEventAttributes ?? leavesRow(event.markerRecordedEventAttributes),
  );
}

type History = Awaited<
  ReturnType<TemporalAndLedger['temporal']['workflowService']['getWorkflowExecutionHistory']>
>['history'];
type Marker = NonNullable<NonNullable<History>['events']>[number]['markerRecordedEventAttributes'];

/** Look at what the worker has at hand; where it has nothing, it ends well and leaves no row. */
const AT_HAND = 'observeAtHand' satisfies keyof FlowLogActivities;

/** Tells whether a marker is of a local activity whose end means that the run has a row. Other markers, and failures, mean nothing. */
function leavesRow(marker: Marker): boolean {
  if (marker?.markerName !== 'core_local_activity' || marker.failure) return false;
  const [data] = marker.details?.['data']?.payloads ?? [];
  const { activity_type: type } = defaultPayloadConverter.fromPayload<{ readonly activity_type?: string }>(data ?? {});
  return type !== AT_HAND;
}

async function flowLogsOfOurs(
  { cloud, clock, owner }: Pick<Dependencies, 'cloud' | 'clock' | 'owner'>,
  place: Place & { readonly resource?: object },
): Promise<string | undefined> {
  const { ecrId } = (place.resource ?? {}) as { readonly ecrId?: string };
  const { flowLogs } = await readList(cloud, clock, scopeIn({ ...place, ecrId }), { owner });
  const ours = flowLogs.find(({ tags }) => tags[ownerTag] === owner);
  return (
    ours &&
    `the cloud shows flow log ${ours.flowLogId} with the tag ${ownerTag}=${owner}, and the ledger knows no change`
  );
}
