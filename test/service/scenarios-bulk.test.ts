import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import type { BulkItemRequest } from '../../client/index.js';
import type { BulkOptions } from '../../workflows/contract/bulk.js';
import { type Detour, startDetour } from './fixtures/detour.js';
import { ledgerProblems } from './fixtures/judge.js';
import {
  PATIENCE_MS,
  type Named,
  hostile,
  rowsOf,
  inService,
  numbered,
  onEveryProduct,
  until,
} from './fixtures/scenario.js';
import { type Service, uid } from './fixtures/service.js';
import { committed, destination, requestedBy, vpc } from './fixtures/targets.js';

/** Scenarios 6, 11, 16 to 21 in bulk: what befalls one target or one place befalls no other, and nothing is made twice. */

const itemsOf = (all: readonly Named[], accountId?: string): BulkItemRequest[] =>
  all.map(({ product, name }) => ({
    target: { ...product.target(name), ...omitUndefined({ accountId: accountId || undefined }) },
    spec: { destination },
  }));

const start = ({ flowLogs }: Service, items: readonly BulkItemRequest[], options: BulkOptions = {}) =>
  flowLogs.bulks.start({ operation: 'enable', items, requestedBy, options });

/** I1, I3 and I4: each made once and Active, one row each, the ledger complete against the journal. */
async function expectAllOnce(service: Service, count: number): Promise<void> {
  const { live, madeMoreThanOnce } = service.simulator.summary();
  expect(madeMoreThanOnce).toEqual([]);
  expect(live.filter(({ status }) => status === 'Active')).toHaveLength(count);
  expect(await ledgerProblems(service)).toEqual([]);
}

const inRegion = (region: string, word: string, count: number): BulkItemRequest[] =>
  numbered(word, count).map((name) => ({
    target: { ...vpc.target(`${region}-${name}`), region },
    spec: { destination },
  }));

describe.concurrent('bulks that meet', () => {
  test(
    'scenario 6: two bulks over the same targets at once: one operation each, joined by the other, one flow log',
    async () => {
      await inService(hostile({}, { workers: 2 }), async (service) => {
        const items = itemsOf(onEveryProduct(...numbered('both', 10)));
        const bulks = await Promise.all([start(service, items), start(service, items)]);
        const reports = await Promise.all(bulks.map((bulk) => bulk.result()));
        expect(reports).toMatchObject([{ end: 'completed' }, { end: 'completed' }]);
        for (const { tally } of reports) expect(tally.failed).toBeUndefined();
        const rows = (await Promise.all(bulks.map((bulk) => rowsOf(service, bulk)))).flat();
        expect(rows).toHaveLength(2 * items.length);
        // Of each pair one made it; the other joined, or came later and found it.
        expect(rows.filter(({ state }) => state === 'succeeded')).toHaveLength(items.length);
        await expectAllOnce(service, items.length);
      });
    },
    PATIENCE_MS,
  );

  test(
    'scenario 20: cancelled while creates are on their way: what was made is reported with its id, and no orphan is left',
    async () => {
      await inService(hostile(), async (service) => {
        const { simulator } = service;
        const names = numbered('midway', 9);
        const held = names.slice(0, 3);
        simulator.faults(
          held.map((name) => ({
            product: 'vpc',
            action: vpc.create,
            resource: vpc.resource(name),
            when: 'after',
            barrier: name,
            count: 1,
          })),
        );
        const bulk = await start(service, itemsOf(names.map((name) => ({ product: vpc, name }))), { window: 3 });
        await Promise.all(held.map((name) => simulator.barriers.waiting(name)));
        await bulk.cancel();
        for (const name of held) simulator.barriers.release(name);
        expect(await bulk.result()).toMatchObject({ end: 'cancelled' });
        const rows = await rowsOf(service, bulk);
        expect(rows).toHaveLength(names.length);
        const made = simulator.flowLogs().map(({ flowLogId }) => flowLogId);
        const reported = rows.flatMap(({ flowLogId }) => flowLogId ?? []);
        expect(reported.sort()).toEqual(made.sort());
      });
    },
    PATIENCE_MS,
  );
});

