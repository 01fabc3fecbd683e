import { openAuditor } from '../../audit/index.js';
import { FlowLogs } from '../../client/index.js';
import { workflowIdOf } from '../../cloud/target.js';
import type { Stack } from '../../local/stack.js';
import { type FlowLogView, defaultAccount } from '../../simulator/index.js';
import type { BulkTarget } from './bulk/world.js';
import { runPrograms } from './programs.js';
import { Gate } from './gate.js';
import { type Said, handsText, hastyHands } from './hands.js';
import { type End, type Verdict, judge } from './judge.js';
import { type Company, type Kind, operations } from './kind.js';
import { type LedgerRow, ledgerQuery } from './ledger-judge.js';
import { type Plan, type Program, type Size, type Strike, makePlan } from './plan.js';
import { unproven } from './proof.js';
import type { Line } from './report.js';
import { type Stage, atRest, onStack, setStage, timing } from './stage.js';
import { faultsMet, stormRules } from './storm.js';
import { Missed } from './marks.js';
import { type Blow, type Moments, type Scene, fall } from './strikes.js';
import { targetNumber } from './targets.js';

/** Findings of a campaign. */
export interface Findings {
  readonly verdicts: readonly Verdict[];
  readonly planned: readonly Strike[];
  readonly blows: readonly Blow[];
  /** Claims about a blow that cannot be shown and should be, and strikes that never fell. */
  readonly unproven: readonly string[];
  /** Number of changes that met a fault, by its class. */
  readonly faults: Readonly<Record<string, number>>;
  /** Workers that ended although the campaign did not kill them. */
  readonly deserters: readonly string[];
  /** Strikes that fell beside their mark and were tried again. */
  readonly missed: number;
  readonly calls: number;
  readonly callsWithFault: number;
  readonly tookMs: number;
  /** Findings about others who were at work. */
  readonly more: readonly Line[];
}

/** A campaign to be run. */
export interface CampaignOptions extends Size {
  /** Targets worked on at a time. */
  readonly window: number;
  /** After so long whatever is not done is given up, and judged as lost. */
  readonly limitMs: number;
  /** Gets a line for each event. */
  readonly tell: (line: string) => void;
  /** Folder for the data and logs of all processes; kept when given. Default: a folder that is removed with the campaign. */
  readonly folder?: string;
  /** Default: nothing but the storm and the strikes of every campaign. */
  readonly kind?: Kind;
}

/** A strike is tried so often before the campaign goes on without it. */
const MAX_TRIES = 12;

/** A held call is given up after the read timeout; what was accepted is there after the commit delay, and shows one lag later. */
const momentsOf = ({ commitDelayMs }: Kind): Moments => ({
  heldMs: timing.readTimeoutMs * 0.8,
  waitingMs: (timing.listLagMs + commitDelayMs) * 0.8,
});

/** Real processes, a hostile cloud, and blows from all sides; then the judgement. Leaves no process behind, however it ends. */
export function runCampaign(options: CampaignOptions): Promise<Findings> {
  const campaign = new Campaign(options);
  return onStack(options.folder, (folder, stack) => campaign.run(folder, stack).finally(() => campaign.giveUp()));
}

/** Hands that were never heard prove nothing. */
const silence = ({ settled, refused }: Said): string[] =>
  settled + refused > 0 ? [] : ['nobody ever spoke of a change in doubt'];

class Campaign {
  private readonly beganMs = performance.now();
  private readonly kind: Kind;
  private readonly plan: Plan;
  /** Targets of others who are at work beside the programs. */
  private readonly others: readonly BulkTarget[];
  private readonly gate = new Gate();
  private readonly ends: End[] = [];
  private readonly blows: Blow[] = [];
  private readonly releasedMs = new Map<string, number>();
  private readonly neverFell: string[] = [];
  private readonly end = new AbortController();
  private readonly limit: AbortSignal;
  /** Held, since `AbortSignal.any` does not: what is collected as garbage never fires (seen on Node 20.20). */
  private readonly timeout: AbortSignal;
  /** Resolves, with nothing, when the time is over. */
  private readonly over: Promise<undefined>;
  private missed = 0;
  /** Results for those who settled changes in doubt by hand. */
  private said: Said = { settled: 0, refused: 0, unanswered: 0 };
  private leftToLetIn: number;
  private arms = 0;

  constructor(private readonly options: CampaignOptions) {
    this.kind = options.kind ?? operations;
    const ofOthers = Math.round(options.targets * (this.kind.company?.share ?? 0));
    const targets = options.targets - ofOthers;
    this.plan = makePlan({ ...options, targets }, this.kind.strikes);
    // Behind those of the programs, and of what the plan puts elsewhere.
    this.others = Array.from({ length: ofOthers }, (_, index) => ({
      ...targetNumber(2 * options.targets + index),
      fate: 'well',
    }));
    this.leftToLetIn = this.plan.programs.reduce((sum, { operations }) => sum + operations.length, 0);
    this.timeout = AbortSignal.timeout(options.limitMs);
    const limit = AbortSignal.any([this.timeout, this.end.signal]);
    this.limit = limit;
    this.over = new Promise((resolve) => limit.addEventListener('abort', () => resolve(undefined), { once: true }));
  }

