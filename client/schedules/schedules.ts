import { type Client, ScheduleAlreadyRunning, type ScheduleHandle, ScheduleNotFoundError } from '@temporalio/client';
import { setTimeout as sleep } from 'node:timers/promises';
import { optionalDateToTs, requiredTsToDate } from '@temporalio/common/lib/time.js';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import type { BulkInput, BulkItem } from '../../workflows/contract/bulk.js';
import { type BulkHandle, bulkHandle, readBulks } from '../bulks/bulk.js';
import type { Bulks } from '../bulks/bulks.js';
import {
  InvalidInputError,
  NoAnswerError,
  NoSuchScheduleError,
  OperationFailedError,
  ScheduleBusyError,
  ScheduleExistsError,
} from '../errors.js';
import { grpcCodes } from '../../workflows/contract/grpc-codes.js';
import { grpcErrorOf, translated } from '../failure.js';
import { bulkInputOf } from '../bulks/bulk-input.js';
import type { Patience } from '../reads.js';
import { changeOf } from './change.js';
import { bulkActionOf, specOf } from './make.js';
import {
  type Backfill,
  DEFAULT_CATCH_UP_MS,
  DEFAULT_MAX_CHANGES,
  MOST_BACKFILLED,
  type ScheduleChange,
  type ScheduleNote,
  type ScheduleRequest,
  checkSchedule,
  checkedNote,
  noteText,
  overlaps,
  spanProblems,
} from './request.js';
import {
  type ScheduleDescription,
  type ScheduleSummary,
  scheduleIdOf,
  scheduleIdPrefix,
  scheduleSummary,
  withResult,
} from './view.js';

/** Schedules described at once by a list. */
const DESCRIBED_AT_ONCE = 5;

/** Without a worker the results are left out, after this time. */
const RESULTS_MS = 10_000;

/** A triggered bulk is there within this time, or waits for one that runs. */
const TRIGGER_MS = 10_000;
const TRIGGER_LOOK_MS = 100;

/** Schedules of bulks, for TypeScript programs: `flowLogs.schedules`. They are Temporal Schedules; each firing is a bulk of its own. */
export class Schedules {
  constructor(
    private readonly client: Client,
    private readonly address: string,
    private readonly bulks: Bulks,
    private readonly patience: Patience = {},
  ) {}

  /**
   * Creates a schedule. Many items are stored first; the worker keeps them.
   * @param options.replace puts it in the place of one of this name, all of which is forgotten, its operation too. Default false. What runs
   *   of the earlier one goes on
   * @throws InvalidInputError with all problems; nothing was created, and nothing replaced.
   * @throws ScheduleExistsError where there is one of this name, and it may not be replaced.
   */
  async create(request: ScheduleRequest, { replace = false } = {}): Promise<ScheduleSummary> {
    const { name } = request;
    const input = await this.stored(request, checkSchedule(request, this.bulks));
    if (replace) {
      await this.delete(name).catch((error: unknown) => {
        if (!(error instanceof NoSuchScheduleError)) throw error;
      });
    }
    await this.make(request, input);
    return this.summary(name);
  }

  private async make(request: ScheduleRequest, input: BulkInput): Promise<void> {
    const { name, overlap = 'skip', catchUpWindowMs = DEFAULT_CATCH_UP_MS, paused } = request;
    const { operation, requestedBy, reason } = request;
    await this.asking(name, () =>
      this.client.schedule.create({
        scheduleId: scheduleIdOf(name),
        spec: specOf(request),
        policies: { overlap: overlaps[overlap], catchupWindow: catchUpWindowMs },
        action: bulkActionOf(name, input),
        // Only what stays true: the client of Temporal cannot change it later.
        memo: {
          operation,
          createdFor: requestedBy,
          ...omitUndefined({ createdBecause: reason || undefined }),
          look: `npx flowlog schedule describe ${name}`,
        },
        ...omitUndefined({
          state:
            paused === undefined
              ? undefined
              : { paused: true, note: `paused by ${noteText({ requestedBy, note: paused })}` },
        }),
      }),
    );
  }

