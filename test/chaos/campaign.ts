import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { openAuditor } from '../../audit/index.js';
import { FlowLogs, OperationFailedError, UnreachableError } from '../../client/index.js';
import { workflowIdOf } from '../../cloud/target.js';
import { Stack } from '../../local/stack.js';
import { type FlowLogView, type Simulator, defaultAccount, startSimulator } from '../../simulator/index.js';
import { type Fleet, startFleet } from './fleet.js';
import { Gate } from './gate.js';
import { type End, type Verdict, judge } from './judge.js';
import { type LedgerRow, ledgerQuery } from './ledger-judge.js';
import { type Plan, type Program, type Size, makePlan } from './plan.js';
import { unproven } from './proof.js';
import { type Servers, startServers } from './servers.js';
import { faultsMet, stormRules } from './storm.js';
import { type Blow, Missed, type Moments, type Scene, fall } from './strikes.js';

/** What a campaign found out. */
export interface Findings {
  readonly verdicts: readonly Verdict[];
  readonly blows: readonly Blow[];
  /** What cannot be shown of a strike that should be; strikes that were never struck. */
  readonly unproven: readonly string[];
  /** How many changes met a fault of each class. */
  readonly faults: Readonly<Record<string, number>>;
  /** Workers that ended though nobody killed them. */
  readonly deserters: readonly string[];
  /** Strikes that fell beside their mark and were tried again. */
  readonly missed: number;
  readonly calls: number;
  readonly callsWithFault: number;
  readonly tookMs: number;
}

export interface CampaignOptions extends Size {
  /** Operations under way at a time. */
  readonly window: number;
  /** After so long whatever is not done is given up, and judged as lost. */
  readonly limitMs: number;
  /** Told what happens, line by line. */
  readonly tell: (line: string) => void;
  /** Where the logs of all processes go; kept when given. Default: a folder that goes with the campaign. */
  readonly folder?: string;
}

/** Worker processes at a time. */
const WORKERS = 2;

/** A strike is tried so often before the campaign goes on without it. */
const MAX_TRIES = 6;

/** Small, so that a lost answer costs seconds; wide enough for a machine that has other things to do. */
const timing = { connectTimeoutMs: 1_000, readTimeoutMs: 2_000, listLagMs: 3_000, graceMs: 9_000, heartbeatMs: 4_000 };

/** A held call is given up after the read timeout; what was accepted shows one lag later at the earliest. */
const moments: Moments = { heldMs: timing.readTimeoutMs * 0.8, waitingMs: timing.listLagMs * 0.8 };

const owner = 'chaos';

/** Real processes, a hostile cloud, and blows from all sides; then the judgement. Leaves no process behind, however it ends. */
export async function runCampaign(options: CampaignOptions): Promise<Findings> {
  const stack = new Stack();
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'flowlog-chaos-')));
  const endNow = () => void stack.stop().then(() => process.exit(130));
  process.once('SIGINT', endNow).once('SIGTERM', endNow);
  try {
    return await new Campaign(options, stack, folder).run();
  } finally {
    await stack.stop();
    process.off('SIGINT', endNow).off('SIGTERM', endNow);
    if (options.folder === undefined) await rm(folder, { recursive: true, force: true });
  }
}

class Campaign {
  private readonly beganMs = performance.now();
  private readonly plan: Plan;
  private readonly gate = new Gate();
  private readonly ends: End[] = [];
  private readonly blows: Blow[] = [];
  private readonly releasedMs = new Map<string, number>();
  private readonly missed: string[] = [];
  private strikesGivenUp: string[] = [];
  private leftToLetIn: number;
  private arms = 0;

  constructor(
    private readonly options: CampaignOptions,
    private readonly stack: Stack,
    private readonly folder: string,
  ) {
    this.plan = makePlan(options);
    this.leftToLetIn = this.plan.programs.reduce((sum, { operations }) => sum + operations.length, 0);
  }

