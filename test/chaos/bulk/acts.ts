import { setTimeout as sleep } from 'node:timers/promises';
import type { OperationReport } from '../../../client/index.js';
import type { BulkSummary } from '../../../workflows/bulk-contract.js';
import { randomStream } from '../../../simulator/control/random.js';
import { type Run, type Scene, asked, ended, requestedBy, startBulk, storm, until } from './scene.js';
import { type BulkTarget, itemsOf, passerBy, passersByRegion, poison, quotaFor, roleArn } from './world.js';

/** Targets of the strict bulk, and operations at a time. */
export const strict = { targets: 40, window: 6 } as const;

/** Scenario 19: three of ten targets are poisoned, and one of twenty may fail. There is no other fault. */
export async function strictAct(scene: Scene): Promise<Run> {
  const targets = scene.targets.filter(({ fate }) => fate === 'well').slice(0, strict.targets);
  scene.stage.simulator.faults(poison(targets.filter((_, index) => index % 10 < 3)));
  const bulk = await startBulk(scene, 'strict', targets, { failureBudget: '5%', window: strict.window });
  return ended(scene, targets, bulk);
}

/** Creates that are on their way when scenario 20 cancels. */
const HELD = 3;

/** Scenario 20: cancelled while creates are on their way. No other fault: what is lost and cancelled is another matter. */
export async function cancelledAct(scene: Scene): Promise<Run> {
  const { simulator } = scene.stage;
  const well = scene.targets.filter(({ fate }) => fate === 'well');
  const targets = well.slice(-Math.ceil(scene.targets.length / 10));
  simulator.faults([{ action: '^Create', when: 'after', barrier: 'midway', count: HELD }]);
  const bulk = await startBulk(scene, 'cancelled', targets, { window: HELD });
  const held = () => simulator.barriers.list().find(({ name }) => name === 'midway')?.waiting.length ?? 0;
  await until(
    () => held() === HELD,
    () => scene.limit.aborted,
  );
  await asked(scene, () => bulk.cancel());
  simulator.barriers.release('midway');
  return ended(scene, targets, bulk);
}

/** What one of two callers was told, and whether it joined what ran. */
export interface Caller {
  readonly report: OperationReport;
  readonly joined: boolean;
}

/** What the whole leaves for the judgement. */
export interface Whole {
  readonly runs: readonly [Run, Run];
  /** Of targets that two callers asked for at the very time when both bulks did. */
  readonly callers: readonly Caller[];
  /** Those that the schedule started. */
  readonly firings: readonly BulkSummary[];
  readonly paused: { readonly before: number; readonly after: number };
  /** Flow logs of others that came and went under the reader. */
  readonly passersBy: number;
  readonly strikes: readonly string[];
  readonly neverFell: readonly string[];
}

/** What falls upon the whole, as soon as so much of it is done. */
export type Strike = 'worker' | 'temporal' | 'database';

/** Two bulks over two thirds of all targets each, two callers, a schedule, others at work, and blows; all at the same time. */
export async function wholeAct(scene: Scene, kills: number): Promise<Whole> {
  const { targets, stage } = scene;
  storm(scene, false);
  await stage.simulator.revoke({ roleArn });
  const third = Math.round(targets.length * 0.35);
  const [first, second] = [targets.slice(0, -third), targets.slice(third)] as const;
  let isOver = false;
  const others = passingBy(scene, () => isOver);
  const everyFive = await startSchedule(scene);
  const [one, other] = await Promise.all([startBulk(scene, 'one', first), startBulk(scene, 'other', second)]);
  const calls = callersOf(scene);
  const work = Promise.all([ended(scene, first, one), ended(scene, second, other)]);
  const blows = strikeAll(scene, kills, () => isOver);
  const runs = await work.finally(() => (isOver = true));
  const { fell, neverFell } = await blows;
  const { firings, paused } = await everyFive.finish();
  return { runs, callers: await calls, firings, paused, passersBy: await others, strikes: fell, neverFell };
}

/** The world is cured; what failed or was skipped is tried again, by two bulks that meet again. */
export async function cureAct(scene: Scene, runs: readonly Run[]): Promise<readonly Run[]> {
  storm(scene, true);
  scene.stage.simulator.config({ quotas: { vpc: 2 * quotaFor(scene.targets.length) } });
  await scene.stage.simulator.restore({ roleArn });
  return Promise.all(
    runs.map(async ({ name, targets, rows }) => {
      const rest = rows.flatMap(({ state }, index) => (isLeft(state) ? [targets[index] as BulkTarget] : []));
      const bulk = await startBulk(scene, `${name.split('/').at(-1)}-again`, rest, { retryOf: name });
      return ended(scene, rest, bulk);
    }),
  );
}

