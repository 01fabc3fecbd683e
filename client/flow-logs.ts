import { NamespaceNotFoundError, type Client } from '@temporalio/client';
import { omitUndefined } from '../cloud/omit-undefined.js';
import { workflowIdOf } from '../cloud/target.js';
import {
  taskQueues,
  workflowTypes,
  type DiagnoseReport,
  type InspectInput,
  type InspectReport,
  type Operation,
  readWorkflowTypes,
} from '../workflows/contract/operation.js';
import { Bulks } from './bulks/bulks.js';
import { Doubts } from './doubts.js';
import { Schedules } from './schedules/schedules.js';
import type { Accounts } from './accounts.js';
import type { DiscoverInput } from '../workflows/contract/bulk.js';
import { discoverWith, type Discovered } from './bulks/discovery.js';
import { InvalidInputError } from './errors.js';
import { grpcCodes } from '../workflows/contract/grpc-codes.js';
import { grpcErrorOf, translated } from './failure.js';
import { operationHandle, type OperationHandle, type StartedOperation } from './operations/handle.js';
import { countOperations, listOperations, type OperationFilter, type OperationSummary } from './operations/list.js';
import { readOn } from './inspection.js';
import { SILENCE_MS, read } from './reads.js';
import {
  checkRequest,
  resolveTarget,
  type CheckedRequest,
  type OperationRequest,
  type TargetRequest,
} from './operations/request.js';
import { startOrJoin, type AttributeSupport } from './operations/start.js';
import { attributesOf, summaryOf } from '../workflows/contract/labels.js';
import { workersOf, type QueueWorkers } from './workers.js';

/** Options of a {@link FlowLogs}; everything has a default. */
export interface FlowLogsOptions {
  /** Account names; see `accountsFromEnvironment`. Without them only uids can be used. */
  readonly accounts?: Accounts;
  /** Task queue of the workflows. Default `flow-log`. */
  readonly taskQueue?: string;
  /** `host:port` of Temporal, for messages. */
  readonly address?: string;
  /** Time in ms that a worker may take to begin a look before it is taken to be down or hung. Default 30000. */
  readonly silenceMs?: number;
  /**
   * Time in ms within which a worker answers what is asked for. After it the call returns all the same: with `isWaiting` where no worker has
   * taken the operation up yet. Default 10000.
   */
  readonly answerMs?: number;
  /** Told, once, what works less well than it could. Default: a process warning. */
  readonly onNotice?: (message: string) => void;
}

/**
 * The service, for TypeScript programs: `new FlowLogs(client).enable({ … })`. Works over any Temporal `Client`; holds no connection and
 * no credentials of the cloud. Every method rejects with the errors of `errors.ts` and no others.
 */
export class FlowLogs {
  private readonly accounts: Accounts;
  private readonly taskQueue: string;
  private readonly address: string;
  private readonly attributes: AttributeSupport;
  private readonly answerMs: number | undefined;
  private readonly patience: { readonly silenceMs?: number };

  constructor(
    private readonly client: Client,
    options: FlowLogsOptions = {},
  ) {
    const notice = options.onNotice ?? ((message) => process.emitWarning(message, 'FlowLogsWarning'));
    this.accounts = options.accounts ?? {};
    this.answerMs = options.answerMs;
    this.patience = options.silenceMs === undefined ? {} : { silenceMs: options.silenceMs };
    this.taskQueue = options.taskQueue ?? taskQueues.workflows;
    this.address = options.address ?? 'the address of its client';
    this.bulks = new Bulks(client, this.address, this.accounts, this.patience);
    this.doubts = new Doubts(client, this.address, this.patience);
    this.schedules = new Schedules(client, this.address, this.bulks, this.patience);
    this.attributes = {
      registered: true,
      onMissing: (message) =>
        notice(
          `search attributes are not registered, operations start without them and cannot be filtered: ${message}`,
        ),
    };
  }

  /** Many targets at once. */
  readonly bulks: Bulks;
  /** Changes whose end is unknown. */
  readonly doubts: Doubts;
  /** Many targets again and again. */
  readonly schedules: Schedules;

  /** Makes the target's flow log exist as wished and be Active; creates, adopts or activates, whatever is missing. */
  enable(request: OperationRequest): Promise<StartedOperation> {
    return this.operate('enable', request);
  }
  /** Makes the target's flow log Inactive; it stays and can be enabled again. */
  disable(request: OperationRequest): Promise<StartedOperation> {
    return this.operate('disable', request);
  }
  /** Changes what the product can change of an existing flow log. */
  modify(request: OperationRequest): Promise<StartedOperation> {
    return this.operate('modify', request);
  }
  /** Makes the target have no flow log of ours. */
  delete(request: OperationRequest): Promise<StartedOperation> {
    return this.operate('delete', request);
  }

