import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import type { StartedOperation } from '../../client/index.js';
import { startPostgres } from '../../local/postgres.js';
import type { SimulatorOptions } from '../../simulator/index.js';
import { type Service, historyOf, startService } from './fixtures/service.js';
import { committed, destination, productsUnderTest, requestedBy, vpc } from './fixtures/targets.js';

/** Nothing here depends on what the cloud's lists hide: activations end when the test says so. */
const cloud = (progression: object): SimulatorOptions =>
  ({ profile: 'friendly', config: { limits: {}, quotas: {}, progression } }) as SimulatorOptions;

/** Events that the loss of one worker may add to a history: a workflow task that timed out and its successor, with their beginnings. */
const EVENTS_PER_LOST_WORKER = 4;
const MOST_EVENTS = 30;

/** A worker that ends in order has handed its waits over by then, on a busy machine too; a lost heartbeat is missed at twice this. */
const HANDED_OVER_MS = 15_000;

const enableAll = ({ flowLogs }: Service, name: string): Promise<StartedOperation[]> =>
  Promise.all(
    productsUnderTest.map((product) =>
      flowLogs.enable({ target: product.target(name), spec: { destination }, requestedBy }),
    ),
  );

const eventsOf = async ({ client }: Service, operation: StartedOperation): Promise<number> =>
  (await historyOf(client, operation.workflowId, operation.runId)).length;

interface Wait {
  readonly attempt: number;
  /** The worker that has it now. */
  readonly worker: string;
}

/** Temporal's number for "a worker has it" (`PENDING_ACTIVITY_STATE_STARTED`). */
const started = 2;

/** The waits that workers have in their hands at this moment. */
async function waitsAtWork({ client }: Service, operations: readonly StartedOperation[]): Promise<Wait[]> {
  const described = await Promise.all(
    operations.map(({ workflowId, runId }) => client.workflow.getHandle(workflowId, runId).describe()),
  );
  return described
    .flatMap(({ raw }) => raw.pendingActivities ?? [])
    .filter(({ activityType, state }) => activityType?.name === 'waitUntilSettled' && state === started)
    .map(({ attempt, lastWorkerIdentity }) => ({ attempt: attempt ?? 0, worker: lastWorkerIdentity ?? '' }));
}

/** All of them are waited for by a worker; `vi.waitFor`, since `expect.poll` does not go with concurrent tests. */
const allWait = (service: Service, operations: readonly StartedOperation[], wait: object, timeoutMs = 30_000) =>
  vi.waitFor(
    async () =>
      expect(await waitsAtWork(service, operations)).toEqual(
        operations.map(() => expect.objectContaining(wait) as Wait),
      ),
    { timeout: timeoutMs, interval: 50 },
  );

const byProcess = (pid: number | undefined): object => ({
  worker: expect.stringMatching(new RegExp(`^${pid}@`)) as string,
});

/** Judged by the simulator. */
function expectOneEach({ simulator }: Service, name: string): void {
  for (const product of productsUnderTest) {
    const made = committed(simulator.journal(), product.product, product.create).filter((call) =>
      Object.values(call.params).includes(product.resource(name)),
    );
    expect(made, product.product).toHaveLength(1);
  }
  expect(simulator.summary().madeMoreThanOnce).toEqual([]);
}

const finished = async (service: Service, operations: readonly StartedOperation[]): Promise<void> => {
  await service.simulator.settle();
  const reports = await Promise.all(operations.map((operation) => operation.result()));
  expect(reports).toMatchObject(operations.map(() => ({ outcome: 'created', status: 'active' })));
};

