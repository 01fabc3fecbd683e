import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Dependencies } from '../../activities/index.js';
import { appendAnchor, openAuditor } from '../../audit/index.js';
import { flowlog } from './fixtures/console.js';
import { dump, type Dump, restore, startEmpty, startPair } from './fixtures/second-server.js';
import { rowsAt } from './fixtures/servers.js';
import { type Service, startService } from './fixtures/service.js';
import { changesOn, expectExactlyOne } from './fixtures/judge.js';
import { type ProductUnderTest, destination, productsUnderTest, requestedBy, vpc } from './fixtures/targets.js';

/** Another database in the place of the first: a replica that lacks the last second, and a backup that was made in the middle of a bulk. */

/** Longer than it takes to start a server: no list shows meanwhile what was made just before. */
const LAG_MS = 12_000;
const GRACE_MS = 16_500;
const times = {
  FLOWLOG_LIST_LAG_MS: String(LAG_MS),
  FLOWLOG_GRACE_MS: String(GRACE_MS),
  FLOWLOG_READ_TIMEOUT_MS: '2000',
};
const config = { listLagMs: LAG_MS, cooldownMs: 0, progression: { mode: 'immediate' } } as const;
const request = (name: string, { target }: ProductUnderTest = vpc) => ({
  ...{ target: target(name), spec: { destination }, requestedBy },
});
const creates = ({ simulator }: Service) =>
  simulator
    .journal()
    .filter(({ product, action, committed }) => product === vpc.product && action === vpc.create && committed);
const namesOf = (service: Service) =>
  creates(service).map(({ params }) => Object.values(params).find((value) => /^vpc-/.test(value)));

test(
  'a replica that lacks the last second makes no second flow log, whether the operation of the lost create runs or has ended',
  { timeout: 240_000 },
  async () => {
    const pair = await startPair();
    const service = await startService({
      simulator: { config },
      workers: 0,
      env: { ...times, DATABASE_URL: pair.url },
    });
    let second: Promise<void> | undefined;
    const failed = { atMs: 0 };
    let accepted = 0;
    let hear: () => void = () => undefined;
    const allAccepted = new Promise<void>((resolve) => (hear = resolve));
    /** The first server is gone before it hears how the creates of `running` ended. */
    const failing = (dependencies: Dependencies): Dependencies => ({
      ...dependencies,
      ledger: {
        ...dependencies.ledger,
        async recordOutcome(outcome) {
          if (!second && outcome.intent?.target.key.endsWith('-running')) {
            if ((accepted += 1) === productsUnderTest.length) {
              failed.atMs = Date.now();
              ({ second } = await pair.fail());
              hear();
            }
            await allAccepted;
          }
          return dependencies.ledger.recordOutcome(outcome);
        },
      },
    });
    const onEach = <Result>(ask: (product: ProductUnderTest) => Promise<Result>) =>
      Promise.all(productsUnderTest.map(ask));
    const { flowLogs } = service;
    try {
      const worker = await service.startWorker({ wrap: failing });
      await (await flowLogs.enable(request('before'))).result();
      await pair.copy();
      const ended = await onEach(async (product) => (await flowLogs.enable(request('ended', product))).result());
      const running = await onEach((product) => flowLogs.enable(request('running', product)));
      await expect.poll(() => second !== undefined, { timeout: 60_000 }).toBe(true);
      await second;
      const [again, other] = await Promise.all(
        ['ended', 'other'].map((name) => onEach((product) => flowLogs.enable(request(name, product)))),
      );
      const reportsOf = (some: typeof running = []) => Promise.all(some.map((operation) => operation.result()));
      const reports = await Promise.all([running, again, other].map(reportsOf));
      expect(reports.map((some) => new Set(some.map(({ outcome }) => outcome)))).toEqual(
        ['created', 'unchanged', 'created'].map((outcome) => new Set([outcome])),
      );
      expect(reports[1]?.map(({ flowLogId }) => flowLogId)).toEqual(ended.map(({ flowLogId }) => flowLogId));
      expect(namesOf(service)).toEqual(['vpc-before', 'vpc-ended', 'vpc-running', 'vpc-other']);
      for (const product of productsUnderTest) {
        for (const name of ['ended', 'running', 'other']) expectExactlyOne(service, product, name);
        // None within one grace.
        const [create] = changesOn(service, product, 'other');
        expect((create?.monotonicMs ?? 0) - failed.atMs).toBeGreaterThan(GRACE_MS);
      }
      const orphans = await service.query<{ target: string; flow_log_id: string }>(
        `select target, flow_log_id from ledger.entries where kind = 'orphan'`,
      );
      for (const { target } of orphans) expect(target).toMatch(/-running$/);
      expect(orphans.map(({ flow_log_id: id }) => id).sort()).toEqual(
        reports[0]?.map(({ flowLogId }) => flowLogId ?? '').sort(),
      );
      const auditor = await openAuditor({ databaseUrl: pair.url });
      expect(await auditor.verify()).toMatchObject({ ok: true });
      await auditor.close();
      await worker.stop();
    } finally {
      await service.stop();
      await pair.stop();
    }
  },
);

