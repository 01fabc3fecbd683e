import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import { inParallel } from '../../cloud/in-parallel.js';
import { FlowLogs, type OperationRequest } from '../../client/index.js';
import type { JournalEntry } from '../../simulator/index.js';
import type { OperationReport } from '../../workflows/contract/operation.js';
import { type Task, actionOf, tasks } from './fixtures/fault-cases.js';
import { callsOn, changesOn, expectNeverTwo, ledgerProblems, seedOwn } from './fixtures/judge.js';
import { type Service, startService, uid } from './fixtures/service.js';
import { type ProductUnderTest, productsUnderTest, requestedBy } from './fixtures/targets.js';

/** The way in which an operation names its flow log: by its resource, or by its own id. */
type Naming = 'resource' | 'id';

/** The call that fails: the one of that number, or the change itself, however many calls came before it. */
interface Failing {
  readonly call: number | 'change';
  readonly when: 'before' | 'after';
}

/** One operation on a target of its own, and which of its calls fails. */
interface Errand {
  readonly product: ProductUnderTest;
  readonly naming: Naming;
  readonly task: Task;
  /** A word that can stand in any id; `id-modify-3-after` is by id, and its third call fails after its effect. */
  readonly name: string;
  readonly failing?: Failing;
}

const errandOf = (product: ProductUnderTest, naming: Naming, task: Task, failing?: Errand['failing']): Errand => {
  const words = [naming, task.verb, ...(failing ? [failing.call, failing.when] : [])];
  return { product, naming, task, name: words.join('-'), ...omitUndefined({ failing }) };
};

/** Every operation on every product; what is to be created has no id yet. */
const calm = productsUnderTest.flatMap((product) =>
  tasks.flatMap((task) => [
    errandOf(product, 'resource', task),
    ...(task.from === undefined ? [] : [errandOf(product, 'id', task)]),
  ]),
);

/** Errands under way at a time: more would only wait for this machine, and time out of themselves. */
const WINDOW = 60;

describe('every operation done twice', () => {
  let service: Service;
  /** Hundreds ask at once: each waits until a busy machine has taken it up. */
  let flowLogs: FlowLogs;
  let foreign: readonly string[];
  const done: Errand[] = [];
  beforeAll(async () => {
    service = await startService({
      simulator: {
        profile: 'hostile',
        config: { listLagMs: 500, cooldownMs: 1_000, progression: { mode: 'time', activationMs: 300, settleMs: 200 } },
      },
      // Calls are refused and reset here, never late: one that a busy machine holds up is not to count as lost, nor to come after the grace.
      env: {
        FLOWLOG_LIST_LAG_MS: '500',
        FLOWLOG_READ_TIMEOUT_MS: '10000',
        FLOWLOG_GRACE_MS: '16000',
        FLOWLOG_HEARTBEAT_MS: '10000',
      },
    });
    flowLogs = new FlowLogs(service.client, { accounts: { default: { uid } }, answerMs: 60_000 });
    foreign = await service.simulator.seed({
      flowLogs: productsUnderTest.map(({ product, target }) => ({ product, resource: target('foreign').resource })),
    });
  });
  afterAll(() => service.stop());

  const ask = async (operation: Task['operation'], request: object): Promise<OperationReport> =>
    (await flowLogs.operate(operation, { requestedBy, ...request } as OperationRequest)).result();

  /** Runs it from the state it is needed in, with its fault in place, and then once more. */
  async function runTwice({ product, naming, task, name, failing }: Errand): Promise<void> {
    const { from, operation, spec, outcome } = task;
    const target = product.target(name);
    const flowLogId = from ? await seedOwn(service, product, name, from) : undefined;
    if (failing) {
      const { call, when } = failing;
      const resource = product.resource(name);
      const which = call === 'change' ? { action: actionOf(product, task) } : { every: call };
      const rule = { product: product.product, resource, ...which, count: 1, when, effect: 'reset' };
      service.simulator.setFaults({ rules: [rule] }, 'add');
    }
    const { resource, ...place } = target;
    const named = { ...place, ...omitUndefined({ ecrId: resource['ecrId'] || undefined }), flowLogId };
    const request = { target: naming === 'id' ? named : target, ...omitUndefined({ spec }) };
    const where = `${product.product} ${name}`;
    expect(await ask(operation, request), where).toMatchObject({ outcome });
    expect(await ask(operation, request), `${where} again`).toMatchObject({ outcome: 'unchanged', steps: [] });
  }

  async function runAll(errands: readonly Errand[]): Promise<void> {
    const runs = errands.map((errand) => async () => {
      await runTwice(errand);
      return errand;
    });
    for await (const errand of inParallel(runs, WINDOW)) done.push(errand);
  }

  test('by resource and by id sends one change, and none the second time', { timeout: 300_000 }, async () => {
    await runAll(calm);
    for (const { product, name, task } of calm) {
      expect(changesOn(service, product, name)).toMatchObject([{ action: actionOf(product, task), committed: true }]);
    }
  });

  test(
    'ends the same when any one of its calls fails, before its effect or after it',
    { timeout: 600_000 },
    async () => {
      const errands = calm.flatMap(({ product, naming, task, name }) =>
        [...callsOn(service, product, name).map((_, index) => index + 1), 'change' as const].flatMap((call) =>
          (['before', 'after'] as const).map((when) => errandOf(product, naming, task, { call, when })),
        ),
      );
      await runAll(errands);
      const failed = service.simulator.journal().filter(({ fault }) => fault);
      console.info(`everything twice: ${errands.length} operations, ${failed.length} calls failed`);
      const met = new Set(failed.map(({ product, action, committed }) => [product, action, committed].join(' ')));
      for (const product of productsUnderTest) {
        for (const { verb } of tasks) {
          for (const made of [false, true])
            expect(met).toContain([product.product, actionOf(product, { verb }), made].join(' '));
        }
      }
      for (const { product, name, task } of errands) {
        expectNeverTwo(service, product, name);
        const made = changesOn(service, product, name).filter(({ committed }: JournalEntry) => committed);
        expect(
          made.map(({ action }) => action),
          `${product.product} ${name}`,
        ).toEqual([actionOf(product, task)]);
      }
    },
  );

  test('ends in a clean slate: all that is ours deleted, nothing else touched, every call on the record', async () => {
    const left = done.filter(({ task }) => task.to !== undefined);
    const deletes = left.map(
      ({ product, name }) =>
        () =>
          ask('delete', { target: product.target(name) }),
    );
    for await (const report of inParallel(deletes, WINDOW))
      expect(report).toMatchObject({ outcome: 'deleted', status: 'absent' });
    const standing = service.simulator.flowLogs();
    expect(standing).toMatchObject(foreign.map((flowLogId) => ({ flowLogId, status: 'Active' })));
    expect(standing).toHaveLength(foreign.length);
    expect(await ledgerProblems(service)).toEqual([]);
  }, 300_000);
});
