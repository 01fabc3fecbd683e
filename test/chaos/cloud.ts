import type { Seed } from '../../simulator/index.js';
import { rowsEnd, rowsTellTheTruth, withinLimits } from './bulk/invariants.js';
import { type Run, type Scene, ended, startBulk } from './bulk/scene.js';
import type { BulkTarget } from './bulk/world.js';
import type { Company, Kind } from './kind.js';
import { comeAndGo } from './neighbours.js';
import { clockStrikes } from './plan.js';
import { timing } from './stage.js';
import { lossy } from './storm.js';
import { region } from './targets.js';

/** Calls a second that the cloud takes for each API, account and region, and the share of them that the service may use. */
const LIMIT_PER_SECOND = 20;
const SHARE = 0.8;

const COMMIT_DELAY_MS = 1_000;
const GRACE_MS = 10_000;

/** The share of the targets that bulks are to enable; the others have programs of their own. */
const IN_BULK = 0.4;

/** Another program has so many flow logs of each product: more than a page holds. */
const REPLACED_OF_EACH = 60;
const REPLACED_EVERY_MS = 500;

const orders = ['oldest-first', 'newest-first', 'by-id', 'random', 'changing'] as const;
const filters = ['exact', 'prefix'] as const;

/**
 * Against everything that the outside found: another program replaces flow logs, three of ten answers are lost, codes come after the act, each
 * page is as old as it likes, workers are killed and suspended, the database is restarted and its clock jumps.
 */
export const cloud: Kind = {
  storm: lossy,
  strikes: clockStrikes,
  graceMs: GRACE_MS,
  commitDelayMs: COMMIT_DELAY_MS,
  sceneryOf: (seed) => ({
    movesClocks: true,
    config: {
      listLagMs: timing.listLagMs,
      listLag: 'per-page',
      listOrder: orders[seed % orders.length] ?? 'random',
      listFilters: filters[seed % filters.length] ?? 'exact',
      listSeed: seed,
      commitDelayMs: COMMIT_DELAY_MS,
      limits: { '*': LIMIT_PER_SECOND },
      quotas: {},
    },
    env: {
      FLOWLOG_COMMIT_DELAY_MS: String(COMMIT_DELAY_MS),
      FLOWLOG_GRACE_MS: String(GRACE_MS),
      FLOWLOG_BUDGETS: `*=${LIMIT_PER_SECOND}`,
      FLOWLOG_BUDGET_SHARE: String(SHARE),
    },
  }),
  company: { share: IN_BULK, join: bulksBesideAnother },
};

/** The other program's flow log number `index`; the products take turns, and those of routers are on the routers of our targets. */
function replaced(index: number): NonNullable<Seed['flowLogs']>[number] {
  const name = `replaced-${index}`;
  const theirs = [
    { product: 'vpc', resource: { type: 'VPC', id: `vpc-${name}` } },
    { product: 'cen', resource: { cenId: `cen-${name}`, transitRouterId: `tr-${name}` } },
    { product: 'ecr', resource: { ecrId: `ecr-${index % 2}`, instanceId: `vbr-${name}` } },
  ] as const;
  const one = theirs[index % theirs.length] ?? theirs[0];
  return { ...one, destination: { project: 'theirs', logStore: 'flow' }, tags: {} };
}

/**
 * Two bulks that want the same targets at the same time, and one more over all of them when they are done; all the while another program
 * replaces its flow logs.
 */
function bulksBesideAnother(scene: Scene): Company {
  const { targets, stage } = scene;
  let replacedCount = 0;
  const runs: Run[] = [];
  const enable = async (name: string, some: readonly BulkTarget[]) => {
    runs.push(await ended(scene, some, await startBulk(scene, name, some)));
  };
  const pool = Array.from({ length: 3 * REPLACED_OF_EACH }, (_, index) => replaced(index));
  return {
    async work(isOver) {
      const there = await stage.simulator.seed({ region, flowLogs: pool });
      const everyMs = REPLACED_EVERY_MS;
      const neighbour = { ...stage, region, flowLogOf: replaced, everyMs, keeps: pool.length, there, isOver };
      const coming = comeAndGo(neighbour);
      await Promise.all([enable('one', targets), enable('other', targets.slice(Math.floor(targets.length / 2)))]);
      await enable('again', targets);
      replacedCount = await coming;
    },
    lines(evidence) {
      const again = runs.find(({ name }) => name.endsWith('again'));
      const changed = again?.rows.filter(({ state }) => state !== 'unchanged') ?? [];
      return [
        rowsTellTheTruth(runs, evidence.flowLogs),
        rowsEnd(runs),
        withinLimits(LIMIT_PER_SECOND, evidence),
        {
          what: 'two bulks at once, and all of it asked for once more: what is there is left alone',
          found: `${again?.rows.length ?? 0} rows unchanged`,
          problems: [
            ...(again ? [] : ['it was not asked for once more']),
            ...changed.map(({ ordinal, state, reason = '' }) => `row ${ordinal}: ${state} ${reason}`),
          ],
        },
        {
          what: 'another program replaced flow logs all the while',
          found: String(replacedCount),
          problems: replacedCount > 0 ? [] : ['it never happened'],
        },
      ];
    },
  };
}
