import {
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  WorkflowFailedError,
  type Client,
  type ScheduleOptions,
} from '@temporalio/client';
import { TimeoutFailure } from '@temporalio/common';

type Options = ScheduleOptions & { readonly action: { readonly args?: unknown[] } };

interface Kept {
  readonly options: Options;
  paused: boolean;
  note?: string;
}

/** As much of Temporal's client as schedules use, over a table of them; without firings, which only a server makes. */
export class FakeSchedules {
  readonly kept = new Map<string, Kept>();
  /** Read-only workflows that were run, and how: without an answer no worker is there. */
  readonly reads: { readonly type: string; readonly input: unknown; readonly timeoutMs: unknown }[] = [];
  answers: Readonly<Record<string, (input: never) => unknown>> = {};
  /** Actions that the scheduler took, by schedule id. */
  recent: Readonly<Record<string, { readonly workflowId: string; readonly runId: string }[]>> = {};
  /** Called before each call; may throw in the server's place. */
  before: () => void = () => undefined;

  private described(scheduleId: string, { options, paused, note }: Kept) {
    const recentActions = (this.recent[scheduleId] ?? []).map(({ workflowId, runId }) => ({
      scheduledAt: new Date('2026-01-01T03:00:00Z'),
      takenAt: new Date('2026-01-01T03:00:01Z'),
      action: { type: 'startWorkflow', workflow: { workflowId, firstExecutionRunId: runId } },
    }));
    return {
      scheduleId,
      spec: { intervals: options.spec.intervals?.map(({ every }) => ({ every, offset: 0 })), calendars: [] },
      policies: { overlap: 'SKIP', catchupWindow: 600_000, pauseOnFailure: false, ...options.policies },
      action: options.action,
      state: { paused, ...(note ? { note } : {}) },
      info: {
        recentActions,
        runningActions: [],
        nextActionTimes: [new Date('2026-01-02T03:00:00Z')],
        numActionsTaken: recentActions.length,
        numActionsMissedCatchupWindow: 0,
        numActionsSkippedOverlap: 0,
        createdAt: new Date('2026-01-01T00:00:00Z'),
      },
    };
  }

  private handle = (scheduleId: string) => {
    const found = (): Kept => {
      this.before();
      const kept = this.kept.get(scheduleId);
      if (!kept) throw new ScheduleNotFoundError('not found', scheduleId);
      return kept;
    };
    return {
      describe: async () => this.described(scheduleId, found()),
      update: async (change: (before: unknown) => Options) => {
        const before = found();
        this.kept.set(scheduleId, { ...before, options: change(this.described(scheduleId, before)) });
      },
      pause: async (note: string) => void Object.assign(found(), { paused: true, note }),
      unpause: async (note: string) => void Object.assign(found(), { paused: false, note }),
      delete: async () => void (found() && this.kept.delete(scheduleId)),
    };
  };

  private execute = async (type: string, options: Record<string, unknown>) => {
    const [input] = options['args'] as unknown[];
    this.reads.push({ type, input, timeoutMs: options['workflowExecutionTimeout'] });
    const answer = this.answers[type];
    if (!answer)
      throw new WorkflowFailedError(
        'timed out',
        new TimeoutFailure('timed out', undefined, 'START_TO_CLOSE'),
        'NON_RETRYABLE_FAILURE',
      );
    return answer(input as never);
  };

  get client(): Client {
    const { kept } = this;
    return {
      options: { namespace: 'default' },
      workflow: {
        start: (type: string, options: Record<string, unknown>) => {
          const result = this.execute(type, options);
          result.catch(() => undefined);
          return Promise.resolve({ result: () => result });
        },
      },
      schedule: {
        create: async (options: Options) => {
          this.before();
          if (kept.has(options.scheduleId)) throw new ScheduleAlreadyRunning('running', options.scheduleId);
          kept.set(options.scheduleId, {
            options,
            paused: options.state?.paused ?? false,
            ...(options.state?.note ? { note: options.state.note } : {}),
          });
        },
        getHandle: this.handle,
        async *list() {
          for (const scheduleId of [...kept.keys(), 'somebody-elses', 'flow-log-schedule/just-deleted'])
            yield { scheduleId };
        },
      },
    } as unknown as Client;
  }
}