  /** Checks a request: returns the input that it would start, or everything that is wrong with it. Starts nothing. */
  check(operation: Operation, request: OperationRequest): CheckedRequest {
    return checkRequest(operation, request, this.accounts);
  }

  /**
   * Starts the operation, or joins the same one where it is running already.
   * @throws InvalidInputError with all problems; nothing was started.
   * @throws OperationInProgressError when another operation holds the target.
   * @throws UnreachableError when Temporal does not answer.
   */
  async operate(operation: Operation, request: OperationRequest): Promise<StartedOperation> {
    const checked = this.check(operation, request);
    if ('problems' in checked) throw new InvalidInputError(checked.problems);
    const { input } = checked;
    const workflowId = workflowIdOf(input.target);
    const started = await translated({ address: this.address, workflowId }, () =>
      startOrJoin(
        this.client,
        {
          workflowType: workflowTypes[operation],
          workflowId,
          taskQueue: this.taskQueue,
          asked: { operation, input },
          attributes: attributesOf(input.target),
          summary: summaryOf(operation, input),
        },
        this.attributes,
        this.answerMs,
      ),
    );
    return { ...operationHandle(this.client, this.address, workflowId, started.runId), ...started };
  }

  /**
   * The newest operation on a target.
   * @throws InvalidInputError when the target is not one. The handle's methods tell whether there was an operation.
   */
  getHandle(target: TargetRequest): OperationHandle {
    const resolved = resolveTarget(target, this.accounts);
    if ('problems' in resolved) throw new InvalidInputError(resolved.problems);
    return this.getHandleById(workflowIdOf(resolved.target));
  }
  /** An operation by its workflow id, and by its run where the newest is not meant. */
  getHandleById(workflowId: string, runId?: string): OperationHandle {
    return operationHandle(this.client, this.address, workflowId, runId);
  }
  /** Operations that Temporal remembers, newest first; a moment behind the truth. */
  listOperations(filter: OperationFilter = {}): Promise<OperationSummary[]> {
    return translated({ address: this.address }, () => listOperations(this.client, filter));
  }
  /** Counts the operations of a filter, whatever its limit; a moment behind the truth. */
  countOperations(filter: OperationFilter = {}): Promise<number> {
    return translated({ address: this.address }, () => countOperations(this.client, filter));
  }
  /**
   * Flow logs as the cloud lists them now, all of them. Needs a worker: it does the looking.
   * @throws NoAnswerError where none answers in time
   */
  async inspect(input: InspectInput): Promise<Omit<InspectReport, 'rest'>> {
    const { rest, ...report } = await this.read<InspectReport>(readWorkflowTypes.inspect, input);
    return rest ? readOn(this.client, this.address, { report, rest, patience: this.patience }) : report;
  }
  /**
   * Finds the resources in the cloud that selectors reach: all of them, each with its coverage. Needs a worker.
   * @param signal stops the looking
   * @throws InvalidInputError with all problems; nothing was read
   */
  discover(input: DiscoverInput, signal?: AbortSignal): Promise<Discovered> {
    return discoverWith(this.client, this.address, input, { ...this.patience, ...omitUndefined({ signal }) });
  }
  /** The worker's own view of its database, its credentials and the cloud. Needs a worker. */
  diagnose(): Promise<DiagnoseReport> {
    return this.read(readWorkflowTypes.diagnose, {});
  }
  /**
   * Checks that Temporal knows the namespace of this client.
   * @throws UnreachableError saying what to do
   */
  reach(): Promise<void> {
    const { namespace } = this.client.options;
    return translated({ address: this.address }, async () => {
      await this.client
        .withDeadline(Date.now() + SILENCE_MS, () => this.client.workflowService.describeNamespace({ namespace }))
        .catch((error: unknown) => {
          throw grpcErrorOf(error)?.code === grpcCodes.notFound ? new NamespaceNotFoundError(namespace) : error;
        });
    });
  }
  /** Lists the workers that poll the service's task queues. */
  workers(): Promise<QueueWorkers[]> {
    return translated({ address: this.address }, () => workersOf(this.client));
  }

  private read<Report>(workflowType: string, input: unknown): Promise<Report> {
    return translated({ address: this.address }, () => read<Report>(this.client, workflowType, input, this.patience));
  }
}