test(
  'a backup made in the middle of a bulk is restored: exactly one of each, and verify says from which anchor on rows are missing',
  { timeout: 240_000 },
  async () => {
    const names = Array.from({ length: 8 }, (_, index) => `dumped-${index}`);
    const service = await startService({ simulator: { config }, workers: 0, env: times });
    const restored = await startEmpty();
    const folder = await mkdtemp(join(tmpdir(), 'flowlog-anchors-'));
    const anchors = join(folder, 'anchors.jsonl');
    // Two of the creates are made, and their answers are lost.
    const lost = { product: 'vpc', action: vpc.create, count: 1, when: 'after', effect: 'reset' } as const;
    service.simulator.faults([
      { ...lost, resource: 'vpc-dumped-0' },
      { ...lost, resource: 'vpc-dumped-5' },
    ]);
    const databaseUrl = service.env['DATABASE_URL'] ?? '';
    let outcomes = 0;
    let backup: Dump | undefined;
    /** The backup is made when two creates are on the record, the others wait for it: some in the middle of their call. */
    const backingUp = (dependencies: Dependencies): Dependencies => ({
      ...dependencies,
      ledger: {
        ...dependencies.ledger,
        async recordOutcome(outcome) {
          await made;
          await dependencies.ledger.recordOutcome(outcome);
        },
        async commitIntent(intent) {
          if ((outcomes += 1) > 4) await made;
          return dependencies.ledger.commitIntent(intent);
        },
      },
    });
    let tell: () => void = () => undefined;
    const made = new Promise<void>((resolve) => (tell = resolve));
    const auditor = await openAuditor({ databaseUrl });
    try {
      const worker = await service.startWorker({ wrap: backingUp });
      const asked = {
        operation: 'enable',
        items: names.map((name) => ({ target: vpc.target(name), spec: { destination } })),
        requestedBy,
      } as const;
      const bulk = await service.flowLogs.bulks.start(asked);
      await expect.poll(() => creates(service).length, { timeout: 60_000 }).toBe(4);
      const early = (await auditor.anchor())!;
      backup = await dump(databaseUrl);
      tell();
      await expect.poll(() => creates(service).length, { timeout: 60_000 }).toBe(names.length);
      const late = (await auditor.anchor())!;
      for (const anchor of [early, late]) await appendAnchor(anchors, anchor);
      await worker.stop();

      await restore(restored.url, backup);
      const console = { ...service, env: { ...service.env, DATABASE_URL: restored.url } };
      expect(await flowlog(console, `audit verify --anchor ${early.count}:${early.head}`)).toMatchObject({
        exitCode: 0,
      });
      const missing = await flowlog(console, `audit verify --anchors ${anchors}`);
      expect(missing.exitCode).toBe(1);
      expect(missing.stdout).toContain(`rows are missing from anchor ${early.count + 1} on`);

      const other = await service.startWorker({ env: { DATABASE_URL: restored.url } });
      expect(await bulk.result()).toMatchObject({ tally: { total: names.length } });
      expect(namesOf(service).sort()).toEqual(names.map((name) => `vpc-${name}`));
      const pending = await rowsAt(restored.url, 'select target from ledger.targets where pending_intent is not null');
      expect(pending).toEqual([]);
      expect(await flowlog(console, 'audit verify')).toMatchObject({ exitCode: 5 });
      await other.stop();
    } finally {
      tell();
      await auditor.close();
      await service.stop();
      await restored.stop();
      await rm(folder, { recursive: true, force: true });
    }
  },
);