  /**
   * Changes a schedule. Given items or selectors take the place of all its targets; of the options each takes the place of its own. A bulk that
   * runs goes on as it began.
   * @throws InvalidInputError with all problems; nothing was changed.
   * @throws NoSuchScheduleError
   */
  async update(name: string, change: ScheduleChange): Promise<ScheduleSummary> {
    const before = await this.describeRaw(name);
    const { overlap, catchUpWindowMs } = change;
    const { request, manifest, retimed } = changeOf(before, name, change);
    const input = await this.stored(request, checkSchedule(request, this.bulks, manifest !== undefined));
    await this.asking(name, () =>
      this.handle(name).update(({ spec, policies, state }) => ({
        spec: retimed ? specOf(request) : spec,
        policies: {
          ...policies,
          ...omitUndefined({ overlap: overlap ? overlaps[overlap] : undefined, catchupWindow: catchUpWindowMs }),
        },
        state,
        action: bulkActionOf(name, { ...input, ...omitUndefined({ manifest }) }),
      })),
    );
    return this.summary(name);
  }

  /** All of them, by name. A moment behind the truth: one just created may be missing. */
  async list(): Promise<readonly ScheduleSummary[]> {
    const names: string[] = [];
    await translated({ address: this.address }, async () => {
      for await (const { scheduleId } of this.client.schedule.list())
        if (scheduleId.startsWith(scheduleIdPrefix)) names.push(scheduleId.slice(scheduleIdPrefix.length));
    });
    const found: ScheduleSummary[] = [];
    const queue = names.values();
    const lane = async () => {
      for (const name of queue)
        await this.summary(name).then(
          (summary) => found.push(summary),
          (error: unknown) => {
            // Deleted, and still listed.
            if (!(error instanceof NoSuchScheduleError)) throw error;
          },
        );
    };
    await Promise.all(Array.from({ length: DESCRIBED_AT_ONCE }, lane));
    return found.sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  /** One schedule: when it fires next, and how its last bulks went. @throws NoSuchScheduleError */
  async describe(name: string): Promise<ScheduleDescription> {
    const summary = await this.summary(name);
    const runs = summary.runs.map(({ run }) => run);
    if (runs.length === 0) return summary;
    try {
      const bulks = await readBulks(this.client, this.address, { runs }, { ...this.patience, timeoutMs: RESULTS_MS });
      return { ...summary, runs: summary.runs.map((run) => withResult(run, bulks)) };
    } catch (error) {
      // The schedule is Temporal's; only its results need a worker.
      if (error instanceof NoAnswerError) return { ...summary, resultsMissing: 'no worker answered' };
      if (!(error instanceof OperationFailedError)) throw error;
      const { kind, message } = error;
      return { ...summary, resultsMissing: kind === 'TimedOut' ? 'no worker answered' : message };
    }
  }

  /** It fires no more until it is resumed; what runs goes on. @throws NoSuchScheduleError */
  async pause(name: string, by: ScheduleNote): Promise<void> {
    return this.asking(name, () => this.handle(name).pause(`paused by ${checkedNote(by)}`));
  }

  /** It fires again; what was missed meanwhile is not made up for. @throws NoSuchScheduleError */
  async resume(name: string, by: ScheduleNote): Promise<void> {
    return this.asking(name, () => this.handle(name).unpause(`resumed by ${checkedNote(by)}`));
  }

  /**
   * Fires now, by the schedule's own rule for overlaps, also while it is paused.
   * @returns the bulk; undefined where it waits for one that runs
   * @throws ScheduleBusyError where it would be skipped
   * @throws NoSuchScheduleError
   */
  async trigger(name: string): Promise<BulkHandle | undefined> {
    const { policies, info } = await this.describeRaw(name);
    const known = new Set(info.recentActions.map(({ action }) => action.workflow.firstExecutionRunId));
    const [running] = info.runningActions;
    if (running && policies.overlap === 'SKIP') throw new ScheduleBusyError(name, running.workflow.workflowId);
    await this.asking(name, () => this.handle(name).trigger(policies.overlap));
    const until = Date.now() + TRIGGER_MS;
    while (Date.now() < until) {
      const now = await this.describeRaw(name);
      const started = now.info.recentActions.find(({ action }) => !known.has(action.workflow.firstExecutionRunId));
      if (started) {
        const { workflowId, firstExecutionRunId } = started.action.workflow;
        return bulkHandle(this.client, this.address, workflowId, firstExecutionRunId);
      }
      const [busy] = now.info.runningActions;
      if (now.info.numActionsSkippedOverlap > info.numActionsSkippedOverlap)
        throw new ScheduleBusyError(name, busy?.workflow.workflowId);
      if (busy) return undefined;
      await sleep(TRIGGER_LOOK_MS);
    }
    return undefined;
  }

  /**
   * Fires for the past, once for each time in the span at which it would have.
   * @returns those times
   * @throws InvalidInputError where there are none, or more than a hundred
   * @throws NoSuchScheduleError
   */
  async backfill(name: string, { from, to, overlap = 'buffer-all' }: Backfill): Promise<readonly string[]> {
    const wrong = spanProblems(from, to, overlap);
    if (wrong.length > 0) throw new InvalidInputError(wrong);
    // Of one that was deleted the server would still tell times.
    await this.describeRaw(name);
    // Temporal takes times after the start; here the first moment counts.
    const start = new Date(from.getTime() - 1);
    const times = await this.timesBetween(name, start, to);
    const most = `${times.length} firings or more fall into this time, and ${MOST_BACKFILLED} may; each looks at what is there now`;
    if (times.length === 0 || times.length > MOST_BACKFILLED)
      throw new InvalidInputError([
        { path: 'from', message: times.length === 0 ? 'no firing falls into this time' : most },
      ]);
    await this.asking(name, () => this.handle(name).backfill({ start, end: to, overlap: overlaps[overlap] }));
    return times;
  }

  /** It fires no more and is gone. @returns workflow ids of its bulks that run: they go on @throws NoSuchScheduleError */
  async delete(name: string): Promise<readonly string[]> {
    const { info } = await this.describeRaw(name);
    await this.asking(name, () => this.handle(name).delete());
    return info.runningActions.map(({ workflow }) => workflow.workflowId);
  }

  /** The argument of each firing's bulk; where its items are too many for it, they are stored. */
  private stored(request: ScheduleRequest, items: readonly BulkItem[]): Promise<BulkInput> {
    const { operation, selectors, requestedBy, reason } = request;
    const options = { maxChanges: DEFAULT_MAX_CHANGES, ...request.options };
    const { client, address, patience } = this;
    const asked = { operation, requestedBy, options, ...omitUndefined({ selectors, reason }) };
    return bulkInputOf(asked, items, { client, address, patience });
  }

  /** Reads the times at which it fires within a span, after its start; Temporal tells a thousand at most. */
  private async timesBetween(name: string, start: Date, end: Date): Promise<readonly string[]> {
    const { startTime = [] } = await this.asking(name, () =>
      this.client.workflowService.listScheduleMatchingTimes({
        namespace: this.client.options.namespace,
        scheduleId: scheduleIdOf(name),
        startTime: optionalDateToTs(start) ?? null,
        endTime: optionalDateToTs(end) ?? null,
      }),
    );
    return startTime.map((time) => requiredTsToDate(time, 'startTime').toISOString());
  }

  private handle(name: string): ScheduleHandle {
    return this.client.schedule.getHandle(scheduleIdOf(name));
  }

  private describeRaw(name: string) {
    return this.asking(name, () => this.handle(name).describe());
  }

  private async summary(name: string): Promise<ScheduleSummary> {
    return scheduleSummary(await this.describeRaw(name));
  }

  /** Asks Temporal about one schedule; its errors come out as ours. */
  private asking<Answer>(name: string, ask: () => Promise<Answer>): Promise<Answer> {
    return translated({ address: this.address }, async () => {
      try {
        return await ask();
      } catch (error) {
        if (error instanceof ScheduleAlreadyRunning) throw new ScheduleExistsError(name);
        if (error instanceof ScheduleNotFoundError || grpcErrorOf(error)?.code === grpcCodes.notFound)
          throw new NoSuchScheduleError(name);
        throw error;
      }
    });
  }
}