  async run(): Promise<Findings> {
    const { stack, folder } = this;
    const [servers, simulator] = await Promise.all([startServers(folder, stack), this.startCloud()]);
    const connection = await Connection.connect({ address: servers.temporal.address });
    await stack.add(Promise.resolve({ id: 'client', name: 'the client', stop: () => connection.close() }));
    const client = new Client({ connection });
    const fleet = await startFleet(WORKERS, this.workerEnv(servers, simulator), folder, stack);
    const foreign = simulator.flowLogs();
    this.tell(
      `up: Temporal ${servers.temporal.pid()}, PostgreSQL ${servers.database.pid()}, workers ${fleet.pids().join(', ')}`,
    );
    const scene = this.sceneOf(simulator, fleet, servers, client);
    const flowLogs = new FlowLogs(client, { accounts: { default: { uid: defaultAccount.uid } } });
    const limit = AbortSignal.timeout(this.options.limitMs);
    const work = this.work(flowLogs, limit);
    await this.strike(scene, limit);
    this.gate.open(this.leftToLetIn);
    await Promise.race([work, aborted(limit)]);
    simulator.clearFaults();
    this.tell(`${this.ends.length} operations ended; the cloud comes to rest`);
    await settled(simulator);
    return this.findings(simulator, foreign, servers, fleet);
  }

  private tell(line: string): void {
    this.options.tell(`${((performance.now() - this.beganMs) / 1_000).toFixed(1).padStart(6)} s  ${line}`);
  }

  /** The hostile cloud, with short activations and all that others have in it. */
  private startCloud(): Promise<Simulator> {
    const starting = startSimulator({
      profile: 'hostile',
      config: {
        progression: { mode: 'time', activationMs: 1_000, settleMs: 500 },
        listLagMs: timing.listLagMs,
        resources: 'open',
      },
      seed: this.plan.foreign,
    });
    return this.stack
      .add(
        starting.then((simulator) => ({
          id: 'simulator',
          name: 'the simulator',
          simulator,
          stop: () => simulator.close(),
        })),
      )
      .then(({ simulator }) => simulator);
  }

  private workerEnv({ temporal, database }: Servers, simulator: Simulator): Record<string, string> {
    const inherited = Object.entries(process.env).filter(
      (entry): entry is [string, string] =>
        entry[1] !== undefined && !/^(FLOWLOG_|ALIBABA_CLOUD_|TEMPORAL_)/.test(entry[0]),
    );
    return {
      ...Object.fromEntries(inherited),
      DATABASE_URL: database.url,
      TEMPORAL_ADDRESS: temporal.address,
      FLOWLOG_ENDPOINT: simulator.url,
      FLOWLOG_OWNER: owner,
      FLOWLOG_ACCOUNT_ID: defaultAccount.uid,
      ALIBABA_CLOUD_ACCESS_KEY_ID: defaultAccount.accessKeyId,
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: defaultAccount.secret,
      FLOWLOG_CONNECT_TIMEOUT_MS: String(timing.connectTimeoutMs),
      FLOWLOG_READ_TIMEOUT_MS: String(timing.readTimeoutMs),
      FLOWLOG_LIST_LAG_MS: String(timing.listLagMs),
      FLOWLOG_COMMIT_DELAY_MS: '0',
      FLOWLOG_GRACE_MS: String(timing.graceMs),
      FLOWLOG_HEARTBEAT_MS: String(timing.heartbeatMs),
    };
  }

