import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { Client as PgClient } from 'pg';
import { describe, expect, inject, test } from 'vitest';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import { FlowLogs } from '../../client/index.js';
import { findTemporal } from '../../local/find-temporal.js';
import { startTemporal } from '../../local/temporal.js';
import type { FaultRuleInput } from '../../simulator/index.js';
import { type Detour, startDetour, startLine } from './fixtures/detour.js';
import { changesOn, expectExactlyOne, ledgerProblems } from './fixtures/judge.js';
import {
  PATIENCE_MS,
  type Named,
  enable,
  enableAll,
  hostile,
  inService,
  onEveryProduct,
  until,
  untilItWaits,
} from './fixtures/scenario.js';
import { type Service, uid } from './fixtures/service.js';
import { type ProductUnderTest, vpc } from './fixtures/targets.js';

/** Scenarios 3 to 5, 18 and 25: processes, servers and networks that fail or freeze. */

const barrierOf = ({ product, name }: Named) => `${product.product} ${name}`;
const ofCreate = (one: Named, when: 'before' | 'after'): FaultRuleInput => ({
  product: one.product.product,
  action: one.product.create,
  resource: one.product.resource(one.name),
  when,
  barrier: barrierOf(one),
  count: 1,
});

const allHeld = ({ simulator }: Service, all: readonly Named[]) =>
  Promise.all(all.map((one) => simulator.barriers.waiting(barrierOf(one))));
const releaseAll = ({ simulator }: Service, all: readonly Named[]) => {
  for (const one of all) simulator.barriers.release(barrierOf(one));
};

/** Every one of them Active, once, with one create that had its effect and nothing else. */
async function expectAllWell(service: Service, all: readonly Named[]): Promise<void> {
  for (const { product, name } of all) {
    expectExactlyOne(service, product, name);
    expect(changesOn(service, product, name).filter(({ committed }) => committed)).toHaveLength(1);
  }
  expect(await ledgerProblems(service)).toEqual([]);
}

/** Calls time out early, so that an attempt whose worker is gone is missed early. */
const brisk = { FLOWLOG_READ_TIMEOUT_MS: '1000', FLOWLOG_GRACE_MS: '4500' };

test(
  'a worker killed with its look: another looks long before the time is up',
  async () => {
    await inService(hostile({}, { workers: 0, env: brisk }), async (service) => {
      const worker = await service.spawnWorker();
      const all = onEveryProduct('unseen');
      service.simulator.faults(
        all.map((one) => ({
          product: one.product.product,
          action: one.product.list,
          barrier: barrierOf(one),
          count: 1,
        })),
      );
      // Shorter than a look may last at most.
      const operations = await Promise.all(all.map((one) => enable(service, one, { deadlineMs: 25_000 })));
      await allHeld(service, all);
      await worker.kill();
      releaseAll(service, all);
      await service.spawnWorker();
      const reports = await Promise.all(operations.map((operation) => operation.result()));
      expect(reports).toMatchObject(all.map(() => ({ outcome: 'created', status: 'active' })));
      await expectAllWell(service, all);
    });
  },
  PATIENCE_MS,
);

