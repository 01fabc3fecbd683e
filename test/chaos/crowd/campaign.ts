import { setTimeout as sleep } from 'node:timers/promises';
import { outcomes } from '../../../workflows/contract/operation.js';
import { type CrowdProgram, crowdPrograms } from '../../languages/crowd.js';
import type { Fleet } from '../fleet.js';
import { type LedgerRow, ledgerProblems, ledgerQuery } from '../ledger-judge.js';
import type { Line } from '../report.js';
import { type Stage, atRest, onStack, setStage } from '../stage.js';
import { placesOf } from '../targets.js';

/** Callers in several languages, all at once. */
interface CrowdOptions {
  /** Callers of all languages together, and the targets that they share. */
  readonly callers: number;
  readonly targets: number;
  /** Callers of one target more, whose workers stand still for seconds again and again. */
  readonly slow: number;
  readonly tell: (line: string) => void;
  readonly folder?: string;
}

/** End of one caller: the outcome of its report, or the type of the failure. */
interface End {
  readonly vpc: string;
  readonly requestedBy: string;
  readonly end: string;
  readonly seconds: number;
}

/** Deadline that every caller gives, in s, and what starting a program and the end of a run may take beside it. */
const DEADLINE_S = 300;
const BESIDE_S = 30;

/** Real processes of workers and of callers in every language that is there; then the judgement. */
export function runCrowdCampaign(options: CrowdOptions): Promise<readonly Line[]> {
  return onStack(options.folder, async (folder, stack) => {
    const config = { progression: { mode: 'time' as const, activationMs: 2_000, settleMs: 200 } };
    const [stage, programs] = await Promise.all([setStage(folder, stack, { seed: [], config }), crowdPrograms()]);
    const env = { TEMPORAL_ADDRESS: stage.servers.temporal.address, TEMPORAL_NAMESPACE: 'default' };
    const ask = (callers: number, vpcs: readonly string[]) => asking(programs, callers, vpcs, env);
    options.tell(`${programs.map(({ language }) => language).join(', ')}: ${options.callers} callers`);
    const many = await ask(
      options.callers,
      Array.from({ length: options.targets }, (_, index) => `vpc-crowd-${index}`),
    );
    options.tell(`${options.slow} callers, and workers that stand still`);
    const slow = await slowed(stage.fleet, ask(options.slow, ['vpc-crowd-slow']));
    await atRest(stage.simulator);
    await stage.client.connection.close();
    return judged(stage, programs, many, slow);
  });
}

/** Runs the programs at the same time, each with its share of the callers. */
async function asking(
  programs: readonly CrowdProgram[],
  callers: number,
  vpcs: readonly string[],
  env: Record<string, string>,
): Promise<readonly End[]> {
  const share = Math.ceil(callers / programs.length);
  const said = programs.map(async ({ run }) => JSON.parse(await run([String(share), vpcs.join()], env)) as End[]);
  return (await Promise.all(said)).flat();
}

/** Stops one worker after the other for three seconds, until the work is done. */
async function slowed<Result>(fleet: Fleet, work: Promise<Result>): Promise<Result> {
  let isOver = false;
  const done = work.finally(() => (isOver = true));
  done.catch(() => undefined);
  for (let turn = 0; !isOver; turn++) {
    const pids = fleet.pids();
    await fleet.suspend(pids[turn % pids.length] as number, 3_000, false, () => undefined);
    await sleep(200);
  }
  return done;
}

/** A caller that the ledger has as one that began a run or joined it, and the number of runs that there were on the target. */
interface RecordedCaller {
  readonly vpc: string;
  readonly requestedBy: string;
  readonly runs: number;
}

const recordedQuery = `with callers as (select substring(workflow_id from '[^/]+$') as vpc, body::json ->> 'requestedBy' as name, run_id
    from ledger.entries where kind in ('opened', 'joined'))
  select distinct vpc, name as "requestedBy", (select count(distinct run_id)::int from callers as each where each.vpc = callers.vpc) as runs
  from callers`;

/**
 * Finds callers that are missing on the record, and those that do not belong there. One that joined a run and did not hear it asks again, by itself
 * or by its SDK, and may find another run in its way by then; where there was but one run, whoever was refused has not joined.
 */
function recordProblems(ends: readonly End[], recorded: readonly RecordedCaller[]): string[] {
  const rows = new Map(recorded.map((row) => [`${row.vpc} ${row.requestedBy}`, row]));
  return ends.flatMap(({ vpc, requestedBy, end }) => {
    const name = `${vpc} ${requestedBy}`;
    const row = rows.get(name);
    if (end === 'OperationInProgress') return row?.runs === 1 ? [`${name} was refused, and is on the record`] : [];
    return row ? [] : [`${name} has a report, and is not on the record`];
  });
}

async function judged(
  { simulator, servers, fleet }: Stage,
  programs: readonly CrowdProgram[],
  many: readonly End[],
  slow: readonly End[],
): Promise<readonly Line[]> {
  const all = [...many, ...slow];
  const vpcs = [...new Set(all.map(({ vpc }) => vpc))];
  const made = simulator.flowLogs({ gone: true });
  const changes = simulator.journal().filter(({ kind }) => kind === 'change');
  const known = new Set<string>([...outcomes, 'OperationInProgress']);
  const reported = all.filter(({ end }) => (outcomes as readonly string[]).includes(end)).length;
  const recorded = await servers.query<RecordedCaller>(recordedQuery);
  const slowest = Math.max(...all.map(({ seconds }) => seconds));
  return [
    {
      what: 'every caller ends with a report or OperationInProgress',
      found: `${all.length} callers in ${programs.length} languages: ${reported} reports, ${all.length - reported} others`,
      problems: [
        ...all.filter(({ end }) => !known.has(end)).map(({ vpc, end }) => `${vpc}: ${end}`),
        ...(reported > 0 && reported < all.length ? [] : ['not both were seen']),
      ],
    },
    {
      what: `nobody waits beyond the deadline of ${DEADLINE_S} s`,
      found: `${slowest.toFixed(1)} s at most`,
      problems: all.flatMap(({ vpc, seconds }) => (seconds > DEADLINE_S + BESIDE_S ? [`${vpc}: ${seconds} s`] : [])),
    },
    {
      what: 'exactly one flow log each, and Active',
      found: `${made.length} flow logs on ${vpcs.length} targets`,
      problems: vpcs.flatMap((vpc) => {
        const states = made.filter(({ resource }) => resource.endsWith(vpc)).map(({ status }) => status);
        return states.join() === 'Active' ? [] : [`${vpc} has ${states.join() || 'none'}`];
      }),
    },
    {
      what: 'the ledger tells every change that the cloud has in its journal',
      found: `${changes.length} changes`,
      problems: ledgerProblems(await servers.query<LedgerRow>(ledgerQuery), changes, placesOf(made)),
    },
    {
      what: 'everybody who has a report is on the record',
      found: `${recorded.length} callers`,
      problems: recordProblems(all, recorded),
    },
    { what: 'no worker ended by itself', found: `${fleet.deserters.length}`, problems: fleet.deserters },
  ];
}
