import type { Client } from '@temporalio/client';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import {
  type BulkInput,
  type BulkOptions,
  type BulkPageProgress,
  type BulkProgress,
  type BulkReport,
  type BulkRow,
  type BulkSignal,
  type BulkSummary,
  type ChangedLimits,
  type InspectBulksInput,
  type InspectBulksReport,
  type ReadRowsReport,
  type RowState,
  type Selector,
  bulkProgressQuery,
  SHOWN_BULKS,
  bulkSignals,
  bulkUpdates,
  manyWorkflowTypes,
} from '../../workflows/contract/bulk.js';
import { bulkIdOf } from '../../workflows/contract/bulk-schema.js';
import { type Operation, type OperationOptions, taskQueues } from '../../workflows/contract/operation.js';
import type { Spec } from '../../cloud/flow-log.js';
import type { Applied } from '../../workflows/contract/request.js';
import { type Started, startOrJoin } from '../operations/start.js';
import { cancelRun, tellRun } from '../operations/tell.js';
import {
  BulkEndedError,
  BulkInProgressError,
  OperationInProgressError,
  OperationFailedError,
  OperationNotFoundError,
} from '../errors.js';
import { translated, type FailureContext } from '../failure.js';
import { type Patience, SILENCE_MS, read } from '../reads.js';
import type { TargetRequest } from '../operations/request.js';

/** One target of a bulk, as a caller may write it. */
export interface BulkItemRequest {
  readonly target: TargetRequest;
  readonly spec?: Spec;
  /** Beat those of the bulk. */
  readonly options?: OperationOptions;
}

/** One operation on each of many targets. */
export interface BulkRequest {
  readonly operation: Operation;
  /** Its workflow id is `flow-log-bulk/<name>`; one bulk of a name at a time. Default: operation, time and four random letters. */
  readonly name?: string;
  readonly items?: readonly BulkItemRequest[];
  /** Accounts by uid; `effectiveSelectors` makes them from a manifest. */
  readonly selectors?: readonly Selector[];
  /** Workflow id of the bulk whose failed, skipped and cancelled targets are tried again. */
  readonly retryOf?: string;
  readonly requestedBy: string;
  readonly reason?: string;
  readonly options?: BulkOptions;
}

/** Progress of a bulk, its pages at work included. */
export interface BulkStanding extends Omit<BulkProgress, 'pages'> {
  /** Operations under way. */
  readonly running: number;
}

/** A hold on one bulk. Cheap; losing it loses nothing. */
export interface BulkHandle {
  readonly workflowId: string;
  readonly runId?: string;
  /** Waits for the end. @throws OperationFailedError when it was refused. */
  result(): Promise<BulkReport>;
  progress(): Promise<BulkStanding>;
  /** Resolves while it is under way. @throws BulkEndedError with how it ended, OperationNotFoundError */
  ensureUnderWay(): Promise<void>;
  /** Nothing new starts until it is resumed. As all that it can be told: @throws BulkEndedError, OperationNotFoundError */
  pause(by: BulkSignal): Promise<Applied>;
  resume(by: BulkSignal): Promise<Applied>;
  /** Lets the rest go after a good canary. */
  approve(by: BulkSignal): Promise<Applied>;
  /** Ends it after the canary. */
  reject(by: BulkSignal): Promise<Applied>;
  /** Changes how many operations run at once, and the failure budget. */
  change(limits: ChangedLimits): Promise<Applied>;
  /** Ends it: nothing new starts, and operations that it started are cancelled. @param by for the record */
  cancel(by?: BulkSignal): Promise<Applied>;
}

/** A bulk just asked for. */
export type StartedBulk = BulkHandle & Started;

/** The name of a bulk that was given none. */
export const bulkNameFor = (operation: Operation, now = new Date()): string =>
  `${operation}-${now.toISOString().slice(0, 19).replaceAll(':', '')}Z-${crypto.randomUUID().slice(0, 4)}`;

/** Starts a bulk whose items are checked and, where they are many, stored; or joins the one of this name that does the same. */
export async function startBulk(client: Client, address: string, name: string, input: BulkInput): Promise<StartedBulk> {
  const workflowId = bulkIdOf(name);
  const { operation, requestedBy } = input;
  const request = {
    workflowType: manyWorkflowTypes.bulk,
    workflowId,
    taskQueue: taskQueues.workflows,
    asked: { operation, input },
    attributes: {},
    summary: `${operation} in bulk, for ${requestedBy}`,
  };
  return translated({ address, workflowId }, async () => {
    const started = await startOrJoin(client, request, { registered: false, onMissing: () => undefined }).catch(
      (error: unknown) => {
        if (error instanceof OperationInProgressError) throw new BulkInProgressError(workflowId);
        throw error;
      },
    );
    return { ...bulkHandle(client, address, workflowId, started.runId), ...started };
  });
}

