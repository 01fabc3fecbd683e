import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openAuditor } from '../../../audit/index.js';
import { FlowLogs } from '../../../client/index.js';
import type { Stack } from '../../../local/stack.js';
import { type FlowLogView, defaultAccount } from '../../../simulator/index.js';
import type { CampaignOptions } from '../campaign.js';
import { type LedgerRow, ledgerQuery } from '../ledger-judge.js';
import type { Line } from '../report.js';
import { type Stage, atRest, onStack, setStage } from '../stage.js';
import { faultsMet, rough } from '../storm.js';
import { handsText } from '../hands.js';
import { cancelledAct, cureAct, strictAct, sweepAct, wholeAct } from './acts.js';
import { invariants } from './invariants.js';
import { type Story, scenarios } from './scenarios.js';
import type { Scene } from './scene.js';
import { accounts, budgetShare, limitPerSecond, quotaFor, seedsOf, targetsOf } from './world.js';

/** The slow region answers in time, and no later than the grace. */
const timing = { FLOWLOG_READ_TIMEOUT_MS: '8000', FLOWLOG_GRACE_MS: '15000' };

/**
 * Real processes, a hostile cloud, the published bulk scenarios one beside the other; then the judgement. At least 90 targets, so
 * that every fate has three. Leaves no process behind.
 */
export function runBulkCampaign(options: CampaignOptions): Promise<readonly Line[]> {
  const timeout = AbortSignal.timeout(options.limitMs);
  return onStack(options.folder, async (folder, stack) =>
    play(await set(folder, stack, options.targets), options, timeout),
  );
}

async function set(folder: string, stack: Stack, targets: number): Promise<Stage> {
  const file = join(folder, 'accounts.json');
  await writeFile(file, JSON.stringify(accounts));
  return setStage(folder, stack, {
    seed: seedsOf(targets),
    config: { limits: { '*': limitPerSecond }, quotas: { vpc: quotaFor(targets) } },
    env: {
      ...timing,
      FLOWLOG_ACCOUNTS: file,
      FLOWLOG_ACCOUNT_ID: '',
      FLOWLOG_BUDGETS: '',
      FLOWLOG_BUDGET_SHARE: String(budgetShare),
      // So few that a bulk has to go on in a new history.
      FLOWLOG_LONG_HISTORY_EVENTS: '30',
    },
  });
}

/** The acts one after the other; the whole is the one in which everything happens at once. */
async function play(stage: Stage, options: CampaignOptions, limit: AbortSignal): Promise<readonly Line[]> {
  const beganMs = performance.now();
  const { simulator, client } = stage;
  const tell = (line: string) =>
    options.tell(`${((performance.now() - beganMs) / 1_000).toFixed(1).padStart(6)} s  ${line}`);
  const targets = targetsOf(options.targets);
  const { window, seed } = options;
  const flowLogs = new FlowLogs(client, { accounts: { default: { uid: defaultAccount.uid } } });
  const scene: Scene = { stage, flowLogs, targets, window, limit, seed, tell };
  const foreign = simulator.flowLogs();

  const cancelled = await cancelledAct(scene);
  const madeBeforeCancel = simulator
    .flowLogs()
    .flatMap(({ origin, flowLogId }) => (origin === 'call' ? flowLogId : []));
  const strict = await strictAct(scene);
  const whole = await wholeAct(scene, options.kills);
  const again = await cureAct(scene, whole.runs);
  const sweep = await sweepAct(scene);
  tell('the cloud comes to rest');
  await atRest(simulator);
  await client.connection.close();
  return judged(stage, foreign, { targets, strict, cancelled, whole, again, sweep, madeBeforeCancel });
}

async function judged(
  { simulator, servers, fleet }: Stage,
  foreign: readonly FlowLogView[],
  acts: Omit<Story, 'journal'>,
): Promise<readonly Line[]> {
  const { targets, strict, cancelled, whole, again, sweep } = acts;
  const journal = simulator.journal();
  const auditor = await openAuditor({ databaseUrl: servers.database.url });
  const verification = await auditor.verify().finally(() => auditor.close());
  const evidence = {
    targets,
    runs: [strict, cancelled, ...whole.runs, ...again, sweep],
    journal,
    releasedMs: new Map<string, number>(),
    flowLogs: simulator.flowLogs({ gone: true }),
    foreign,
    ledger: await servers.query<LedgerRow>(ledgerQuery),
    verification,
    peakPerSecondByScope: simulator.summary().peakPerSecondByScope,
  };
  const withFault = journal.filter(({ fault }) => fault !== undefined && fault !== 'none').length;
  const absent = Object.entries(faultsMet(journal, rough)).filter(([, count]) => count === 0);
  return [
    ...invariants(evidence),
    ...scenarios({ ...acts, journal }),
    { what: 'changes in doubt, spoken of hastily by a person', found: handsText(whole.said), problems: [] },
    { what: 'every blow fell', found: whole.fell.join(', '), problems: whole.neverFell },
    {
      what: 'calls that met a fault',
      found: `${withFault} of ${journal.length}, ${absent.length} classes not met by a change`,
      problems: withFault > 0 ? [] : ['no call met a fault'],
    },
    { what: 'no worker ended by itself', found: `${fleet.deserters.length}`, problems: fleet.deserters },
  ];
}