describe.concurrent('a worker killed with its create', () => {
  test(
    'scenario 3: on the way, before it is sent: it is not sent twice, nor lost',
    async () => {
      await inService(hostile({}, { workers: 0, env: brisk }), async (service) => {
        const worker = await service.spawnWorker();
        const one = { product: vpc, name: 'unsent' };
        const look: FaultRuleInput = { product: 'vpc', action: vpc.list, resource: vpc.resource('unsent'), count: 1 };
        service.simulator.faults([{ ...look, when: 'after', barrier: 'looked' }]);
        const operation = await enable(service, one);
        await service.simulator.barriers.waiting('looked');
        const ledger = new PgClient({ connectionString: service.env['DATABASE_URL'] });
        await ledger.connect();
        try {
          // The look is done; from here on no row can be written: the intent stands before the lock, and dies there.
          await ledger.query('begin; lock table ledger.entries in exclusive mode');
          service.simulator.barriers.release('looked');
          await until(async () => {
            const blocked = 'select 1 from pg_stat_activity where wait_event_type = $1 and query like $2';
            return (await service.query(blocked, ['Lock', '%admit_intent%'])).length > 0;
          });
          await worker.kill();
          await ledger.query('rollback');
        } finally {
          await ledger.end();
        }
        expect(changesOn(service, vpc, 'unsent')).toEqual([]);
        await service.spawnWorker();
        expect(await operation.result()).toMatchObject({ outcome: 'created', status: 'active' });
        await expectAllWell(service, [one]);
      });
    },
    PATIENCE_MS,
  );

  test(
    'scenario 3: after it was sent, and after its answer came but was not reported: made once',
    async () => {
      const line = await startLine(inject('temporalAddress'));
      try {
        await inService(hostile({}, { workers: 0, env: brisk }), async (service) => {
          const worker = await service.spawnWorker({ TEMPORAL_ADDRESS: line.address });
          const sent = onEveryProduct('sent');
          const answered = onEveryProduct('answered');
          const all = [...sent, ...answered];
          service.simulator.faults(all.map((one) => ofCreate(one, 'after')));
          const operations = await Promise.all(all.map((one) => enable(service, one)));
          await allHeld(service, all);
          // Cut off from Temporal, the worker can hear the cloud and write the ledger, but report to no one.
          line.cut();
          releaseAll(service, answered);
          await until(async () => {
            const rows = await service.query(
              "select 1 from ledger.entries where kind = 'outcome' and result = 'accepted'",
            );
            return rows.length === answered.length;
          });
          await worker.kill();
          releaseAll(service, sent);
          await service.spawnWorker();
          const reports = await Promise.all(operations.map((operation) => operation.result()));
          expect(reports).toMatchObject(all.map(() => ({ outcome: 'created', status: 'active' })));
          await expectAllWell(service, all);
          for (const { product, name } of all) expect(changesOn(service, product, name)).toHaveLength(1);
        });
      } finally {
        await line.close();
      }
    },
    PATIENCE_MS,
  );
});

describe.concurrent('everything gone', () => {
  test(
    'scenario 4: all workers killed and none for a while: what was under way is finished by the next, once',
    async () => {
      const explicit = { progression: { mode: 'explicit' } } as const;
      await inService(hostile(explicit, { workers: 0, env: brisk }), async (service) => {
        const workers = await Promise.all([service.spawnWorker(), service.spawnWorker()]);
        const waiting = onEveryProduct('waiting');
        const creating = onEveryProduct('creating');
        const all = [...waiting, ...creating];
        service.simulator.faults(creating.map((one) => ofCreate(one, 'after')));
        const operations = await Promise.all(all.map((one) => enable(service, one)));
        await Promise.all(operations.slice(0, waiting.length).map(untilItWaits));
        await allHeld(service, creating);
        await Promise.all(workers.map((worker) => worker.kill()));
        releaseAll(service, creating);
        // Asked for while no worker is there to do it.
        const late = onEveryProduct('late');
        const later = await Promise.all(late.map((one) => enable(service, one)));
        await service.simulator.settle();
        service.simulator.config({ progression: { mode: 'immediate' } });
        await service.spawnWorker();
        const reports = await Promise.all([...operations, ...later].map((operation) => operation.result()));
        expect(reports).toMatchObject([...all, ...late].map(() => ({ outcome: 'created', status: 'active' })));
        await expectAllWell(service, [...all, ...late]);
      });
    },
    PATIENCE_MS,
  );

  test(
    'scenario 5: Temporal killed and started on its data, then cut off from the worker: everything goes on, once',
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'flowlog-scenario-'));
      const executable = await findTemporal(() => undefined);
      const start = (port?: number) =>
        startTemporal({
          executable,
          uiPort: false,
          dbFile: join(folder, 'db'),
          ...omitUndefined({ port: port || undefined }),
        });
      let temporal = await start();
      const line = await startLine(temporal.address);
      const env = { ...brisk, TEMPORAL_ADDRESS: temporal.address };
      try {
        await inService(hostile({}, { workers: 0, env }), async (service) => {
          const connection = await Connection.connect({ address: temporal.address });
          const accounts = { default: { uid } };
          const flowLogs = new FlowLogs(new Client({ connection }), { accounts });
          await service.spawnWorker({ TEMPORAL_ADDRESS: line.address, TEMPORAL_NAMESPACE: 'default' });
          const held = onEveryProduct('held');
          service.simulator.faults(held.map((one) => ofCreate(one, 'after')));
          const operations = await Promise.all(held.map((one) => enable({ flowLogs }, one)));
          await allHeld(service, held);
          process.kill(temporal.pid, 'SIGKILL');
          await temporal.ended;
          releaseAll(service, held);
          temporal = await start(Number(temporal.address.split(':')[1]));
          const wellBy = async (handles: typeof operations) => {
            const reports = await Promise.all(handles.map((operation) => operation.result()));
            expect(reports).toMatchObject(handles.map(() => ({ outcome: 'created', status: 'active' })));
          };
          await wellBy(operations);

          const parted = onEveryProduct('parted');
          service.simulator.faults(parted.map((one) => ofCreate(one, 'after')));
          const others = await Promise.all(parted.map((one) => enable({ flowLogs }, one)));
          await allHeld(service, parted);
          line.cut();
          releaseAll(service, parted);
          await until(async () => {
            const rows = await service.query("select 1 from ledger.entries where kind = 'outcome'");
            return rows.length >= held.length + parted.length;
          });
          line.mend();
          await wellBy(others);
          await expectAllWell(service, [...held, ...parted]);
          await connection.close();
        });
      } finally {
        await line.close();
        await temporal.stop();
        await rm(folder, { recursive: true, force: true });
      }
    },
    PATIENCE_MS,
  );
});

