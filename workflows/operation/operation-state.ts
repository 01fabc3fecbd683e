import { KEPT_REQUEST_IDS } from '../contract/operation.js';
import { setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import { MOST_LISTED } from '../../cloud/json-size.js';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import type { ChangeResult, Situation, WorkerSettings } from '../contract/activities.js';
import { type ChangeVerb, type ObservedFlowLog, type Target, withFlowLogId } from '../../cloud/flow-log.js';
import type { OperationInput, OperationReport, Outcome, Phase, Progress, ReportedStep } from '../contract/operation.js';
import type { Seen } from './failure.js';
import type { Memory } from '../decide/next-step.js';

/** Deadline of a request that names none, in ms, until the first look brings the worker's default. */
const FIRST_DEADLINE_MS = 1_800_000;

/** A young absence is not an absence: a flow log created lately may only not show yet, and one in doubt may still come. */
function meaningOfAbsence({ unclear, recent }: Situation): 'absent' | 'changing' | 'unknown' {
  if (unclear.some(({ verb }) => verb === 'create')) return 'unknown';
  return recent?.verb === 'create' ? 'changing' : 'absent';
}

/** Changes and looks of one run so far: the memory of `nextStep`, the answer of the query `progress`, the body of the report. */
export class OperationState {
  readonly startedAt = new Date().toISOString();
  private deadlineAt: number;
  private readonly changes: { verb: ChangeVerb; flowLogId?: string }[] = [];
  private readonly steps: ReportedStep[] = [];
  private readonly requestIds: string[] = [];
  private readonly tokens = new Map<string, string>();
  private apiCalls = 0;
  private phase: Phase = 'observing';
  private since = this.startedAt;
  private lastSeen: ObservedFlowLog | undefined;
  /** Meaning of an absence in the last look; undefined before the first one. */
  private unseen: 'absent' | 'changing' | 'unknown' | undefined;
  surplus: readonly string[] = [];
  /** True where a look of this run ever showed more than one own flow log. */
  sawSurplus = false;
  settings: WorkerSettings | undefined;
  /** The event that the operation waits for, in words: told when time runs out. */
  awaited = 'a look at the flow logs';

  /** @param bulk workflow id of the bulk that the run is part of */
  constructor(
    readonly target: Target,
    private readonly request: Pick<OperationInput, 'options' | 'requestedBy'>,
    private readonly bulk?: string,
  ) {
    this.deadlineAt = workflowInfo().startTime.getTime() + (request.options?.deadlineMs ?? FIRST_DEADLINE_MS);
  }

  /** Takes the settings of the worker; the first time, their default deadline counts where the request names none. */
  learn(settings: WorkerSettings): void {
    if (!this.settings && this.request.options?.deadlineMs === undefined) {
      this.deadlineAt = workflowInfo().startTime.getTime() + settings.deadlineMs;
    }
    this.settings = settings;
  }

  /** The last steps: the record has them all. */
  private get toldSteps(): readonly ReportedStep[] {
    return this.steps.slice(-MOST_LISTED);
  }

  /** Own flow logs beyond the one that counts, the first ones. */
  get toldSurplus(): readonly string[] {
    return this.surplus.slice(0, MOST_LISTED);
  }

  get memory(): Memory {
    return { changes: this.changes, deadlineAt: this.deadlineAt };
  }

  get leftMs(): number {
    return this.deadlineAt - Date.now();
  }

  /** Gives the end of an operation time of its own. */
  allowMore(ms: number): void {
    this.deadlineAt = Math.max(this.deadlineAt, Date.now() + ms);
  }

  get flowLogId(): string | undefined {
    return this.lastSeen?.flowLogId ?? this.changes.findLast(({ flowLogId }) => flowLogId)?.flowLogId;
  }

  /** Facts that a failure may tell of the flow log; undefined before the first look. */
  get seen(): Seen | undefined {
    const { target, lastSeen } = this;
    if (this.unseen === undefined) return undefined;
    const { product } = target;
    if (!lastSeen) return { product };
    const { rawStatus, flowLogId, status } = lastSeen;
    return { product, rawStatus, flowLogId, ...omitUndefined({ unexpected: status === 'unknown' ? true : undefined }) };
  }

  get progress(): Progress {
    const { phase, since, toldSteps: steps, flowLogId, lastSeen, bulk } = this;
    const { requestedBy } = this.request;
    const seen = { flowLogId: flowLogId || undefined, rawStatus: lastSeen ? lastSeen.rawStatus : undefined };
    return { phase, since, steps, requestedBy, ...omitUndefined({ ...seen, bulk: bulk || undefined }) };
  }

  enter(phase: Phase): void {
    this.phase = phase;
    this.since = new Date().toISOString();
    setCurrentDetails(`**${phase}** since ${this.since}${this.flowLogId ? `: ${this.flowLogId}` : ''}`);
  }

  saw(situation: Situation, subject: ObservedFlowLog | undefined, surplus: readonly string[]): void {
    const { apiCalls, requestIds, settings } = situation;
    this.learn(settings);
    this.lastSeen = subject;
    this.unseen = meaningOfAbsence(situation);
    this.sawSurplus ||= surplus.length > 0;
    // A shared read may show some of them only: one that is not in it need not be gone.
    const known = situation.observation.complete ? surplus : new Set([...this.surplus, ...surplus]);
    this.surplus = [...known].filter(
      (id) =>
        id !== subject?.flowLogId && !this.changes.some((made) => made.verb === 'delete' && made.flowLogId === id),
    );
    this.spent({ apiCalls, requestIds });
  }

  did(verb: ChangeVerb, result: ChangeResult, fields?: readonly string[]): void {
    this.spent(result);
    if (result.end === 'unneeded') return;
    const { flowLogId, requestId } = result;
    const at = new Date().toISOString();
    this.changes.push({ verb, ...withFlowLogId(flowLogId) });
    const named = omitUndefined({ flowLogId: flowLogId || undefined, requestId: requestId || undefined });
    this.steps.push({ step: verb, at, ...named, ...omitUndefined({ fields }) });
  }

  report(outcome: Outcome): OperationReport {
    const {
      target,
      toldSteps: steps,
      apiCalls,
      requestIds,
      startedAt,
      flowLogId,
      lastSeen,
      toldSurplus: surplus,
    } = this;
    const status = lastSeen?.status ?? this.unseen;
    return {
      target,
      outcome,
      steps,
      apiCalls,
      requestIds,
      startedAt,
      endedAt: new Date().toISOString(),
      ...omitUndefined({
        status,
        flowLogId: flowLogId || undefined,
        delivery: lastSeen ? lastSeen.delivery : undefined,
        surplus: surplus.length > 0 ? surplus : undefined,
      }),
    };
  }

  /** The client token of the change under way: the same for all its attempts, another once it has been made. */
  token(verb: ChangeVerb, make: () => string): string {
    const made = this.changes.filter((change) => change.verb === verb).length;
    const name = `${verb}/${made}`;
    const token = this.tokens.get(name) ?? make();
    this.tokens.set(name, token);
    return token;
  }

  /** Counts calls that were no step. */
  spent({ apiCalls, requestIds }: Pick<ChangeResult, 'apiCalls' | 'requestIds'>): void {
    this.apiCalls += apiCalls;
    this.requestIds.push(...requestIds.slice(0, KEPT_REQUEST_IDS - this.requestIds.length));
  }
}