/** Everything is asked for once more, with time enough: what is there is left alone, what was given up is made. */
export async function sweepAct(scene: Scene): Promise<Run> {
  const bulk = await startBulk(scene, 'sweep', scene.targets, { isPatient: true });
  return ended(scene, scene.targets, bulk);
}

/** Whether a retry takes it up. */
export const isLeft = (state: string | undefined): boolean =>
  state === 'failed' || state === 'skipped' || state === 'cancelled';

/** Scenario 6: each of some targets is enabled by two callers, while two bulks do the same. */
async function callersOf(scene: Scene): Promise<readonly Caller[]> {
  const well = scene.targets.filter(({ fate }) => fate === 'well');
  const middle = well.slice(Math.floor(well.length / 2)).slice(0, 10);
  const pairs = itemsOf(middle).flatMap((item) => [item, item]);
  return Promise.all(
    pairs.map(async ({ target, spec }) => {
      const operation = await asked(scene, () =>
        scene.flowLogs.enable({ target, ...(spec ? { spec } : {}), requestedBy, options: { deadlineMs: 900_000 } }),
      );
      return { report: await asked(scene, () => operation.result()), joined: operation.joined };
    }),
  );
}

/** Scenario 24: fires every five seconds, on targets that the bulks work on too. */
async function startSchedule(scene: Scene) {
  const name = 'often';
  const { schedules, bulks } = scene.flowLogs;
  const items = itemsOf(scene.targets.filter(({ fate }) => fate === 'well').slice(0, 15));
  await asked(scene, () =>
    schedules.create({ name, operation: 'enable', items, requestedBy, everyMs: 5_000, options: { window: 5 } }),
  );
  const firings = async () =>
    (await asked(scene, () => bulks.list({ limit: 100 }))).filter(({ bulk }) => bulk.includes(`/schedule-${name}-`));
  return {
    async finish() {
      await asked(scene, () => schedules.pause(name, { requestedBy, note: 'enough' }));
      let all = await firings();
      while (all.some(({ report }) => !report)) {
        await sleep(200);
        all = await firings();
      }
      // Longer than its interval: paused, it stays so.
      await sleep(6_000);
      const after = (await firings()).length;
      await asked(scene, () => schedules.delete(name));
      return { firings: all, paused: { before: all.length, after } };
    },
  };
}

/** Scenario 16: flow logs of others come and go while lists are read. */
async function passingBy({ stage: { simulator } }: Scene, isOver: () => boolean): Promise<number> {
  const there: { readonly index: number; readonly flowLogId: string }[] = [];
  for (let index = 0; ; index++) {
    const leaving = isOver() ? there.splice(0) : there.splice(0, there.length - 10);
    const region = passersByRegion;
    await simulator.seed({
      region,
      flowLogs: leaving.map((one) => ({ ...passerBy(one.index), flowLogId: one.flowLogId, deleted: true })),
    });
    if (isOver()) return index;
    const [flowLogId = ''] = await simulator.seed({ region, flowLogs: [passerBy(index)] });
    there.push({ index, flowLogId });
    await sleep(250);
  }
}

/** How long a server stays away. */
const OUTAGE_MS = 3_000;

/** Blows that fall evenly over the work, counted by what the cloud has made. */
async function strikeAll(scene: Scene, kills: number, isOver: () => boolean) {
  const { stage, targets, tell } = scene;
  const random = randomStream(scene.seed);
  const half = Math.floor(kills / 2);
  const workers = (count: number): Strike[] => Array.from({ length: count }, () => 'worker');
  const order: readonly Strike[] = [...workers(half), 'temporal', ...workers(kills - half), 'database'];
  const made = () => stage.simulator.journal().filter(({ action, committed }) => committed && /^Create/.test(action));
  const before = made().length;
  const toMake = targets.filter(({ fate }) => fate === 'well' || fate === 'slow').length - before;
  const fell: Strike[] = [];
  for (const [index, strike] of order.entries()) {
    const due = before + (toMake * (index + 1)) / (order.length + 2);
    if (!(await until(() => made().length >= due, isOver))) break;
    await stage.fleet.ready();
    const pids = stage.fleet.pids();
    const pid = strike === 'worker' ? (pids[Math.floor(random() * pids.length)] ?? 0) : stage.servers[strike].pid();
    if (strike === 'worker') await stage.fleet.kill(pid);
    else await outage(stage.servers[strike]);
    fell.push(strike);
    tell(`${strike}: process ${pid} gone, ${made().length - before} of ${toMake} made`);
    storm(scene, false, index + 1);
  }
  return { fell, neverFell: order.slice(fell.length).map((strike) => `${strike}: it was over before it fell`) };
}

async function outage(server: Scene['stage']['servers']['temporal' | 'database']): Promise<void> {
  await server.takeAway();
  await sleep(OUTAGE_MS);
  await server.bringBack();
}
