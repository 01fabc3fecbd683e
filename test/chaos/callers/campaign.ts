import type { Client } from '@temporalio/client';
import type { Simulator } from '../../../simulator/index.js';
import { groupBy } from '../group-by.js';
import type { Line } from '../report.js';
import { onStack, setStage } from '../stage.js';
import { planCalls } from './plan.js';
import {
  REFUSED_MS,
  type Played,
  type SignalRow,
  inputsOf,
  playCalls,
  signalsQuery,
  unrecordedSignals,
  untrueFlowLogs,
} from './play.js';

/** A campaign of random inputs: how many, by which seed, and how many calls at a time. */
export interface CallersOptions {
  readonly inputs: number;
  readonly seed: number;
  readonly window: number;
  /** Time in ms within which a wrong input must be refused. Default 10,000. */
  readonly refusedMs?: number;
  readonly tell: (line: string) => void;
  readonly folder?: string;
}

/** The servers that inputs are played against. */
export interface Place {
  readonly client: Client;
  readonly simulator: Simulator;
  query<Row extends object>(sql: string): Promise<Row[]>;
  /** Workers that ended although the campaign did not kill them, each with how and its last words. */
  readonly deserters: readonly string[];
}

/** Calls between two progress lines of a campaign. */
const TOLD_EACH = 250;

/** Random inputs on everything that is registered, against real servers and two worker processes. */
export function runCallersCampaign(options: CallersOptions): Promise<readonly Line[]> {
  return onStack(options.folder, async (folder, stack) => {
    const config = { progression: { mode: 'time' as const, activationMs: 2_500, settleMs: 200 } };
    const { client, simulator, servers, fleet } = await setStage(folder, stack, { seed: [], config });
    const place: Place = { client, simulator, query: (sql) => servers.query(sql), deserters: fleet.deserters };
    const lines = await playInputs(place, options);
    await client.connection.close();
    return lines;
  });
}

/** Plays the inputs of a seed and judges what came of them. */
export async function playInputs(
  { client, simulator, query, deserters }: Place,
  { inputs, seed, window, refusedMs = REFUSED_MS, tell }: CallersOptions,
): Promise<readonly Line[]> {
  const beganMs = performance.now();
  let count = 0;
  const played = await playCalls(client, planCalls(seed, inputs), { window, refusedMs }, ({ problems, call, end }) => {
    problems.forEach(tell);
    end?.failedTasks.forEach((why) => tell(`${call.type} ${call.workflowId}: a workflow task failed: ${why}`));
    if ((count += 1) % TOLD_EACH === 0) tell(`${((performance.now() - beganMs) / 1_000).toFixed(0)} s: ${count} calls`);
  });
  const rows = await query<SignalRow>(signalsQuery);
  return [...linesOf(played), ...judged(played, rows, simulator.flowLogs({ gone: true }), deserters)];
}

function linesOf(played: readonly Played[]): Line[] {
  const ended = (which: Played['call']['end']) => played.filter(({ call }) => call.end === which);
  const found = (some: readonly Played[]) => {
    const closed = some.filter(({ end }) => end?.isClosed).length;
    const done = some.filter(({ end }) => end?.isCompleted).length;
    return `${some.length} runs, ${closed} closed, ${done} done`;
  };
  const problems = (some: readonly Played[]) => some.flatMap((one) => one.problems);
  const wrong = ended('refused');
  const right = ended('done');
  const either = ended('closed');
  return [
    {
      what: 'what is wrong is refused in time, by one small failure',
      found: found(wrong),
      problems: problems(wrong),
    },
    {
      what: 'what is right is done',
      found: found(right),
      problems: [...problems(right), ...(right.length > 0 ? [] : ['nothing right was asked for'])],
    },
    { what: 'what may be either ends, at its deadline the latest', found: found(either), problems: problems(either) },
  ];
}

function judged(
  played: readonly Played[],
  rows: readonly SignalRow[],
  flowLogs: Parameters<typeof untrueFlowLogs>[1],
  deserters: readonly string[],
): Line[] {
  const taken = played.reduce((sum, { signals: { right, wrong } }) => sum + right + wrong, 0);
  const failed = played.filter(({ end }) => (end?.failedTasks.length ?? 0) > 0);
  const timedOut = played.reduce((sum, { end }) => sum + (end?.timedOutTasks ?? 0), 0);
  const largest = Math.max(...played.map((one) => one.largest));
  const byFate = groupBy(
    played.flatMap(({ fates }) => fates),
    (fate) => fate,
  );
  const fates = [...byFate].map(([fate, all]) => `${all.length} ${fate}`).join(', ');
  return [
    { what: 'inputs, and what became of messages', found: `${inputsOf(played)} inputs; ${fates}`, problems: [] },
    {
      what: 'no run has two failed workflow tasks',
      found: `${failed.length} runs have one; ${timedOut} tasks were not answered in time`,
      problems: failed.filter(({ end }) => (end?.failedTasks.length ?? 0) > 1).map(({ call }) => call.workflowId),
    },
    {
      what: 'every signal that was taken is on the record, obeyed or counted',
      found: `${taken} signals`,
      problems: unrecordedSignals(played, rows),
    },
    {
      what: 'right calls have made exactly one flow log each, as wished; nothing was made twice',
      found: `${flowLogs.length} flow logs`,
      problems: untrueFlowLogs(played, flowLogs),
    },
    { what: 'no payload, failure, answer or heartbeat of 64 KB', found: `${largest} bytes at most`, problems: [] },
    { what: 'no worker ended by itself', found: String(deserters.length), problems: deserters },
  ];
}