  async run(folder: string, stack: Stack): Promise<Findings> {
    const { gate, limit, ends, plan, options } = this;
    const stage = await setStage(folder, stack, { seed: plan.foreign, ...this.kind.sceneryOf(options.seed) });
    const { simulator, servers, fleet, client } = stage;
    const foreign = simulator.flowLogs();
    this.tell(
      `up: Temporal ${servers.temporal.pid()}, PostgreSQL ${servers.database.pid()}, workers ${fleet.pids().join(', ')}`,
    );
    const flowLogs = new FlowLogs(client, { accounts: { default: { uid: defaultAccount.uid } } });
    const ended = (end: End) => void ends.push(end);
    const tell = (line: string) => this.tell(line);
    const company = this.kind.company?.join({ ...options, stage, flowLogs, limit, tell, targets: this.others });
    let isStruck = false;
    let isAsked = false;
    const programs = runPrograms({ flowLogs, gate, window: options.window, limit, ended }, plan.programs).finally(
      () => (isAsked = true),
    );
    const work = Promise.all([
      programs,
      hastyHands({ flowLogs, seed: options.seed, limit }, () => isAsked).then((said) => (this.said = said)),
      company?.work(() => isStruck || limit.aborted),
    ]);
    // A caller that fails ends the campaign at once, not only when the last strike has fallen.
    await Promise.race([this.strike(this.sceneOn(stage)), work.then(() => this.over)]);
    isStruck = true;
    gate.open(this.leftToLetIn);
    const isDone = await Promise.race([work.then(() => true), this.over]);
    this.tell(`${ends.length} operations ended; the cloud comes to rest`);
    await atRest(simulator);
    if (isDone) await client.connection.close();
    return this.findings(stage, foreign, company);
  }

  /** Ends the campaign early: no more operations start, and no more strikes fall. */
  giveUp(): void {
    this.end.abort();
  }

  private tell(line: string): void {
    this.options.tell(`${((performance.now() - this.beganMs) / 1_000).toFixed(1).padStart(6)} s  ${line}`);
  }

  private sceneOn(stage: Stage): Scene {
    const { plan, gate, releasedMs } = this;
    const ids = new Map([...plan.programs, ...this.others].map(({ place, target }) => [place, workflowIdOf(target)]));
    const slice = Math.ceil(this.leftToLetIn / (plan.strikes.length + 1));
    return {
      ...stage,
      releasedMs,
      storm: this.kind.storm,
      graceMs: this.kind.graceMs,
      workflowIdOf: (place) => ids.get(place) ?? '',
      nextSeed: () => this.options.seed * 1_000 + (this.arms += 1),
      letIn: () => {
        const count = Math.min(slice, this.leftToLetIn);
        this.leftToLetIn -= count;
        gate.open(count);
        return count > 0;
      },
    };
  }

  /** All strikes, one after the other, while there is time. */
  private async strike(scene: Scene): Promise<void> {
    scene.simulator.faults(stormRules([], scene.storm), scene.nextSeed());
    for (const strike of this.plan.strikes) {
      if (this.limit.aborted) this.neverFell.push(`${strike}: the time was over before it fell`);
      else await this.strikeOnce(strike, scene);
    }
  }

  /** One strike; beside its mark, it falls again. */
  private async strikeOnce(strike: Strike, scene: Scene): Promise<void> {
    for (let tries = 1; tries <= MAX_TRIES; tries++) {
      try {
        const blow = await Promise.race([fall(strike, scene, momentsOf(this.kind)), this.over]);
        if (!blow) break;
        this.blows.push(blow);
        this.tell(`${strike}: process ${blow.pid}, at ${blow.call?.action ?? 'an intent'} of ${blow.place}`);
        return;
      } catch (error) {
        if (!(error instanceof Missed)) throw error;
        this.missed += 1;
        this.tell(`beside its mark: ${error.message}`);
      }
    }
    this.neverFell.push(`${strike}: it did not fall where it should`);
  }

  private async findings(
    { simulator, servers, fleet }: Stage,
    foreign: readonly FlowLogView[],
    company: Company | undefined,
  ): Promise<Findings> {
    const journal = simulator.journal();
    const flowLogs = simulator.flowLogs({ gone: true });
    const auditor = await openAuditor({ databaseUrl: servers.database.url });
    const verification = await auditor.verify().finally(() => auditor.close());
    const ledger = await servers.query<LedgerRow>(ledgerQuery);
    const { plan, ends, releasedMs, blows, missed } = this;
    const programs: readonly Program[] = [
      ...plan.programs,
      ...this.others.map((target) => ({
        ...target,
        operations: [],
        wanted: { status: 'Active' as const, creates: 1 },
      })),
    ];
    return {
      verdicts: judge({ programs, ends, journal, releasedMs, flowLogs, foreign, ledger, verification }),
      planned: plan.strikes,
      blows,
      unproven: [...this.neverFell, ...blows.flatMap((blow) => unproven(blow, journal, flowLogs))],
      faults: faultsMet(journal, this.kind.storm),
      deserters: fleet.deserters,
      missed,
      calls: journal.length,
      callsWithFault: journal.filter(({ fault }) => fault !== undefined && fault !== 'none').length,
      tookMs: Math.round(performance.now() - this.beganMs),
      more: [
        ...(company?.lines({ ...simulator.summary(), journal, flowLogs }) ?? []),
        {
          what: 'changes in doubt, spoken of hastily by a person',
          found: handsText(this.said),
          problems: silence(this.said),
        },
      ],
    };
  }
}
