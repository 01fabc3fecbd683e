import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { ownerTags } from '../../cloud/ownership.js';
import type { ResourceTarget } from '../../cloud/flow-log.js';
import type { ConfigPatch } from '../../simulator/index.js';
import { PATIENCE_MS, hostile, inService, rowsOf } from './fixtures/scenario.js';
import type { Service } from './fixtures/service.js';
import { committed, destination, requestedBy, vpc } from './fixtures/targets.js';

/**
 * A list that another program changes while it is read: what was on a page not read yet moves to one that was. No absence is concluded
 * from pages that were not one list, so nothing is created beside a flow log that was there all the time.
 */

const target = (name: string) => vpc.target(name) as ResourceTarget;
const seeded = (name: string, tags: Readonly<Record<string, string>> = {}) => ({
  product: 'vpc' as const,
  resource: target(name).resource,
  destination,
  tags,
});
const foreign = (word: string, count: number) => Array.from({ length: count }, (_, index) => seeded(`${word}${index}`));
const own = (name: string) => seeded(name, ownerTags('test', target(name)));

const item = (name: string) => ({ target: target(name), spec: { destination } });

/** The cloud accepts duplicates; lists show at once what happened, or each page as late as it likes. */
const cloudOf = (config: ConfigPatch = {}) =>
  hostile({ cooldownMs: 0, listLagMs: 0, ...config }, { env: { FLOWLOG_LIST_LAG_MS: '1000' } });

async function bulkOver(service: Service, names: readonly string[]) {
  const items = names.map(item);
  const handle = await service.flowLogs.bulks.start({ operation: 'enable', items, requestedBy });
  await handle.result();
  const rows = await rowsOf(service, handle);
  return new Map(rows.map((row) => [(row.target as ResourceTarget).resource['id'], row.outcome ?? row.state]));
}

/** Calls that created something on a resource. */
const creates = ({ simulator }: Service, name: string): number =>
  committed(simulator.journal(), 'vpc', vpc.create).filter(({ params }) => params['ResourceId'] === vpc.resource(name))
    .length;

describe('a bulk whose scan loses a row to a page already read', () => {
  /** 50 of others, then ours, then 5 of others; while the first page is answered one of it goes and another comes. */
  const shifted = async (service: Service) => {
    await service.simulator.seed({ flowLogs: [...foreign('before', 50), own('ours'), ...foreign('behind', 5)] });
    service.simulator.faults([{ action: vpc.list, when: 'after', count: 1, writes: { delete: 1, create: 1 } }]);
    const outcomes = await bulkOver(service, ['ours', 'new']);
    expect(service.simulator.journal().filter(({ wrote }) => wrote)).toHaveLength(1);
    expect(creates(service, 'ours')).toBe(0);
    expect(creates(service, 'new')).toBe(1);
    return outcomes;
  };

  test.concurrent(
    'creates nothing beside our own flow log, which is left as it is',
    async () => {
      const outcomes = await inService(cloudOf(), shifted);
      expect(outcomes.get('vpc-ours')).toBe('unchanged');
      expect(outcomes.get('vpc-new')).toBe('created');
    },
    PATIENCE_MS,
  );

  test.concurrent(
    'nor does the plan of it, which reads what its scan has not proven',
    () =>
      inService(cloudOf(), async (service) => {
        await service.simulator.seed({ flowLogs: [...foreign('before', 50), own('ours'), ...foreign('behind', 5)] });
        service.simulator.faults([{ action: vpc.list, when: 'after', count: 1, writes: { delete: 1, create: 1 } }]);
        const items = ['ours', 'new'].map(item);
        const plan = await service.flowLogs.bulks.plan({ operation: 'enable', items, requestedBy });
        expect(plan.report.verdicts).toEqual({ leave: 1, create: 1 });
      }),
    PATIENCE_MS,
  );
});

describe('a bulk beside a program that goes on replacing its own flow logs', () => {
  const names = (word: string, count: number) => Array.from({ length: count }, (_, index) => `${word}${index}`);

  test.concurrent.each([
    { order: 'oldest-first', listLag: 'uniform', listFilters: 'exact' },
    { order: 'random', listLag: 'per-page', listFilters: 'prefix' },
    { order: 'newest-first', listLag: 'per-page', listFilters: 'exact' },
  ] as const)(
    'never doubles a target: lists $order, lag $listLag, filters $listFilters',
    ({ order, listLag, listFilters }) =>
      inService(
        cloudOf({ listOrder: order, listLag, listFilters, listLagMs: listLag === 'uniform' ? 0 : 1_000 }),
        async (service) => {
          const ours = names('ours', 30);
          const known = names('known', 10);
          await service.simulator.seed({
            flowLogs: [...foreign('before', 120), ...ours.map(own), ...foreign('behind', 30)],
          });
          await bulkOver(service, known);
          await sleep(listLag === 'uniform' ? 0 : 1_000);
          // Between any two pages of any list.
          service.simulator.faults([
            { action: vpc.list, when: 'after', probability: 0.5, writes: { delete: 7, create: 7 } },
          ]);
          const outcomes = await bulkOver(service, [...ours, ...known, ...names('new', 10)]);
          for (const name of ours) expect(`${name} ${creates(service, name)}`).toBe(`${name} 0`);
          for (const name of [...known, ...names('new', 10)])
            expect(`${name} ${creates(service, name)}`).toBe(`${name} 1`);
          for (const name of [...ours, ...known]) expect(outcomes.get(`vpc-${name}`)).toBe('unchanged');
        },
      ),
    PATIENCE_MS,
  );
});

test(
  'an own flow log that the ledger knows is read by its target, however often a scan misses it',
  { timeout: PATIENCE_MS },
  () =>
    inService(cloudOf(), async (service) => {
      await service.simulator.seed({ flowLogs: foreign('before', 60) });
      await bulkOver(service, ['known']);
      // Every scan shows the first page twice: rows enough, and ours not among them.
      service.simulator.faults([{ action: vpc.list, when: 'after', count: 1, writes: { delete: 60, create: 60 } }]);
      const before = service.simulator.journal().length;
      expect((await bulkOver(service, ['known'])).get('vpc-known')).toBe('unchanged');
      const since = service.simulator.journal().slice(before);
      expect(since.filter(({ kind }) => kind === 'change')).toEqual([]);
    }),
);