describe.concurrent('one target that is wrong', () => {
  test(
    'scenario 11: a poisoned target fails by itself, with the code and the one thing to do; the others are not touched',
    async () => {
      await inService(hostile(), async (service) => {
        const good = itemsOf(onEveryProduct(...numbered('good', 7)));
        service.simulator.faults([
          {
            product: 'vpc',
            action: vpc.create,
            resource: vpc.resource('poison'),
            when: 'before',
            effect: 'code',
            code: 'InvalidParameter',
            status: 400,
          },
        ]);
        const bulk = await start(service, [...good, ...itemsOf([{ product: vpc, name: 'poison' }])]);
        expect(await bulk.result()).toMatchObject({ end: 'completed', tally: { succeeded: 21, failed: 1 } });
        const [failed] = (await rowsOf(service, bulk)).filter(({ state }) => state === 'failed');
        expect(failed).toMatchObject({ code: 'InvalidParameter', target: { resource: { id: 'vpc-poison' } } });
        expect(failed?.requestId).toBeTruthy();
        await expectAllOnce(service, good.length);
      });
    },
    PATIENCE_MS,
  );

  test('scenario 11: a bad id and a megabyte of name are refused at the door, all at once, and nothing is started', async () => {
    await inService(hostile(), async (service) => {
      const [good] = itemsOf([{ product: vpc, name: 'good' }]);
      const bad = { target: { ...vpc.target('x'), resource: { type: 'VPC', id: 'vpc/../1' } }, spec: { destination } };
      const long = { target: vpc.target('long'), spec: { destination, name: 'n'.repeat(1_000_000) } };
      await expect(start(service, [good as BulkItemRequest, bad, long])).rejects.toMatchObject({
        problems: [
          expect.objectContaining({ path: expect.stringMatching(/^items\[1\]/) as string }),
          expect.objectContaining({ path: expect.stringMatching(/^items\[2\]/) as string }),
        ],
      });
      expect(service.simulator.journal()).toEqual([]);
    });
  });
});