  private sceneOf(simulator: Simulator, fleet: Fleet, servers: Servers, client: Client): Scene {
    const { plan, gate, releasedMs } = this;
    const ids = new Map(plan.programs.map(({ place, target }) => [place, workflowIdOf(target)]));
    const slice = Math.ceil(this.leftToLetIn / (plan.strikes.length + 1));
    return {
      simulator,
      fleet,
      servers,
      client,
      releasedMs,
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

  /** Runs every program, so many at a time. Resolves when all have ended. */
  private async work(flowLogs: FlowLogs, limit: AbortSignal): Promise<void> {
    const queue = [...this.plan.programs];
    const runNext = async (): Promise<void> => {
      for (let program = queue.shift(); program && !limit.aborted; program = queue.shift()) {
        await this.runProgram(flowLogs, program, limit);
      }
    };
    await Promise.all(Array.from({ length: this.options.window }, runNext));
  }

  private async runProgram(flowLogs: FlowLogs, { place, operations }: Program, limit: AbortSignal): Promise<void> {
    for (const [index, planned] of operations.entries()) {
      await this.gate.pass();
      if (limit.aborted) return;
      const end = await this.ask(flowLogs, planned, limit);
      if (!end) return;
      this.ends.push({ place, index, ...end });
      // What follows would begin from somewhere else than planned.
      if (end.failure) return;
    }
  }

  /** Asks as any program would: again, while Temporal is out of reach. */
  private async ask(
    flowLogs: FlowLogs,
    { operation, request }: Program['operations'][number],
    limit: AbortSignal,
  ): Promise<Omit<End, 'place' | 'index'> | undefined> {
    let runId: string | undefined;
    while (!limit.aborted) {
      try {
        const started = await flowLogs.operate(operation, request);
        runId = started.runId;
        for (;;) {
          try {
            const { outcome, status } = await started.result();
            return { runId, outcome, ...(status ? { status } : {}) };
          } catch (error) {
            if (!(error instanceof UnreachableError) || limit.aborted) throw error;
            await sleep(RETRY_MS);
          }
        }
      } catch (error) {
        if (error instanceof OperationFailedError) {
          const { kind, code, message } = error;
          return { ...(runId ? { runId } : {}), failure: { kind, code, message } };
        }
        if (!(error instanceof UnreachableError)) throw error;
        await sleep(RETRY_MS);
      }
    }
    return undefined;
  }

  /** All strikes, one after the other; one that falls beside its mark is tried again. */
  private async strike(scene: Scene, limit: AbortSignal): Promise<void> {
    scene.simulator.faults(stormRules([]), scene.nextSeed());
    for (const strike of this.plan.strikes) {
      for (let tries = 1; !limit.aborted; tries++) {
        try {
          const blow = await Promise.race([fall(strike, scene, moments), aborted(limit)]);
          if (!blow) break;
          this.blows.push(blow);
          this.tell(`${strike}: process ${blow.pid} gone, at ${blow.call.action} of ${blow.place}`);
          break;
        } catch (error) {
          if (!(error instanceof Missed)) throw error;
          this.missed.push(error.message);
          this.tell(`missed: ${error.message}`);
          if (tries < MAX_TRIES) continue;
          this.strikesGivenUp.push(`${strike}: fell beside its mark ${tries} times`);
          break;
        }
      }
    }
    if (limit.aborted) this.strikesGivenUp.push('the time was over before all strikes had fallen');
  }

  private async findings(
    simulator: Simulator,
    foreign: readonly FlowLogView[],
    servers: Servers,
    fleet: Fleet,
  ): Promise<Findings> {
    const journal = simulator.journal();
    const flowLogs = simulator.flowLogs({ gone: true });
    const auditor = await openAuditor({ databaseUrl: servers.database.url });
    const verification = await auditor.verify().finally(() => auditor.close());
    const ledger = await servers.query<LedgerRow>(ledgerQuery);
    const { plan, ends, releasedMs, blows } = this;
    return {
      verdicts: judge({ programs: plan.programs, ends, journal, releasedMs, flowLogs, foreign, ledger, verification }),
      blows,
      unproven: [...this.strikesGivenUp, ...blows.flatMap((blow) => unproven(blow, journal, flowLogs))],
      faults: faultsMet(journal),
      deserters: fleet.deserters,
      missed: this.missed.length,
      calls: journal.length,
      callsWithFault: journal.filter(({ fault }) => fault !== undefined && fault !== 'none').length,
      tookMs: Math.round(performance.now() - this.beganMs),
    };
  }
}

/** Pause before Temporal is asked again. */
const RETRY_MS = 500;

/** Resolves, with nothing, when the time is over. */
const aborted = (limit: AbortSignal): Promise<undefined> =>
  new Promise((resolve) => {
    if (limit.aborted) resolve(undefined);
    else limit.addEventListener('abort', () => resolve(undefined), { once: true });
  });

/** Waits until no accepted change is under way and no call is unanswered. */
async function settled(simulator: Simulator): Promise<void> {
  await simulator.settle();
  while (simulator.journal().some(({ outcome }) => outcome === 'pending')) await sleep(100);
}
