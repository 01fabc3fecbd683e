import type { BulkSummary } from '../../../workflows/contract/bulk.js';
import { type Said, hastyHands } from '../hands.js';
import { strikeAll } from './blows.js';
import { type Caller, callersOf, passingBy, startSchedule } from './company.js';
import { type Run, type Scene, asked, ended, startBulk, storm, until } from './scene.js';
import { type BulkTarget, poison, quotaFor, roleArn } from './world.js';

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

/** Results of the acts on all targets, for the judgement. */
export interface Whole {
  readonly runs: readonly [Run, Run];
  /** Of targets that two callers asked for at the very time when both bulks did. */
  readonly callers: readonly Caller[];
  /** Those that the schedule started. */
  readonly firings: readonly BulkSummary[];
  /** Changes in doubt, as a hasty person spoke of them meanwhile. */
  readonly said: Said;
  readonly paused: { readonly before: number; readonly after: number };
  /** Flow logs of others that came and went under the reader. */
  readonly passersBy: number;
  readonly fell: readonly string[];
  readonly neverFell: readonly string[];
}

/** Two bulks over two thirds of all targets each, two callers, a schedule, others at work, and blows; all at the same time. */
export async function wholeAct(scene: Scene, kills: number): Promise<Whole> {
  const { targets, stage } = scene;
  storm(scene, false);
  await stage.simulator.revoke({ roleArn });
  const third = Math.round(targets.length * 0.35);
  const [first, second] = [targets.slice(0, -third), targets.slice(third)] as const;
  let isOver = false;
  const everyFive = await startSchedule(scene);
  const [one, other] = await Promise.all([startBulk(scene, 'one', first), startBulk(scene, 'other', second)]);
  const both = Promise.all([ended(scene, first, one), ended(scene, second, other)]).finally(() => (isOver = true));
  const [runs, said, callers, passersBy, blows] = await Promise.all([
    both,
    hastyHands(scene, () => isOver),
    callersOf(scene),
    passingBy(scene, () => isOver),
    strikeAll(scene, kills, () => isOver),
  ]);
  return { runs, said, callers, passersBy, ...blows, ...(await everyFive.finish()) };
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

/** Tells whether a retry takes up an item in this state. */
export const isLeft = (state: string | undefined): boolean =>
  state === 'failed' || state === 'skipped' || state === 'cancelled';
