import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError, type Client } from '@temporalio/client';
import { defaultDataConverter } from '@temporalio/common';

/** One run as the fake server knows it. */
export interface FakeRun {
  readonly workflowId: string;
  readonly runId: string;
  readonly type: string;
  readonly memo: Record<string, unknown>;
  readonly options: Record<string, unknown>;
  status: string;
  readonly signals: { readonly name: string; readonly args: readonly unknown[] }[];
  result?: () => Promise<unknown>;
  progress?: () => Promise<unknown>;
  pendingActivities?: unknown[];
}

/** A gRPC error as the SDK sees it. */
export function grpcError(code: number, details: string): Error {
  const error = Object.assign(new Error(`${code}: ${details}`), { code, details, metadata: {} });
  return new Error('Failed to start Workflow', { cause: error });
}

/** As much of Temporal's client as `FlowLogs` uses, over a table of runs; hooks let a test act between two calls. */
export class FakeTemporal {
  readonly runs: FakeRun[] = [];
  starts = 0;
  /** Called before each start; may throw in the server's place. */
  beforeStart: (options: Record<string, unknown>) => void = () => undefined;
  beforeDescribe: () => void = () => undefined;
  beforeSignal: () => void = () => undefined;

  newest(workflowId: string, runId?: string): FakeRun {
    const found = this.runs.filter((run) => run.workflowId === workflowId && (!runId || run.runId === runId)).at(-1);
    if (!found) throw new WorkflowNotFoundError('not found', workflowId, runId);
    return found;
  }

  /** Adds a run that another client started. */
  add(run: Partial<FakeRun> & { workflowId: string }): FakeRun {
    const whole: FakeRun = {
      runId: `run-${this.runs.length + 1}`,
      type: 'enableFlowLog',
      memo: {},
      options: {},
      status: 'RUNNING',
      signals: [],
      ...run,
    };
    this.runs.push(whole);
    return whole;
  }

  private start = async (type: string, options: Record<string, unknown>) => {
    this.starts++;
    this.beforeStart(options);
    const workflowId = String(options['workflowId']);
    if (this.runs.some((run) => run.workflowId === workflowId && run.status === 'RUNNING'))
      throw new WorkflowExecutionAlreadyStartedError('already started', workflowId, type);
    const run = this.add({ workflowId, type, memo: options['memo'] as Record<string, unknown>, options });
    return { workflowId, firstExecutionRunId: run.runId };
  };

  private handle = (workflowId: string, runId?: string) => ({
    describe: async () => {
      this.beforeDescribe();
      const run = this.newest(workflowId, runId);
      return {
        ...run,
        status: { name: run.status },
        startTime: new Date('2026-01-01T00:00:00Z'),
        raw: { pendingActivities: run.pendingActivities ?? [] },
      };
    },
    signal: async (name: string, ...args: unknown[]) => {
      this.beforeSignal();
      const run = this.newest(workflowId, runId);
      if (run.status !== 'RUNNING') throw new WorkflowNotFoundError('completed', workflowId, runId);
      run.signals.push({ name, args });
    },
    query: async () => this.newest(workflowId, runId).progress?.(),
    result: async () => this.newest(workflowId, runId).result?.(),
    cancel: async () => void (this.newest(workflowId, runId).status = 'CANCELLED'),
  });

  get client(): Client {
    return {
      workflow: { start: this.start, getHandle: this.handle },
      withDeadline: <Result>(_deadline: number, call: () => Promise<Result>) => call(),
      options: { loadedDataConverter: defaultDataConverter, namespace: 'default' },
    } as unknown as Client;
  }
}