describe.concurrent('part of the world gone', () => {
  test(
    'scenario 18: a region that swallows every call: the others are not held back, and it is served when it is back',
    async () => {
      let detour: Detour | undefined;
      let isBlack = true;
      const black = 'cn-shanghai';
      try {
        await inService(hostile({}, { workers: 0 }), async (service) => {
          detour = await startDetour(service.simulator.url, (path) =>
            isBlack && path.includes(black) ? 'swallowed' : 'pass',
          );
          await service.startWorker({ env: { FLOWLOG_ENDPOINT_VPC: `${detour.url}/{region}` } });
          const inRegion = (region: string): ProductUnderTest => ({
            ...vpc,
            target: (name) => ({ ...vpc.target(name), region }),
          });
          const names = ['a', 'b', 'c', 'd', 'e'];
          const all = (region: string) =>
            names.map((name) => ({ product: inRegion(region), name: `${region}-${name}` }));
          const lost = await Promise.all(all(black).map((one) => enable(service, one)));
          const regions = ['cn-hangzhou', 'cn-beijing'];
          const startedMs = performance.now();
          const served = await enableAll(service, regions.flatMap(all));
          console.info(`scenario 18: the others took ${Math.round(performance.now() - startedMs)} ms`);
          expect(served).toMatchObject(regions.flatMap(all).map(() => ({ outcome: 'created', status: 'active' })));
          expect(service.simulator.journal().filter(({ region }) => region === black)).toEqual([]);
          const [first] = lost;
          const shown = async () => (await first?.progress())?.pending[0]?.lastFailure?.details?.code === 'ReadTimeout';
          await until(shown);
          isBlack = false;
          const back = await Promise.all(lost.map((operation) => operation.result()));
          expect(back).toMatchObject(names.map(() => ({ outcome: 'created', status: 'active' })));
          await expectAllWell(service, [...all(black), ...regions.flatMap(all)]);
        });
      } finally {
        await detour?.close();
      }
    },
    PATIENCE_MS,
  );

  test(
    'scenario 25: a frozen worker whose work another takes over, thawed again: two attempts at once, one flow log',
    async () => {
      const explicit = { progression: { mode: 'explicit' } } as const;
      await inService(hostile(explicit, { workers: 0, env: brisk }), async (service) => {
        const frozen = await service.spawnWorker();
        const looking = onEveryProduct('looking');
        const creating = onEveryProduct('creating');
        const waiting = onEveryProduct('waiting');
        const all = [...looking, ...creating, ...waiting];
        service.simulator.faults([
          ...looking.map((one) => ({ ...ofCreate(one, 'after'), action: one.product.list })),
          ...creating.map((one) => ofCreate(one, 'after')),
        ]);
        const operations = await Promise.all(all.map((one) => enable(service, one)));
        await allHeld(service, [...looking, ...creating]);
        await Promise.all(operations.slice(-waiting.length).map(untilItWaits));
        frozen.freeze();
        releaseAll(service, [...looking, ...creating]);
        const other = await service.spawnWorker();
        // Every attempt of the frozen one is missed and made again, looks last of all.
        const isWaiting = async (operation: (typeof operations)[number]) =>
          (await operation.progress()).pending.some(
            ({ activity, attempt }) => activity === 'waitUntilSettled' && attempt > 0,
          );
        await until(async () => (await Promise.all(operations.map(isWaiting))).every(Boolean), 120_000);
        frozen.thaw();
        await service.simulator.settle();
        const reports = await Promise.all(operations.map((operation) => operation.result()));
        expect(reports).toMatchObject(all.map(() => ({ outcome: 'created', status: 'active' })));
        // The thawed one works: alone, it finds everything as it should be.
        await other.kill();
        expect(await enableAll(service, all)).toMatchObject(all.map(() => ({ outcome: 'unchanged' })));
        await expectAllWell(service, all);
      });
    },
    PATIENCE_MS,
  );
});