describe.concurrent('a worker that is lost', () => {
  test(
    `while operations wait costs nothing: its successors finish them, with at most ${EVENTS_PER_LOST_WORKER} events more for each`,
    { timeout: 120_000 },
    async () => {
      const service = await startService({ simulator: cloud({ mode: 'explicit' }), workers: 0 });
      try {
        let worker = await service.spawnWorker();
        const undisturbed = await enableAll(service, 'calm');
        await allWait(service, undisturbed, { attempt: 1 });
        await finished(service, undisturbed);
        const calm = await Promise.all(undisturbed.map((operation) => eventsOf(service, operation)));

        const operations = await enableAll(service, 'lost');
        await allWait(service, operations, byProcess(worker.pid));
        const lost = 2;
        for (let count = 0; count < lost; count++) {
          await worker.kill();
          expect(await worker.ended).toBe('signal SIGKILL');
          worker = await service.spawnWorker();
          await allWait(service, operations, byProcess(worker.pid));
        }
        await finished(service, operations);
        expectOneEach(service, 'lost');
        const disturbed = await Promise.all(operations.map((operation) => eventsOf(service, operation)));
        const more = disturbed.map((events, index) => events - (calm[index] ?? 0));
        console.info(`${calm.join(', ')} events; ${more.join(', ')} more after ${lost} lost workers`);
        expect(Math.max(...more)).toBeLessThanOrEqual(lost * EVENTS_PER_LOST_WORKER);
      } finally {
        await service.stop();
      }
    },
  );

  test('by order (SIGTERM) hands its waits over at once and ends well', { timeout: 120_000 }, async () => {
    // Only a hand-over can be quick: a lost heartbeat is missed after half a minute.
    const env = { FLOWLOG_HEARTBEAT_MS: '30000' };
    const service = await startService({ simulator: cloud({ mode: 'explicit' }), workers: 0, env });
    try {
      const first = await service.spawnWorker();
      const operations = await enableAll(service, 'order');
      await allWait(service, operations, byProcess(first.pid));
      const second = await service.spawnWorker();
      const orderedMs = performance.now();
      process.kill(first.pid, 'SIGTERM');
      await allWait(service, operations, byProcess(second.pid), HANDED_OVER_MS);
      console.info(`handed over ${Math.round(performance.now() - orderedMs)} ms after the signal`);
      await finished(service, operations);
      expect(performance.now() - orderedMs).toBeLessThan(HANDED_OVER_MS);
      expect(await first.ended).toBe('exit code 0');
      expectOneEach(service, 'order');
    } finally {
      await service.stop();
    }
  });
});

describe.concurrent('the history of an operation', () => {
  test(
    `has as many events after 15 reads of an activation as after 3, and not more than ${MOST_EVENTS}`,
    { timeout: 240_000 },
    async () => {
      const service = await startService({ simulator: cloud({ mode: 'reads', count: 3 }) });
      try {
        const eventsAfter = async (count: number) => {
          service.simulator.config({ progression: { mode: 'reads', count } });
          const readsBefore = service.simulator.summary().calls[vpc.list] ?? 0;
          const target = vpc.target(`reads-${count}`);
          const operation = await service.flowLogs.enable({ target, spec: { destination }, requestedBy });
          expect(await operation.result()).toMatchObject({ outcome: 'created', status: 'active' });
          const reads = (service.simulator.summary().calls[vpc.list] ?? 0) - readsBefore;
          expect(reads).toBeGreaterThanOrEqual(count);
          return eventsOf(service, operation);
        };
        const [few, many] = [await eventsAfter(3), await eventsAfter(15)];
        console.info(`${few} events after 3 reads, ${many} after 15`);
        expect(many).toBe(few);
        expect(many).toBeLessThanOrEqual(MOST_EVENTS);
      } finally {
        await service.stop();
      }
    },
  );
});

describe.concurrent('while the database is down', () => {
  test('nothing is sent, progress says why, and everything goes on when it is back', { timeout: 120_000 }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'flowlog-reach-'));
    const start = (port?: number) =>
      startPostgres({ dataDir: join(folder, 'data'), durable: false, ...omitUndefined({ port: port || undefined }) });
    let postgres = await start();
    const env = { DATABASE_URL: postgres.url };
    const service = await startService({ simulator: cloud({ mode: 'immediate' }), env });
    const { flowLogs, simulator } = service;
    const enable = (name: string) => flowLogs.enable({ target: vpc.target(name), spec: { destination }, requestedBy });
    /** Calls for one target, after its operation began. */
    const changes = (name: string) =>
      simulator.journal().filter((call) => call.kind === 'change' && call.params['ResourceId'] === vpc.resource(name));
    /** Waits until the operation's progress names this activity as the one in its way. */
    const saysThatItWaits = (operation: StartedOperation, activity: string) =>
      vi.waitFor(
        async () =>
          expect((await operation.progress()).pending).toMatchObject([
            {
              activity,
              lastFailure: {
                type: 'unavailable',
                message: expect.stringContaining('database') as string,
                details: {
                  code: 'LedgerUnavailable',
                  advice: expect.stringContaining('Bring the database back') as string,
                },
              },
            },
          ]),
        { timeout: 60_000, interval: 200 },
      );
    try {
      // One has looked already and is about to create, the other has not begun when the database goes away.
      simulator.faults([
        { action: vpc.list, resource: vpc.resource('looked'), when: 'after', barrier: 'looked', count: 1 },
      ]);
      const looked = await enable('looked');
      await simulator.barriers.waiting('looked');
      await postgres.stop();
      simulator.barriers.release('looked');
      const begun = await enable('begun');
      await Promise.all([saysThatItWaits(looked, 'create'), saysThatItWaits(begun, 'observe')]);
      expect([...changes('looked'), ...changes('begun')]).toEqual([]);
      postgres = await start(Number(new URL(postgres.url).port));
      for (const operation of [looked, begun]) {
        expect(await operation.result()).toMatchObject({ outcome: 'created', status: 'active' });
      }
      expect([changes('looked').length, changes('begun').length]).toEqual([1, 1]);
    } finally {
      await service.stop();
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