describe.concurrent('places that are wrong', () => {
  test(
    'scenario 16: scans of a bulk whose lists lie: read again until they add up, nothing made twice',
    async () => {
      await inService(hostile(), async (service) => {
        const { simulator } = service;
        const foreign = numbered('theirs', 120).map((name) => ({
          product: 'vpc' as const,
          resource: { type: 'VPC', id: `vpc-${name}` },
          status: 'Active' as const,
          destination,
          tags: {},
        }));
        await simulator.seed({ region: 'cn-hangzhou', flowLogs: foreign });
        simulator.config({ resources: 'open' });
        const lies = ['total-high', 'total-low', 'repeat', 'skip', 'stuck'] as const;
        simulator.faults(
          lies.map((lie) => ({ action: '^Describe', effect: 'lie', lie, probability: 0.05 })),
          16,
        );
        const items = itemsOf(numbered('new', 30).map((name) => ({ product: vpc, name })));
        const bulk = await start(service, items);
        expect(await bulk.result()).toMatchObject({ tally: { succeeded: 30 } });
        expect(simulator.summary().madeMoreThanOnce).toEqual([]);
      });
    },
    PATIENCE_MS,
  );

  test(
    'scenario 17: the role of one of two accounts revoked: its rows fail at their deadline, those of the other are not held back',
    async () => {
      const other = '1000000000000002';
      const roleArn = `acs:ram::${other}:role/flowlog`;
      const folder = await mkdtemp(join(tmpdir(), 'flowlog-accounts-'));
      const file = join(folder, 'accounts.json');
      const budgets = { '*': 1000 };
      await writeFile(file, JSON.stringify({ here: { uid, budgets }, there: { uid: other, roleArn, budgets } }));
      const options = hostile({}, { env: { FLOWLOG_ACCOUNTS: file, FLOWLOG_ACCOUNT_ID: '', FLOWLOG_BUDGETS: '' } });
      const seed = { accounts: [{ uid: other, roles: [{ name: 'flowlog', trusts: [uid] }] }] };
      try {
        await inService({ ...options, simulator: { ...options.simulator, seed } }, async (service) => {
          await service.simulator.revoke({ roleArn });
          const all = onEveryProduct(...numbered('each', 4));
          const bulk = await start(service, [...itemsOf(all), ...itemsOf(all, other)], { deadlineMs: 20_000 });
          const report = await bulk.result();
          expect(report).toMatchObject({ end: 'completed', tally: { total: 24, succeeded: 12, failed: 12 } });
          const rows = await rowsOf(service, bulk);
          const failed = rows.filter(({ state }) => state === 'failed');
          expect(failed.every(({ target }) => target.accountId === other)).toBe(true);
          expect(
            failed.every(({ reason = '' }) => reason.includes('NoPermission') || reason.includes('AssumeRole')),
          ).toBe(true);
        });
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
    PATIENCE_MS,
  );

  test(
    'scenario 18: one region swallows every call and one answers after 5 s: the others end as if those were not there, theirs are reported',
    async () => {
      let detour: Detour | undefined;
      const [black, slow] = ['cn-shanghai', 'cn-shenzhen'];
      try {
        const env = { FLOWLOG_READ_TIMEOUT_MS: '8000', FLOWLOG_GRACE_MS: '12000' };
        await inService(hostile({}, { workers: 0, env }), async (service) => {
          service.simulator.faults([{ region: slow, latencyMs: 5_000 }]);
          detour = await startDetour(service.simulator.url, (path) => (path.includes(black) ? 'swallowed' : 'pass'));
          await service.startWorker({ env: { FLOWLOG_ENDPOINT_VPC: `${detour.url}/{region}` } });
          const good = ['cn-hangzhou', 'cn-beijing'].flatMap((region) => inRegion(region, 'g', 10));
          const bad = [...inRegion(black, 'b', 10), ...inRegion(slow, 's', 10)];
          const bulk = await start(service, [...bad, ...good], { deadlineMs: 60_000, window: 20 });
          const rowsEnded = async () => (await bulk.progress()).ended;
          const began = performance.now();
          await until(async () => ((await rowsEnded()).succeeded ?? 0) >= good.length, 50_000);
          const othersMs = performance.now() - began;
          const report = await bulk.result();
          const rows = await rowsOf(service, bulk);
          const of = (region: string) => rows.filter(({ target }) => target.region === region);
          expect(of(black).every(({ state, code }) => state === 'failed' && code !== undefined)).toBe(true);
          expect(of(slow).every(({ state }) => state === 'succeeded')).toBe(true);
          expect(report.tally).toMatchObject({ total: 40, succeeded: 30, failed: 10 });
          expect(othersMs).toBeLessThan(50_000);
          expect(service.simulator.summary().madeMoreThanOnce).toEqual([]);
        });
      } finally {
        await detour?.close();
      }
    },
    PATIENCE_MS,
  );

  test(
    'scenario 19: a quota refused at the first call of a place: a handful of calls there, the rest skipped with the reason, other places go on',
    async () => {
      await inService(hostile({ quotas: { vpc: 2 } }), async (service) => {
        const items = [...inRegion('cn-hangzhou', 'q', 40), ...inRegion('cn-beijing', 'q', 2)];
        const bulk = await start(service, items, { window: 8 });
        const report = await bulk.result();
        expect(report).toMatchObject({ end: 'completed' });
        const rows = await rowsOf(service, bulk);
        const here = rows.filter(({ target }) => target.region === 'cn-hangzhou');
        expect(here.filter(({ state }) => state === 'succeeded')).toHaveLength(2);
        const skipped = here.filter(({ state }) => state === 'skipped');
        expect(skipped.length).toBeGreaterThanOrEqual(28);
        expect(skipped.every(({ reason = '' }) => reason.includes('refused before in this bulk'))).toBe(true);
        expect(
          rows.filter(({ target, state }) => target.region === 'cn-beijing' && state === 'succeeded'),
        ).toHaveLength(2);
        const creates = service.simulator
          .journal()
          .filter(({ action, region }) => action === vpc.create && region === 'cn-hangzhou');
        expect(creates.length).toBeLessThanOrEqual(2 + 10);
      });
    },
    PATIENCE_MS,
  );
});

describe.concurrent('a long bulk', () => {
  test(
    'scenario 21: goes on in new histories between its pages, and a worker killed on the way loses nothing',
    async () => {
      const env = { FLOWLOG_LONG_HISTORY_EVENTS: '30' };
      const regions = numbered('cn-long-', 12);
      await inService(hostile({ regions }, { workers: 0, env }), async (service) => {
        const items = regions.flatMap((region) => inRegion(region, 'l', 3));
        const worker = await service.spawnWorker();
        const bulk = await start(service, items, { window: 2 });
        await until(() => committed(service.simulator.journal(), 'vpc', vpc.create).length >= 6, 120_000);
        await worker.kill();
        await service.spawnWorker();
        expect(await bulk.result()).toMatchObject({ end: 'completed', tally: { total: 36, succeeded: 36 } });
        const { runId } = await service.client.workflow.getHandle(bulk.workflowId).describe();
        expect(runId).not.toBe(bulk.runId);
        expect(await rowsOf(service, bulk)).toHaveLength(36);
        await expectAllOnce(service, 36);
      });
    },
    PATIENCE_MS,
  );
});
