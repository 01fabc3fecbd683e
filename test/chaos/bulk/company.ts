import { setTimeout as sleep } from 'node:timers/promises';
import { omitUndefined } from '../../../cloud/omit-undefined.js';
import type { OperationReport } from '../../../client/index.js';
import { comeAndGo } from '../neighbours.js';
import { type Scene, asked, requestedBy } from './scene.js';
import { itemsOf, passerBy, passersByRegion } from './world.js';

/** Report to one of two callers, and whether that caller joined a running operation. */
export interface Caller {
  readonly report: OperationReport;
  readonly joined: boolean;
}

/** Scenario 6: each of some targets is enabled by two callers, while two bulks do the same. */
export async function callersOf(scene: Scene): Promise<readonly Caller[]> {
  const well = scene.targets.filter(({ fate }) => fate === 'well');
  const middle = well.slice(Math.floor(well.length / 2)).slice(0, 10);
  const pairs = itemsOf(middle).flatMap((item) => [item, item]);
  return Promise.all(
    pairs.map(async ({ target, spec }) => {
      const operation = await asked(scene, () =>
        scene.flowLogs.enable({ target, ...omitUndefined({ spec }), requestedBy, options: { deadlineMs: 900_000 } }),
      );
      return { report: await asked(scene, () => operation.result()), joined: operation.joined };
    }),
  );
}

/** Scenario 24: fires every five seconds, on targets that the bulks work on too. */
export async function startSchedule(scene: Scene) {
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
export const passingBy = ({ stage: { simulator } }: Scene, isOver: () => boolean): Promise<number> =>
  comeAndGo({ simulator, region: passersByRegion, flowLogOf: passerBy, everyMs: 250, keeps: 11, isOver });