/** A bulk by its workflow id, and by its run where the newest is not meant. */
export function bulkHandle(client: Client, address: string, workflowId: string, runId?: string): BulkHandle {
  const context: FailureContext = { address, workflowId, ...omitUndefined({ runId: runId || undefined }) };
  // By the first run's id, so that a bulk that continued as new is still found; signals and queries go to the newest.
  const held = () => client.workflow.getHandle(workflowId, undefined, runId ? { firstExecutionRunId: runId } : {});
  const result = () =>
    translated(context, async () => (await client.workflow.getHandle(workflowId, runId).result()) as BulkReport);
  /** Tells a bulk something; one that has ended hears nothing. */
  const tell = async (does: () => Promise<Applied>): Promise<Applied> => {
    await refuseEnded();
    try {
      return await translated(context, does);
    } catch (error) {
      // It ended just now.
      if (error instanceof OperationNotFoundError) await refuseEnded();
      throw error;
    }
  };
  const refuseEnded = async () => {
    const { status, closeTime } = await translated(context, () => held().describe());
    if (isUnderWay(status.name)) return;
    throw new BulkEndedError(workflowId, await howEnded(result), closeTime?.toISOString());
  };
  const word = (verb: keyof typeof bulkSignals) => (by: BulkSignal) =>
    tell(() => tellRun(client, held(), bulkUpdates[verb], by, () => held().signal(bulkSignals[verb], by)));
  return {
    workflowId,
    ...omitUndefined({ runId: runId || undefined }),
    result,
    progress: () => translated(context, () => bulkStanding(client, workflowId)),
    ensureUnderWay: refuseEnded,
    pause: word('pause'),
    resume: word('resume'),
    approve: word('approve'),
    reject: word('reject'),
    change: (limits) => tell(() => tellRun(client, held(), bulkUpdates.change, limits)),
    cancel: (by) => tell(() => cancelRun(client, held(), by)),
  };
}

const isUnderWay = (status: string): boolean =>
  status === 'RUNNING' || status === 'PAUSED' || status === 'CONTINUED_AS_NEW';

/** Tells in a few words how a closed bulk ended. */
async function howEnded(result: () => Promise<BulkReport>): Promise<string> {
  try {
    const { end, why } = await result();
    return why ? `${end}, ${why}` : end;
  } catch (error) {
    if (error instanceof OperationFailedError) return `refused, ${error.message}`;
    throw error;
  }
}

/** Asks the bulk for its progress, and each of its pages at work for its own. */
async function bulkStanding(client: Client, workflowId: string): Promise<BulkStanding> {
  const asked = <Progress>(id: string) =>
    client.withDeadline(Date.now() + SILENCE_MS, () =>
      client.workflow.getHandle(id).query<Progress>(bulkProgressQuery),
    );
  const { pages, ...told } = await asked<BulkProgress>(workflowId);
  const ended: Partial<Record<RowState, number>> = { ...told.ended };
  let running = 0;
  const answers = await Promise.allSettled(pages.map((page) => asked<BulkPageProgress>(page)));
  for (const answer of answers) {
    if (answer.status === 'rejected') continue;
    running += answer.value.running;
    for (const [state, count] of Object.entries(answer.value.ended) as [RowState, number][])
      ended[state] = (ended[state] ?? 0) + count;
  }
  return { ...told, ended, running };
}

/** Rows kept by the worker for an answer too long for one payload, page by page. */
export async function* bulkRows(
  client: Client,
  address: string,
  rows: string,
  patience?: Patience,
): AsyncGenerator<unknown> {
  for (let after: number | undefined = 0; after !== undefined;) {
    const page: ReadRowsReport = await translated({ address }, () =>
      read<ReadRowsReport>(client, manyWorkflowTypes.readRows, { rows, after }, patience),
    );
    yield* page.rows;
    after = page.next;
  }
}

/** Bulks as the database keeps them, newest first: as many answers as hold them. */
export const readBulks = async (
  client: Client,
  address: string,
  filter: InspectBulksInput,
  patience?: Patience,
): Promise<readonly BulkSummary[]> => (await readNewest(client, address, filter, patience)).bulks;

/** Bulks, and the number there are in all; that is absent where an earlier release of the worker answers. */
export type NewestBulks = Pick<InspectBulksReport, 'bulks' | 'total'>;

/** As {@link readBulks}, with the number of all. */
export async function readNewest(
  client: Client,
  address: string,
  filter: InspectBulksInput,
  patience?: Patience,
): Promise<NewestBulks> {
  const most = filter.limit ?? filter.runs?.length ?? SHOWN_BULKS;
  const found: BulkSummary[] = [];
  let total: number | undefined;
  for (let input = filter; ;) {
    const { bulks, next, ...told } = await translated({ address }, () =>
      read<InspectBulksReport>(client, manyWorkflowTypes.inspectBulks, input, patience),
    );
    total ??= told.total;
    found.push(...bulks);
    if (next === undefined || found.length >= most) return { bulks: found, ...omitUndefined({ total }) };
    input = { ...filter, limit: most - found.length, after: next };
  }
}

/** Rows of a bulk's report, in order; those that have not ended have no `state`. */
export const readBulkRows = (
  client: Client,
  address: string,
  run: string,
  patience?: Patience,
): AsyncGenerator<BulkRow> => bulkRows(client, address, `bulk:${run}`, patience) as AsyncGenerator<BulkRow>;
